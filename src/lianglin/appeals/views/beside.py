"""What stands beside an appeal on its page: answers to its item's questions, the entry it was answered from, the hotline it came from."""

from __future__ import annotations

from typing import Any

from lianglin.access.actor import Actor
from lianglin.appeals.queries import who, worklists
from lianglin.appeals.queries.knowledge import behind
from lianglin.appeals.queries.questions import told
from lianglin.appeals.views.returns import panel
from lianglin.cases.models import Case, Step


def shown(case: Case, steps: list[Step], actor: Actor) -> dict[str, Any]:
    """Names of the template -> what they show; what an appeal does not have costs no query."""
    return {"told": told(case, actor), "knowledge": behind(steps), "hotline": panel(case, actor)}


def person(case: Case, actor: Actor, purpose: Any) -> dict[str, Any]:
    """Who reported, once the look was logged: the appellant, and who speaks for a group."""
    return {
        "purpose": purpose,
        "is": worklists.appellant(case, actor),
        "spoken": who.representatives(case, actor),
    }
