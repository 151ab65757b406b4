"""Figures in parts as a page shows them: places over whole months from what is kept, all else counted from the rows.

What is kept says the same as a count of the rows would (see :mod:`lianglin.indicators.reports.counting`), at the time at
which it was counted: within ten minutes in the running month, in the night before for the months before it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Max, Q, Sum
from django.db.models.functions import Left

from lianglin.indicators import queries
from lianglin.indicators.models import IndicatorValue
from lianglin.indicators.queries import LEFT_OUT
from lianglin.indicators.reports.counting import Found, Key, count, whole_months
from lianglin.indicators.rules import Counts
from lianglin.indicators.values import counted
from lianglin.kit import clock
from lianglin.kit.domain import Indicator
from lianglin.kit.period import Period
from lianglin.kit.reports import PLACE
from lianglin.places.queries import history


@dataclass(frozen=True)
class Parts:
    """Each figure in each part that has any, each figure whole, and the time of the counts."""

    found: dict[Key, Found]
    whole: dict[str, Found]
    counted_at: datetime


def parts(figures: Collection[Indicator], prefix: str, period: Period, dimension: str, width: int) -> Parts:
    """The figures of a place over a period in the parts of a dimension; parts add up, so that each row is read once.

    One statement where it is kept: by place, over whole months of the last two years.
    """
    found, counted_at = None, None
    if dimension == PLACE and _is_kept(figures, period):
        found, counted_at = _kept(figures, prefix, period, width)
    if found is None:
        found = count(figures, prefix, period, dimension, width)
    return Parts(found, _whole(figures, found), counted_at or clock.now())


def _is_kept(figures: Collection[Indicator], period: Period) -> bool:
    first = counted.last_months(counted.MONTHS)[0].start
    return whole_months(period) and period.start >= first and all(map(counted.source, figures))


def _whole(figures: Collection[Indicator], found: dict[Key, Found]) -> dict[str, Found]:
    whole = {figure.code: Found(_nothing(figure)) for figure in figures}
    for (code, _part), one in found.items():
        whole[code] = _sum(whole[code], one)
    return whole


def _nothing(figure: Indicator) -> Counts:
    return Counts(0, 0 if figure.unit == "percent" else None)


def _sum(one: Found, other: Found) -> Found:
    return Found(one.counts + other.counts, one.left_out + other.left_out)


def _asked(figures: Collection[Indicator], months: list[date]) -> Q:
    """The cells of a period: a stock stands in its last month that has begun, a cumulative one in all months until then."""
    begun = [month for month in months if month <= clock.today()]
    stocks = [figure for figure in figures if figure.kind == "stock"]
    others = [figure for figure in figures if figure.kind != "stock"]
    return queries.cells_of(others, begun) | queries.cells_of(stocks, begun[-1:])


def _kept(
    figures: Collection[Indicator], prefix: str, period: Period, width: int
) -> tuple[dict[Key, Found], datetime | None]:
    asked = _asked(figures, [month.start for month in period.months()])
    rows = IndicatorValue.objects.filter(asked, queries.inside(prefix))
    known = {figure.code: figure for figure in figures}
    found: dict[Key, Found] = {}
    newest = None
    for code, member, place, counts, at in _by_place(rows, width):
        before = found.get((code, place)) or Found(_nothing(known[code]))
        own = Found(_nothing(known[code]), counts.numerator) if member == LEFT_OUT else Found(counts)
        found[code, place] = _sum(before, own)
        newest = max(newest or at, at)
    return found, newest


def _by_place(rows: queries.Cells, width: int) -> Iterator[tuple[str, str, str, Counts, datetime]]:
    """(indicator, member, place, counts, time) of cells; communities on today's map. One statement, there two."""
    walk = history.crosswalk()
    if width == counted.COMMUNITY and walk.passages:
        at = rows.aggregate(at=Max("computed_at"))["at"]
        for (code, member), places in queries.by_community(rows, walk).items():
            for place, counts in places.items():
                yield code, member, place, counts, at
        return
    grouped = rows.values("indicator", "member", place=Left("scope_code", width)).order_by()
    for row in grouped.annotate(n=Sum("numerator"), d=Sum("denominator"), at=Max("computed_at")):
        of = None if row["d"] is None else int(row["d"])
        yield row["indicator"], row["member"], row["place"], Counts(int(row["n"]), of), row["at"]
