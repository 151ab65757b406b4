"""Copies of issued reports: the sender's list with its receipts, and what the receiving office holds."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianglin.access.models import Organisation, Post
from lianglin.access.scoped import ScopedManager
from lianglin.indicators.reports.models import Report
from lianglin.kit.models import DatedScopeCodeField


class ReportCopy(models.Model):
    """One copy that went to one office, on one way; who opened it is noted once."""

    class Channel(models.TextChoices):
        IN_APP = "in_app", _("in the house")
        EMAIL = "email", _("e-mail")
        PAPER = "paper", _("on paper")

    key = models.UUIDField(_("key of the copy"), unique=True)
    report = models.ForeignKey(
        Report, models.PROTECT, verbose_name=_("report"), related_name="copies", db_index=False
    )
    scope_code = DatedScopeCodeField(blank=True)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, verbose_name=_("receiving office"), related_name="+"
    )
    channel = models.CharField(_("way"), max_length=6, choices=Channel)
    address = models.CharField(_("mail address of the office"), max_length=120, blank=True)
    number = models.PositiveSmallIntegerField(_("printed copies"), default=0)
    post = models.ForeignKey(Post, models.PROTECT, verbose_name=_("sent by the post"), related_name="+")
    sent_at = models.DateTimeField(_("sent at"))
    opened_at = models.DateTimeField(_("opened at"), null=True)
    opened_by = models.CharField(_("opened by the post"), max_length=80, blank=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("copy of a report")
        verbose_name_plural = _("copies of reports")
        constraints = [
            models.UniqueConstraint(fields=["report", "organisation", "channel"], name="indicators_copy_once")
        ]


class ReceivedReport(models.Model):
    """What an office received: the paper as it was issued. It widens nobody's area: figures of the report alone.

    ``ended_at``: the sender replaced it by a correction (``ended_by``), or withdrew it (none).
    """

    key = models.UUIDField(_("key of the copy"), unique=True)
    report_key = models.UUIDField(_("key of the report"))
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, verbose_name=_("receiving office"), related_name="+", db_index=False
    )
    scope_code = DatedScopeCodeField(blank=True)
    title = models.CharField(_("title"), max_length=200)
    sender = models.CharField(_("sending office"), max_length=80)
    paper = models.JSONField(_("contents"))
    sent_at = models.DateTimeField(_("sent at"))
    opened_at = models.DateTimeField(_("opened at"), null=True)
    version = models.PositiveSmallIntegerField(_("number of the version"), default=1, db_default=1)
    corrects = models.UUIDField(_("key of the report that it corrects"), null=True)
    why = models.CharField(_("why it is corrected"), max_length=200, blank=True, default="", db_default="")
    ended_at = models.DateTimeField(_("replaced or withdrawn at"), null=True)
    ended_why = models.CharField(
        _("why it was replaced or withdrawn"), max_length=200, blank=True, default="", db_default=""
    )
    ended_by = models.UUIDField(_("key of the report that replaced it"), null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("report received")
        verbose_name_plural = _("reports received")
        constraints = [
            models.UniqueConstraint(fields=["report_key", "organisation"], name="indicators_received_once")
        ]
        indexes = [models.Index(fields=["organisation", "-id"], name="indicators_received_unit")]
