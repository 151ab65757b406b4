"""Reads of goals and of imported figures. ``target`` is what other parts of the package ask for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal

from django.db.models import Q, QuerySet

from lianglin.access.actor import Actor
from lianglin.indicators.models import FigureImport, ImportedValue, IndicatorTarget, TargetChange
from lianglin.kit import discovery
from lianglin.kit.domain import Indicator
from lianglin.kit.held import held
from lianglin.kit.period import Period

# --- goals -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Target:
    """A goal as it counts for a place and month. ``since`` and ``source`` are empty for the manifest's default."""

    amount: float
    better: Literal["up", "down"]
    since: date | None = None
    source: str = ""
    scope_code: str = ""
    sample: bool = False

    def is_met(self, value: float | int | None) -> bool | None:
        """Whether a value meets it; None where there is no value."""
        if value is None:
            return None
        return value >= self.amount if self.better == "up" else value <= self.amount


def areas_over(scope_code: str) -> list[str]:
    """The codes of a place and of what it lies in, the city ("") first."""
    return ["", *(scope_code[:width] for width in (6, 9, 12) if len(scope_code) >= width)]


@held
def _goals() -> dict[tuple[str, str], list[IndicatorTarget]]:
    """Every goal by (figure, area), oldest first. One statement, kept for ten minutes: goals change by decree."""
    found: dict[tuple[str, str], list[IndicatorTarget]] = {}
    for row in IndicatorTarget.objects.order_by("valid_from", "id"):
        found.setdefault((row.indicator, row.scope_code), []).append(row)
    return found


def targets(codes: Collection[str], scope_code: str, month: date) -> dict[str, Target]:
    """The goals of these figures that count for a place and month, by code. No statement, or one in ten minutes.

    The nearest area that has a goal counts, in it the newest that had begun; without any, the manifest's default.
    """
    goals, areas = _goals(), areas_over(scope_code)[::-1]
    known, found = discovery.indicators(), dict[str, Target]()
    for code in codes:
        begun = (_newest(goals.get((code, area), ()), month) for area in areas)
        row = next((row for row in begun if row is not None and row.amount is not None), None)
        if row is not None:
            better: Literal["up", "down"] = "down" if row.better == "down" else "up"
            found[code] = Target(
                float(row.amount or 0), better, row.valid_from, row.source, row.scope_code, row.sample
            )
        elif code in known and (default := known[code].target) is not None:
            found[code] = Target(default, "down" if known[code].better == "down" else "up")
    return found


def _newest(rows: Collection[IndicatorTarget], month: date) -> IndicatorTarget | None:
    """Of an area's goals the one that counts in a month."""
    return next((row for row in reversed(list(rows)) if row.valid_from <= month), None)


def target(indicator_code: str, scope_code: str, month: date) -> Target | None:
    """The goal of a figure for a place and month (its first day); None without any."""
    return targets([indicator_code], scope_code, month).get(indicator_code)


def near(actor: Actor) -> Q:
    """Of the areas that hold a post's own, and of those within."""
    return Q(scope_code__in=areas_over(actor.low)) | Q(scope_code__gte=actor.low, scope_code__lt=actor.high)


def goals(actor: Actor) -> QuerySet[IndicatorTarget]:
    """Every dated goal that concerns a post. Page it by ("-valid_from", "-id")."""
    return IndicatorTarget.objects.filter(near(actor))


def changes(actor: Actor) -> QuerySet[TargetChange]:
    """Proposals that concern a post. Page it by ("-id",)."""
    return TargetChange.objects.filter(near(actor))


# --- figures of other offices ------------------------------------------------------------------------------


def imported_figures() -> list[Indicator]:
    """The figures whose rows lie elsewhere, in the order of their manifests."""
    return [i for i in discovery.indicators().values() if i.origin == "imported"]


def files(actor: Actor) -> QuerySet[FigureImport]:
    """The files that concern a post, without their contents. Page it by ("-id",)."""
    return FigureImport.objects.filter(near(actor)).defer("content")


def in_force(codes: Collection[str], prefix: str = "") -> QuerySet[ImportedValue]:
    """What other offices' figures say now of a place, the newest period first, each with its file."""
    code = "" if len(prefix) == 4 else prefix
    rows = ImportedValue.objects.filter(
        indicator__in=list(codes), scope_code=code, in_force_at__isnull=False, replaced_at__isnull=True
    )
    return rows.select_related("file").defer("file__content").order_by("indicator", "-starts_on", "-id")


def on_day(code: str, prefix: str, day: date) -> QuerySet[ImportedValue]:
    """What a figure of another office said at the end of a day, the newest period first."""
    _begin, end = Period(day, day + timedelta(days=1)).instants()
    rows = ImportedValue.objects.filter(
        Q(replaced_at__isnull=True) | Q(replaced_at__gte=end),
        indicator=code, scope_code="" if len(prefix) == 4 else prefix, in_force_at__lt=end,
    )  # fmt: skip
    return rows.select_related("file").defer("file__content").order_by("-starts_on", "-id")


def newest(codes: Collection[str], prefix: str = "") -> dict[str, ImportedValue]:
    """Of each figure the value whose period ended last. One statement."""
    found: dict[str, ImportedValue] = {}
    for row in in_force(codes, prefix):
        best = found.get(row.indicator)
        if best is None or _until(row) > _until(best):
            found[row.indicator] = row
    return found


def _until(row: ImportedValue) -> tuple[date, date]:
    return row.ends_before or row.file.as_of, row.file.as_of


def versions_of(row: ImportedValue) -> QuerySet[ImportedValue]:
    """Everything that was ever in force of the same figure, place and period, the newest first."""
    same = ImportedValue.objects.filter(
        indicator=row.indicator, scope_code=row.scope_code, starts_on=row.starts_on, in_force_at__isnull=False
    )
    same = same.filter(ends_before=row.ends_before) if row.ends_before else same.filter(ends_before=None)
    return same.select_related("file").defer("file__content").order_by("-in_force_at", "-id")


Place = tuple[str, str, date, date | None]
"""(indicator, place, first day, day after the last)"""


def standing(rows: Collection[ImportedValue]) -> dict[Place, ImportedValue]:
    """What stands now where these lines would go. One statement."""
    found = ImportedValue.objects.filter(
        indicator__in={row.indicator for row in rows}, in_force_at__isnull=False, replaced_at__isnull=True
    )
    return {place_of(row): row for row in found}


def place_of(row: Any) -> Place:
    """Where a line goes: another line with the same replaces it."""
    return row.indicator, row.scope_code, row.starts_on, row.ends_before


def amount(value: Decimal | float) -> Decimal:
    """A number as it is kept: four decimals at most."""
    return Decimal(str(value)).quantize(Decimal("0.0001"))
