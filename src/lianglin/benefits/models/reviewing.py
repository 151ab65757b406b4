"""What a version would change: how many would come in and go out, counted before it is approved. No person is named."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianglin.benefits.models.measures import MeasureVersion


class VersionCount(models.Model):
    """One count of a version against the one in force, over the city or whole streets of it. Sums, nobody's data."""

    class State(models.TextChoices):
        ASKED = "asked", _("being counted")
        DONE = "done", _("has been counted")
        FAILED = "failed", _("could not be counted")

    version = models.OneToOneField(
        MeasureVersion,
        models.CASCADE,
        verbose_name=_("version of a measure"),
        related_name="count",
        primary_key=True,
    )
    digest = models.CharField(_("digest of the text"), max_length=64)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.ASKED)
    asked_at = models.DateTimeField(_("asked at"))
    counted_at = models.DateTimeField(_("counted at"), null=True)
    on = models.DateField(_("on the day"), null=True)
    looked_at = models.PositiveIntegerField(_("persons or households looked at"), default=0)
    streets = models.PositiveIntegerField(_("streets looked at"), default=0)
    all_streets = models.PositiveIntegerField(_("streets of the city"), default=0)
    may_before = models.PositiveIntegerField(_("may qualify by the version in force"), default=0)
    may_after = models.PositiveIntegerField(_("may qualify by this version"), default=0)
    new = models.PositiveIntegerField(_("would be new"), default=0)
    gone = models.PositiveIntegerField(_("would go"), default=0)
    unknown_before = models.PositiveIntegerField(_("unknown by the version in force"), default=0)
    unknown_after = models.PositiveIntegerField(_("unknown by this version"), default=0)

    class Meta:
        verbose_name = _("count of a version")
        verbose_name_plural = _("counts of versions")
