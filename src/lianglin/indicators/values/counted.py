"""Figures that are counted over any span, kept by community and month beside those that have cells, so that pages read them."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from lianglin.indicators.queries import LEFT_OUT
from lianglin.kit import clock, discovery
from lianglin.kit.domain import Cell, Counted, Indicator
from lianglin.kit.period import Period
from lianglin.kit.reports import PLACE

COMMUNITY = 12
"""Digits of a community's code."""
MONTHS = 26
"""Months whose figures are kept from the first count on; older ones as far as they were counted in their time."""


def is_kept(indicator: Indicator) -> bool:
    """Whether a figure without cells of its own is kept all the same: it stands on the page of rates in parts."""
    return bool(indicator.counts and indicator.dimensions) and not (indicator.cells or indicator.city_only)


def source(indicator: Indicator) -> str:
    """The function that computes what is kept of a figure; "" where nothing is."""
    return indicator.cells or (indicator.counts if is_kept(indicator) else "")


def cells(
    reference: str, codes: Collection[str], span: Period, scope_codes: Collection[str] | None
) -> Iterable[Cell]:
    """Cells of these figures for the months of ``span``, in some communities or in all. A few statements for each month."""
    count = discovery.resolve(reference)
    for month in span.months():
        for prefix in [""] if scope_codes is None else scope_codes:
            one: Counted
            for one in count(codes, month, prefix, PLACE, COMMUNITY):
                if one.numerator or one.denominator:
                    yield Cell(one.indicator, month.start, one.member, one.numerator, one.denominator)
                if one.left_out:
                    yield Cell(one.indicator, month.start, one.member, one.left_out, None, LEFT_OUT)


def last_months(count: int) -> list[Period]:
    """The last ``count`` months, the running one included, oldest first."""
    months = [Period.month_of(clock.today())]
    while len(months) < count:
        months.insert(0, months[0].previous())
    return months
