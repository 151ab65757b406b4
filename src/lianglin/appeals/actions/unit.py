"""What the unit in charge does: take on, wait lawfully, go on, answer."""

from __future__ import annotations

from collections.abc import Sequence

from lianglin.access.actor import Actor
from lianglin.appeals import rules
from lianglin.appeals.actions.asking import known, must_lead, on_case, show
from lianglin.appeals.actions.co_handling import must_be_answered
from lianglin.cases import actions as cases
from lianglin.cases.models import Case
from lianglin.files.prepare import Prepared


@on_case
def take_on(case: Case, *, by: Actor, note: str = "", seen_version: int | None = None) -> Case:
    """A handler takes the order on."""
    must_lead(case, by)
    cases.move(
        case, "take_on", by=by, seen_version=seen_version, note=note, changes={"assignee_id": by.post_id}
    )
    return case


@on_case
def pause(case: Case, *, by: Actor, ground: str, note: str, seen_version: int | None = None) -> Case:
    """Stops the clock for a lawful reason that the resident sees."""
    must_lead(case, by)
    known(ground, rules.PAUSE_GROUNDS, "ground")
    cases.move(case, "pause", by=by, seen_version=seen_version, note=note, data={"ground": ground})
    return case


@on_case
def resume(case: Case, *, by: Actor, note: str = "", seen_version: int | None = None) -> Case:
    """Lets the clock run on."""
    must_lead(case, by)
    cases.move(case, "resume", by=by, seen_version=seen_version, note=note)
    return case


@on_case
def answer(
    case: Case,
    *,
    by: Actor,
    outcome: str,
    note: str,
    photos: Sequence[Prepared] = (),
    without: str = "",
    seen_version: int | None = None,
) -> Case:
    """The unit answers: what was done, with what outcome, and pictures that show it; the person sees all of it.

    While a unit that was called in has not answered, ``without`` says why the lead does not wait for it.
    """
    cases.expect(case, "answer", by=by, seen_version=seen_version)
    must_lead(case, by)
    known(outcome, rules.OUTCOMES, "outcome")
    passed = must_be_answered(case, without, by)
    cases.move(
        case,
        "answer",
        by=by,
        seen_version=seen_version,
        note=note,
        data={"outcome": outcome},
        changes={"outcome": outcome},
    )
    show(case, photos, by=by)
    if passed:
        units = {"units": [one.unit_id for one in passed]}
        cases.remark(case, by=by, note=without, public=False, data=units, code="answered_without")
    return case
