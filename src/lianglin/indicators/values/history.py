"""What a figure said on a day, and each day on which it came to say something else: for a place of any level."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet, Sum
from django.db.models import Value as Literal

from lianglin.access.actor import TOP
from lianglin.indicators import queries
from lianglin.indicators.models import (
    DefinitionVersion,
    FigureRevision,
    IndicatorValue,
    PublishedRevision,
    PublishedValue,
)
from lianglin.indicators.rules import Counts
from lianglin.kit.domain import Indicator
from lianglin.places.queries import history

MOST = 400
"""Days of change that one page shows; a month that runs has 31, and few come after."""
_Grouped = dict[str, tuple[int, int | None]]
"""Code ("" where summed) -> numerator, denominator."""


def kept_since(code: str) -> date | None:
    """The day from which on the history of a figure is kept: when its first wording was. One statement."""
    first = DefinitionVersion.objects.filter(indicator=code).order_by("valid_from").first()
    return first.valid_from if first else None


def _cells(model: Any, indicator: Indicator, prefix: str, months: Collection[date]) -> QuerySet[Any]:
    """The cells of a figure below ``prefix``: of these months, of a cumulative one of all before, too."""
    walk = history.crosswalk()
    rows = model.objects.filter(indicator=indicator.code, member="")
    asked = Q(month__lte=max(months)) if indicator.kind == "cumulative" else Q(month__in=list(months))
    rows = rows.filter(asked)
    if _is_joined(prefix):
        return rows.filter(scope_code__in=walk.family([prefix]))
    return rows.filter(scope_code__gte=prefix, scope_code__lt=prefix + TOP)


def _is_joined(prefix: str) -> bool:
    """Whether this is a community whose past lies in others."""
    return len(prefix) == 12 and history.crosswalk().is_target(prefix)


def _place(prefix: str) -> Any:
    return F("scope_code") if _is_joined(prefix) else Literal("")


def _shown(found: _Grouped, prefix: str, month: date) -> Counts:
    """The counts under the place that was asked for."""
    counts = {code: Counts(n, d) for code, (n, d) in found.items()}
    if not _is_joined(prefix):
        return counts.get("", Counts(0))
    return queries.on_todays_map(counts, month, history.crosswalk()).get(prefix, Counts(0))


def as_of(
    indicator: Indicator, prefix: str, months: Collection[date], day: date
) -> dict[date, Counts | None]:
    """What a figure said of these months at the end of ``day``; None for a month that had not begun. Two statements."""
    current = _cells(IndicatorValue, indicator, prefix, months)
    former = _cells(FigureRevision, indicator, prefix, months).filter(valid_until__gt=day)
    told = Q(valid_from__isnull=True) | Q(valid_from__lte=day)
    found: dict[date, _Grouped] = {}
    for rows in (current, former):
        grouped = rows.filter(told).values("month", place=_place(prefix))
        for row in grouped.annotate(n=Sum("numerator"), d=Sum("denominator")).order_by():
            at = found.setdefault(row["month"], {})
            at[row["place"]] = _added(at.get(row["place"]), row["n"], row["d"])
    zero = Counts(0, 0 if indicator.unit == "percent" else None)
    by_month = {month: zero + _shown(counts, prefix, month) for month, counts in found.items()}
    said: dict[date, Counts | None] = {}
    for month in months:
        if month > day:
            said[month] = None
        elif indicator.kind == "cumulative":
            said[month] = sum((c for m, c in by_month.items() if m <= month), zero)
        else:
            said[month] = by_month.get(month, zero)
    return said


def _added(before: tuple[int, int | None] | None, n: Any, d: Any, sign: int = 1) -> tuple[int, int | None]:
    numerator, denominator = before or (0, None)
    if d is not None:
        denominator = (denominator or 0) + sign * int(d)
    return numerator + sign * int(n), denominator


@dataclass(frozen=True)
class Step:
    """From this day on a figure said so; None: since before its history began. ``causes``: why it came to say so."""

    day: date | None
    counts: Counts
    causes: tuple[str, ...] = ()


def steps(indicator: Indicator, prefix: str, month: date) -> list[Step]:
    """Each day on which the figure of a month came to say something else, oldest first. Three statements.

    Days are read off the communities' cells: each version comes in on its first day and goes out on its last.
    """
    place, first = _place(prefix), date.min
    moves: dict[date, list[tuple[str, Any, Any, int]]] = {}
    causes: dict[date, set[str]] = {}
    current = _cells(IndicatorValue, indicator, prefix, [month])
    former = _cells(FigureRevision, indicator, prefix, [month])
    for rows in (current, former):
        for row in _summed(rows.values("valid_from", place=place)):
            day = row["valid_from"] or first
            moves.setdefault(day, []).append((row["place"], row["n"], row["d"], 1))
    for row in _summed(former.values("valid_until", "ended_by", place=place)):
        moves.setdefault(row["valid_until"], []).append((row["place"], row["n"], row["d"], -1))
        causes.setdefault(row["valid_until"], set()).add(row["ended_by"])
    standing: _Grouped = {}
    zero, made = Counts(0, 0 if indicator.unit == "percent" else None), list[Step]()
    for day in sorted(moves):
        for code, n, d, sign in moves[day]:
            standing[code] = _added(standing.get(code), n, d, sign)
        counts = zero + _shown(standing, prefix, month)
        if not made or made[-1].counts != counts:
            made.append(Step(None if day == first else day, counts, tuple(sorted(causes.get(day, ())))))
    return made[-MOST:]


def _summed(grouped: Any) -> Iterable[dict[str, Any]]:
    return grouped.annotate(n=Sum("numerator"), d=Sum("denominator")).order_by()


def published_versions(
    indicator: Indicator, prefix: str, month: date
) -> list[PublishedValue | PublishedRevision]:
    """What was published of a figure, the present version first. Two statements."""
    code = "" if len(prefix) == 4 else prefix
    asked = {"indicator": indicator.code, "month": month, "scope_code": code, "member": ""}
    former = PublishedRevision.objects.filter(**asked).order_by("-replaced_at", "-id")
    return [*PublishedValue.objects.filter(**asked), *former[:MOST]]
