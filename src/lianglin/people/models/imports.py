"""Lists of residents that are taken in: the file in sealed parts, how far it is, what was found."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianglin.access.scoped import ScopedManager
from lianglin.kit.crypto import EncryptedTextField
from lianglin.kit.models import ScopeCodeField


class PeopleImport(models.Model):
    """One file: looked through first, then taken in part by part; each part whole or not at all."""

    class State(models.TextChoices):
        MAPPING = "mapping", _("columns to be named")
        CHECKING = "checking", _("being looked through")
        CHECKED = "checked", _("looked through")
        RUNNING = "running", _("being taken in")
        DONE = "done", _("taken in")
        FAILED = "failed", _("stopped by an error")
        DROPPED = "dropped", _("dropped")

    scope_code = ScopeCodeField()
    organisation_id = models.BigIntegerField(_("office"), null=True, blank=True)
    post_id = models.BigIntegerField(_("post that brought it"), null=True, blank=True)
    filename = models.CharField(_("file name"), max_length=120)
    sha256 = models.CharField(_("digest of the file"), max_length=64)
    heading = models.JSONField(_("headings"), default=list)
    mapping = models.JSONField(_("columns"), default=dict)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.MAPPING)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    seen = models.PositiveIntegerField(_("rows seen"), default=0)
    made = models.PositiveIntegerField(_("new persons"), default=0)
    filled = models.PositiveIntegerField(_("gaps filled"), default=0)
    same = models.PositiveIntegerField(_("known already"), default=0)
    wrong = models.PositiveIntegerField(_("rows left out"), default=0)
    error = models.CharField(_("error"), max_length=80, blank=True)
    created_at = models.DateTimeField(_("brought at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("list of residents")
        verbose_name_plural = _("lists of residents")
        indexes = [models.Index(fields=["scope_code", "-id"], name="people_import_scope")]


class ImportPart(models.Model):
    """Some hundred rows of a file, sealed; emptied once they are taken in. What was found says row, field and code."""

    scope_code = ScopeCodeField()
    record = models.ForeignKey(
        PeopleImport, models.PROTECT, verbose_name=_("list of residents"), related_name="parts"
    )
    first_row = models.PositiveIntegerField(_("first row"))
    count = models.PositiveIntegerField(_("rows"))
    rows = EncryptedTextField(_("rows of the list"), null=True, blank=True)
    findings = models.JSONField(_("findings"), default=list)
    checked = models.BooleanField(_("looked through"), default=False)
    done = models.BooleanField(_("taken in"), default=False)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("part of a list")
        verbose_name_plural = _("parts of lists")
        constraints = [models.UniqueConstraint(fields=["record", "first_row"], name="people_part_once")]


class ImportMapping(models.Model):
    """Which column of a file with these headings holds what, as an office said last time."""

    scope_code = ScopeCodeField()
    organisation_id = models.BigIntegerField(_("office"))
    headings = models.CharField(_("digest of the headings"), max_length=64)
    mapping = models.JSONField(_("columns"), default=dict)

    class Meta:
        verbose_name = _("remembered columns")
        verbose_name_plural = _("remembered columns")
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "headings"], name="people_mapping_once")
        ]
