"""An order of supervision in words: for its list, its page, and the page of the matter it is about."""

from __future__ import annotations

from typing import Any

from lianglin.access.actor import Actor
from lianglin.appeals.models import SupervisionOrder
from lianglin.appeals.queries import owed
from lianglin.appeals.queries import supervision as queries
from lianglin.appeals.views import words
from lianglin.cases.models import Case, Step
from lianglin.kit import clock
from lianglin.kit.calendar import calendar

TONES = {
    "proposed": "waiting", "issued": "warn", "answered": "active", "closed": "good", "withdrawn": "closed",
    "refused": "closed", "waived": "plain",
}  # fmt: skip


def row_of(one: SupervisionOrder) -> dict[str, Any]:
    """An order with its tone, the number of its matter, and what is left for the answer."""
    waits = one.state == "issued" and one.due_at is not None
    return {
        "one": one,
        "tone": TONES[one.state],
        "number": words.grouped(one.case.number) if one.case else "",
        "url": owed.address(one.case) if one.case else "",
        "left": calendar().time_left(clock.now(), one.due_at) if waits and one.due_at else None,
    }


def shown(case: Case, steps: list[Step], actor: Actor) -> list[dict[str, Any]]:
    """The orders about a matter, for its page; no query where its steps tell of none."""
    if actor.role not in ("staff", "handler") or not any(step.move == "supervised" for step in steps):
        return []
    return [row_of(found) for found in queries.of_case(case, actor)]
