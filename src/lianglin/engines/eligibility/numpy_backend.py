"""The reference: each operation as NumPy does it, block by block. Planes are packed, 64 rows in a word.

Numbers are int64 as long as their bounds say that nothing can overflow, and Python's whole numbers (object arrays) where
they might. Slower, and never wrapped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lianglin.engines.eligibility.days import months_between, months_since
from lianglin.engines.eligibility.keeping import BlocksKept, Kept, Words
from lianglin.engines.eligibility.operations import NUMBERS, Op, Schedule
from lianglin.engines.eligibility.planning import Plan
from lianglin.engines.eligibility.population import Column, Population
from lianglin.engines.eligibility.setting import Block, Locals, Setting, blocks, words_for

Array = NDArray[Any]
INT64 = 2**63 - 1


@dataclass
class Num:
    """Whole numbers per row, or one for all; between ``low`` and ``high`` (None: not looked at yet)."""

    rows: Array | int
    low: int | None = None
    high: int | None = None

    def bounds(self) -> tuple[int, int]:
        """The least and greatest that can occur."""
        if self.low is None or self.high is None:
            if isinstance(self.rows, int):
                self.low = self.high = self.rows
            elif len(self.rows):
                self.low, self.high = int(self.rows.min()), int(self.rows.max())
            else:
                self.low = self.high = 0
        return self.low, self.high

    def wide(self, exact: bool) -> Array | int:
        """The rows as int64, or as Python's numbers where int64 might not hold what is made of them."""
        if isinstance(self.rows, int):
            return self.rows
        if exact:
            return self.rows.astype(object)
        return self.rows if self.rows.dtype == object else self.rows.astype(np.int64, copy=False)


def packed(bits: Array, words: int) -> Words:
    """Rows' bits in words, the first row lowest; rows after the last are 0."""
    held = np.packbits(bits, bitorder="little")
    if len(held) == words * 8:
        return held.view(np.uint64)
    room = np.zeros(words * 8, np.uint8)
    room[: len(held)] = held
    return room.view(np.uint64)


def unpacked(plane: Words, rows: int) -> NDArray[np.uint8]:
    """One byte per row, 0 or 1."""
    return np.unpackbits(plane.view(np.uint8), count=rows, bitorder="little")


class Evaluator:
    """One block of a population. ``run(places)`` gives planes and numbers of some operations."""

    def __init__(
        self,
        ops: tuple[Op, ...],
        setting: Setting,
        local: Locals,
        population: Population,
        block: Block,
    ) -> None:
        self.ops, self.setting, self.local = ops, setting, local
        self.population, self.block = population, block
        self.rows = {"P": block.persons, "H": block.households, "C": 1}
        self.words = {row: words_for(number) for row, number in self.rows.items()}
        starts = population.starts[block.first_household : block.first_household + block.households + 1]
        self.starts = starts - block.first_person
        self.areas = population.areas[block.first_household : block.first_household + block.households]
        self.held: dict[int, Any] = {}  # Num for numbers, Words for planes, by the operation
        self._full = {row: packed(np.ones(self.rows[row], np.bool_), self.words[row]) for row in ("P", "H")}

    def run(self, schedule: Schedule) -> dict[int, Any]:
        """Works out what some operations need, in order; forgets what nobody needs any more."""
        self.held = {}
        for place, op, dying in schedule.steps:
            self.held[place] = self.number(op) if op.code in NUMBERS else self.plane(op)
            for part in dying:
                del self.held[part]
        return self.held

    def _num(self, op: Op, which: int) -> Num:
        return self.held[op.args[which]]

    def _plane(self, op: Op, which: int) -> Words:
        return self.held[op.args[which]]

    def column(self, op: Op) -> Column | None:
        """The block's part of a column; None when the population has none of that name."""
        of = self.population.persons if op.row == "P" else self.population.households
        held = of.get(str(op.args[0]))
        if held is None:
            return None
        first = self.block.first_person if op.row == "P" else self.block.first_household
        some = slice(first, first + self.rows[op.row])
        return Column(held.values[some], held.known[some])

    @cached_property
    def home(self) -> NDArray[np.int64]:
        """For each member the place of the household in the block."""
        return np.repeat(np.arange(self.block.households), np.diff(self.starts))

    # --- planes ---

    def plane(self, op: Op) -> Words:
        """Bits of an operation that makes a plane."""
        match op.code:
            case "AND":
                return self._plane(op, 0) & self._plane(op, 1)
            case "OR":
                return self._plane(op, 0) | self._plane(op, 1)
            case "ANDNOT":
                return self._plane(op, 0) & ~self._plane(op, 1)
            case "LT":
                return self.bits(op, np.less(self._num(op, 0).rows, self._num(op, 1).rows))
            case "EQ":
                return self.bits(op, np.equal(self._num(op, 0).rows, self._num(op, 1).rows))
            case "KNOWN":
                column = self.column(op)
                return self.bits(op, np.False_ if column is None else column.known)
            case "FLAG":
                column = self.column(op)
                return self.bits(op, np.False_ if column is None else column.values)
            case "CODE":
                column = self.column(op)
                return self.bits(op, np.False_ if column is None else column.values == op.args[1])
            case "INSET":
                return self.bits(op, self.among(op))
            case "ANY":
                some = self._plane(op, 0)
                return self.bits(
                    op, self.members(some) != 0 if self.largest <= 57 else self.counted(some) > 0
                )
            case "SPREAD":
                return self.bits(op, unpacked(self._plane(op, 0), self.rows["H"])[self.home])
            case "PKNOWN":
                return self.bits(op, self.parameter(op, "known"))
            case "FULL":
                return self._full[op.row]
            case "ZERO":
                return self.bits(op, np.False_)
            case _:  # ACTIVE
                return self.bits(op, np.bool_(self.setting.active[op.args[0]]))

    def bits(self, op: Op, rows: Array | np.bool_ | int) -> Words:
        """A plane from a truth per row, or from one for all."""
        if not isinstance(rows, np.ndarray) or rows.ndim == 0:
            return self._full[op.row] if rows else np.zeros(self.words[op.row], np.uint64)
        return packed(rows, self.words[op.row])

    def among(self, op: Op) -> Array | np.bool_:
        """Rows whose code is one of the places."""
        column = self.column(op)
        return np.False_ if column is None else np.isin(column.values, op.args[1], kind="table")

    def counted(self, plane: Words) -> NDArray[np.integer]:
        """Per household the number of members for whom a plane is set: their bits are read at once where they lie within
        eight bytes, else from running sums.
        """
        if self.largest > 57:
            sums = np.zeros(self.rows["P"] + 1, np.int32)
            np.cumsum(unpacked(plane, self.rows["P"]), out=sums[1:])
            at = sums[self.starts]
            return at[1:] - at[:-1]
        return np.bitwise_count(self.members(plane))

    def members(self, plane: Words) -> Words:
        """Per household the bits of its members."""
        room = np.zeros(len(plane) * 8 + 8, np.uint8)
        room[:-8] = plane.view(np.uint8)
        eight = np.ndarray((len(plane) * 8 + 1,), np.uint64, room, 0, (1,))
        where, shift, mask = self.cuts
        return (eight[where] >> shift) & mask

    @cached_property
    def cuts(self) -> tuple[NDArray[np.int64], Words, Words]:
        """For each household the byte in which its first member's bit is, the bit, and a mask of its size."""
        first = self.starts[:-1]
        sizes = np.diff(self.starts).astype(np.uint64)
        return first >> 3, (first & 7).astype(np.uint64), (np.uint64(1) << sizes) - np.uint64(1)

    @cached_property
    def largest(self) -> int:
        """Members of the largest household."""
        return int(np.diff(self.starts).max(initial=0))

    def parameter(self, op: Op, what: str) -> Any:
        """A parameter's values (or whether they are known) per household, or one for all."""
        local = self.local[str(op.args[0])]
        if local.everywhere is not None:
            return local.everywhere[0] if what == "values" else np.bool_(local.everywhere[1])
        held: list[int] | list[bool] = list(getattr(local, what))
        kind = np.bool_ if what == "known" else np.int64 if max(map(abs, held)) <= INT64 else object
        return np.array(held, kind)[self.areas]

    # --- numbers ---

    def number(self, op: Op) -> Num:
        """Whole numbers of an operation that makes them."""
        match op.code:
            case "CONST":
                return Num(op.args[0])
            case "TODAY":
                return Num(self.setting.today)
            case "CUT":
                return Num(self.setting.birthdays[op.args[0]])
            case "COL":
                column = self.column(op)
                return Num(0 if column is None else column.values)
            case "PARAM":
                return Num(self.parameter(op, "values"))
            case "MONTHS":
                return self.months(self._num(op, 0))
            case "ADD" | "SUB" | "MUL":
                return self.calculated(op)
            case "FLOORDIV":
                return self.divided(op)
            case "SIGN" | "ABS":
                return self.signed(op)
            case "SELECT":
                return self.selected(op)
            case "SUM":
                return self.summed(op)
            case "COUNT":
                return Num(self.counted(self._plane(op, 0)).astype(np.int64))
            case _:  # NSPREAD
                held = self._num(op, 0)
                return held if isinstance(held.rows, int) else Num(held.rows[self.home], held.low, held.high)

    def months(self, held: Num) -> Num:
        """Completed months to the day of the run."""
        if isinstance(held.rows, int):
            return Num(months_between(held.rows, self.setting.on))
        return Num(months_since(held.rows, self.setting.on))

    def calculated(self, op: Op) -> Num:
        """Sum, difference and product, with bounds."""
        left, right = self._num(op, 0), self._num(op, 1)
        (a, b), (c, d) = left.bounds(), right.bounds()
        if op.code == "ADD":
            ends = [a + c, b + d]
        elif op.code == "SUB":
            ends = [a - d, b - c]
        else:
            ends = [a * c, a * d, b * c, b * d]
        low, high = min(ends), max(ends)
        exact = low < -INT64 or high > INT64 or max(abs(a), abs(b), abs(c), abs(d)) > INT64
        work: Callable[[object, object], Array | int] = {
            "ADD": np.add,
            "SUB": np.subtract,
            "MUL": np.multiply,
        }[op.code]
        x, y = left.wide(exact), right.wide(exact)
        if isinstance(x, int) and isinstance(y, int):
            return Num(x + y if op.code == "ADD" else x - y if op.code == "SUB" else x * y)
        return Num(work(x, y), low, high)

    def divided(self, op: Op) -> Num:
        """The floor of a quotient; zero where it is divided by zero (such rows are unknown)."""
        left, right = self._num(op, 0), self._num(op, 1)
        (a, b), (c, d) = left.bounds(), right.bounds()
        exact = max(abs(a), abs(b), abs(c), abs(d)) > INT64
        x, y = left.wide(exact), right.wide(exact)
        most = max(abs(a), abs(b))
        if isinstance(y, int):
            if isinstance(x, int):
                return Num(x // y if y else 0)
            return Num(x // y if y else np.zeros_like(x), -most, most)
        zero = y == 0
        return Num(np.where(zero, 0, x // np.where(zero, 1, y)), -most, most)

    def signed(self, op: Op) -> Num:
        """The sign (-1, 0, 1) or the size. Where nothing is below 0, as with most facts, there is little to do."""
        held = self._num(op, 0)
        low, high = held.bounds()
        if op.code == "ABS":
            if low >= 0:
                return held
            rows = held.wide(low < -INT64)
            most = max(-low, high)
            return Num(abs(rows), 0, most)
        if low > 0:
            return Num(1)
        rows = held.rows
        if isinstance(rows, int):
            return Num((rows > 0) - (rows < 0))
        return Num((rows > 0).astype(np.int64) - (rows < 0), -1, 1)

    def selected(self, op: Op) -> Num:
        """One number where a plane is set, another elsewhere."""
        chosen, left, right = self._plane(op, 0), self._num(op, 1), self._num(op, 2)
        (a, b), (c, d) = left.bounds(), right.bounds()
        exact = max(abs(a), abs(b), abs(c), abs(d)) > INT64
        row = "P" if op.row == "P" else "H"
        bits = unpacked(chosen, self.rows[row]).view(np.bool_)
        x, y = (
            np.array(n, object if exact else np.int64) if isinstance(n, int) else n
            for n in (left.wide(exact), right.wide(exact))
        )
        return Num(np.where(bits, x, y), min(a, c), max(b, d))

    def summed(self, op: Op) -> Num:
        """Per household the sum over members for whom a plane is set: differences of running sums, which are right even
        where the running sum itself went round, since no household's sum can.
        """
        held, chosen = self._num(op, 0), self._plane(op, 1)
        low, high = held.bounds()
        most = max(abs(low), abs(high)) * self.largest
        exact = most > INT64 or max(abs(low), abs(high)) > INT64
        bits = unpacked(chosen, self.rows["P"]).view(np.bool_)
        rows = held.wide(exact)
        kind = object if exact else np.int64
        each = np.where(bits, np.array(rows, kind) if isinstance(rows, int) else rows, np.array(0, kind))
        sums = np.zeros(self.rows["P"] + 1, kind)
        np.cumsum(each, out=sums[1:])
        at = sums[self.starts]
        return Num(at[1:] - at[:-1], -most, most)


def run(plan: Plan, setting: Setting, local: Locals, population: Population) -> Kept:
    """All blocks of a population, one after the other."""
    parts = list(blocks(population.starts))
    kept = BlocksKept.room(parts, plan.outputs)
    for at, block in enumerate(parts):
        planes = Evaluator(plan.ops, setting, local, population, block).run(plan.schedule)
        for place, plane in planes.items():
            row, slot = kept.slots[place]
            kept.planes[row][at, slot, : len(plane)] = plane
    return kept
