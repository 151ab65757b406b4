"""From the tree to operations: equal nodes once, households' parts joined before they are spread to the members."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import ceil, floor

from lianglin.engines.eligibility import tree
from lianglin.engines.eligibility.building import row_of, swapped
from lianglin.engines.eligibility.operations import Number, Op, Pair, Row, Schedule
from lianglin.engines.eligibility.package import Measure, Package
from lianglin.engines.eligibility.tree import Truth
from lianglin.engines.eligibility.values import Values
from lianglin.engines.eligibility.vocabulary import Level

FEW_PLACES = 24


@dataclass(frozen=True)
class PlannedMeasure:
    """Where a measure's planes and its amount are."""

    conditions: tuple[Pair, ...]
    answer: Pair
    amount: Number | None


@dataclass(frozen=True)
class Plan:
    """A package as operations in order; day, parameters and population come in when it runs."""

    ops: tuple[Op, ...]
    measures: tuple[PlannedMeasure, ...]

    @cached_property
    def outputs(self) -> dict[int, Row]:
        """Planes that a result keeps, each condition's and each measure's, and whose rows they are of."""
        pairs = (pair for measure in self.measures for pair in (*measure.conditions, measure.answer))
        return {place: pair.row for pair in pairs for place in (pair.true, pair.false)}

    @cached_property
    def schedule(self) -> Schedule:
        """What leads to the outputs."""
        return Schedule.of(self.ops, self.outputs)


def plan(package: Package) -> Plan:
    """ValueError when a measure rests on itself, or names a measure that is not there."""
    return _Planner(package).finished()


class _Planner(Values):
    def __init__(self, package: Package) -> None:
        super().__init__()
        self.package = package
        self.place_of = {measure.id: place for place, measure in enumerate(package.measures)}
        self.truths: dict[Truth, Pair] = {}
        self.answers: dict[str, tuple[tuple[Pair, ...], Pair]] = {}
        self.busy: list[str] = []

    def finished(self) -> Plan:
        measures = []
        for measure in self.package.measures:
            conditions, answer = self.measure(measure)
            measures.append(PlannedMeasure(conditions, answer, self.amount(measure)))
        return Plan(tuple(self.ops), tuple(measures))

    # --- measures ---

    def measure(self, measure: Measure) -> tuple[tuple[Pair, ...], Pair]:
        if measure.id in self.answers:
            return self.answers[measure.id]
        if measure.id in self.busy:
            raise ValueError(
                f"Measures rest on each other in a circle: {' → '.join([*self.busy, measure.id])}."
            )
        self.busy.append(measure.id)
        conditions = tuple(self.truth(condition.truth) for condition in measure.conditions)
        row = row_of(measure.level)
        if any(pair.row == "P" for pair in conditions) and row == "H":
            raise ValueError(f"“{measure.id}” is a household's measure with a person's condition.")
        answer = self.lifted(self.every(conditions), row)
        self.busy.pop()
        self.answers[measure.id] = conditions, answer
        return conditions, answer

    def amount(self, measure: Measure) -> Number | None:
        value = measure.amount.value
        if value is None:
            return None
        if not isinstance(value, tree.Rounded):
            value = tree.Rounded(value, 1, "half_up")
        number = self.value(value)
        if measure.level == "household" and self.row(number.num) == "P":
            raise ValueError(f"“{measure.id}” is a household's measure with a person's amount.")
        return number

    # --- truths ---

    def truth(self, node: Truth) -> Pair:
        pair = self.truths.get(node)
        if pair is None:
            pair = self.truths[node] = self._truth(node)
        return pair

    def _truth(self, node: Truth) -> Pair:
        match node:
            case tree.Not():
                return swapped(self.truth(node.of))
            case tree.All():
                return self.every(tuple(self.truth(part) for part in node.of))
            case tree.Any():
                return swapped(self.every(tuple(swapped(self.truth(part)) for part in node.of)))
            case tree.Compare():
                return self.compare(node)
            case tree.Flag():
                return self.column_truth("FLAG", node.column, node.level)
            case tree.Among():
                return self.among(node)
            case tree.AnyMember():
                return self.any_member(node.of, node.where)
            case tree.EveryMember():
                return swapped(self.any_member(tree.Not(node.of), node.where))
            case tree.Qualifies():
                return self.qualifies(node)

    def among(self, node: tree.Among) -> Pair:
        """A few places: each place's plane is made once for all rules. Many: looked up."""
        if len(node.places) > FEW_PLACES:
            return self.column_truth("INSET", node.column, node.level, node.places)
        row = row_of(node.level)
        planes = [self.op("CODE", row, node.column, place) for place in node.places]
        return self.split(self.any_of(planes), self.op("KNOWN", row, node.column))

    def column_truth(self, code: str, column: str, level: Level, *args: object) -> Pair:
        row = row_of(level)
        return self.split(self.op(code, row, column, *args), self.op("KNOWN", row, column))

    def any_member(self, of: Truth, where: Truth | None) -> Pair:
        pair = self.lifted(self.truth(of if where is None else tree.All((of, where))), "P")
        some = self.op("ANY", "H", pair.true)
        not_all_false = self.op("ANY", "H", self.invert(pair.false))
        return Pair(some, self.invert(not_all_false), "H")

    def qualifies(self, node: tree.Qualifies) -> Pair:
        if node.measure not in self.place_of:
            raise ValueError(f"There is no measure “{node.measure}”.")
        place = self.place_of[node.measure]
        pair = self.measure(self.package.measures[place])[1]
        active = self.op("ACTIVE", pair.row, place)
        return Pair(
            self.planes("AND", active, pair.true),
            self.planes("OR", self.invert(active), pair.false),
            pair.row,
        )

    def compare(self, node: tree.Compare) -> Pair:
        if node.op in ("<=", ">"):
            pair = self.compare(tree.Compare("<", node.right, node.left))
            return pair if node.op == ">" else swapped(pair)
        if node.op in (">=", "<>"):
            return swapped(self.truth(tree.Compare("<" if node.op == ">=" else "=", node.left, node.right)))
        if (by_birth := self.age_compared(node)) is not None:
            return by_birth
        left, right = self.value(node.left), self.value(node.right)
        known = self.both(left.known, right.known)
        a, b = self.crossed(left, right)
        x, y = self.constant(a), self.constant(b)
        if x is not None and y is not None:
            plane = self.op("FULL" if (x < y if node.op == "<" else x == y) else "ZERO", "H")
            return self.split(plane, known)
        row = self.rows(a, b)
        if node.op == "=" and a > b:
            a, b = b, a
        plane = self.op(
            "LT" if node.op == "<" else "EQ",
            "P" if row == "P" else "H",
            self.lift(a, row),
            self.lift(b, row),
        )
        return self.split(plane, known)

    def age_compared(self, node: tree.Compare) -> Pair | None:
        """An age against a constant is a day of birth against a day: no age is computed."""
        if isinstance(node.left, tree.Age) and (limit := self.fraction(node.right)) is not None:
            if node.op == "<":
                return swapped(self.reached(node.left.column, ceil(limit)))
            if limit.denominator == 1:
                at, over = (self.reached(node.left.column, int(limit) + more) for more in (0, 1))
                return self.every((at, swapped(over)))
        if (
            isinstance(node.right, tree.Age)
            and node.op == "<"
            and (limit := self.fraction(node.left)) is not None
        ):
            return self.reached(node.right.column, floor(limit) + 1)
        if isinstance(node.right, tree.Age) and node.op == "=" and self.fraction(node.left) is not None:
            return self.age_compared(tree.Compare("=", node.right, node.left))
        return None
