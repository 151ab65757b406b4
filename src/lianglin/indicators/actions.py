"""Computing figures: the cells that a move touched, a whole city's months, and what is published of them.

All idempotent: a cell is counted anew from its rows, never added to. Figures are derived, so nothing is audited.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import date

from django.db import transaction

from lianglin.access.actor import Actor
from lianglin.indicators import queries, rules
from lianglin.indicators.models import IndicatorValue
from lianglin.indicators.opened.publishing import publish
from lianglin.indicators.rules import Counts
from lianglin.indicators.values import counted, writing
from lianglin.indicators.values.counted import MONTHS, last_months
from lianglin.kit import clock, discovery
from lianglin.kit.domain import Cell, Indicator
from lianglin.kit.period import Period
from lianglin.places.queries import history
from lianglin.places.rules.crosswalk import Crosswalk

__all__ = ("MONTHS", "last_months", "publish", "rebuild", "refresh")

Report = Callable[[float], None]


def refresh(
    *,
    by: Actor,
    codes: Collection[str],
    span: Period,
    scope_codes: Collection[str] | None = None,
    cause: str = writing.Cause.COUNTED,
) -> int:
    """Counts the given figures anew for whole months, in some communities or in all; returns the cells written.

    Waits for whoever counts the same communities, so that the last to write is the last to have read. What changed since
    the day before keeps its former value, with ``cause`` (see ``values.writing``).
    """
    by.require("system")
    asked = [i for i in queries.figures_of(*codes) if counted.source(i)]
    walk = history.fresh_crosswalk()
    if scope_codes is not None:
        scope_codes = walk.family(scope_codes)
    versions = {i.code: i.definition_version for i in asked}
    with transaction.atomic():
        queries.hold(scope_codes)
        at = clock.now()
        written = sum(
            writing.write(_as_kept(cells, figures, span, scope_codes, walk), versions, at, cause)
            for cells, figures in _computed(asked, span, scope_codes)
        )
        months = [month.start for month in span.months()]
        writing.forget(
            indicators=list(versions), months=months, scope_codes=scope_codes, at=at, cause=cause,
            kept=[(month, code) for month in months if walk.passages for code in walk.kept(month)],
        )  # fmt: skip
    return written


Group = tuple[str, date, str]
"""(indicator, month, member)"""


def _as_kept(
    cells: Iterable[Cell],
    asked: list[Indicator],
    span: Period,
    scope_codes: Collection[str] | None,
    walk: Crosswalk,
) -> Iterable[Cell]:
    """Cells as they are stored: months before a merge or split stay under the codes of their time.

    Rows carry today's codes, so what was counted anew is brought back (see ``places.rules.crosswalk``).
    """
    found: dict[Group, dict[str, Counts]] = {}
    for cell in cells:
        if cell.scope_code in walk.touched(cell.month):
            group = found.setdefault((cell.indicator, cell.month, cell.member), {})
            group[cell.scope_code] = Counts(cell.numerator, cell.denominator)
        else:
            yield cell
    kept = _stored(asked, span, scope_codes, walk)
    for group in {**found, **kept}:
        indicator, month, member = group
        here, there = found.get(group, {}), kept.get(group, {})
        divided = any(c.denominator is not None for c in (*here.values(), *there.values()))
        booked = walk.to_book(
            {code: rules.as_parts(c) for code, c in here.items()},
            {code: rules.as_parts(c) for code, c in there.items()},
            month,
        )
        for code, parts in booked.items():
            if any(parts):
                counts = rules.of_parts(parts, divided=divided)
                yield Cell(indicator, month, code, counts.numerator, counts.denominator, member)


def _stored(
    asked: list[Indicator], span: Period, scope_codes: Collection[str] | None, walk: Crosswalk
) -> dict[Group, dict[str, Counts]]:
    """The cells that stand as they are, of the asked figures and months. One statement, none without changes."""
    kept = {month.start: walk.kept(month.start) for month in span.months()} if walk.passages else {}
    codes = {code for month in kept.values() for code in month}
    found: dict[Group, dict[str, Counts]] = {}
    if not codes:
        return found
    rows = IndicatorValue.objects.filter(
        indicator__in=[i.code for i in asked], month__in=[m for m, there in kept.items() if there],
        scope_code__in=codes if scope_codes is None else codes & set(scope_codes),
    )  # fmt: skip
    for row in rows:
        if row.scope_code in kept[row.month]:
            group = found.setdefault((row.indicator, row.month, row.member), {})
            group[row.scope_code] = Counts(row.numerator, row.denominator)
    return found


def _computed(
    asked: list[Indicator], span: Period, scope_codes: Collection[str] | None
) -> Iterable[tuple[Iterable[Cell], list[Indicator]]]:
    """Each function that computes cells, asked once for all figures that name it; with those figures."""
    for reference in dict.fromkeys(counted.source(indicator) for indicator in asked):
        figures = [indicator for indicator in asked if counted.source(indicator) == reference]
        codes = [indicator.code for indicator in figures]
        if figures[0].cells:
            yield discovery.resolve(reference)(codes, span, scope_codes), figures
        else:
            yield counted.cells(reference, codes, span, scope_codes), figures


def rebuild(
    *, by: Actor, months: int = MONTHS, codes: Collection[str] = (), report: Report | None = None
) -> int:
    """Counts all figures (or the given) anew for the last ``months`` months and publishes the whole ones.

    Set-based: a handful of statements per half year, whatever the number of communities.
    """
    by.require("system")
    spans = last_months(months)
    parts = [
        Period(chunk[0].start, chunk[-1].end) for chunk in (spans[i : i + 6] for i in range(0, len(spans), 6))
    ]
    written = 0
    for done, part in enumerate(parts):
        written += refresh(by=by, codes=codes, span=part)
        if report:
            report((done + 1) / (len(parts) + 1))
    IndicatorValue.objects.exclude(indicator__in=[i.code for i in queries.figures_of()]).delete()
    publish(by=by, months=spans)
    if report:
        report(1.0)
    return written
