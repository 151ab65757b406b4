"""What the unit in charge does: take on, object, wait lawfully, go on, answer."""

from __future__ import annotations

from collections.abc import Sequence

from lianglin.access.actor import Actor
from lianglin.appeals import rules
from lianglin.appeals.actions.asking import known, on_case, show
from lianglin.cases import actions as cases
from lianglin.cases.models import Case
from lianglin.files.prepare import Prepared


@on_case
def object_to(case: Case, *, by: Actor, note: str, seen_version: int | None = None) -> Case:
    """The unit says that the order is not its own, with reasons; it goes back to the dispatcher."""
    cases.move(case, "object", by=by, seen_version=seen_version, note=note, changes={"assignee_id": None})
    return case


@on_case
def take_on(case: Case, *, by: Actor, note: str = "", seen_version: int | None = None) -> Case:
    """A handler takes the order on."""
    cases.move(
        case, "take_on", by=by, seen_version=seen_version, note=note, changes={"assignee_id": by.post_id}
    )
    return case


@on_case
def pause(case: Case, *, by: Actor, ground: str, note: str, seen_version: int | None = None) -> Case:
    """Stops the clock for a lawful reason that the resident sees."""
    known(ground, rules.PAUSE_GROUNDS, "ground")
    cases.move(case, "pause", by=by, seen_version=seen_version, note=note, data={"ground": ground})
    return case


@on_case
def resume(case: Case, *, by: Actor, note: str = "", seen_version: int | None = None) -> Case:
    """Lets the clock run on."""
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
    seen_version: int | None = None,
) -> Case:
    """The unit answers: what was done, with what outcome, and pictures that show it; the person sees all of it."""
    known(outcome, rules.OUTCOMES, "outcome")
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
    return case
