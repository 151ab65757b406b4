"""What a plan needs besides the rows: the day, days of birth, which measures are valid, parameters by area."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lianglin.engines.eligibility.days import day_number, last_birthday
from lianglin.engines.eligibility.operations import Op
from lianglin.engines.eligibility.package import Package


@dataclass(frozen=True)
class Setting:
    """A plan on a day. ``birthdays``: by completed years, the latest day of birth; ``active``: by measure."""

    on: date
    today: int
    birthdays: dict[int, int]
    active: tuple[bool, ...]

    @classmethod
    def of(cls, package: Package, ops: tuple[Op, ...], on: date) -> Setting:
        """Looks up what depends on the day only."""
        years = [int(op.args[0]) for op in ops if op.code == "CUT"]
        active = tuple(
            measure.valid_from <= on and (measure.valid_to is None or on <= measure.valid_to)
            for measure in package.measures
        )
        return cls(on, day_number(on), {year: last_birthday(year, on) for year in years}, active)


@dataclass(frozen=True)
class Local:
    """One parameter in the areas of a population: ``values`` and ``known`` by place of the area's code."""

    values: tuple[int, ...]
    known: tuple[bool, ...]

    @cached_property
    def everywhere(self) -> tuple[int, bool] | None:
        """The value and whether it is known when all areas have the same, else None."""
        alike = len(set(self.values)) <= 1 and len(set(self.known)) <= 1
        return (self.values[0] if self.values else 0, bool(self.known and self.known[0])) if alike else None


class Locals(dict[str, Local]):
    """Parameters by name, and what back ends made of them before (``made``)."""

    def __init__(self) -> None:
        super().__init__()
        self.made: dict[Any, Any] = {}

    @cached_property
    def everywhere(self) -> frozenset[str]:
        """Parameters that are the same in all areas."""
        return frozenset(name for name, held in self.items() if held.everywhere is not None)

    @cached_property
    def greatest(self) -> int:
        """The greatest size of a value."""
        return max((abs(value) for held in self.values() for value in held.values), default=0)


def local_parameters(package: Package, ops: tuple[Op, ...], on: date, area_codes: tuple[str, ...]) -> Locals:
    """Parameters that a plan names, looked up for each area. A parameter that nobody defined is unknown."""
    found = Locals()
    for op in ops:
        if op.code == "PKNOWN":
            name = str(op.args[0])
            parameter = package.vocabulary.parameters.get(name)
            held = [parameter.at(code, on) if parameter else None for code in area_codes]
            values = [None if one is None else one.value for one in held]
            found[name] = Local(tuple(v or 0 for v in values), tuple(v is not None for v in values))
    return found


MOST_ROWS = 65_536
"""Rows of a block: planes of 8 KB, so that what one operation writes is still near when the next one reads it."""


@dataclass(frozen=True)
class Block:
    """Households that are worked on together, with all their members."""

    first_person: int
    persons: int
    first_household: int
    households: int


def blocks(starts: NDArray[np.int64], most: int = MOST_ROWS) -> Iterator[Block]:
    """Cuts a population at household borders. A household of more members than ``most`` is a block of its own."""
    household, end = 0, len(starts) - 1
    while household < end:
        first = int(starts[household])
        last = int(np.searchsorted(starts, first + most, side="right")) - 1
        last = min(max(last, household + 1), household + most, end)
        yield Block(first, int(starts[last]) - first, household, last - household)
        household = last


def words_for(rows: int) -> int:
    """Words that hold so many rows; one at least."""
    return max((rows + 63) // 64, 1)
