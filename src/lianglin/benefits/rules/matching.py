"""Pure rules of matching: what becomes of a match, which digests changed, on which later day one looks ahead."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from lianglin.engines.eligibility.package import Measure, Package
from lianglin.engines.eligibility.tree import Node, ParameterOf, Qualifies, walk
from lianglin.engines.eligibility.vocabulary import Parameter

SUGGESTED, TOLD, CLAIMED, DECLINED, NOT_ELIGIBLE, GONE = (
    "suggested", "told", "claimed", "declined", "not_eligible", "gone",
)  # fmt: skip
MATCH, TELL, FIGURES, FEEDBACK = (
    "benefits.match",
    "benefits.tell",
    "benefits.take_up",
    "benefits.feedback",
)
PURPOSE = "serve_household"
CHANNELS = ("visit", "desk", "phone", "sms", "paper")
DECLINED_BECAUSE = ("no_need", "too_much_paper", "no_disclosure", "has_other", "later", "other")
NOT_BECAUSE = ("fact_wrong", "rule_wrong", "receives_it", "rule_unclear", "other")
FEW = 10
"""Counts of people under this are not shown in anything published (dossier 6.1)."""


def state_after(state: str, *, found: bool) -> str:
    """The state of a match after a run: what people said stays as long as the rule still says so.

    What no longer matches is gone, unless a claim runs: that has a life of its own. What matches anew is suggested anew,
    also to somebody who had declined before it was gone: the circumstances are others.
    """
    if found:
        return SUGGESTED if state == GONE else state
    return state if state == CLAIMED else GONE


def later_day(today: date) -> date:
    """The last day of the next month: what changes until then is seen today."""
    first = today.replace(day=1)
    after_next = (first + timedelta(days=62)).replace(day=1)
    return after_next - timedelta(days=1)


def mark(measure: Measure, parameters: Mapping[str, Parameter]) -> str:
    """A digest of everything of a measure that decides: conditions, days, exclusions, amount, the parameters it names."""
    named = sorted({node.name for node in _nodes(measure) if isinstance(node, ParameterOf)})
    said = (
        measure.level,
        measure.valid_from,
        measure.valid_to,
        measure.health,
        tuple((c.name, c.truth, c.nature) for c in measure.conditions),
        measure.exclusions,
        measure.amount.value,
        tuple((name, parameters[name].values) for name in named if name in parameters),
    )
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


def _nodes(measure: Measure) -> Iterable[Node]:
    for condition in measure.conditions:
        yield from walk(condition.truth)
    if measure.amount.value is not None:
        yield from walk(measure.amount.value)


def marks(package: Package) -> dict[str, str]:
    """Measure -> digest, for the whole package."""
    return {measure.id: mark(measure, package.vocabulary.parameters) for measure in package.measures}


def touched(package: Package, before: Mapping[str, str]) -> list[str]:
    """Codes of measures whose answers may differ from those of a run with the digests ``before``.

    A measure that changed, came or went; those that ask whether it is fulfilled; those that exclude it.
    """
    now = marks(package)
    changed = {code for code in now.keys() | before.keys() if now.get(code) != before.get(code)}
    for measure in package.measures:  # in the order in which they depend on each other
        asked = {node.measure for node in _nodes(measure) if isinstance(node, Qualifies)}
        if asked & changed:
            changed.add(measure.id)
    excluding = {
        measure.id
        for measure in package.measures
        if any(set(exclusion.others) & changed for exclusion in measure.exclusions)
    }
    beside = {
        other
        for measure in package.measures
        if measure.id in changed
        for exclusion in measure.exclusions
        if exclusion.kind == "highest"
        for other in exclusion.others
    }
    return sorted(changed | excluding | beside)
