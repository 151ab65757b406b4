"""A piece of a case's page, for whichever package shows it: was the person told, and did it arrive."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from lianglin.access.actor import Actor
from lianglin.kit.messages import Fate
from lianglin.notices.delivery import queries, words
from lianglin.notices.delivery.actions import SEE_TO
from lianglin.notices.models import Delivery


def fates(keys: Collection[str]) -> dict[str, Fate]:
    """What became of messages by the key they are sent only once under: implements the port of kit."""
    return {once: _fate(row) for once, row in queries.by_once(keys).items()}


def _fate(row: Delivery) -> Fate:
    shown = words.shown(row)
    reason = shown["reason"]
    return Fate(
        row.get_state_display(), shown["tone"], reason.why if reason else "", reason.do if reason else ""
    )


def of_case(case_id: int, actor: Actor) -> dict[str, Any]:
    """Context of ``notices/delivery/_of_case.html``; the masked number is for staff of the place alone."""
    rows = queries.of_case(case_id, actor)
    masked = queries.masked(rows, actor)
    shown = [words.shown(row, masked.get(row.pk, "")) for row in rows]
    return {"told": shown, "may_see_to": actor.may(SEE_TO), "untold": any(item["open"] for item in shown)}
