"""When data leaked, was changed or lost: the record, whom it concerns, and who was told (PIPL art. 57)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianglin.access.scoped import ScopedManager
from lianglin.kit.models import ScopeCodeField
from lianglin.privacy.models.rights import SUBJECTS


class Breach(models.Model):
    """One breach. Its text tells of kinds of data and of causes, never of persons."""

    class State(models.TextChoices):
        OPEN = "open", _("found")
        ASSESSED = "assessed", _("assessed")
        NOTIFIED = "notified", _("everybody told")
        CLOSED = "closed", _("record closed")

    title = models.CharField(_("what happened"), max_length=120)
    found_at = models.DateTimeField(_("found at"))
    kinds = models.CharField(_("kinds of data"), max_length=200)
    cause = models.TextField(_("cause"))
    persons = models.PositiveIntegerField(_("persons concerned (estimate)"), default=0)
    harm = models.TextField(_("possible harm"), blank=True)
    harmful = models.BooleanField(_("may harm persons"), default=True)
    measures = models.TextField(_("what we did, and what persons can do"), blank=True)
    contact = models.CharField(_("whom to ask"), max_length=80)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    authority_due_at = models.DateTimeField(_("authority to be told by"))
    authority_told_at = models.DateTimeField(_("authority told at"), null=True, blank=True)
    notified_at = models.DateTimeField(_("persons told at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    sample = models.BooleanField(_("sample data"), default=False)

    class Meta:
        verbose_name = _("breach")
        verbose_name_plural = _("breaches")


class Affected(models.Model):
    """One person whom a breach concerns, and how they were told."""

    class Told(models.TextChoices):
        WAITING = "", _("to be told")
        SMS = "sms", _("by text message")
        PAPER = "paper", _("no number: to be told by letter")

    breach = models.ForeignKey(Breach, models.PROTECT, verbose_name=_("breach"), related_name="affected")
    scope_code = ScopeCodeField()
    subject_kind = models.CharField(_("kind of subject"), max_length=10, choices=SUBJECTS)
    subject_id = models.BigIntegerField(_("number of the subject"))
    told = models.CharField(_("how told"), max_length=6, choices=Told, blank=True)
    told_at = models.DateTimeField(_("told at"), null=True, blank=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("person concerned")
        verbose_name_plural = _("persons concerned")
        constraints = [
            models.UniqueConstraint(
                fields=["breach", "subject_kind", "subject_id"], name="privacy_affected_once"
            )
        ]
