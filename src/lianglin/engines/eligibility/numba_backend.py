"""The fused back end: a plan as rows of numbers that the kernel runs. Needs Numba; everything works without it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lianglin.engines.eligibility import numba_kernel as kernel
from lianglin.engines.eligibility.days import months_between, months_since
from lianglin.engines.eligibility.keeping import FilledKept, Kept
from lianglin.engines.eligibility.linking import Linked, Shape, Source, greatest
from lianglin.engines.eligibility.operations import Op, inputs
from lianglin.engines.eligibility.planning import Plan
from lianglin.engines.eligibility.population import Column, Population
from lianglin.engines.eligibility.setting import Locals, Setting, blocks, words_for

WIDTHS = frozenset("?bhilq")
"""Types of 1, 2, 4 and 8 bytes, as NumPy calls them."""


def _check_sizes(
    linked: Linked, plan: Plan, columns: dict[Source, NDArray[Any]], local: Locals, population: Population
) -> None:
    """TooLarge when a number of the plan might leave 64 bits with these very facts, each by its own size."""
    held = {
        source: max(abs(int(a.min())), abs(int(a.max()))) if len(a) else 0 for source, a in columns.items()
    }

    def size(op: Op) -> int:
        if op.code == "PARAM":
            return max(map(abs, local[str(op.args[0])].values), default=0)
        if op.code == "MONTHS":
            return held.get(("months", op.row, plan.ops[inputs(op)[0]].args[0]), 1 << 22)
        return held.get(("values", op.row, op.args[0]), 0)

    if greatest(plan, size, int(np.diff(population.starts).max())) >= 1 << 62:
        raise TooLarge


def shape_of(population: Population, local: Locals) -> Shape:
    """What a linked plan rests on."""
    return tuple(population.persons), tuple(population.households), local.everywhere


class Numbers:
    """Single numbers of a plan, worked out when they are asked for."""

    def __init__(self, plan: Plan, setting: Setting, local: Locals) -> None:
        self.ops, self.setting, self.local = plan.ops, setting, local
        self.held: dict[int, int] = {}

    def limit(self, what: tuple[Any, ...]) -> int:
        """One limit."""
        match what:
            case "is", number:
                return number
            case "active", place:
                return int(self.setting.active[place])
            case "known", name:
                return int((self.local[name].everywhere or (0, False))[1])
            case "holds", code, left, right:
                a, b = self.number(left), self.number(right)
                return int(a < b if code == "LT" else a == b)
        return self.number(what[1])

    def number(self, place: int) -> int:
        """The number of an operation that has one for all."""
        if place not in self.held:
            op = self.ops[place]
            self.held[place] = self._number(op, [self.number(part) for part in inputs(op)])
        return self.held[place]

    def _number(self, op: Op, parts: list[int]) -> int:
        match op.code:
            case "CONST":
                return op.args[0]
            case "TODAY":
                return self.setting.today
            case "CUT":
                return self.setting.birthdays[op.args[0]]
            case "PARAM":
                return (self.local[op.args[0]].everywhere or (0, False))[0]
            case "MONTHS":
                return months_between(parts[0], self.setting.on)
            case "ADD":
                return parts[0] + parts[1]
            case "SUB":
                return parts[0] - parts[1]
            case "MUL":
                return parts[0] * parts[1]
            case "FLOORDIV":
                return parts[0] // parts[1] if parts[1] else 0
            case "SIGN":
                return (parts[0] > 0) - (parts[0] < 0)
            case "ABS":
                return abs(parts[0])
        return parts[0] if op.code == "NSPREAD" else 0  # a column that is absent


class TooLarge(ArithmeticError):
    """A number that might not fit into 64 bits on the way: the reference must do it."""


def run(linked: Linked, plan: Plan, setting: Setting, local: Locals, population: Population) -> Kept:
    """All blocks of a population. TooLarge when facts are so large that NumPy's reference must be asked."""
    limits = local.made.get(id(linked))
    if limits is None:
        limits = local.made[id(linked)] = linked, _limits(linked, Numbers(plan, setting, local))
    arrays = _arrays(linked, setting, local, population)
    few = len(population.person_ids) <= 64 and linked.alike
    addresses, sizes, _held = _side_by_side(linked, arrays, population) if few else _addresses(arrays)
    exact, personal = linked.sized
    counts = np.where(personal, len(population.person_ids), len(population.household_ids))
    greatest = kernel.largest(addresses[exact], sizes[exact], counts)
    if not 0 <= greatest <= linked.most or local.greatest > linked.most:
        _check_sizes(linked, plan, {linked.sources[at]: arrays[at] for at in linked.exact}, local, population)
    parts = list(blocks(population.starts, kernel.WORDS * 64))
    words = words_for(max(part.persons for part in parts))
    cuts = np.array([part.first_household for part in parts] + [len(population.household_ids)])
    memory = np.empty((linked.scratch + len(parts) * linked.slots) * words, np.uint64)
    alone = len(population.household_ids) == 1
    most = (
        len(population.person_ids) if alone else int((population.starts[1:] - population.starts[:-1]).max())
    )
    kernel.run(
        linked.ops, limits[1], addresses, sizes, population.starts, cuts, linked.scratch, words, linked.slots, memory,
        linked.registers, min((most - 1).bit_length(), 6),
    )  # fmt: skip
    planes = memory[linked.scratch * words :].reshape(len(parts), linked.slots, words)
    return FilledKept(parts, linked.outputs, linked.persons, planes, population.starts)


Addresses = tuple[NDArray[np.int64], NDArray[np.int64], Any]
"""Where columns begin, how wide they are, and what must be held as long as they are used."""


def _addresses(arrays: list[NDArray[Any]]) -> Addresses:
    """Without gaps, of widths that the kernel knows."""
    plain = [
        array
        if array.dtype.char in WIDTHS and array.flags.c_contiguous
        else np.ascontiguousarray(array, None if array.dtype.char in WIDTHS else np.int64)
        for array in arrays
    ]
    places = [array.__array_interface__["data"][0] for array in plain]
    return np.array(places, np.int64), np.array([array.itemsize for array in plain]), plain


def _side_by_side(linked: Linked, arrays: list[NDArray[Any]], population: Population) -> Addresses:
    """A household's few rows copied into one place, the widest first: quicker than asking each array where it is."""
    kinds = "".join([array.dtype.char for array in arrays])
    layout = linked.layouts.get(kinds)
    if layout is None:
        layout = linked.layouts[kinds] = _layout(linked, arrays)
    sizes, order, of_persons, of_homes = layout
    try:
        columns: list[Any] = [arrays[at] for at in order]  # each is a buffer of its bytes
        held = np.frombuffer(b"".join(columns), np.uint8)
    except BufferError:  # an array with gaps
        return _addresses(arrays)
    begin = of_persons * len(population.person_ids) + of_homes * len(population.household_ids)
    return begin + held.__array_interface__["data"][0], sizes, held


def _layout(linked: Linked, arrays: list[NDArray[Any]]) -> tuple[Any, list[int], Any, Any]:
    """Widths, the order by width, and before each column the bytes per person and per household."""
    sizes = np.array([array.itemsize for array in arrays])
    order = np.argsort(-sizes, kind="stable")
    personal = np.array([row == "P" for _kind, row, _what in linked.sources])
    before = [np.zeros(len(arrays), np.int64) for _ in range(2)]
    for held, own in zip(before, (personal, ~personal), strict=True):
        held[order[1:]] = np.cumsum((sizes * own)[order])[:-1]
    return sizes, order.tolist(), before[0], before[1]


def _limits(linked: Linked, numbers: Numbers) -> NDArray[np.int64]:
    values = [numbers.limit(what) for what in linked.limits]
    if any(abs(value) >= 1 << 63 for value in values):
        raise TooLarge
    return np.array(values, np.int64)


def _arrays(linked: Linked, setting: Setting, local: Locals, population: Population) -> list[NDArray[Any]]:
    """What stands behind the sources."""
    persons, households = population.persons, population.households
    arrays: list[NDArray[Any]] = []
    for kind, row, what in linked.sources:
        if kind == "values":
            array: NDArray[Any] = (persons if row == "P" else households)[what].values
        elif kind == "known":
            array = (persons if row == "P" else households)[what].known
        else:
            array = _made(kind, (persons if row == "P" else households), what, setting, local, population)
        arrays.append(array)
    return arrays


def _made(
    kind: str,
    columns: Mapping[str, Column],
    what: Any,
    setting: Setting,
    local: Locals,
    population: Population,
) -> NDArray[Any]:
    match kind:
        case "months":
            return months_since(columns[what].values, setting.on)
        case "among":
            return np.isin(columns[what[0]].values, what[1], kind="table")
        case "areas":
            return population.areas.astype(np.int32, copy=False)
        case "numbers":
            values = local[what].values
            if max(map(abs, values), default=0) > 1 << 52:
                raise TooLarge
            return np.array(values, np.int64)
    return np.array(local[what].known, np.bool_)
