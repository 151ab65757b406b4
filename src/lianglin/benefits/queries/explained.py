"""A household's answers in words, made when somebody looks: every condition with its facts, their source and day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lianglin.access.actor import Actor
from lianglin.benefits.models import Match
from lianglin.benefits.queries import matches, population, programs
from lianglin.benefits.queries.vocabulary import OF_PEOPLE, SIZE_COLUMN
from lianglin.engines.eligibility.package import MAY, NOT, Condition, Measure
from lianglin.engines.eligibility.program import Result
from lianglin.engines.eligibility.tree import Age, Among, Count, FactValue, Flag, ParameterOf, walk
from lianglin.engines.eligibility.vocabulary import Fact
from lianglin.facts import reading
from lianglin.facts.queries import Held
from lianglin.kit import clock
from lianglin.kit.money import fen_to_yuan

MET, FAILED, OPEN = "met", "failed", "open"


@dataclass(frozen=True)
class FactLine:
    """One fact that a condition rests on, as a reader understands it; without a value it is not known."""

    name: str
    value: str = ""
    source: str = ""
    since: date | None = None
    stale: bool = False
    disputed: bool = False


@dataclass(frozen=True)
class ConditionLine:
    """One condition: met, failed, or open; what proves it and where."""

    name: str
    state: str
    proof: str
    where: str
    actionable: bool
    facts: tuple[FactLine, ...] = ()
    missing_standards: tuple[str, ...] = ()


@dataclass(frozen=True)
class Price:
    """What somebody who may qualify would get: the amount, how often, and the measure that is taken instead."""

    amount: str = ""
    every: str = ""
    instead: str = ""


@dataclass(frozen=True)
class AnswerLine:
    """One measure for one person or the household.

    A household has hundreds of lines and a page shows twenty: conditions and amounts are worked out for those looked at.
    """

    measure: Measure
    resident_id: int | None
    answer: int
    explain: Callable[[], tuple[ConditionLine, ...]]
    price: Callable[[], Price]
    away: bool = False
    match: Match | None = None

    @property
    def name(self) -> str:
        """The measure's name in the reader's language."""
        return label(self.measure)

    @cached_property
    def conditions(self) -> tuple[ConditionLine, ...]:
        """Each condition with the facts that it rests on."""
        return self.explain()

    @cached_property
    def _priced(self) -> Price:
        return self.price() if self.answer == MAY else Price()

    @property
    def amount(self) -> str:
        """What is paid, in words; "" where that is not known."""
        return self._priced.amount

    @property
    def every(self) -> str:
        """How often it is paid."""
        return self._priced.every

    @property
    def instead(self) -> str:
        """The measure that is taken instead."""
        return self._priced.instead

    @property
    def unmet(self) -> list[ConditionLine]:
        """What fails or is open."""
        return [condition for condition in self.conditions if condition.state != MET]


@dataclass(frozen=True)
class Answers:
    """All answers of a household, in the package's order, apart by answer."""

    household_id: int
    on: date
    may: list[AnswerLine] = field(default_factory=list)
    away: list[AnswerLine] = field(default_factory=list)
    unknown: list[AnswerLine] = field(default_factory=list)
    no: list[AnswerLine] = field(default_factory=list)
    quiet: frozenset[int] = frozenset()
    """Who declined pushed matches."""


def label(measure: Measure) -> str:
    """A measure's name in the reader's language."""
    return measure.name_en if measure.name_en and get_language() == "en" else measure.name


def condition_label(condition: Condition) -> str:
    """A condition's name in the reader's language."""
    return condition.name_en if condition.name_en and get_language() == "en" else condition.name


def named(measure: Measure, mask: int) -> list[Condition]:
    """The conditions of a mask, the lowest bit first."""
    return [condition for at, condition in enumerate(measure.conditions) if mask >> at & 1]


def of_household(household_id: int, *, actor: Actor, on: date | None = None) -> Answers | None:
    """Every measure and everybody of a household on a day; None where nobody lives there, or elsewhere.

    Health-related measures are left out: they are for the health role alone. Nothing is written.
    """
    day = on or clock.today()
    program = programs.program(day)
    package = program.package
    home = population.home(household_id, words=package.vocabulary, actor=actor, on=day)
    if home is None:
        return None
    result = programs.bind(program, day).run(home.population)
    stored = {(m.measure.code, m.resident_id): m for m in matches.of_household(household_id, actor)}
    ids: list[int] = home.population.person_ids.tolist()
    found = Answers(
        household_id, day, quiet=frozenset(pk for pk, no in zip(ids, home.quiet, strict=True) if no)
    )
    facts = _Facts(home)
    for row in _rows(result, ids):
        line = _line(row, result, facts, stored)
        if line.answer == MAY:
            found.may.append(line)
        elif line.away:
            found.away.append(line)
        else:
            (found.no if line.answer == NOT else found.unknown).append(line)
    return found


@dataclass(frozen=True)
class _Row:
    measure: Measure
    place: int
    resident_id: int | None
    answer: int
    failed: int
    unknown: int


def _rows(result: Result, ids: list[int]) -> Iterator[_Row]:
    for measure in result.bound.program.package.measures:
        if measure.health:
            continue
        answers = result.answers(measure.id).tolist()
        failed, unknown = (mask.tolist() for mask in result.masks(measure.id))
        for place, answer in enumerate(answers):
            resident = ids[place] if measure.level == "person" else None
            yield _Row(measure, place, resident, answer, failed[place], unknown[place])


def _line(
    row: _Row, result: Result, facts: _Facts, stored: Mapping[tuple[str, int | None], Match]
) -> AnswerLine:
    return AnswerLine(
        row.measure,
        row.resident_id,
        row.answer,
        explain=lambda: tuple(_conditions(row, facts, result.bound.on)),
        price=lambda: _price(row, result),
        away=_is_away(row) and _can_be_taken(row, facts, result.bound.on),
        match=stored.get((row.measure.id, row.resident_id)),
    )


def _price(row: _Row, result: Result) -> Price:
    measure = row.measure
    fen, known = result.amounts(measure.id)
    other = int(result.exclusions(measure.id)[0][row.place])
    return Price(
        f"{fen_to_yuan(int(fen[row.place]))} 元" if known[row.place] else "",
        measure.amount.every,
        label(result.bound.program.package.measures[other]) if other >= 0 else "",
    )


def _is_away(row: _Row) -> bool:
    """One unknown fact, or one condition that a paper or a step can mend, stands between; as the engine types it."""
    if row.answer == MAY or row.failed.bit_count() + row.unknown.bit_count() != 1:
        return False
    failed, unknown = named(row.measure, row.failed), named(row.measure, row.unknown)
    return (not failed and len(unknown) == 1) or (
        not unknown and len(failed) == 1 and failed[0].nature == "actionable"
    )


def _can_be_taken(row: _Row, facts: _Facts, on: date) -> bool:
    """Whether somebody can bring a paper, and something else is fulfilled already (as in queries/found.py)."""
    if row.failed:
        return True
    unknown = named(row.measure, row.unknown)
    return len(row.measure.conditions) > 1 and all(
        one.nature == "actionable" and not any(facts.missing(one, on)) for one in unknown
    )


def _conditions(row: _Row, facts: _Facts, on: date) -> Iterator[ConditionLine]:
    for at, condition in enumerate(row.measure.conditions):
        state = FAILED if row.failed >> at & 1 else OPEN if row.unknown >> at & 1 else MET
        yield ConditionLine(
            condition_label(condition),
            state,
            condition.proof,
            condition.where,
            condition.nature == "actionable",
            tuple(facts.of(condition, row.resident_id)),
            tuple(facts.missing(condition, on)) if state == OPEN else (),
        )


class _Facts:
    """What is known of the household, by column and person."""

    def __init__(self, home: population.Home) -> None:
        package = programs.package(None)
        self.home, self.parameters = home, package.vocabulary.parameters
        self.by_column: dict[str, Fact] = {fact.column: fact for fact in package.vocabulary.facts.values()}
        self.held: dict[tuple[str, int | None], Held] = {}
        for one in home.held:
            person = one.subject_id if one.object_class == "person" else None
            self.held[one.element.code, person] = one
        self.ids: list[int] = home.population.person_ids.tolist()

    def of(self, condition: Condition, resident_id: int | None) -> Iterator[FactLine]:
        """The facts that a condition names: of the person, of the household, of every member where it asks for all."""
        seen: set[str] = set()
        for node in walk(condition.truth):
            column = node.column if isinstance(node, FactValue | Flag | Among | Age) else ""
            column = SIZE_COLUMN if isinstance(node, Count) and node.where is None else column
            if not column or column in seen:
                continue
            seen.add(column)
            yield from self._lines(column, resident_id)

    def _lines(self, column: str, resident_id: int | None) -> Iterator[FactLine]:
        fact = self.by_column[column]
        name = fact.name_en if fact.name_en and get_language() == "en" else fact.name
        if column in {one.column for one in OF_PEOPLE}:
            yield from self._of_people(column, name, resident_id)
            return
        people: Iterable[int | None] = (
            [None] if fact.level == "household" else [resident_id] if resident_id else self.ids
        )
        for person in people:
            held = self.held.get((column, person))
            if held is None:
                yield FactLine(name)
                continue
            record = held.current.record
            yield FactLine(
                name,
                _worded(held),
                reading.source(record.source),
                record.valid_from,
                held.stale,
                held.current.disputed,
            )

    def _of_people(self, column: str, name: str, resident_id: int | None) -> Iterator[FactLine]:
        people = self.home.population
        if column == SIZE_COLUMN:
            yield FactLine(name, str(len(self.ids)), _("counted from who lives there"))
            return
        values = people.persons[column]
        for place, person in enumerate(self.ids):
            if resident_id in (None, person):
                known = bool(values.known[place])
                yield FactLine(
                    name,
                    self._plain(column, int(values.values[place])) if known else "",
                    _("the file of the person"),
                )

    def _plain(self, column: str, value: int) -> str:
        fact = self.by_column[column]
        if fact.kind == "date":
            return date.fromordinal(value + population.EPOCH).isoformat()
        pair = list(fact.values.values())[value]
        return pair[1] if get_language() == "en" else pair[0]

    def missing(self, condition: Condition, on: date) -> Iterator[str]:
        """Local standards that the condition needs and that nobody has entered."""
        for node in walk(condition.truth):
            parameter = self.parameters.get(node.name) if isinstance(node, ParameterOf) else None
            if parameter is None:
                continue
            value = parameter.at(self.home.scope_code, on)
            if value is None or value.value is None:
                yield parameter.name_en if parameter.name_en and get_language() == "en" else parameter.name


def _worded(held: Held) -> str:
    element: Any = held.element
    if element.kind == "number" and element.code.endswith("_fen"):
        return f"{fen_to_yuan(int(float(held.value)))} 元"
    return reading.words(element, held.value)
