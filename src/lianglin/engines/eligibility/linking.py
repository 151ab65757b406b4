"""A plan as rows of numbers for the kernel: columns and limits named, registers given out, sizes that cannot overflow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lianglin.engines.eligibility import numba_kernel as kernel
from lianglin.engines.eligibility.operations import NUMBERS, Op, Row, inputs
from lianglin.engines.eligibility.planning import Plan

BINARY = {"AND": kernel.AND, "OR": kernel.OR, "ANDNOT": kernel.ANDNOT}
CALCULATED = {
    "ADD": kernel.ADD, "SUB": kernel.SUB, "MUL": kernel.MUL, "FLOORDIV": kernel.FLOORDIV, "SIGN": kernel.SIGN,
    "ABS": kernel.ABS,
}  # fmt: skip
Source = tuple[str, Row, Any]
Shape = tuple[tuple[str, ...], tuple[str, ...], frozenset[str]]
"""What a linked plan rests on: columns that are there, of persons and of households, and the parameters that are the same in
all areas.
"""


@dataclass(frozen=True)
class Linked:
    """``ops``: the kernel's rows. ``sources``: what each column's number stands for, ``limits``: each single number.

    ``exact``: sources whose numbers take part in arithmetic; up to ``most`` for all of them and parameters nothing can overflow.
    """

    ops: NDArray[np.int64]
    sources: tuple[Source, ...]
    limits: tuple[tuple[Any, ...], ...]
    scratch: int
    registers: int
    outputs: dict[int, tuple[Row, int]]
    persons: dict[int, tuple[Row, int]]
    slots: int
    exact: tuple[int, ...]
    most: int
    layouts: dict[str, tuple[Any, list[int], Any, Any]] = field(default_factory=dict, compare=False)

    @cached_property
    def sized(self) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """``exact``, and which of them are of persons."""
        return np.array(self.exact, np.int64), np.array(
            [self.sources[at][1] == "P" for at in self.exact], np.bool_
        )

    @cached_property
    def alike(self) -> bool:
        """Whether each source has one row per person or household: none is a table by area."""
        return bool(self.sources) and all(
            kind not in ("numbers", "known_in") for kind, _row, _what in self.sources
        )


class Linker:
    """Makes a plan's rows for one shape of a population."""

    def __init__(self, plan: Plan, shape: Shape) -> None:
        self.plan, self.ops = plan, plan.ops
        self.columns = {"P": frozenset(shape[0]), "H": frozenset(shape[1])}
        self.everywhere = shape[2]
        self.made: list[list[int]] = []
        self.sources: dict[Source, int] = {}
        self.limits: dict[tuple[Any, ...], int] = {}
        self.scalar: set[int] = set()
        self.column_of: dict[int, int] = {}
        self.register: dict[int, int] = {}
        self.plane: dict[int, int] = {}
        self.virtual = 0

    def source(self, kind: str, row: Row, what: Any) -> int:
        return self.sources.setdefault((kind, row, what), len(self.sources))

    def limit(self, *what: Any) -> int:
        return self.limits.setdefault(what, len(self.limits))

    def emit(self, code: int, to: int, a: int = 0, b: int = 0, c: int = 0, row: Row = "P") -> None:
        self.made.append([code, to, a, b, c, int(row == "P")])

    def new(self) -> int:
        self.virtual += 1
        return self.virtual - 1

    def number(self, place: int, row: Row) -> int:
        """The register of a number, filled for so many rows."""
        if place in self.register and place not in self.scalar:
            return self.register[place]
        to = self.new()
        if place in self.scalar:
            self.emit(kernel.FILL, to, b=self.limit("number", place), row=row)
        else:
            self.emit(kernel.LOAD, to, self.column_of[place], row=row)
            self.register[place] = to
        return to

    def link(self) -> Linked:
        """Rows for everything that leads to the outputs."""
        for place, op, _dying in self.plan.schedule.steps:
            self.one(place, op)
        wanted = dict.fromkeys(self.plane[place] for place in self.plan.outputs)
        rows, scratch, registers, where = _allocated(self.made, list(wanted))
        outputs: dict[int, tuple[Row, int]] = {
            place: (row, where[self.plane[place]] - scratch) for place, row in self.plan.outputs.items()
        }
        exact = sorted({row[2] for row in self.made if row[0] == kernel.LOAD})
        most = _most(self.plan)
        return Linked(
            rows,
            tuple(self.sources),
            tuple(self.limits),
            scratch,
            registers,
            outputs,
            {place: ("P", slot) for place, (_row, slot) in outputs.items()},
            len(wanted),
            tuple(exact),
            most,
        )

    def one(self, place: int, op: Op) -> None:
        match op.code:
            case "CONST" | "TODAY" | "CUT":
                self.scalar.add(place)
            case "COL":
                if op.args[0] in self.columns[op.row]:
                    self.column_of[place] = self.source("values", op.row, op.args[0])
                else:
                    self.scalar.add(place)
            case "PARAM":
                self.parameter(place, op)
            case "MONTHS" | "ADD" | "SUB" | "MUL" | "FLOORDIV" | "SIGN" | "ABS" | "NSPREAD":
                self.calculated(place, op)
            case "SELECT":
                plane, yes, no = inputs(op)
                a, b = self.number(yes, op.row), self.number(no, op.row)
                self.register[place] = self.new()
                self.emit(kernel.SELECT, self.register[place], a, b, self.plane[plane], op.row)
            case "SUM" | "COUNT":
                plane = inputs(op)[-1]
                a = self.number(inputs(op)[0], "P") if op.code == "SUM" else 0
                self.register[place] = self.new()
                code = kernel.SUM if op.code == "SUM" else kernel.COUNT
                self.emit(code, self.register[place], a, 0, self.plane[plane], "H")
            case _:
                self.bits(place, op)

    def parameter(self, place: int, op: Op) -> None:
        if op.args[0] in self.everywhere:
            self.scalar.add(place)
            return
        self.register[place] = self.new()
        areas, table = self.source("areas", "H", None), self.source("numbers", "H", op.args[0])
        self.emit(kernel.PARAM, self.register[place], areas, table, row="H")

    def calculated(self, place: int, op: Op) -> None:
        parts = inputs(op)
        if all(part in self.scalar for part in parts):
            self.scalar.add(place)
        elif op.code == "MONTHS":
            if parts[0] not in self.column_of:
                raise NotImplementedError("Months of a date that is itself worked out.")
            self.column_of[place] = self.source("months", op.row, self.ops[parts[0]].args[0])
        elif op.code == "NSPREAD":
            a = self.number(parts[0], "H")
            self.register[place] = self.new()
            self.emit(kernel.SPREAD, self.register[place], a)
        else:
            held = [self.number(part, op.row) for part in parts]
            self.register[place] = self.new()
            self.emit(CALCULATED[op.code], self.register[place], held[0], held[-1], row=op.row)

    def bits(self, place: int, op: Op) -> None:
        if op.code == "SPREAD":
            self.plane[place] = self.plane[inputs(op)[0]]
            return
        to = self.plane[place] = self.new()
        match op.code:
            case "AND" | "OR" | "ANDNOT":
                a, b = (self.plane[part] for part in inputs(op))
                self.emit(BINARY[op.code], to, a, b)
            case "ANY":
                self.emit(kernel.ANY, to, self.plane[inputs(op)[0]])
            case "FULL" | "ZERO":
                self.emit(kernel.GATE, to, b=self.limit("is", int(op.code == "FULL")))
            case "ACTIVE":
                self.emit(kernel.GATE, to, b=self.limit("active", op.args[0]))
            case "PKNOWN" if op.args[0] not in self.everywhere:
                areas, table = self.source("areas", "H", None), self.source("known_in", "H", op.args[0])
                self.emit(kernel.PKNOWN, to, areas, table, row="H")
            case "PKNOWN":
                self.emit(kernel.GATE, to, b=self.limit("known", op.args[0]))
            case "LT" | "EQ":
                self.compared(op, to)
            case _:
                self.leaf(op, to)

    def leaf(self, op: Op, to: int) -> None:
        """KNOWN, FLAG, CODE, INSET."""
        name = op.args[0]
        if name not in self.columns[op.row]:
            self.emit(kernel.GATE, to, b=self.limit("is", 0))
        elif op.code == "CODE":
            column = self.source("values", op.row, name)
            self.emit(kernel.SAME, to, column, self.limit("is", op.args[1]), row=op.row)
        else:
            kind = {"KNOWN": "known", "FLAG": "values", "INSET": "among"}[op.code]
            self.emit(
                kernel.FLAG, to, self.source(kind, op.row, op.args if kind == "among" else name), row=op.row
            )

    def compared(self, op: Op, to: int) -> None:
        left, right = inputs(op)
        fixed = left in self.scalar, right in self.scalar
        if fixed == (True, True):
            self.emit(kernel.GATE, to, b=self.limit("holds", op.code, left, right))
        elif fixed[1] and left in self.column_of and left not in self.register:
            code = kernel.BELOW if op.code == "LT" else kernel.SAME
            self.emit(code, to, self.column_of[left], self.limit("number", right), row=op.row)
        elif fixed[0] and right in self.column_of and right not in self.register:
            code = kernel.ABOVE if op.code == "LT" else kernel.SAME
            self.emit(code, to, self.column_of[right], self.limit("number", left), row=op.row)
        else:
            a, b = self.number(left, op.row), self.number(right, op.row)
            self.emit(kernel.LESS if op.code == "LT" else kernel.EQUAL, to, a, b, row=op.row)


PLANE_PARTS = {
    kernel.AND: (2, 3),
    kernel.OR: (2, 3),
    kernel.ANDNOT: (2, 3),
    kernel.ANY: (2,),
    kernel.SELECT: (4,),
    kernel.SUM: (4,),
    kernel.COUNT: (4,),
}
NUMBER_PARTS = {
    kernel.LESS: (2, 3),
    kernel.EQUAL: (2, 3),
    kernel.SELECT: (2, 3),
    kernel.SUM: (2,),
    kernel.SPREAD: (2,),
} | dict.fromkeys(CALCULATED.values(), (2, 3))


def _allocated(
    made: list[list[int]], wanted: list[int]
) -> tuple[NDArray[np.int64], int, int, dict[int, int]]:
    """Rows with registers instead of names: a register is used again as soon as nobody needs what is in it. Wanted planes get
    places of their own above the others. Returns the rows, how many planes and numbers are needed, and where what was wanted is.
    """
    last: dict[int, int] = {}
    for at, row in enumerate(made):
        for part in (*PLANE_PARTS.get(row[0], ()), *NUMBER_PARTS.get(row[0], ())):
            last[row[part]] = at
    free: dict[bool, list[int]] = {True: [], False: []}
    number, where, kept = {True: 0, False: 0}, {}, frozenset(wanted)
    for at, row in enumerate(made):
        is_plane, name = row[0] < 20, row[1]
        parts = [row[part] for part in (*PLANE_PARTS.get(row[0], ()), *NUMBER_PARTS.get(row[0], ()))]
        if name not in kept:
            if not free[is_plane]:
                free[is_plane].append(number[is_plane])
                number[is_plane] += 1
            where[name] = is_plane, free[is_plane].pop()
        for part in dict.fromkeys(parts):
            if last[part] == at and part not in kept:
                free[where[part][0]].append(where[part][1])
    places = {name: place for name, (_plane, place) in where.items()}
    places |= {name: number[True] + at for at, name in enumerate(wanted)}
    rows = np.array(made, np.int64).reshape(-1, 6)
    for at, row in enumerate(made):
        rows[at, 1] = places[row[1]]
        for part in (*PLANE_PARTS.get(row[0], ()), *NUMBER_PARTS.get(row[0], ())):
            rows[at, part] = places[row[part]]
    return rows, number[True], max(number[False], 1), places


def _most(plan: Plan) -> int:
    """How large facts and parameters may be, whichever, so that no number of the plan leaves 64 bits."""
    for bits in (52, 46, 40, 34, 28, 22, 16):
        if greatest(plan, lambda _op, bits=bits: 1 << bits, 1 << 16) < 1 << 62:
            return 1 << bits
    return 0


def greatest(plan: Plan, given: Callable[[Op], int], members: int) -> int:
    """The greatest size that a number of the plan can have, from the sizes of facts, parameters and months."""
    sizes: dict[int, int] = {}
    for place, op, _dying in plan.schedule.steps:
        if op.code in NUMBERS:
            sizes[place] = _size(op, [sizes.get(part, 0) for part in inputs(op)], given, members)
    return max(sizes.values(), default=0)


def _size(op: Op, parts: list[int], given: Callable[[Op], int], members: int) -> int:
    match op.code:
        case "CONST":
            return abs(op.args[0])
        case "TODAY" | "CUT" | "COUNT":
            return 1 << 22
        case "COL" | "PARAM" | "MONTHS":
            return given(op)
        case "ADD" | "SUB":
            return parts[0] + parts[1]
        case "MUL":
            return parts[0] * parts[1]
        case "SUM":
            return parts[0] * members
        case "SELECT":
            return max(parts[1:])
        case "SIGN":
            return 1
    return parts[0]
