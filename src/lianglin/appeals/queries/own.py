"""Reads of a resident about the one matter they hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lianglin.access.actor import Actor
from lianglin.appeals import rules
from lianglin.cases.models import Case, Step

ANSWERS = frozenset({"answer", "answer_now", "refuse", "redirect"})
"""Moves whose note is what the resident was told."""
AGAIN = frozenset({"send_back", "handle_again", "reopen"})
"""Moves after which the answer no longer stands."""


def own_case(actor: Actor) -> Case | None:
    """The appeal the resident holds, with everything its page shows; one query."""
    found = Case.objects.visible_to(actor, purpose=actor.work_purpose).filter(kind=rules.KIND)
    return (
        found.select_related("community", "building", "compound", "owner", "parent", "appeal__item__category")
        .defer("community__geometry", "building__footprint", "compound__geometry")
        .first()
    )


@dataclass(frozen=True)
class Promise:
    """What is promised next, and until when; ``provisional``: the calendar of that time is not yet official."""

    label: str
    due_at: datetime
    provisional: bool


def promise(case: Case, steps: Sequence[Step]) -> Promise | None:
    """The clock that runs now, read from the case and its steps; None where none runs."""
    if case.due_at is None:
        return None
    lifecycle = case.lifecycle
    starts = {move.code: move.starts for move in lifecycle.moves if move.starts}
    started = [starts[step.move] for step in steps if step.move in starts]
    stage = started[-1] if started else lifecycle.limits[0].stage
    return Promise(str(lifecycle.limit(stage).label), case.due_at, case.due_provisional)


def answer(steps: Sequence[Step]) -> Step | None:
    """The last answer given, unless the matter was taken up again after it."""
    last = None
    for step in steps:
        if step.move in ANSWERS:
            last = step
        elif step.move in AGAIN:
            last = None
    return last
