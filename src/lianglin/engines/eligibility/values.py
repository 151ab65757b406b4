"""Values of the tree as whole numbers: numerator, denominator, and where they are known. Nothing is rounded on the way."""

from __future__ import annotations

from fractions import Fraction
from math import lcm

from lianglin.engines.eligibility import tree
from lianglin.engines.eligibility.building import Builder, row_of
from lianglin.engines.eligibility.operations import Number, Pair
from lianglin.engines.eligibility.tree import Truth, Value


class Values(Builder):
    """Plans values; what truths are in them is planned by ``truth``."""

    def __init__(self) -> None:
        super().__init__()
        self._values: dict[Value, Number] = {}

    def truth(self, node: Truth) -> Pair:
        """Planes of a truth."""
        raise NotImplementedError

    def value(self, node: Value) -> Number:
        number = self._values.get(node)
        if number is None:
            number = self._values[node] = self._value(node)
        return number

    def fraction(self, value: Value) -> Fraction | None:
        number = self.value(value)
        num, den = self.constant(number.num), self.constant(number.den)
        if num is None or den is None or number.known is not None:
            return None
        return Fraction(num, den)

    def _value(self, node: Value) -> Number:
        one = self.const(1)
        match node:
            case tree.Const():
                return Number(self.const(node.num), self.const(node.den), None)
            case tree.FactValue():
                row = row_of(node.level)
                known = self.op("KNOWN", row, node.column)
                return Number(self.op("COL", row, node.column), self.const(10**node.scale), known)
            case tree.ParameterOf():
                known = self.op("PKNOWN", "H", node.name)
                return Number(self.op("PARAM", "H", node.name), self.const(10**node.scale), known)
            case tree.Age():
                months = self.op("MONTHS", "P", self.op("COL", "P", node.column))
                return Number(
                    self.arithmetic("FLOORDIV", months, self.const(12)), one, self.born(node.column)
                )
            case tree.Since():
                return self.since(node)
            case tree.Today():
                return Number(self.op("TODAY", "C"), one, None)
            case tree.Arithmetic():
                return self.calculated(node)
            case tree.Extreme():
                return self.extreme(node)
            case tree.Choose():
                return self.choose(node)
            case tree.Rounded():
                return self.rounded(node)
            case tree.Total():
                return self.total(node)
            case tree.Count():
                return self.count(node)

    def since(self, node: tree.Since) -> Number:
        held = self.value(node.date)
        day = self.arithmetic("FLOORDIV", held.num, held.den)
        if node.unit == "days":
            passed = self.arithmetic("SUB", self.op("TODAY", "C"), day)
        else:
            passed = self.op("MONTHS", self.row(day), day)
            if node.unit == "years":
                passed = self.arithmetic("FLOORDIV", passed, self.const(12))
        return Number(passed, self.const(1), held.known)

    def calculated(self, node: tree.Arithmetic) -> Number:
        left, right = self.value(node.left), self.value(node.right)
        known = self.both(left.known, right.known)
        if node.op == "*":
            num, den = (
                self.arithmetic("MUL", a, b) for a, b in ((left.num, right.num), (left.den, right.den))
            )
            return self.reduced(num, den, known)
        if node.op == "/":
            return self.divided(left, right, known)
        a, b = self.crossed(left, right)
        p, q = self.constant(left.den), self.constant(right.den)
        den = (
            self.const(lcm(p, q))
            if p is not None and q is not None
            else self.arithmetic("MUL", left.den, right.den)
        )
        return Number(self.arithmetic("ADD" if node.op == "+" else "SUB", a, b), den, known)

    def reduced(self, num: int, den: int, known: int | None) -> Number:
        """A constant over a constant in lowest terms; a numerator that was multiplied by a constant stays as it is."""
        a, b = self.constant(num), self.constant(den)
        if a is None or b is None:
            return Number(num, den, known)
        whole = Fraction(a, b)
        return Number(self.const(whole.numerator), self.const(whole.denominator), known)

    def divided(self, left: Number, right: Number, known: int | None) -> Number:
        by = self.constant(right.num)
        num, den = self.arithmetic("MUL", left.num, right.den), self.arithmetic("MUL", left.den, right.num)
        if by == 0:
            return Number(self.const(0), self.const(1), self.op("ZERO", "H"))
        if by is not None:
            if by < 0:
                num, den = (self.arithmetic("MUL", side, self.const(-1)) for side in (num, den))
            return self.reduced(num, den, known)
        row = self.row(right.num)
        zero = self.op("EQ", "P" if row == "P" else "H", *sorted((right.num, self.const(0))))
        num = self.arithmetic("MUL", num, self.op("SIGN", row, right.num))
        den = self.op("ABS", self.row(den), den)
        return Number(num, den, self.both(known, self.invert(zero)))

    def extreme(self, node: tree.Extreme) -> Number:
        best = self.value(node.of[0])
        for part in node.of[1:]:
            other = self.value(part)
            known = self.both(best.known, other.known)
            a, b = self.crossed(best, other)
            row = self.rows(a, b)
            a, b = self.lift(a, row), self.lift(b, row)
            p, q = self.constant(a), self.constant(b)
            keep = self.op("LT", "P" if row == "P" else "H", a, b)
            if p is not None and q is not None:
                keep = self.op("FULL" if p < q else "ZERO", "H")
            if node.op == "max":
                best, other = other, best
            best = self.picked(keep, best, other, known)
        return best

    def picked(self, plane: int, yes: Number, no: Number, known: int | None) -> Number:
        p, q = self.constant(yes.den), self.constant(no.den)
        if p is not None and q is not None:
            a, b = self.crossed(yes, no)
            return Number(self.select(plane, a, b), self.const(lcm(p, q)), known)
        return Number(self.select(plane, yes.num, no.num), self.select(plane, yes.den, no.den), known)

    def choose(self, node: tree.Choose) -> Number:
        alive = self.op("FULL", "H")
        known = self.op("ZERO", "H")
        for truth, value in node.cases:
            pair = self.truth(truth)
            here = self.both(self.planes("AND", alive, pair.true), self.value(value).known)
            known = self.planes("OR", known, here)
            alive = self.planes("AND", alive, pair.false)
        nothing = Number(self.const(0), self.const(1), self.op("ZERO", "H"))
        best = nothing if node.otherwise is None else self.value(node.otherwise)
        here = self.both(alive, best.known)
        known = self.planes("OR", known, here)
        for truth, value in reversed(node.cases):
            best = self.picked(self.truth(truth).true, self.value(value), best, known)
        return Number(best.num, best.den, known)

    def rounded(self, node: tree.Rounded) -> Number:
        """Down: floor(n / (d·step))·step. Up: the same of -n. Half up: floor((2n + d·step) / (2·d·step))·step."""
        held = self.value(node.of)
        step = self.const(node.step)
        unit = self.arithmetic("MUL", held.den, step)
        num = held.num
        if node.how == "half_up":
            num = self.arithmetic("ADD", self.arithmetic("MUL", num, self.const(2)), unit)
            unit = self.arithmetic("MUL", unit, self.const(2))
        elif node.how == "up":
            num = self.arithmetic("MUL", num, self.const(-1))
        whole = self.arithmetic("MUL", self.arithmetic("FLOORDIV", num, unit), step)
        if node.how == "up":
            whole = self.arithmetic("MUL", whole, self.const(-1))
        return Number(whole, self.const(1), held.known)

    def total(self, node: tree.Total) -> Number:
        held = self.value(node.of)
        where = self.full("P") if node.where is None else self.lifted(self.truth(node.where), "P").true
        outside = (
            self.op("ZERO", "P") if node.where is None else self.lifted(self.truth(node.where), "P").false
        )
        if self.row(held.den) == "P":
            raise ValueError(
                "A sum of quotients whose divisor differs from member to member is not supported."
            )
        fine = self.planes("OR", outside, self.both(where, held.known))
        known = self.invert(self.op("ANY", "H", self.invert(self.lift(fine, "P"))))
        return Number(self.op("SUM", "H", self.lift(held.num, "P"), where), held.den, known)

    def count(self, node: tree.Count) -> Number:
        one = self.const(1)
        if node.where is None:
            return Number(self.op("COUNT", "H", self.full("P")), one, None)
        pair = self.lifted(self.truth(node.where), "P")
        unsure = self.op("ANY", "H", self.invert(self.planes("OR", pair.true, pair.false)))
        return Number(self.op("COUNT", "H", pair.true), one, self.invert(unsure))
