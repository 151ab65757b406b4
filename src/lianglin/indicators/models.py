"""Figures as they were computed: per community and month, and what of them is published."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianglin.indicators.reports.designs.models import ReportDesign
from lianglin.indicators.reports.models import Report, ReportFile
from lianglin.indicators.reports.own.models import ReportLayout
from lianglin.indicators.reports.schedules.models import ReportSchedule, ScheduleRun
from lianglin.indicators.reports.sending.models import ReceivedReport, ReportCopy
from lianglin.indicators.values.models import (
    DefinitionVersion,
    FigureImport,
    FigureRevision,
    ImportedValue,
    IndicatorTarget,
    PublishedRevision,
    TargetChange,
)
from lianglin.kit.models import DatedScopeCodeField

__all__ = (
    "DefinitionVersion", "FigureImport", "FigureRevision", "ImportedValue", "IndicatorTarget", "IndicatorValue",
    "PublishedRevision", "PublishedValue", "ReceivedReport", "Report", "ReportCopy", "ReportDesign", "ReportFile",
    "ReportLayout", "ReportSchedule", "ScheduleRun", "TargetChange",
)  # fmt: skip


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
    valid_from = models.DateField(_("says so since"), null=True)

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

    ``scope_code`` is a place of any level ("" for the city); hidden counts are null. Why one is hidden is not said: it is
    small, or another one stands beside it. A published figure of the city has a row; a place without one counted nothing.
    """

    class Hidden(models.TextChoices):
        NO = "", _("shown")
        KEPT = "hidden", _("not shown: fewer than ten, or it would give such a number away")

    indicator = models.CharField(_("indicator"), max_length=40, db_collation="C")
    month = models.DateField(_("month (its first day)"))
    scope_code = DatedScopeCodeField(blank=True)
    member = models.CharField(_("part of a breakdown"), max_length=24, blank=True, db_collation="C")
    numerator = models.BigIntegerField(_("numerator or count"), null=True)
    denominator = models.BigIntegerField(_("denominator"), null=True)
    hidden = models.CharField(_("hidden because"), max_length=6, choices=Hidden, blank=True)
    definition_version = models.CharField(
        _("version of the definition"), max_length=10, blank=True, default="", db_default=""
    )
    published_at = models.DateTimeField(_("published at"))
    first_published_at = models.DateTimeField(_("first published at"), null=True)
    revision = models.PositiveSmallIntegerField(_("how often it was revised"), default=0, db_default=0)

    class Meta:
        verbose_name = _("published value")
        verbose_name_plural = _("published values")
        constraints = [
            models.UniqueConstraint(
                fields=["scope_code", "month", "indicator", "member"], name="indicators_published_cell"
            )
        ]
