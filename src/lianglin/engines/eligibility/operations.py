"""The operations that a package is planned into: few, small, the same for every back end.

A truth is two bit planes, rows for which it is true and rows for which it is false; a row in neither is unknown. So 非
swaps planes, 且 is AND of the one and OR of the other. A value is exact: whole numbers, numerator and denominator apart.
Each operation is written once and known by its place in the plan.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

Row = Literal["P", "H", "C"]
"""Person rows, household rows, or one number for all (C)."""


class Op(NamedTuple):
    """``args``: places of earlier operations first, then constants (see ARITY)."""

    code: str
    row: Row
    args: tuple[Any, ...] = ()


ARITY = {
    # whole numbers
    "CONST": 0, "TODAY": 0, "CUT": 0,  # args: the number; none; completed years (day of birth that just reached them)
    "COL": 0, "PARAM": 0,  # args: column; parameter
    "MONTHS": 1,  # completed months from a day to the day of the run
    "ADD": 2, "SUB": 2, "MUL": 2, "FLOORDIV": 2,  # FLOORDIV by zero is zero: such rows are unknown
    "SIGN": 1, "ABS": 1,
    "SELECT": 3,  # plane, where true, elsewhere
    "SUM": 2,  # number, plane: the sum over members for whom the plane is set
    "COUNT": 1,  # plane
    "NSPREAD": 1,  # a household's number for each member
    # planes
    "FULL": 0, "ZERO": 0,
    "ACTIVE": 0,  # args: place of a measure: all rows when it is valid on the day, else none
    "KNOWN": 0, "PKNOWN": 0,  # args: column; parameter
    "LT": 2, "EQ": 2,
    "FLAG": 0, "CODE": 0, "INSET": 0,  # args: column; column, place; column, places
    "AND": 2, "OR": 2, "ANDNOT": 2,  # ANDNOT: the first and not the second
    "ANY": 1,  # households with a member for whom the plane is set
    "SPREAD": 1,  # a household's plane for each member
}  # fmt: skip
NUMBERS = frozenset(list(ARITY)[: list(ARITY).index("FULL")])


@dataclass(frozen=True)
class Pair:
    """A truth: places of its two planes, of the same row."""

    true: int
    false: int
    row: Row


@dataclass(frozen=True)
class Number:
    """A value: numerator and denominator (places; the denominator is above 0 where the value is known), and the plane of
    rows where it is known (None: everywhere).
    """

    num: int
    den: int
    known: int | None


def inputs(op: Op) -> tuple[int, ...]:
    """Places of the operations that one needs."""
    return op.args[: ARITY[op.code]]


def needed(ops: tuple[Op, ...], wanted: Iterable[int]) -> list[int]:
    """Places of everything that some operations rest on, themselves included, in order."""
    seen = [False] * len(ops)
    for place in wanted:
        seen[place] = True
    for place in range(len(ops) - 1, -1, -1):
        if seen[place]:
            for part in inputs(ops[place]):
                seen[part] = True
    return [place for place, use in enumerate(seen) if use]


@dataclass(frozen=True)
class Schedule:
    """Operations in order, each with the places that nobody needs any more after it."""

    steps: tuple[tuple[int, Op, tuple[int, ...]], ...]
    wanted: tuple[int, ...]

    @classmethod
    def of(cls, ops: tuple[Op, ...], wanted: Iterable[int]) -> Schedule:
        """What leads to some places."""
        kept = dict.fromkeys(wanted)
        order = needed(ops, kept)
        last: dict[int, int] = {}
        for place in order:
            for part in inputs(ops[place]):
                last[part] = place
        dying: dict[int, list[int]] = {}
        for part, place in last.items():
            if part not in kept:
                dying.setdefault(place, []).append(part)
        return cls(tuple((place, ops[place], tuple(dying.get(place, ()))) for place in order), tuple(kept))
