"""One household at once, without arrays: planes are Python's integers (bit j: member j), numbers are lists or integers.

The plan becomes the source of one function, which Python compiles once per package. Names in it come from places and
columns (as string literals), never from a rule's text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from lianglin.engines.eligibility.days import months_between
from lianglin.engines.eligibility.keeping import BlocksKept, Kept, Words
from lianglin.engines.eligibility.operations import Op, Row, needed
from lianglin.engines.eligibility.population import Column, Population
from lianglin.engines.eligibility.setting import Block, Locals, Setting


@dataclass(frozen=True)
class Plain:
    """The function that was made. ``outputs``: its planes and numbers in order; ``columns``: (row, name) that it reads."""

    run: Callable[..., tuple[Any, ...]]
    outputs: dict[int, Row]
    columns: tuple[tuple[Row, str], ...]
    known: tuple[tuple[Row, str], ...]

    @classmethod
    def of(cls, ops: tuple[Op, ...], outputs: dict[int, Row]) -> Plain:
        """Writes and compiles what leads to some places of a plan."""
        writer = _Writer(ops)
        source = writer.source(list(outputs))
        names: dict[str, Any] = {
            "lt_each": _lt_each, "lt_all": _lt_all, "lt_both": _lt_both, "eq_all": _eq_all, "eq_both": _eq_both,
            "among": _among, "bits": _bits, "picked": _picked, "total": _total, "months_between": months_between,
        }  # fmt: skip
        exec(compile(source, "<plan of a package>", "exec"), names)  # noqa: S102 - written above from the typed tree: no text of a rule is in it
        used = [ops[place] for place in needed(ops, outputs)]
        columns: dict[tuple[Row, str], None] = dict.fromkeys(
            (op.row, str(op.args[0])) for op in used if op.code in ("COL", "FLAG", "CODE", "INSET")
        )
        known: dict[tuple[Row, str], None] = dict.fromkeys(
            (op.row, str(op.args[0])) for op in used if op.code == "KNOWN"
        )
        return cls(names["run"], outputs, tuple(columns), tuple(known))


class _Writer:
    def __init__(self, ops: tuple[Op, ...]) -> None:
        self.ops = ops
        self.lists = [False] * len(ops)
        self.names = [""] * len(ops)

    def source(self, outputs: Sequence[int]) -> str:
        lines = ["def run(P, H, PK, HK, V, VK, full, zeros, on, today, cut, active):"]
        for place in needed(self.ops, list(outputs)):
            text = self.text(place, self.ops[place])
            if text.isidentifier() or text.lstrip("-").isdigit():
                self.names[place] = text
            else:
                self.names[place] = f"v{place}"
                lines.append(f" v{place} = {text}")
        lines.append(f" return ({''.join(self.names[place] + ', ' for place in outputs)})")
        return "\n".join(lines)

    def text(self, place: int, op: Op) -> str:
        write = getattr(self, f"_{op.code.lower()}", None)
        if write is not None:
            return write(place, op)
        a, b = (self.names[part] for part in op.args[:2])
        if op.code in ("AND", "OR"):
            return f"{a} {'&' if op.code == 'AND' else '|'} {b}"
        if op.code == "ANDNOT":
            return f"{a} & ~{b}"
        shape = {
            "ADD": "{0} + {1}",
            "SUB": "{0} - {1}",
            "MUL": "{0} * {1}",
            "FLOORDIV": "({0} // {1} if {1} else 0)",
        }
        return self.each(place, op, shape[op.code])

    def each(self, place: int, op: Op, shape: str) -> str:
        """An expression per member, or once where nothing differs between them."""
        names = [self.names[part] for part in op.args]
        lists = [self.lists[part] for part in op.args]
        self.lists[place] = any(lists)
        if not any(lists):
            return "(" + shape.format(*names) + ")"
        if all(lists) and len(lists) == 2:
            return f"[{shape.format('x', 'y')} for x, y in zip({names[0]}, {names[1]})]"
        inner = ["x" if is_list else name for name, is_list in zip(names, lists, strict=True)]
        return f"[{shape.format(*inner)} for x in {names[lists.index(True)]}]"

    def _const(self, _place: int, op: Op) -> str:
        return str(op.args[0]) if op.args[0] >= 0 else f"({op.args[0]})"

    def _today(self, _place: int, _op: Op) -> str:
        return "today"

    def _cut(self, _place: int, op: Op) -> str:
        return f"cut[{op.args[0]}]"

    def _col(self, place: int, op: Op) -> str:
        self.lists[place] = op.row == "P"
        return f"{op.row}[{op.args[0]!r}]"

    def _param(self, _place: int, op: Op) -> str:
        return f"V[{op.args[0]!r}]"

    def _pknown(self, _place: int, op: Op) -> str:
        return f"VK[{op.args[0]!r}]"

    def _months(self, place: int, op: Op) -> str:
        return self.each(place, op, "months_between({0}, on)")

    def _sign(self, place: int, op: Op) -> str:
        return self.each(place, op, "(({0} > 0) - ({0} < 0))")

    def _abs(self, place: int, op: Op) -> str:
        return self.each(place, op, "abs({0})")

    def _nspread(self, _place: int, op: Op) -> str:
        return f"{self.names[op.args[0]]}"

    def _select(self, place: int, op: Op) -> str:
        plane, yes, no = op.args
        a, b = self.names[yes], self.names[no]
        if op.row != "P":
            return f"({a} if {self.names[plane]} else {b})"
        self.lists[place] = True
        a, b = (name if self.lists[part] else f"[{name}] * len(zeros)" for name, part in ((a, yes), (b, no)))
        return f"picked({self.names[plane]}, {a}, {b})"

    def _sum(self, _place: int, op: Op) -> str:
        number, plane = op.args
        if self.lists[number]:
            return f"total({self.names[number]}, {self.names[plane]})"
        return f"{self.names[number]} * ({self.names[plane]}).bit_count()"

    def _count(self, _place: int, op: Op) -> str:
        return f"({self.names[op.args[0]]}).bit_count()"

    def _full(self, _place: int, op: Op) -> str:
        return "full" if op.row == "P" else "1"

    def _zero(self, _place: int, _op: Op) -> str:
        return "0"

    def _active(self, _place: int, op: Op) -> str:
        return f"({'full' if op.row == 'P' else 1} if active[{op.args[0]}] else 0)"

    def _known(self, _place: int, op: Op) -> str:
        return f"{op.row}K[{op.args[0]!r}]"

    def _flag(self, _place: int, op: Op) -> str:
        return f"bits(P[{op.args[0]!r}])" if op.row == "P" else f"(1 if H[{op.args[0]!r}] else 0)"

    def _inset(self, _place: int, op: Op) -> str:
        some = "{" + ", ".join(map(str, op.args[1])) + "}" if op.args[1] else "()"
        name = repr(op.args[0])
        return f"among(P[{name}], {some})" if op.row == "P" else f"(1 if H[{name}] in {some} else 0)"

    def _code(self, _place: int, op: Op) -> str:
        name, place = op.args
        return f"eq_all(P[{name!r}], {place})" if op.row == "P" else f"(1 if H[{name!r}] == {place} else 0)"

    def _lt(self, _place: int, op: Op) -> str:
        return self.compared(op, "<", ("lt_all", "lt_each", "lt_both"))

    def _eq(self, _place: int, op: Op) -> str:
        return self.compared(op, "==", ("eq_all", "eq_all", "eq_both"))

    def compared(self, op: Op, sign: str, helpers: tuple[str, str, str]) -> str:
        """``helpers``: a list against a number, a number against a list, two lists."""
        left, right = op.args
        a, b = self.names[left], self.names[right]
        match self.lists[left], self.lists[right]:
            case False, False:
                return f"({'full' if op.row == 'P' else 1} if {a} {sign} {b} else 0)"
            case True, False:
                return f"{helpers[0]}({a}, {b})"
            case False, True:
                return f"{helpers[1]}({b}, {a})"
        return f"{helpers[2]}({a}, {b})"

    def _any(self, _place: int, op: Op) -> str:
        return f"(1 if {self.names[op.args[0]]} else 0)"

    def _spread(self, _place: int, op: Op) -> str:
        return f"(full if {self.names[op.args[0]]} else 0)"


def _bits(flags: Sequence[object]) -> int:
    made, bit = 0, 1
    for flag in flags:
        if flag:
            made |= bit
        bit <<= 1
    return made


def _lt_all(numbers: Sequence[int], limit: int) -> int:
    return _bits([number < limit for number in numbers])


def _lt_each(numbers: Sequence[int], limit: int) -> int:
    return _bits([limit < number for number in numbers])


def _lt_both(left: Sequence[int], right: Sequence[int]) -> int:
    return _bits([a < b for a, b in zip(left, right, strict=True)])


def _eq_all(numbers: Sequence[int], other: int) -> int:
    return _bits([number == other for number in numbers])


def _eq_both(left: Sequence[int], right: Sequence[int]) -> int:
    return _bits([a == b for a, b in zip(left, right, strict=True)])


def _among(places: Sequence[int], some: set[int]) -> int:
    return _bits([place in some for place in places])


def _picked(plane: int, yes: Sequence[int], no: Sequence[int]) -> list[int]:
    return [a if plane >> at & 1 else b for at, (a, b) in enumerate(zip(yes, no, strict=True))]


def _total(numbers: Sequence[int], plane: int) -> int:
    return sum(number for at, number in enumerate(numbers) if plane >> at & 1)


def run(plain: Plain, setting: Setting, local: Locals, population: Population) -> Kept:
    """Every household of a population, one after the other."""
    starts = population.starts.tolist()
    parts = [Block(a, b - a, at, 1) for at, (a, b) in enumerate(pairwise(starts))]
    kept = BlocksKept.room(parts, plain.outputs)
    for at, block in enumerate(parts):
        planes = planes_of(plain, setting, local, population, block)
        _store(kept, at, planes, plain.outputs)
    return kept


def planes_of(
    plain: Plain, setting: Setting, local: Locals, population: Population, block: Block
) -> tuple[Any, ...]:
    """The outputs of one household."""
    members, area = block.persons, int(population.areas[block.first_household])
    zeros = [0] * members
    some, one = slice(block.first_person, block.first_person + members), block.first_household
    persons, households = population.persons, population.households
    return plain.run(
        {name: _listed(persons.get(name), some, zeros) for row, name in plain.columns if row == "P"},
        {name: _single(households.get(name), one) for row, name in plain.columns if row == "H"},
        {name: _known(persons.get(name), some) for row, name in plain.known if row == "P"},
        {name: int(c.known[one]) if (c := households.get(name)) else 0 for row, name in plain.known if row == "H"},
        *_parameters(local, area),
        (1 << members) - 1, zeros, setting.on, setting.today, setting.birthdays, setting.active,
    )  # fmt: skip


def _parameters(local: Locals, area: int) -> tuple[dict[str, int], dict[str, int]]:
    """Values and whether they are known, in one area; made once for the same areas."""
    made = local.made.get(("plain", area))
    if made is None:
        values = {name: held.values[area] for name, held in local.items()}
        made = local.made["plain", area] = (
            values,
            {name: int(held.known[area]) for name, held in local.items()},
        )
    return made


def _listed(column: Column | None, some: slice, zeros: list[int]) -> list[int]:
    return zeros if column is None else column.values[some].tolist()


def _single(column: Column | None, one: int) -> int:
    return 0 if column is None else column.values[one].item()


def _known(column: Column | None, some: slice) -> int:
    return 0 if column is None else _bits(column.known[some].tolist())


def _store(kept: BlocksKept, at: int, planes: tuple[int, ...], outputs: dict[int, Row]) -> None:
    for row in ("P", "H"):
        width = kept.planes[row].shape[2] * 8
        some = b"".join(
            plane.to_bytes(width, "little")
            for plane, of in zip(planes, outputs.values(), strict=True)
            if of == row
        )
        room: Words = kept.planes[row]
        room[at] = np.frombuffer(some, np.uint64).reshape(room.shape[1:])
