"""A piece of a case's page, for whichever package shows it: was the person told, and did it arrive."""

from __future__ import annotations

from typing import Any

from lianglin.access.actor import Actor
from lianglin.notices.delivery import queries, words
from lianglin.notices.delivery.actions import SEE_TO


def of_case(case_id: int, actor: Actor) -> dict[str, Any]:
    """Context of ``notices/delivery/_of_case.html``; the masked number is for staff of the place alone."""
    rows = queries.of_case(case_id, actor)
    masked = queries.masked(rows, actor)
    shown = [words.shown(row, masked.get(row.pk, "")) for row in rows]
    return {"told": shown, "may_see_to": actor.may(SEE_TO), "untold": any(item["open"] for item in shown)}
