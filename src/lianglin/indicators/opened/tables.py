"""The figures of one month as tables of cells that add up, and which figures must be hidden together.

Two figures that hold the same number under two names (what is received, and the base of a rate of what is received)
are one to whoever subtracts. They are found by their numbers, community by community, so that no manifest has to say so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from lianglin.indicators.opened.suppression import CITY, Node, Parts, Split, protected
from lianglin.indicators.rules import Counts
from lianglin.kit.domain import Indicator

WIDTHS = (0, 6, 9, 12)
"""Digits of a city's, district's, street's and community's code."""
K = TypeVar("K")
Vector = frozenset[tuple[str, int]]
"""A count by community, without the empty ones."""


@dataclass
class Table:
    """One figure of a month: its counts by node, and its breakdown's parts when it is one."""

    indicator: Indicator
    cells: dict[Node, Counts] = field(default_factory=dict)
    vectors: dict[str, Vector] = field(default_factory=dict)

    @property
    def guarded(self) -> set[Vector]:
        """The counts that must not be known when small."""
        if self.indicator.people:
            return set(self.vectors.values())
        return {vector for name, vector in self.vectors.items() if name == "denominator"}


def is_running_total(indicator: Indicator) -> bool:
    """Whether a figure about people grows from month to month, so that two months tell of what came between."""
    return indicator.people and (indicator.kind == "cumulative" or indicator.city_only)


def of_places(indicator: Indicator, by_community: Mapping[str, Counts]) -> Table:
    """A figure of every place; a running total about people of the whole city alone."""
    zero = Counts(0, 0 if indicator.unit == "percent" else None)
    table = Table(indicator, {CITY: zero}, _vectors(by_community))
    for scope_code, counts in by_community.items():
        for width in WIDTHS if not is_running_total(indicator) else (0,):
            if width <= len(scope_code):
                _add(table.cells, (scope_code[:width], "", ""), counts)
    return table


def of_members(indicator: Indicator, members: Mapping[str, Mapping[str, Counts]]) -> Table:
    """A breakdown: its members for the whole city, and their sum."""
    whole: Node = ("", indicator.code, "")
    table = Table(indicator, {whole: Counts(0)})
    together: dict[str, Counts] = {}
    for member, by_community in members.items():
        for scope_code, counts in by_community.items():
            _add(table.cells, ("", indicator.code, member), counts)
            _add(table.cells, whole, counts)
            _add(together, scope_code, counts)
    table.vectors = _vectors(together)
    return table


def _add(cells: dict[K, Counts], at: K, counts: Counts) -> None:
    cells[at] = cells[at] + counts if at in cells else counts


def _vectors(by_community: Mapping[str, Counts]) -> dict[str, Vector]:
    counted = {
        "numerator": ((code, counts.numerator) for code, counts in by_community.items()),
        "denominator": ((code, counts.denominator or 0) for code, counts in by_community.items()),
        "rest": ((code, counts.rest or 0) for code, counts in by_community.items()),
    }
    made = {name: frozenset((code, n) for code, n in pairs if n) for name, pairs in counted.items()}
    return {name: vector for name, vector in made.items() if vector}


def families(tables: Iterable[Table]) -> list[list[Table]]:
    """The figures that share a count, one of them a protected one; every other, and each running total, by itself."""
    found: list[tuple[list[Table], set[Vector], set[Vector]]] = []
    for table in tables:
        if is_running_total(table.indicator):
            found.append(([table], set(), set()))
            continue
        every, guarded, mine = set(table.vectors.values()), table.guarded, [table]
        for one in [f for f in found if f[1] & guarded or f[2] & every]:
            found.remove(one)
            mine, every, guarded = one[0] + mine, every | one[1], guarded | one[2]
        found.append((mine, every, guarded))
    return [mine for mine, _every, _guarded in found]


@dataclass(frozen=True)
class Family:
    """Figures that are hidden together, as cells of protected counts that add up."""

    tables: list[Table]
    cells: dict[Node, Parts]
    splits: list[Split]

    @property
    def people(self) -> bool:
        """Whether one of them counts persons or households."""
        return any(table.indicator.people for table in self.tables)


def family(tables: list[Table], known: Iterable[Node] = ()) -> Family:
    """The cells of these figures and of ``known`` nodes (published before), and how they add up, widest first."""
    plain = [table for table in tables if not table.indicator.members]
    parted = [table for table in tables if table.indicator.members]
    nodes = {node for table in tables for node in table.cells} | set(known) | {CITY}
    cells: dict[Node, Parts] = {}
    for node in nodes:
        if node[1]:
            cells[node] = next((_parts(t, node) for t in parted if t.indicator.code == node[1]), (0,))
        else:
            cells[node] = tuple(n for table in plain for n in _parts(table, node))
    if not plain:  # a breakdown by itself: the city's cell is its sum
        cells[CITY] = cells["", parted[0].indicator.code, ""]
    return Family(tables, cells, [*_splits_by_place(nodes), *_splits_by_member(nodes, parted)])


def _parts(table: Table, node: Node) -> Parts:
    zero = Counts(0, 0 if table.indicator.unit == "percent" else None)
    return protected(table.cells.get(node, zero), people=table.indicator.people)


def _splits_by_place(nodes: Iterable[Node]) -> list[Split]:
    below: dict[tuple[int, str], list[Node]] = {}
    for node in nodes:
        if node[0] and not node[1]:
            level = WIDTHS.index(len(node[0]))
            below.setdefault((level, node[0][: WIDTHS[level - 1]]), []).append(node)
    return [Split((above, "", ""), tuple(sorted(parts))) for (_level, above), parts in sorted(below.items())]


def _splits_by_member(nodes: Iterable[Node], parted: Iterable[Table]) -> list[Split]:
    made: list[Split] = []
    for table in parted:
        code = table.indicator.code
        members = tuple(sorted(node for node in nodes if node[1] == code and node[2]))
        made += [Split(CITY, (("", code, ""),)), Split(("", code, ""), members)]
    return made
