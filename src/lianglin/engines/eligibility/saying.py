"""One condition said with real values, and the facts and parameters that it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from lianglin.engines.eligibility import tree
from lianglin.engines.eligibility.evaluating import Evaluator, Household, codes_of
from lianglin.engines.eligibility.package import Package
from lianglin.engines.eligibility.tree import Const, Node, Truth, Value
from lianglin.engines.eligibility.vocabulary import Fact, Level
from lianglin.engines.eligibility.wording import (
    FLIPPED,
    NO,
    NOT_ENTERED,
    REQUIRED,
    UNKNOWN,
    YES,
    Chinese,
    English,
    Words,
    fact_value,
    join,
    listed,
    unit_of,
    value_of,
)


@dataclass(frozen=True)
class FactLine:
    """A fact that a condition rests on. ``member``: whose it is (place in the household), None for the household's.

    ``value`` is None where it is not known. Nobody's name is in it.
    """

    column: str
    name: Words
    value: Words | None
    source: Words
    since: date | None
    member: int | None
    health: bool = False


@dataclass(frozen=True)
class ParameterLine:
    """A parameter that a condition rests on: what holds in the household's area. ``value`` None: not entered (待填)."""

    name: Words
    value: Words | None
    area: str
    document: str
    from_on: date | None
    to_on: date | None


class Reader:
    """What saying needs of a package, whoever the household is: made once."""

    def __init__(self, package: Package, named: Mapping[Node, Words]) -> None:
        self.package, self.named, self.measures = package, named, package.by_id()
        self.zh = Chinese(package.vocabulary, named, self.measures)
        self.en = English(package.vocabulary, named, self.measures)
        self.codes = codes_of(package.vocabulary)


class Sayer:
    """Says conditions of one household."""

    def __init__(self, reader: Reader, home: Household) -> None:
        self.evaluator = Evaluator(reader.package.vocabulary, reader.measures, home, reader.codes)
        self.home, self.measures, self.named = home, reader.measures, reader.named
        self.zh, self.en = reader.zh, reader.en

    # --- words ---------------------------------------------------------------------------------------------------

    def truth(self, node: Truth, member: int) -> Words:
        """A truth with its values: 年龄 78周岁，需不低于80周岁. Of several parts only those that decide."""
        if node in self.named:
            return self._named(node, member)
        match node:
            case tree.Not(of) if isinstance(of, tree.Flag | tree.Among) and of not in self.named:
                return self._asked(of, member, wanted=False)
            case tree.Flag() | tree.Among():
                return self._asked(node, member, wanted=True)
            case tree.All(
                (tree.Compare(">=", same, Const() as low), tree.Compare("<=", other, Const() as high))
            ) if same == other:
                return self._between(same, low, high, member)
            case tree.All(of) | tree.Any(of):
                some = self._deciding(node, of, member)
                said = [self._in_brackets(one, member, alone=len(some) == 1) for one in some]
                is_all = isinstance(node, tree.All)
                return join(said, "；且 " if is_all else "；或 ", "; and " if is_all else "; or ")
            case tree.Compare(op, left, right):
                return self._compared(op, left, right, member)
            case _:
                return self._answered(node, member)

    def _answered(self, node: Truth, member: int) -> Words:
        answer = self.evaluator.truth(node, member)
        state = UNKNOWN if answer is None else YES if answer else NO
        return Words(f"{self.zh.truth(node)}：{state.zh}", f"{self.en.truth(node)}: {state.en}")

    def _named(self, node: Truth, member: int) -> Words:
        """A definition by its name, and why where it does not hold."""
        said = self._answered(node, member)
        if self.evaluator.truth(node, member):
            return said
        body = Sayer.__new__(Sayer)
        body.__dict__.update(self.__dict__, named={n: words for n, words in self.named.items() if n != node})
        why = (
            body.truth(node, member)
            if isinstance(node, tree.All | tree.Any | tree.Compare | tree.Not)
            else Words("", "")
        )
        return Words(f"{said.zh}（{why.zh}）", f"{said.en} ({why.en})") if why else said

    def _deciding(self, node: Truth, of: tuple[Truth, ...], member: int) -> list[Truth]:
        """The parts by which 且 failed or 或 held, or that leave it open; else all."""
        answer = self.evaluator.truth(node, member)
        if answer is not None and answer == isinstance(node, tree.All):
            return list(of)  # 且 that holds, 或 that fails: by every part
        return [one for one in of if self.evaluator.truth(one, member) is answer]

    def _in_brackets(self, node: Truth, member: int, *, alone: bool) -> Words:
        said = self.truth(node, member)
        bare = alone or not isinstance(node, tree.All | tree.Any) or node in self.named
        return said if bare else said.inside("（{}）", "({})")

    def _asked(self, node: tree.Flag | tree.Among, member: int, *, wanted: bool) -> Words:
        """A flag or code; what it should be is said where it is not so."""
        fact = self.zh.facts[node.column]
        known = self.evaluator.known(node.column, node.level, member)
        value = UNKNOWN if known is None else fact_value(fact, known.value)
        said = Words(f"{self.zh.fact(node.column)}：{value.zh}", f"{self.en.fact(node.column)}: {value.en}")
        if self.evaluator.truth(node, member) is wanted:
            return said
        if isinstance(node, tree.Flag):
            needed = (YES if wanted else NO).inside("应为“{}”", "should be {}")
        else:
            places = [Words(self.zh.label(fact, p), self.en.label(fact, p)) for p in node.places]
            zh, en = ("应为{}", "should be {}") if wanted else ("不应为{}", "should not be {}")
            needed = listed(places).inside(zh, en)
        return Words(f"{said.zh}，{needed.zh}", f"{said.en}, {needed.en}")

    def _compared(self, op: str, left: Value, right: Value, member: int) -> Words:
        if isinstance(left, Const) and not isinstance(right, Const):
            op, left, right = FLIPPED[op], right, left
        kind = self.zh.best(left, right)
        asks = REQUIRED[op][kind == "date"]
        subject = self._valued(left, right, member)
        if isinstance(right, Const):
            needed = value_of(Fraction(right.num, right.den), kind, self._unit(left))
        else:
            held = self._valued(right, left, member)
            needed = Words(f" {held.zh}", held.en)
        return Words(
            f"{subject.zh}，需{asks.zh}{needed.zh}", f"{subject.en}, needs to be {asks.en} {needed.en}"
        )

    def _between(self, of: Value, low: Const, high: Const, member: int) -> Words:
        kind, unit = self.zh.best(of, low), self._unit(of)
        least, most = (value_of(Fraction(end.num, end.den), kind, unit) for end in (low, high))
        said = self._valued(of, low, member)
        return Words(
            f"{said.zh}，需在{least.zh}至{most.zh}之间",
            f"{said.en}, needs to be between {least.en} and {most.en}",
        )

    def _valued(self, node: Value, beside: Value, member: int) -> Words:
        """A value's name and what it is here."""
        kind = self.zh.best(node, beside)
        value = self.evaluator.value(node, member)
        nothing = NOT_ENTERED if self._lacks_parameter(node) else UNKNOWN
        said = nothing if value is None else value_of(value, kind, self._unit(node))
        if isinstance(node, Const):
            return said
        name = Words(self.zh.value(node, kind), self.en.value(node, kind))
        if node not in self.named and isinstance(node, tree.Arithmetic | tree.Extreme | tree.Choose):
            return Words(f"{name.zh}（{said.zh}）", f"{name.en} ({said.en})")
        return Words(f"{name.zh} {said.zh}", f"{name.en}: {said.en}")

    def _unit(self, node: Value) -> str:
        if isinstance(node, tree.FactValue):
            return unit_of(self.zh.facts[node.column])
        if isinstance(node, tree.Since):
            return {"days": "天", "months": "个月", "years": "年"}[node.unit]
        return {tree.Age: "周岁", tree.Count: "人"}.get(type(node), "")

    def _lacks_parameter(self, node: Node) -> bool:
        return any(
            isinstance(part, tree.ParameterOf) and self.evaluator.value(part, 0) is None
            for part in tree.walk(node)
        )

    # --- what it rests on ----------------------------------------------------------------------------------------

    def facts(self, node: Node) -> tuple[FactLine, ...]:
        """Facts in the order in which they are named; those of members inside an aggregate for each member."""
        wanted = dict.fromkeys(self._columns(node, each=False, member=self.home.asked))
        return tuple(self._fact(column, level, member) for column, level, member in wanted)

    def missing(self, node: Truth, member: int) -> Iterator[Words]:
        """What would have to be known: facts and parameters of the parts that leave a truth open."""
        for part, place in self._open(node, member):
            for column, level, whose in self._columns(part, each=False, member=place):
                if self.evaluator.known(column, level, whose) is None:
                    fact = self.zh.facts[column]
                    yield Words(fact.name, fact.name_en or fact.name)
            for line in self.parameters(part):
                if line.value is None:
                    yield Words(f"{line.name.zh}（{NOT_ENTERED.zh}）", f"{line.name.en} ({NOT_ENTERED.en})")

    def _open(self, node: Truth, member: int) -> Iterator[tuple[Node, int]]:
        if self.evaluator.truth(node, member) is not None:
            return
        match node:
            case tree.All(of) | tree.Any(of):
                for one in of:
                    yield from self._open(one, member)
            case tree.Not(of):
                yield from self._open(of, member)
            case tree.AnyMember(of, where) | tree.EveryMember(of, where):
                for each in self.evaluator.members:
                    chosen = True if where is None else self.evaluator.truth(where, each)
                    if where is not None and chosen is None:
                        yield from self._open(where, each)
                    if chosen is not False:
                        yield from self._open(of, each)
            case tree.Qualifies(measure):
                for condition in self.measures[measure].conditions:
                    yield from self._open(condition.truth, member)
            case _:
                yield node, member

    def _columns(self, node: Node, *, each: bool, member: int) -> Iterator[tuple[str, Level, int]]:
        if isinstance(node, tree.Qualifies):
            for condition in self.measures[node.measure].conditions:
                yield from self._columns(condition.truth, each=each, member=member)
            return
        if isinstance(node, tree.FactValue | tree.Flag | tree.Among | tree.Age):
            level: Level = "person" if isinstance(node, tree.Age) else node.level
            members = self.evaluator.members if each and level == "person" else (member,)
            for whose in members:
                yield node.column, level, whose if level == "person" else 0
        inside = isinstance(node, tree.Total | tree.Count | tree.AnyMember | tree.EveryMember)
        for part in tree.parts(node):
            yield from self._columns(part, each=each or inside, member=member)

    def _fact(self, column: str, level: Level, member: int) -> FactLine:
        fact: Fact = self.zh.facts[column]
        known = self.evaluator.known(column, level, member)
        return FactLine(
            column,
            Words(fact.name, fact.name_en or fact.name),
            None if known is None else fact_value(fact, known.value),
            Words(known.source, known.source_en or known.source) if known else Words("", ""),
            known.since if known else None,
            member if level == "person" else None,
            fact.health,
        )

    def parameters(self, node: Node) -> tuple[ParameterLine, ...]:
        """Parameters in the order in which they are named."""
        return tuple(self._parameter(name) for name in dict.fromkeys(self._names(node)))

    def _names(self, node: Node) -> Iterator[str]:
        if isinstance(node, tree.ParameterOf):
            yield node.name
        elif isinstance(node, tree.Qualifies):
            for condition in self.measures[node.measure].conditions:
                yield from self._names(condition.truth)
        for part in tree.parts(node):
            yield from self._names(part)

    def _parameter(self, name: str) -> ParameterLine:
        parameter, held = self.evaluator.parameter(name)
        value = self.evaluator.value(tree.ParameterOf(name, parameter.scale if parameter else 0), 0)
        kind = (
            "number"
            if parameter is None
            else "date"
            if parameter.kind == "date"
            else "money"
            if parameter.money
            else "number"
        )
        return ParameterLine(
            Words(name, (parameter.name_en if parameter else "") or name),
            None if value is None else value_of(value, kind),
            held.area if held else "",
            held.document if held else "",
            held.from_on if held else None,
            held.to_on if held else None,
        )
