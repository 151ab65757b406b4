"""What a report for publication says of figures that are published month by month: what was published, no other count.

Two papers of the same month with two numbers would tell what came in between them. Where nothing is published of a
period (it runs, it is a week, its months are partly hidden), a figure about people is not given.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from lianglin.indicators import queries, rules
from lianglin.indicators.models import PublishedValue
from lianglin.indicators.opened.tables import is_running_total
from lianglin.indicators.reports.counting import Key
from lianglin.indicators.reports.words import Cell
from lianglin.indicators.rules import Counts
from lianglin.kit.domain import Indicator
from lianglin.kit.period import Period

Rows = Mapping[tuple[str, str, str, date], PublishedValue]


def known(figures: Collection[Indicator], places: Collection[str], period: Period) -> dict[Key, Cell]:
    """(figure, place) -> what the public knows of it over a period. One statement, none without such figures.

    What is not among the keys is no published figure, or one about an office's work of which nothing is published yet:
    it is counted on the report's own day. A rate's exclusions are not published and not told.
    """
    asked = [one for one in figures if one.published and one.cells and not one.members]
    months = [month.start for month in period.months()]
    if not asked:
        return {}
    rows = queries.published({*places, ""}, months) if _is_whole(period) else {}
    found: dict[Key, Cell] = {}
    for figure in asked:
        own = months if figure.kind == "flow" else months[-1:]
        told_all = bool(rows) and all(("", figure.code, "", month) in rows for month in own)
        for place in places:
            if figure.city_only and place:
                continue
            if told_all and not (place and is_running_total(figure)):
                told = [rows.get((place, figure.code, "", month)) for month in own]
                found[figure.code, place] = _cell(figure, told)
            elif figure.people:
                found[figure.code, place] = Cell(_zero(figure), hidden=rules.GUARD)
    return found


def _is_whole(period: Period) -> bool:
    months = period.months()
    return months[0].start == period.start and months[-1].end == period.end


def _zero(figure: Indicator) -> Counts:
    return Counts(0, 0 if figure.unit == "percent" else None)


def _cell(figure: Indicator, rows: Iterable[PublishedValue | None]) -> Cell:
    """The months together; hidden where one of them is. A place without a row in a published month counted nothing."""
    counts = _zero(figure)
    for row in rows:
        if row is None:
            continue
        if row.hidden:
            return Cell(_zero(figure), hidden=rules.GUARD)
        counts += Counts(row.numerator or 0, row.denominator)
    return Cell(counts)


def add_up(parts: Iterable[Counts], whole: Cell) -> bool:
    """Whether the parts of a figure, counted on the report's own day, are those of the published whole."""
    total = Counts(0, None if whole.counts.denominator is None else 0)
    return not whole.hidden and sum((part for part in parts if part.base), total) == whole.counts
