"""What one household may get, by the package in force: run on the spot, in memory, and forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
from django.utils.translation import get_language

from lianglin.benefits.queries import packages as in_force
from lianglin.benefits.queries import programs
from lianglin.benefits.rules import self_check as rules
from lianglin.engines.eligibility import package as packages
from lianglin.engines.eligibility import tree
from lianglin.engines.eligibility.package import Condition, Measure, Package
from lianglin.engines.eligibility.program import Bound, Program, Result, compile_package
from lianglin.engines.eligibility.vocabulary import Vocabulary
from lianglin.kit.fresh import Fresh
from lianglin.kit.money import fen_to_yuan

Answer = Literal["may", "unknown", "not"]
_compiled = Fresh(24 * 3600.0, most=4)


@dataclass(frozen=True)
class Line:
    """One condition as it stands: its name, what would prove it, where that is done, which facts are missing."""

    name: str
    proof: str
    where: str
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Found:
    """One measure and its answer, with what it rests on."""

    measure: Measure
    answer: Answer
    child: int | None
    """The age of the child whom it is for; None where it is for who asks, or for the household."""
    failed: tuple[Line, ...]
    unknown: tuple[Line, ...]
    amount: str
    every: str

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return self.measure.name_en if get_language() == "en" and self.measure.name_en else self.measure.name

    @property
    def said(self) -> str:
        """What one gets, in words."""
        amount = self.measure.amount
        return amount.said_en if get_language() == "en" and amount.said_en else amount.said

    @property
    def basis(self) -> str:
        """The article of the rule."""
        first = self.measure.bases[0] if self.measure.bases else None
        return f"《{first.document}》{first.article}" if first else ""


def check(answers: rules.Answers, today: date, using: Program | None = None) -> list[Found]:
    """Every measure for this household; those that rest on health data are left to the doctor."""
    bound = using.bind(today) if using is not None else _bound(today)
    package = bound.program.package
    people = rules.population(answers, package.vocabulary, today)
    result = bound.run(people)
    known = {name for name, one in (*people.persons.items(), *people.households.items()) if one.known.any()}
    measures = [one for one in package.measures if not one.health and _is_valid(one, today)]
    return [_found(one, result, answers, known, package) for one in measures]


def _bound(today: date) -> Bound:
    """The package that is in force today, compiled once in each process."""
    found = in_force.package(today)
    made = _compiled.get((found.digest, id(found)), lambda: compile_package(found))
    return programs.bind(made, today)


def _is_valid(measure: Measure, today: date) -> bool:
    return measure.valid_from <= today and (measure.valid_to is None or today <= measure.valid_to)


def _found(
    measure: Measure, result: Result, answers: rules.Answers, known: set[str], package: Package
) -> Found:
    """The best answer among who asks and the children; nothing is known of the others who live there."""
    given = result.answers(measure.id)
    rows = [0] if measure.level == "household" else list(range(1 + len(answers.children)))
    best = max(rows, key=lambda row: (int(given[row]), -row))
    failed, unknown = (int(mask[best]) for mask in result.masks(measure.id))
    fen, sure = result.amounts(measure.id)
    answer: Answer = {packages.MAY: "may", packages.UNKNOWN: "unknown", packages.NOT: "not"}[int(given[best])]  # pyright: ignore
    return Found(
        measure=measure,
        answer=answer,
        child=answers.children[best - 1] if best else None,
        failed=_lines(measure, failed, known, package.vocabulary),
        unknown=_lines(measure, unknown, known, package.vocabulary),
        amount=fen_to_yuan(int(fen[best])) if bool(np.asarray(sure)[best]) else "",
        every=measure.amount.every,
    )


def _lines(measure: Measure, mask: int, known: set[str], vocabulary: Vocabulary) -> tuple[Line, ...]:
    english = get_language() == "en"
    return tuple(
        Line(
            one.name_en if english and one.name_en else one.name,
            one.proof,
            one.where,
            _missing(one, known, vocabulary, english),
        )
        for at, one in enumerate(measure.conditions)
        if mask >> at & 1
    )


def _missing(condition: Condition, known: set[str], vocabulary: Vocabulary, english: bool) -> tuple[str, ...]:
    """Facts and local standards that the condition names and that are not known."""
    by_column = {fact.column: fact for fact in vocabulary.facts.values()}
    found: dict[str, None] = {}
    for node in tree.walk(condition.truth):
        match node:
            case tree.FactValue(column) | tree.Among(column) | tree.Flag(column) | tree.Age(column):
                if column not in known and column in by_column:
                    fact = by_column[column]
                    found[fact.name_en if english and fact.name_en else fact.name] = None
            case tree.ParameterOf(name):
                parameter = vocabulary.parameters.get(name)
                if parameter is not None and all(one.value is None for one in parameter.values):
                    found[parameter.name_en if english and parameter.name_en else parameter.name] = None
            case _:
                pass
    return tuple(found)
