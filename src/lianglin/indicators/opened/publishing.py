"""Publishing whole months: what is hidden, and which published numbers may follow a late change.

A month that is published stands as it is, but where all that is shown of sibling places moves by ten or more or not at
all. Running totals about people are published for the whole city, in steps of ten or more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime

from django.db import transaction

from lianglin.access.actor import Actor
from lianglin.indicators import queries
from lianglin.indicators.models import PublishedValue
from lianglin.indicators.opened import suppression, tables
from lianglin.indicators.opened.suppression import CITY, Node, Parts
from lianglin.indicators.opened.tables import Family, Table
from lianglin.indicators.rules import Counts
from lianglin.indicators.values import writing
from lianglin.kit import clock
from lianglin.kit.domain import Indicator
from lianglin.kit.period import Period
from lianglin.places.queries import history

Rows = dict[tuple[str, Node], PublishedValue]
"""(indicator, node) -> what is published of it."""
Published = dict[Node, dict[str, PublishedValue]]
"""The same of one family: node -> indicator -> what is published of it."""


def publish(*, by: Actor, months: Collection[Period]) -> int:
    """Publishes the whole months among ``months``: figures of every place, small cells hidden (house rule 7).

    Breakdowns are published for the whole city only. Returns the cells written; a month that did not change writes none.
    """
    by.require("system")
    asked = [i for i in queries.figures_of() if i.published and i.cells]
    written = 0
    for month in sorted(months, key=lambda month: month.start):
        if month.end > clock.today():
            continue
        with transaction.atomic():
            queries.hold(None)
            written += _publish(asked, month.start)
    return written


def _publish(asked: list[Indicator], month: date) -> int:
    before = _before(month)
    if history.crosswalk().gone(month) & {node[0] for _code, node in before}:
        return 0  # under the codes of its time: a new cut of the same people would tell of those it moves
    counted = queries.community_counts(asked, month)
    if not counted and not before:
        return 0  # before the house had anything to count
    at, made = clock.now(), list[PublishedValue]()
    declared = {indicator.code for indicator in asked}
    gone = [row for (code, _node), row in before.items() if code not in declared]
    for group in tables.families(_tables(asked, counted)):
        codes = {table.indicator.code for table in group}
        mine: Published = {}
        for (code, node), row in before.items():
            if code in codes:
                mine.setdefault(node, {})[code] = row
        for node, rows in _changed(tables.family(group, mine), mine, month, at):
            gone += mine.get(node, {}).values()
            made += rows
    writing.replace(gone, made)
    return len(made)


def _before(month: date) -> Rows:
    known = {i.code for i in queries.figures_of() if i.members}
    found: Rows = {}
    for row in PublishedValue.objects.filter(month=month):
        breakdown = row.indicator if row.indicator in known else ""
        found[row.indicator, (row.scope_code, breakdown, row.member)] = row
    return found


def _tables(asked: list[Indicator], counted: Mapping[tuple[str, str], dict[str, Counts]]) -> Iterator[Table]:
    for indicator in asked:
        if indicator.members:
            parts = {m: places for (code, m), places in counted.items() if code == indicator.code and m}
            yield tables.of_members(indicator, parts)
        elif (indicator.code, "") in counted or not indicator.city_only:
            yield tables.of_places(indicator, counted.get((indicator.code, ""), {}))


def _changed(
    family: Family, mine: Published, month: date, at: datetime
) -> Iterator[tuple[Node, list[PublishedValue]]]:
    """The nodes whose published rows are to be replaced, with the new rows."""
    hidden = suppression.hide(family.cells, family.splits)
    if _stays_in_step(family, month):
        hidden.add(CITY)
    for node in _allowed(family, mine, hidden):
        rows = [row for table in family.tables if (row := _row(table, node, hidden, month, at))]
        old = mine.get(node, {}).values()
        if {_said(row) for row in rows} == {_said(row) for row in old}:
            continue
        for row in rows if old else ():
            row.revision = 1 + max(one.revision for one in old)
            row.first_published_at = min(one.first_published_at or one.published_at for one in old)
        yield node, rows


def _allowed(family: Family, mine: Published, hidden: set[Node]) -> Iterable[Node]:
    """The nodes of which something new may be published."""
    if not mine or not family.people:
        return family.cells
    if any(tables.is_running_total(table.indicator) for table in family.tables):
        return ()
    before = {node: _shown_before(family, mine, node) for node in family.cells}
    after = {node: None if node in hidden else parts for node, parts in family.cells.items()}
    return suppression.released(before, after, family.cells, family.splits)


def _said(row: PublishedValue) -> tuple[str, int | None, int | None, bool]:
    return row.indicator, row.numerator, row.denominator, bool(row.hidden)


def _stays_in_step(family: Family, month: date) -> bool:
    """Whether a running total about people grew by less than ten since it was last shown: then it waits, hidden."""
    growing = [table for table in family.tables if tables.is_running_total(table.indicator)]
    for table in growing:
        last = (
            PublishedValue.objects.filter(
                indicator=table.indicator.code, scope_code="", member="", month__lt=month, hidden=""
            )
            .order_by("-month")
            .first()
        )
        if last is not None and not suppression.is_step(
            _protected(table, Counts(last.numerator or 0, last.denominator)),
            _protected(table, table.cells[CITY]),
        ):
            return True
    return False


def _protected(table: Table, counts: Counts) -> Parts:
    return suppression.protected(counts, people=table.indicator.people)


def _shown_before(family: Family, mine: Published, node: Node) -> Parts | None:
    """What is published of a node now: None where it is hidden; what has no row is nothing."""
    found: list[int] = []
    for table in family.tables:
        if bool(table.indicator.members) != bool(node[1]) or (node[1] and node[1] != table.indicator.code):
            continue
        row = mine.get(node, {}).get(table.indicator.code)
        if row is not None and row.hidden:
            return None
        zero = Counts(0, 0 if table.indicator.unit == "percent" else None)
        found += _protected(table, zero if row is None else Counts(row.numerator or 0, row.denominator))
    if node == CITY and not found:
        return _shown_before(family, mine, ("", family.tables[0].indicator.code, ""))
    return tuple(found)


def _row(table: Table, node: Node, hidden: set[Node], month: date, at: datetime) -> PublishedValue | None:
    """A figure's row at a node; None where it has none: nothing counted is no row, but for the city."""
    indicator = table.indicator
    if bool(indicator.members) != bool(node[1]) or (node[1] and node[1] != indicator.code):
        return None
    counts, is_hidden = table.cells.get(node), node in hidden
    if counts is None and not is_hidden:
        return None
    return PublishedValue(
        indicator=indicator.code,
        month=month,
        scope_code=node[0],
        member=node[2],
        numerator=None if is_hidden or counts is None else counts.numerator,
        denominator=None if is_hidden or counts is None else counts.denominator,
        hidden=PublishedValue.Hidden.KEPT if is_hidden else "",
        definition_version=indicator.definition_version,
        published_at=at,
        first_published_at=at,
    )
