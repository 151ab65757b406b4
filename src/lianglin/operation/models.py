"""Failures by kind and by hour, and how many requests an hour had. No text of an exception, nobody's data."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class ErrorKind(models.Model):
    """One defect: an exception's class at one line of the code, however often it comes."""

    class Origin(models.TextChoices):
        REQUEST = "request", _("page request")
        TASK = "task", _("background task")
        UPGRADE = "upgrade", _("upgrade of the database")

    class State(models.TextChoices):
        NEW = "new", _("new, nobody has looked")
        ACKNOWLEDGED = "acknowledged", _("known, being mended")
        RESOLVED = "resolved", _("mended")
        REGRESSED = "regressed", _("came back after it was mended")

    fingerprint = models.CharField(_("fingerprint"), max_length=64, unique=True)
    origin = models.CharField(_("arose in"), max_length=8, choices=Origin)
    name = models.CharField(_("page or task"), max_length=160, blank=True)
    error = models.CharField(_("class of the error"), max_length=160)
    place = models.CharField(_("place in the code"), max_length=200, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.NEW)
    first_seen_at = models.DateTimeField(_("first seen"))
    last_seen_at = models.DateTimeField(_("last seen"))
    first_release = models.CharField(_("first seen in release"), max_length=40, blank=True)
    last_release = models.CharField(_("last seen in release"), max_length=40, blank=True)
    count = models.BigIntegerField(_("how often"), default=0)
    note = models.CharField(_("note"), max_length=500, blank=True)
    decided_at = models.DateTimeField(_("state set at"), null=True)
    decided_by = models.BigIntegerField(_("post that set the state"), null=True)
    told_at = models.DateTimeField(_("told at"), null=True)

    class Meta:
        verbose_name = _("kind of error")
        verbose_name_plural = _("kinds of errors")
        indexes = [
            models.Index(fields=["-last_seen_at", "-id"], name="operation_kind_last"),
            models.Index(fields=["state", "-last_seen_at", "-id"], name="operation_kind_state"),
        ]


class ErrorHour(models.Model):
    """How often a kind came in one hour under one release."""

    kind = models.ForeignKey(ErrorKind, models.CASCADE, verbose_name=_("kind of error"), related_name="hours")
    hour = models.DateTimeField(_("hour"))
    release = models.CharField(_("release"), max_length=40, blank=True)
    count = models.PositiveIntegerField(_("how often"))

    class Meta:
        verbose_name = _("errors of an hour")
        verbose_name_plural = _("errors by hour")
        constraints = [
            models.UniqueConstraint(fields=["hour", "kind", "release"], name="operation_hour_cell")
        ]


class ErrorMark(models.Model):
    """The number of one failed request (X-Request-ID) or job, under which the log has its lines."""

    kind = models.ForeignKey(ErrorKind, models.CASCADE, verbose_name=_("kind of error"), related_name="marks")
    at = models.DateTimeField(_("at"))
    mark = models.CharField(_("number in the log"), max_length=40)
    name = models.CharField(_("page or task"), max_length=160, blank=True)
    release = models.CharField(_("release"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("failed request")
        verbose_name_plural = _("failed requests")


class TrafficHour(models.Model):
    """How many requests were answered in one hour."""

    hour = models.DateTimeField(_("hour"), unique=True)
    requests = models.BigIntegerField(_("page requests"), default=0)

    class Meta:
        verbose_name = _("requests of an hour")
        verbose_name_plural = _("requests by hour")
