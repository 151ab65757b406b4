"""Figures of a place over any period, whole or in parts: one way for every domain's figures.

A figure that names ``counts`` is counted from its rows; one that does not, but is kept per community and month, is
summed over whole months, whole or by place. What can be had neither way is left out, never guessed.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from lianglin.access.actor import TOP
from lianglin.access.transaction import counting
from lianglin.indicators import queries
from lianglin.indicators.rules import Counts
from lianglin.kit import clock, discovery
from lianglin.kit.domain import Counted, Dimension, Indicator
from lianglin.kit.period import Period
from lianglin.kit.reports import PLACE

Key = tuple[str, str]
"""(indicator, part); the part is "" for the figure itself."""


@dataclass(frozen=True)
class Found:
    """Both counts, and what rulings left out of the rate."""

    counts: Counts
    left_out: int = 0


def dimensions(figures: Collection[Indicator]) -> dict[str, Dimension]:
    """The dimensions that all these figures have, by code; the place is every figure's and not among them."""
    shared: dict[str, Dimension] | None = None
    for figure in figures:
        own = {one.code: one for one in figure.dimensions}
        shared = own if shared is None else {code: one for code, one in shared.items() if code in own}
    return shared or {}


def count(
    figures: Collection[Indicator], prefix: str, period: Period, dimension: str = "", width: int = 0
) -> dict[Key, Found]:
    """The figures of a place over a period, in the parts of a dimension or whole. A few statements for each domain.

    Counted as the background role within ``prefix`` as far as the reader's own range goes: a post for statistics gets
    the figures, never the rows.
    """
    found: dict[Key, Found] = {}
    with counting(prefix, prefix + TOP):
        for reference in dict.fromkeys(figure.counts for figure in figures if figure.counts):
            codes = [figure.code for figure in figures if figure.counts == reference]
            one: Counted
            for one in discovery.resolve(reference)(codes, period, prefix, dimension, width):
                counts = Counts(int(one.numerator), None if one.denominator is None else int(one.denominator))
                found[one.indicator, one.member] = Found(counts, int(one.left_out))
    kept = [figure for figure in figures if not figure.counts and figure.cells]
    if kept and whole_months(period):
        found |= _kept(kept, prefix, period, dimension, width)
    return found


def whole_months(period: Period) -> bool:
    """Whether a period is made of calendar months."""
    months = period.months()
    return months[0].start == period.start and months[-1].end == period.end


def _kept(
    figures: list[Indicator], prefix: str, period: Period, dimension: str, width: int
) -> dict[Key, Found]:
    """Of what is kept per community and month: whole, or by place; a stock is that of the last month."""
    found: dict[Key, Found] = {}
    months = [month.start for month in period.months() if month.start <= clock.today()] or [period.start]
    for figure in figures:
        asked = months[-1:] if figure.kind != "flow" else months
        if dimension == "":
            if figure.city_only and prefix:
                continue
            sums = queries.sums(prefix, [([figure], asked)])
            if figure.city_only and not sums.counts:
                continue
            parts = [sums.of(figure, month) for month in asked]
            found[figure.code, ""] = Found(sum(parts[1:], parts[0]))
        elif dimension == PLACE:
            for month in asked:
                for (place, code), counts in queries.by_place(prefix, width, [figure], month).items():
                    before = found.get((code, place))
                    found[code, place] = Found(before.counts + counts if before else counts)
    return found
