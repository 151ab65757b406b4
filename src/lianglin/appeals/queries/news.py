"""What is new since a page was read, for the cheap question that pages ask now and then: one query each, from an index."""

from __future__ import annotations

from typing import Any

from lianglin.access.actor import Actor
from lianglin.appeals.queries import worklists
from lianglin.cases.models import Step

MOST = 100
"""More is told as "100 or more"."""


def in_list(actor: Actor, since: int, chosen: dict[str, Any]) -> int:
    """How many appeals came into a list, as it is narrowed, since its newest one."""
    rows = worklists.worklist(actor, **chosen).filter(pk__gt=since)
    return rows.order_by("-id").values("pk")[:MOST].count()


def in_case(case_id: int, since: int, actor: Actor) -> int:
    """How many steps an appeal has made since one."""
    steps = Step.objects.visible_to(actor, purpose=actor.work_purpose)
    return steps.filter(case_id=case_id, seq__gt=since).count()
