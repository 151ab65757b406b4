"""A request in words: its line in a list, its steps, its answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lianglin.cases import queries as cases
from lianglin.cases.models import Case, Step
from lianglin.kit.ids import group_case_number
from lianglin.privacy import rules

TONES = {
    "received": "new",
    "checked": "active",
    "provided": "warn",
    "fulfilled": "good",
    "refused": "bad",
    "withdrawn": "closed",
}


def line(case: Case) -> dict[str, Any]:
    """What a list says of a request."""
    return {
        "number": case.number,
        "grouped": group_case_number(case.number),
        "kind": dict(rules.KINDS)[case.rights_request.kind],
        "state": case.state_label,
        "tone": TONES.get(case.state, "plain"),
        "opened_at": case.opened_at,
        "due_at": case.due_at,
        "left": cases.time_left(case),
        "sample": case.sample,
    }


def steps(case: Case, found: Sequence[Step]) -> list[dict[str, Any]]:
    """The steps as the component shows them, oldest first."""
    last = len(found) - 1
    return [
        {
            "name": cases.step_label(case.lifecycle, step.move),
            "state": "now" if index == last and not case.lifecycle.state(case.state).final else "done",
            "at": step.at,
            "who": step.organisation.label if step.organisation else "",
            "text": step.note,
        }
        for index, step in enumerate(found)
    ]


def answer(found: Sequence[Step]) -> Step | None:
    """The step that answered."""
    return next((step for step in reversed(found) if step.move in ("fulfil", "refuse")), None)
