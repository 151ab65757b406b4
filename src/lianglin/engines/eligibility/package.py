"""A package of measures after reading: what the files of the rule source say, checked and typed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from lianglin.engines.eligibility.tree import Truth, Value
from lianglin.engines.eligibility.vocabulary import Level, Vocabulary

Nature = Literal["fixed", "actionable", "judged"]
"""性质: 不可变 (nothing can be done about it: age), 可办理 (a paper or step away), 认定 (a person must judge)."""
Answer = Literal["not", "unknown", "may"]
NOT, UNKNOWN, MAY = 0, 1, 2
"""The three answers as they are stored: 不符合, 待核实, 可能符合."""
MOST_CONDITIONS = 32
"""Conditions of one measure: masks are 32 bits wide, condition 0 is the lowest bit."""


@dataclass(frozen=True)
class Basis:
    """What a measure rests on (依据)."""

    document: str
    article: str = ""
    link: str = ""
    quote: str = ""


@dataclass(frozen=True)
class Condition:
    """One named condition, one line of the rule."""

    name: str
    text: str
    truth: Truth
    nature: Nature
    name_en: str = ""
    proof: str = ""
    where: str = ""


@dataclass(frozen=True)
class Exclusion:
    """互斥. ``yield``: who qualifies for one of ``others`` does not get this one (不得同享).

    ``highest``: of this one and ``others``, for whichever the subject qualifies, the one with the highest amount (择高).
    """

    kind: Literal["yield", "highest"]
    others: tuple[str, ...]


@dataclass(frozen=True)
class Amount:
    """What one gets (待遇): ``value`` in fen and how often; None where it is not money or not to be computed."""

    value: Value | None
    text: str = ""
    every: Literal["once", "month", "year", ""] = ""
    said: str = ""
    said_en: str = ""


@dataclass(frozen=True)
class Example:
    """A worked example (样例): a household's facts and what must come out. It runs on every save.

    ``members``: facts by name per person, the first is the one asked about; ``household``: facts of the household.
    ``answer``: "may", "unknown" or "not"; ``failed``/``unknown``: names of conditions; ``amount``: fen, None = not checked.
    """

    name: str
    on: date
    answer: Answer
    members: tuple[tuple[tuple[str, object], ...], ...] = ()
    household: tuple[tuple[str, object], ...] = ()
    area: str = ""
    failed: tuple[str, ...] | None = None
    unknown: tuple[str, ...] | None = None
    amount: int | None = None
    parameters: tuple[tuple[str, int | None], ...] = ()
    """Values that replace parameters in this example, so that it stays true when a local standard changes."""


@dataclass(frozen=True)
class Measure:
    """One measure. ``valid_to`` is the last day (None: without an end); outside of its days it answers nothing."""

    id: str
    name: str
    authority: str
    level: Level
    bases: tuple[Basis, ...]
    valid_from: date
    valid_to: date | None
    conditions: tuple[Condition, ...]
    name_en: str = ""
    exclusions: tuple[Exclusion, ...] = ()
    amount: Amount = field(default_factory=lambda: Amount(None))
    examples: tuple[Example, ...] = ()
    groups: tuple[str, ...] = ()
    """老 幼 残 业 医 …: for the printed package."""
    health: bool = False
    sample: bool = False
    verified: str = ""
    """P, S, N, W of the table of facts; empty for sample measures."""
    review_on: date | None = None
    apply_at: str = ""
    materials: tuple[str, ...] = ()
    recertify_months: int | None = None


@dataclass(frozen=True)
class Definition:
    """A named expression (释义), expanded wherever its name is used."""

    name: str
    text: str
    name_en: str = ""


@dataclass(frozen=True)
class Package:
    """Measures in the order in which they depend on each other, and the vocabulary they were read with.

    ``digest`` (SHA-256, hex) covers the canonical text of every file that was read: a match that carries it can be
    computed again.
    """

    measures: tuple[Measure, ...]
    vocabulary: Vocabulary
    digest: str
    definitions: tuple[Definition, ...] = ()

    def by_id(self) -> dict[str, Measure]:
        """Measures by their ids."""
        return {measure.id: measure for measure in self.measures}


def digest_of(texts: dict[str, str]) -> str:
    """SHA-256 over paths and texts, in the order of the paths."""
    sha = hashlib.sha256()
    for path in sorted(texts):
        for piece in (path, texts[path]):
            data = piece.encode()
            sha.update(len(data).to_bytes(8, "big") + data)
    return sha.hexdigest()


@dataclass(frozen=True)
class Problem:
    """What is wrong in a rule's source, where, and what to do. Lines and columns count from 1; 0: the file as a whole."""

    path: str
    line: int
    column: int
    word: str
    message: str
    message_en: str
    allowed: tuple[str, ...] = ()
    kind: Literal["", "missing example"] = ""
    """``missing example``: the rule can be taken, but nothing shows yet that it is right."""


class BadRules(ValueError):
    """The source cannot be taken; ``problems`` says everything that is wrong with it, not only the first thing."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(f"{p.path}:{p.line}:{p.column}: {p.message_en}" for p in problems[:20]))
        self.problems = problems
