"""The self-check's answers as columns for the engine: one household, nothing of it kept. No Django."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from lianglin.engines.eligibility.days import EPOCH, last_birthday
from lianglin.engines.eligibility.population import Population
from lianglin.engines.eligibility.vocabulary import Fact, Vocabulary

MOST_AGE, MOST_PEOPLE, MOST_CHILDREN = 120, 15, 8
WORK: dict[str, dict[str, str]] = {
    "employed": {"person.employment": "employed", "person.employment_register": "unit"},
    "self": {"person.employment": "self", "person.employment_register": "flexible"},
    "registered": {"person.employment": "seeking", "person.employment_register": "unemployed"},
    "seeking": {"person.employment": "seeking", "person.employment_register": "none"},
    "study": {"person.employment": "study"},
    "retired": {"person.employment": "retired"},
    "care": {"person.employment": "care"},
    "unable": {"person.employment": "unable"},
}
"""What somebody does, in the codes of the registry."""
NO_CARD = "none"
TRUE_OF_ME = ("person.veteran", "person.hukou_here", "household.low_income")
"""What is ticked where it is true; what is not ticked is not true."""


@dataclass(frozen=True)
class Answers:
    """What somebody answered; None is "not said", and stays unknown."""

    age: int
    people: int = 1
    children: tuple[int, ...] = ()
    income_yuan: int | None = None
    assistance: str = ""
    disability: str = ""
    work: str = ""
    tenure: str = ""
    true: frozenset[str] = field(default_factory=frozenset)
    area: str = ""

    @property
    def size(self) -> int:
        """How many live there: never fewer than were told of."""
        return max(self.people, 1 + len(self.children))


def born_on(age: int, today: date) -> date:
    """The latest birth date that makes somebody that old today."""
    return EPOCH + timedelta(days=last_birthday(age, today))


def columns(answers: Answers, today: date) -> tuple[dict[str, list[Any]], dict[str, list[Any]]]:
    """(of persons, of the household): who asks stands first, then the children, then the others, of whom nothing is known."""
    others = answers.size - 1 - len(answers.children)
    born = [born_on(one, today) for one in (answers.age, *answers.children)]
    persons: dict[str, list[Any]] = {"person.born_on": [*born, *[None] * others]}
    mine: dict[str, Any] = {code: code in answers.true for code in TRUE_OF_ME if code.startswith("person.")}
    mine |= WORK.get(answers.work, {})
    if answers.disability:
        mine["person.disability_card"] = answers.disability != NO_CARD
        if answers.disability != NO_CARD:
            mine["person.disability_level"] = answers.disability
    for code, value in mine.items():
        persons[code] = [value, *[None] * (answers.size - 1)]
    home: dict[str, Any] = {
        code: code in answers.true for code in TRUE_OF_ME if code.startswith("household.")
    }
    home["household.size"] = answers.size
    if answers.income_yuan is not None:
        home["household.income_month_fen"] = answers.income_yuan * 100
    if answers.assistance:
        home["household.assistance"] = answers.assistance
        home["person.assistance"] = answers.assistance
    if answers.tenure:
        home["dwelling.tenure"] = answers.tenure
    spread = home.pop("person.assistance", None)
    if spread is not None:
        persons["person.assistance"] = [spread, *[None] * (answers.size - 1)]
    return persons, {code: [value] for code, value in home.items()}


_TYPES = {"date": pa.date32(), "flag": pa.bool_(), "code": pa.string(), "number": pa.int64()}


def _table(held: Mapping[str, Sequence[Any]], known: Mapping[str, Fact], ids: dict[str, Any]) -> pa.Table:
    arrays = {
        code: pa.array(values, _TYPES[known[code].kind])
        for code, values in held.items()
        if code in known and _fits(known[code], values)
    }
    return pa.table({**ids, **arrays})


def _fits(fact: Fact, values: Sequence[Any]) -> bool:
    """A code that the registry does not (any more) list stays unknown."""
    return fact.kind != "code" or all(one is None or one in fact.values for one in values)


def population(answers: Answers, vocabulary: Vocabulary, today: date) -> Population:
    """The household of the answers, ready for the engine."""
    persons, home = columns(answers, today)
    by_column = {fact.column: fact for fact in vocabulary.facts.values()}
    size = answers.size
    ids = {
        "person_id": pa.array(range(1, size + 1), pa.int64()),
        "household_id": pa.array([1] * size, pa.int64()),
    }
    of_home = {"household_id": pa.array([1], pa.int64()), "area": pa.array([answers.area])}
    return Population.of(_table(persons, by_column, ids), _table(home, by_column, of_home), vocabulary)
