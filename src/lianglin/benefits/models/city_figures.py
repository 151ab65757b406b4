"""A figure that another office counts and gives as one number a month. No row stands behind it here, and none is kept."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianglin.benefits.models.approving import Entered


class CityFigure(Entered):
    """One imported number of the whole city, with the file it was read from; it counts after a second person."""

    class Figure(models.TextChoices):
        MEDICAL_AID = "medical_aid", _("persons given medical aid")

    figure = models.CharField(_("figure"), max_length=20, choices=Figure)
    month = models.DateField(_("month"))
    value = models.PositiveIntegerField(_("number"))
    as_of = models.DateField(_("as of the day"))
    source = models.CharField(_("who gave it, and by which document"), max_length=200)
    file_name = models.CharField(_("name of the file"), max_length=120)
    file_digest = models.CharField(_("SHA-256 of the file"), max_length=64)
    note = models.CharField(_("note"), max_length=200, blank=True)
    sample = models.BooleanField(_("sample data"), default=False)

    class Meta:
        verbose_name = _("imported figure of the city")
        verbose_name_plural = _("imported figures of the city")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(approved_by__isnull=True) | ~models.Q(approved_by=models.F("entered_by")),
                name="benefits_figure_two_people",
            ),
            models.UniqueConstraint(
                fields=["figure", "month"], condition=models.Q(state="waiting"), name="benefits_figure_one_waiting"
            ),
            models.UniqueConstraint(
                fields=["figure", "month"], condition=models.Q(state="in_force"), name="benefits_figure_one"
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["-month", "-id"], name="benefits_figure_month")]
