"""The life of a measure's version: which verb leads from where to where, and who may not do it. Pure.

draft ──▶ legal check ──▶ checked ──▶ approved ──▶ in force ──▶ replaced by a new version, or expired
  ▲             │            │            (its first day)
  └─ sent back ─┴────────────┘        a draft, or one that was not approved yet, may be dropped
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

READ, DRAFT, LEGAL, APPROVE = "benefits.read", "benefits.draft", "benefits.legal", "benefits.approve"
SYSTEM = "system"
OPEN = ("draft", "legal_check", "checked", "approved")
"""States of a version that is on its way; one of them at a time for each measure."""
STOOD = ("in_force", "amended", "expired")
"""States of versions that are, or were, in force: what anybody may read."""
FINAL = ("amended", "expired", "dropped")
REVIEW_SOON = timedelta(days=60)
ENDS_SOON = timedelta(days=90)
"""So long before the last day of a measure somebody is told that its basis lapses."""


@dataclass(frozen=True)
class Step:
    """One verb. ``not_by_writers``: whoever wrote a part of the text may not do it. ``sound``: the text must read well."""

    verb: str
    sources: tuple[str, ...]
    target: str
    duty: str
    not_by_writers: bool = False
    sound: bool = False
    note: bool = False
    """A reason in words is needed."""


STEPS: dict[str, Step] = {
    step.verb: step
    for step in (
        Step("write", ("draft",), "draft", DRAFT),
        Step("send_to_legal", ("draft",), "legal_check", DRAFT, sound=True),
        Step("check_legally", ("legal_check",), "checked", LEGAL, not_by_writers=True, sound=True),
        Step("send_back_legal", ("legal_check",), "draft", LEGAL, note=True),
        Step("approve", ("checked",), "approved", APPROVE, not_by_writers=True, sound=True),
        Step("send_back", ("checked",), "draft", APPROVE, note=True),
        Step("drop", ("draft", "legal_check", "checked"), "dropped", DRAFT, note=True),
        Step("withdraw", ("approved",), "dropped", APPROVE, note=True),
        Step("put_in_force", ("approved",), "in_force", SYSTEM),
        Step("amend", ("in_force",), "amended", SYSTEM),
        Step("expire", ("in_force",), "expired", SYSTEM),
    )
}


def may(state: str, verb: str) -> bool:
    """Whether a version in this state can go that way."""
    return state in STEPS[verb].sources


def flaws(states: Iterable[str], steps: Iterable[Step] | None = None) -> Iterator[str]:
    """What is wrong with the table: unknown states, dead ends that are not final, states that are never reached."""
    known, table = set(states), list(STEPS.values() if steps is None else steps)
    for step in table:
        for state in (*step.sources, step.target):
            if state not in known:
                yield f"{step.verb}: unknown state {state}"
    left = {state for step in table for state in step.sources if step.target != state}
    reached = {"draft"} | {step.target for step in table}
    for state in sorted(known):
        if state not in left and state not in FINAL:
            yield f"{state}: a dead end"
        if state in left and state in FINAL:
            yield f"{state}: final, and left"
        if state not in reached:
            yield f"{state}: never reached"


def begins(valid_from: date, today: date) -> bool:
    """Whether an approved version is in force at once."""
    return valid_from <= today


def has_run_out(valid_to: date | None, today: date) -> bool:
    """Whether the last day of a version is over."""
    return valid_to is not None and valid_to < today


def warnings(valid_to: date | None, review_on: date | None, today: date) -> tuple[str, ...]:
    """What is to be looked at: "review" (the day has come), "review_soon", "lapses" (its last day is near), "lapsed"."""
    found: list[str] = []
    if review_on is not None and review_on <= today:
        found.append("review")
    elif review_on is not None and review_on <= today + REVIEW_SOON:
        found.append("review_soon")
    if has_run_out(valid_to, today):
        found.append("lapsed")
    elif valid_to is not None and valid_to <= today + ENDS_SOON:
        found.append("lapses")
    return tuple(found)
