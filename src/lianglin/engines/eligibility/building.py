"""Operations put together: each once, constants folded, households' parts spread only where a person's part needs them."""

from __future__ import annotations

from math import lcm
from typing import overload

from lianglin.engines.eligibility.operations import NUMBERS, Number, Op, Pair, Row
from lianglin.engines.eligibility.vocabulary import Level


class Builder:
    """A growing list of operations."""

    def __init__(self) -> None:
        self.ops: list[Op] = []
        self._places: dict[Op, int] = {}

    def op(self, code: str, row: Row, *args: object) -> int:
        """The place of an operation, a new one if there is none like it."""
        made = Op(code, row, args)
        place = self._places.get(made)
        if place is None:
            place = self._places[made] = len(self.ops)
            self.ops.append(made)
        return place

    def row(self, place: int) -> Row:
        """Whether it is of persons, of households, or one for all."""
        return self.ops[place].row

    def const(self, number: int) -> int:
        """The place of a constant."""
        return self.op("CONST", "C", number)

    def constant(self, place: int) -> int | None:
        """The number when it is one for all at all times."""
        op = self.ops[place]
        return op.args[0] if op.code == "CONST" else None

    def rows(self, *places: int) -> Row:
        """The row of what is made of several."""
        rows = {self.row(place) for place in places}
        return "P" if "P" in rows else "H" if "H" in rows else "C"

    def lift(self, place: int, row: Row) -> int:
        """A household's part for each member where a person's is wanted."""
        if row == "P" and self.row(place) == "H":
            op = self.ops[place]
            if op.code in ("FULL", "ZERO", "ACTIVE"):
                return self.op(op.code, "P", *op.args)
            return self.op("NSPREAD" if self.is_number(place) else "SPREAD", "P", place)
        return place

    def is_number(self, place: int) -> bool:
        """A number, not a plane."""
        return self.ops[place].code in NUMBERS

    def arithmetic(self, code: str, left: int, right: int) -> int:
        """ADD, SUB, MUL, FLOORDIV."""
        a, b = self.constant(left), self.constant(right)
        if a is not None and b is not None:
            folded = {"ADD": lambda: a + b, "SUB": lambda: a - b, "MUL": lambda: a * b}.get(code)
            if folded:
                return self.const(folded())
        if code == "MUL" and (a == 1 or b == 1):
            return right if a == 1 else left
        if code == "ADD" and (a == 0 or b == 0):
            return right if a == 0 else left
        if code == "FLOORDIV" and b == 1:
            return left
        row = self.rows(left, right)
        left, right = self.lift(left, row), self.lift(right, row)
        if code in ("ADD", "MUL") and left > right:
            left, right = right, left
        return self.op(code, row, left, right)

    def planes(self, code: str, left: int, right: int) -> int:
        """AND, OR, ANDNOT of two planes of one row."""
        row = self.rows(left, right)
        left, right = self.lift(left, row), self.lift(right, row)
        a, b = self.ops[left].code, self.ops[right].code
        if code == "AND":
            if left == right or b == "FULL" or a == "ZERO":
                return left
            if a == "FULL" or b == "ZERO":
                return right
        elif code == "OR":
            if left == right or b == "ZERO" or a == "FULL":
                return left
            if a == "ZERO" or b == "FULL":
                return right
        elif b == "ZERO" or a == "ZERO":
            return left
        elif left == right or b == "FULL":
            return self.op("ZERO", row)
        if code != "ANDNOT" and left > right:
            left, right = right, left
        return self.op(code, row, left, right)

    @overload
    def both(self, one: int, other: int | None) -> int: ...
    @overload
    def both(self, one: int | None, other: int | None) -> int | None: ...
    def both(self, one: int | None, other: int | None) -> int | None:
        """Where two things are known (None: everywhere)."""
        if one is None or other is None:
            return other if one is None else one
        return self.planes("AND", one, other)

    def full(self, row: Row) -> int:
        """All rows."""
        return self.op("FULL", "P" if row == "P" else "H")

    def invert(self, plane: int) -> int:
        """The rows that are not set."""
        return self.planes("ANDNOT", self.full(self.row(plane)), plane)

    def select(self, plane: int, yes: int, no: int) -> int:
        """One number where a plane is set, another elsewhere."""
        if yes == no or self.ops[plane].code in ("FULL", "ZERO"):
            return no if self.ops[plane].code == "ZERO" else yes
        row = self.rows(plane, yes, no)
        return self.op("SELECT", row, *(self.lift(place, row) for place in (plane, yes, no)))

    def any_of(self, planes: list[int]) -> int:
        """Households' planes first, so that they are spread once."""
        found = self.op("ZERO", "H")
        for plane in sorted(planes, key=lambda place: (self.row(place) == "P", place)):
            found = self.planes("OR", found, plane)
        return found

    def lifted(self, pair: Pair, row: Row) -> Pair:
        """Both planes."""
        return Pair(self.lift(pair.true, row), self.lift(pair.false, row), row)

    def every(self, pairs: tuple[Pair, ...]) -> Pair:
        """且: what households answer is joined first and spread once."""
        joined: list[Pair] = []
        for row in ("H", "P"):
            some = sorted(
                {pair for pair in pairs if pair.row == row}, key=lambda pair: (pair.true, pair.false)
            )
            if some:
                true, false = some[0].true, some[0].false
                for pair in some[1:]:
                    true, false = self.planes("AND", true, pair.true), self.planes("OR", false, pair.false)
                joined.append(Pair(true, false, row))
        if not joined:
            return Pair(self.op("FULL", "H"), self.op("ZERO", "H"), "H")
        if len(joined) == 1:
            return joined[0]
        house, person = self.lifted(joined[0], "P"), joined[1]
        true, false = (
            self.planes("AND", person.true, house.true),
            self.planes("OR", person.false, house.false),
        )
        return Pair(true, false, "P")

    def split(self, plane: int, known: int | None) -> Pair:
        """A truth from what holds and where it is known."""
        row = self.rows(plane, known) if known is not None else self.row(plane)
        if known is None:
            known = self.full(row)
        return Pair(self.planes("AND", plane, known), self.planes("ANDNOT", known, plane), row)

    def reached(self, column: str, years: int) -> Pair:
        """So many years are completed."""
        born = self.op("COL", "P", column)
        late = self.op("LT", "P", self.op("CUT", "C", years), born)
        return swapped(self.split(late, self.born(column)))

    def born(self, column: str) -> int:
        """Where the birth date is known and not ahead."""
        ahead = self.op("LT", "P", self.op("TODAY", "C"), self.op("COL", "P", column))
        return self.planes("ANDNOT", self.op("KNOWN", "P", column), ahead)

    def crossed(self, left: Number, right: Number) -> tuple[int, int]:
        """Two numerators over one denominator."""
        p, q = self.constant(left.den), self.constant(right.den)
        if p is not None and q is not None:
            common = lcm(p, q)
            return (
                self.arithmetic("MUL", left.num, self.const(common // p)),
                self.arithmetic("MUL", right.num, self.const(common // q)),
            )
        return self.arithmetic("MUL", left.num, right.den), self.arithmetic("MUL", right.num, left.den)


def swapped(pair: Pair) -> Pair:
    """非."""
    return Pair(pair.false, pair.true, pair.row)


def row_of(level: Level) -> Row:
    """Rows of a level."""
    return "P" if level == "person" else "H"
