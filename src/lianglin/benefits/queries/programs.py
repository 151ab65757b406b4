"""The rules in force, ready to run: compiled once per package, bound once per day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from lianglin.benefits.models import Measure
from lianglin.benefits.queries.packages import package as package
from lianglin.engines.eligibility.package import Package
from lianglin.engines.eligibility.program import Bound, Program, compile_package
from lianglin.engines.eligibility.tree import Age, Among, FactValue, Flag, walk
from lianglin.kit import clock
from lianglin.kit.fresh import Fresh

_ids = Fresh(600.0, most=4)


_programs = Fresh(24 * 3600.0, most=8)
_bounds = Fresh(24 * 3600.0, most=16)
_columns = Fresh(24 * 3600.0, most=8)


def program(on: date | None = None) -> Program:
    """The package of a day (today), compiled."""
    found = package(on)
    return _programs.get((found.digest, id(found)), lambda: compile_package(found))


def bound(on: date | None = None) -> Bound:
    """The package of a day, bound to it."""
    day = on or clock.today()
    return bind(program(day), day)


def bind(made: Program, day: date) -> Bound:
    """A compiled package on a day; kept."""
    return _bounds.get((id(made), day), lambda: made.bind(day))


def columns(found: Package) -> set[str]:
    """The columns that the rules of a package name; looked for once per package, not once per street."""
    return _columns.get((found.digest, id(found)), lambda: _named(found))


def _named(found: Package) -> set[str]:
    return {
        node.column
        for measure in found.measures
        for top in (*(c.truth for c in measure.conditions), measure.amount.value)
        if top is not None
        for node in walk(top)
        if isinstance(node, FactValue | Flag | Among | Age)
    }


def measure_ids(codes: Iterable[str]) -> dict[str, int]:
    """Numbers of the stored measures by their codes; a code that nobody stored is left out."""
    wanted = tuple(codes)
    known: dict[str, int] = _ids.get("all", lambda: dict(Measure.objects.values_list("code", "id")))
    if any(code not in known for code in wanted):
        _ids.clear()
        known = _ids.get("all", lambda: dict(Measure.objects.values_list("code", "id")))
    return {code: known[code] for code in wanted if code in known}
