"""What comes next with an appeal, and by which rule: from the lifecycle table and the running clock. Pure.

A proposal to whoever reads the page; it decides nothing and nothing follows from leaving it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from lianglin.appeals.rules import LIFECYCLE

SOON = timedelta(days=1)
Why = Literal["expects", "objection", "helpers", "paused", "joined", "returned", "overdue", "soon"]
"""Reasons, each told in words beside the step."""


@dataclass(frozen=True)
class Situation:
    """How it stands, and who looks: the duties of the post, and whether its unit leads (True for who dispatches)."""

    state: str
    duties: Collection[str]
    leads: bool
    due_at: datetime | None
    now: datetime
    objection: bool = False
    helpers: int = 0
    returned: bool = False
    extended: bool = False


@dataclass(frozen=True)
class NextStep:
    """The move that comes next, whether it is this reader's to make, what else helps now, and why."""

    move: str
    mine: bool
    why: tuple[Why, ...]
    beside: tuple[str, ...] = ()


def next_step(at: Situation) -> NextStep | None:
    """The step that the table expects in this state, with its reasons; None at the end, or where nothing is expected."""
    state = LIFECYCLE.state(at.state)
    if state.final:
        return None
    if state.follows:
        return NextStep("", False, ("joined",))
    move = LIFECYCLE.move(state.expects)
    handles = move.duty == "appeals.handle"
    mine = move.duty in at.duties and (at.leads or not handles)
    return NextStep(move.code, mine, tuple(_why(at)), tuple(_beside(at)))


def _why(at: Situation) -> list[Why]:
    found: list[Why] = ["expects"]
    if at.state == "accepted" and at.objection:
        found.append("objection")
    elif at.state == "accepted" and at.returned:
        found.append("returned")
    if at.state in ("dispatched", "handling") and at.helpers:
        found.append("helpers")
    if LIFECYCLE.state(at.state).paused:
        found.append("paused")
    elif at.due_at is not None:
        if at.due_at < at.now:
            found.append("overdue")
        elif at.due_at - at.now <= SOON:
            found.append("soon")
    return found


def _beside(at: Situation) -> list[str]:
    """What helps where the limit will not be kept: more time before it has passed, a helper."""
    if at.state not in ("dispatched", "handling") or at.due_at is None or "appeals.dispatch" not in at.duties:
        return []
    if at.due_at < at.now:
        return ["co_order"]
    return ["extend", "co_order"] if at.due_at - at.now <= SOON and not at.extended else []
