"""Figures as they were computed: per community and month, and what of them is published."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianglin.indicators.reports.models import Report, ReportFile
from lianglin.kit.models import DatedScopeCodeField

__all__ = ("IndicatorValue", "PublishedValue", "Report", "ReportFile")


class IndicatorValue(models.Model):
    """Both counts of one indicator in one community and one month; sums over a code prefix give every level.

    ``member`` names a part of a breakdown ("" for the figure itself). A pair without rows is zero.
    """

    indicator = models.CharField(_("indicator"), max_length=40, db_collation="C")
    month = models.DateField(_("month (its first day)"))
    scope_code = DatedScopeCodeField()
    member = models.CharField(_("part of a breakdown"), max_length=24, blank=True, db_collation="C")
    numerator = models.BigIntegerField(_("numerator or count"))
    denominator = models.BigIntegerField(_("denominator"), null=True)
    definition_version = models.CharField(_("version of the definition"), max_length=10)
    computed_at = models.DateTimeField(_("computed at"))

    class Meta:
        verbose_name = _("indicator value")
        verbose_name_plural = _("indicator values")
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "month", "scope_code", "member"], name="indicators_value_cell"
            )
        ]


class PublishedValue(models.Model):
    """A figure as anybody may see it: whole months only, small cells hidden with what would give them away.

    ``scope_code`` is a place of any level ("" for the city); hidden counts are null.
    """

    class Hidden(models.TextChoices):
        NO = "", _("shown")
        FEW = "few", _("fewer than ten")
        GUARD = "guard", _("hidden so that a smaller figure cannot be worked out")

    indicator = models.CharField(_("indicator"), max_length=40, db_collation="C")
    month = models.DateField(_("month (its first day)"))
    scope_code = DatedScopeCodeField(blank=True)
    member = models.CharField(_("part of a breakdown"), max_length=24, blank=True, db_collation="C")
    numerator = models.BigIntegerField(_("numerator or count"), null=True)
    denominator = models.BigIntegerField(_("denominator"), null=True)
    hidden = models.CharField(_("hidden because"), max_length=6, choices=Hidden, blank=True)
    published_at = models.DateTimeField(_("published at"))

    class Meta:
        verbose_name = _("published value")
        verbose_name_plural = _("published values")
        constraints = [
            models.UniqueConstraint(
                fields=["scope_code", "month", "indicator", "member"], name="indicators_published_cell"
            )
        ]
