"""The difference that a version makes: over everybody in whole streets, as sums; over worked examples, one by one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from lianglin.access.actor import TOP, Actor
from lianglin.benefits.models import MeasureVersion, VersionCount
from lianglin.benefits.queries import packages, population, programs
from lianglin.benefits.queries.checking import with_measure
from lianglin.engines.eligibility.examples import closure, run_examples
from lianglin.engines.eligibility.package import MAY, UNKNOWN, Answer, Example, Measure, Package
from lianglin.engines.eligibility.program import Program, compile_package
from lianglin.engines.eligibility.reading import read_one
from lianglin.kit import clock

ENOUGH = 300_000
"""Persons after which no further street is begun: a few seconds, and more than a rule of rare cases needs."""
FEWEST = 10
"""Fewer than this are not said (cells under ten), but for none at all."""


@dataclass(frozen=True)
class Both:
    """A version and the one in force, each among the measures that it names. ``before`` is None for a new measure."""

    code: str
    after: Package
    before: Package | None


def both(version: MeasureVersion, on: date) -> Both:
    """The two packages; BadRules where the version's text cannot be read."""
    base, code = packages.package(on), version.measure.code
    measure = read_one(version.source, base, path=packages.path_of(code), complete=False)
    after = closure(with_measure(base, measure), [code])
    stands = version.measure.versions.filter(state="in_force").exclude(pk=version.pk).exists()
    return Both(code, after, closure(base, [code]) if stands and code in base.by_id() else None)


def counted(version: MeasureVersion, *, by: Actor, on: date) -> VersionCount:
    """The sums, not saved. Streets in the order of their codes, spread over the city, until :data:`ENOUGH` were looked at."""
    two = both(version, on)
    streets = population.streets()
    found = VersionCount(
        version=version, digest=version.digest, on=on, all_streets=len(streets), state=VersionCount.State.DONE
    )
    new = compile_package(two.after)
    old = compile_package(two.before) if two.before else None
    seen = 0
    for street in spread(streets):
        seen += _street(found, street, two, new, old, by=by, on=on)
        found.streets += 1
        if seen >= ENOUGH:
            break
    return found


def spread(streets: list[str]) -> Iterator[str]:
    """The streets so that any first part of them is spread over the whole city."""
    step = max(1, round(len(streets) ** 0.5))
    for start in range(step):
        yield from streets[start::step]


def _street(
    found: VersionCount, street: str, two: Both, new: Program, old: Program | None, *, by: Actor, on: date
) -> int:
    columns = programs.columns(two.after) | (programs.columns(two.before) if two.before else set())
    piece = population.piece(
        street,
        street + TOP,
        words=two.after.vocabulary,
        actor=replace(by, low=street, high=street + TOP),
        on=on,
        known_at=clock.now(),
        columns=columns,
    )
    if piece is None:
        return 0
    after = new.bind(on).run(piece.population).answers(two.code)
    before = old.bind(on).run(piece.population).answers(two.code) if old else np.zeros_like(after)
    found.looked_at += len(after)
    if len(before) != len(after):  # the subject changed from persons to households, or the other way round
        found.may_before += int((before == MAY).sum())
        found.may_after += int((after == MAY).sum())
        found.new, found.gone = found.may_after, found.may_before
        return len(piece.population.person_ids)
    for name, mask in (
        ("may_before", before == MAY),
        ("may_after", after == MAY),
        ("new", (after == MAY) & (before != MAY)),
        ("gone", (before == MAY) & (after != MAY)),
        ("unknown_before", before == UNKNOWN),
        ("unknown_after", after == UNKNOWN),
    ):
        setattr(found, name, getattr(found, name) + int(mask.sum()))
    return len(piece.population.person_ids)


@dataclass(frozen=True)
class Case:
    """A worked example, never anybody: what both versions say of it."""

    example: Example
    before: Answer
    after: Answer


def cases(version: MeasureVersion, on: date) -> list[Case]:
    """The worked examples of both versions of which the two say different things."""
    two = both(version, on)
    if two.before is None:
        return []
    old, new = two.before.by_id()[two.code], two.after.by_id()[two.code]
    examples = tuple({repr(one): one for one in (*old.examples, *new.examples)}.values())
    said_before, said_after = (_answers(package, two.code, examples) for package in (two.before, two.after))
    return [
        Case(example, before, after)
        for example, before, after in zip(examples, said_before, said_after, strict=True)
        if before != after
    ]


def _answers(package: Package, code: str, examples: tuple[Example, ...]) -> list[Answer]:
    with_examples = replace(package.by_id()[code], examples=tuple(map(_plain, examples)))
    kept: tuple[Measure, ...] = tuple(with_examples if one.id == code else one for one in package.measures)
    return [finding.answer for finding in run_examples(replace(package, measures=kept), [code])]


def _plain(example: Example) -> Example:
    """Without what must come out: conditions that the other version does not have."""
    return replace(example, failed=None, unknown=None, amount=None)


def said(number: int) -> int | None:
    """A sum as it may be said; None for one under ten."""
    return number if number == 0 or number >= FEWEST else None
