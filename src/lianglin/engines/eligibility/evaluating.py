"""One node for one household, exactly and slowly: what an explanation quotes. Unknown is None; the tree says what it means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from lianglin.engines.eligibility import tree
from lianglin.engines.eligibility.days import months_between
from lianglin.engines.eligibility.package import Measure
from lianglin.engines.eligibility.tree import Truth, Value
from lianglin.engines.eligibility.typed import days_of
from lianglin.engines.eligibility.vocabulary import SIZE, Level, Parameter, ParameterValue, Vocabulary


@dataclass(frozen=True)
class Known:
    """A fact as it is known. ``value``: int (fen, times 10**scale), date, bool or the code; None is unknown.

    ``source``: who says so, in words for the reader; ``since``: the day from which it holds.
    """

    value: object
    source: str = ""
    since: date | None = None
    source_en: str = ""


@dataclass(frozen=True)
class Household:
    """A household as somebody may see it: facts by column. ``asked``: the place of the member in question."""

    on: date
    area: str
    members: Sequence[Mapping[str, Known]]
    household: Mapping[str, Known] = field(default_factory=dict)
    asked: int = 0


def codes_of(vocabulary: Vocabulary) -> dict[str, list[str]]:
    """The codes of each code fact, by column."""
    return {fact.column: list(fact.values) for fact in vocabulary.facts.values() if fact.kind == "code"}


class Evaluator:
    """Values and truths of one household. ``measures``: those that 符合 names, by id."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        measures: Mapping[str, Measure],
        home: Household,
        codes: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.home, self.measures, self.vocabulary = home, measures, vocabulary
        self.codes = codes_of(vocabulary) if codes is None else codes
        size = self.vocabulary.facts.get(SIZE)
        self.size = size.column if size else ""

    def known(self, column: str, level: Level, member: int) -> Known | None:
        """A fact; None where nothing is known. 常住人数 is the number of members where nobody says otherwise."""
        held = self.home.members[member] if level == "person" else self.home.household
        found = held.get(column)
        if found is None and column == self.size:
            return Known(len(self.home.members))
        strange = found is not None and column in self.codes and str(found.value) not in self.codes[column]
        return None if found is None or found.value is None or strange else found

    def parameter(self, name: str) -> tuple[Parameter | None, ParameterValue | None]:
        """A parameter and what holds in the household's area on the day."""
        parameter = self.vocabulary.parameters.get(name)
        return parameter, parameter.at(self.home.area, self.home.on) if parameter else None

    def value(self, node: Value, member: int) -> Fraction | None:
        """The exact value."""
        match node:
            case tree.Const(num, den):
                return Fraction(num, den)
            case tree.FactValue(column, level, scale):
                return self._fact(column, level, member, scale)
            case tree.ParameterOf(name, scale):
                held = self.parameter(name)[1]
                return None if held is None or held.value is None else Fraction(held.value, 10**scale)
            case tree.Age(column):
                born = self._fact(column, "person", member, 0)
                months = None if born is None else months_between(int(born), self.home.on)
                return None if months is None or months < 0 else Fraction(months // 12)
            case tree.Since(unit, then):
                return self._since(unit, self.value(then, member))
            case tree.Today():
                return Fraction(days_of(self.home.on))
            case tree.Arithmetic(op, left, right):
                return _computed(op, self.value(left, member), self.value(right, member))
            case tree.Extreme(op, of):
                values = [self.value(one, member) for one in of]
                some = [value for value in values if value is not None]
                return None if len(some) < len(values) else (min if op == "min" else max)(some)
            case tree.Choose(cases, otherwise):
                for truth, held in cases:
                    answer = self.truth(truth, member)
                    if answer is not False:
                        return self.value(held, member) if answer else None
                return None if otherwise is None else self.value(otherwise, member)
            case tree.Rounded(of, step, how):
                return _rounded(self.value(of, member), step, how)
            case tree.Total(of, where):
                return self._total(of, where)
            case tree.Count(where):
                return self._total(tree.Const(1), where)

    def _fact(self, column: str, level: Level, member: int, scale: int) -> Fraction | None:
        known = self.known(column, level, member)
        if known is None:
            return None
        if isinstance(known.value, date):
            return Fraction(days_of(known.value))
        return Fraction(int(str(known.value)), 10**scale)

    def _since(self, unit: str, then: Fraction | None) -> Fraction | None:
        if then is None:
            return None
        if unit == "days":
            return Fraction(days_of(self.home.on) - int(then))
        months = months_between(int(then), self.home.on)
        return Fraction(months if unit == "months" else months // 12)

    def _total(self, of: Value, where: Truth | None) -> Fraction | None:
        total = Fraction(0)
        for member in range(len(self.home.members)):
            chosen = True if where is None else self.truth(where, member)
            value = self.value(of, member) if chosen else Fraction(0)
            if chosen is None or value is None:
                return None
            total += value
        return total

    def truth(self, node: Truth, member: int) -> bool | None:
        """True, False or None, by Kleene's strong logic."""
        match node:
            case tree.Compare(op, left, right):
                return _compared(op, self.value(left, member), self.value(right, member))
            case tree.Among(column, level, places):
                known = self.known(column, level, member)
                return None if known is None else self.codes[column].index(str(known.value)) in places
            case tree.Flag(column, level):
                known = self.known(column, level, member)
                return None if known is None else bool(known.value)
            case tree.Not(of):
                answer = self.truth(of, member)
                return None if answer is None else not answer
            case tree.All(of):
                return every([self.truth(one, member) for one in of])
            case tree.Any(of):
                return some([self.truth(one, member) for one in of])
            case tree.AnyMember(of, where):
                return some([every([self._where(where, m), self.truth(of, m)]) for m in self.members])
            case tree.EveryMember(of, where):
                return every(
                    [some([negated(self._where(where, m)), self.truth(of, m)]) for m in self.members]
                )
            case tree.Qualifies(measure):
                other = self.measures[measure]
                if not (
                    other.valid_from <= self.home.on
                    and (other.valid_to is None or self.home.on <= other.valid_to)
                ):
                    return False
                return every([self.truth(condition.truth, member) for condition in other.conditions])

    @property
    def members(self) -> range:
        """Places of the members."""
        return range(len(self.home.members))

    def _where(self, where: Truth | None, member: int) -> bool | None:
        return True if where is None else self.truth(where, member)


def every(answers: Sequence[bool | None]) -> bool | None:
    """且."""
    return False if False in answers else None if None in answers else True


def some(answers: Sequence[bool | None]) -> bool | None:
    """或."""
    return True if True in answers else None if None in answers else False


def negated(answer: bool | None) -> bool | None:
    """非."""
    return None if answer is None else not answer


def _computed(op: str, left: Fraction | None, right: Fraction | None) -> Fraction | None:
    if left is None or right is None or (op == "/" and right == 0):
        return None
    if op == "+":
        return left + right
    return left - right if op == "-" else left * right if op == "*" else left / right


def _compared(op: str, left: Fraction | None, right: Fraction | None) -> bool | None:
    if left is None or right is None:
        return None
    less, same = left < right, left == right
    return {
        "<": less,
        "<=": less or same,
        ">": not (less or same),
        ">=": not less,
        "=": same,
        "<>": not same,
    }[op]


def _rounded(value: Fraction | None, step: int, how: str) -> Fraction | None:
    if value is None:
        return None
    steps = value / step
    if how == "down":
        return Fraction(steps.numerator // steps.denominator * step)
    if how == "up":
        return Fraction(-(-steps.numerator // steps.denominator) * step)
    half = steps + Fraction(1, 2)
    return Fraction(half.numerator // half.denominator * step)
