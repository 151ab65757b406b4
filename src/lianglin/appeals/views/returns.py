"""A return to a hotline in words: a row of the page, a line of the file, the state on the page of the appeal."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from lianglin.access.actor import Actor
from lianglin.appeals import rules
from lianglin.appeals.models import HotlineReturn
from lianglin.appeals.queries import hotline as queries
from lianglin.cases.models import Case
from lianglin.kit import clock
from lianglin.kit.ids import group_case_number

COLUMNS = (
    "return_id", "order_number", "case_number", "result", "outcome", "outcome_text", "answer", "answered_at",
)  # fmt: skip
"""Of the file and of the interface; the names do not change with the reader's language."""


def result_of(one: HotlineReturn) -> str:
    """What became of the order, in words."""
    return str(rules.LIFECYCLE.move(one.result).past or rules.LIFECYCLE.move(one.result).label)


def outcome_of(one: HotlineReturn) -> str:
    """The outcome in words, "" when there is none."""
    return str(dict(rules.OUTCOMES).get(one.outcome, ""))


def cells(one: HotlineReturn) -> list[str]:
    """One line of the file."""
    at = clock.local(one.answered_at).isoformat(timespec="seconds")
    return [
        str(one.pk),
        one.order.number,
        one.case.number,
        one.result,
        one.outcome,
        outcome_of(one) or result_of(one),
        one.answer,
        at,
    ]


def returned(one: HotlineReturn) -> dict[str, Any]:
    """One row of the page."""
    return {
        "one": one,
        "number": group_case_number(one.case.number),
        "result": outcome_of(one) or result_of(one),
    }


def panel(case: Case, actor: Actor) -> dict[str, Any] | None:
    """Where an appeal came from and how far its answer is on the way back; None for any other."""
    order = queries.order_of(case, actor)
    if order is None:
        return None
    back = queries.last_return(case, actor)
    tones = {"waiting": "waiting", "returned": "warn", "acknowledged": "good"}
    return {
        "order": order,
        "back": back,
        "state": back.get_state_display() if back else _("no answer yet"),
        "tone": tones[back.state] if back else "plain",
        "channel": dict(rules.CHANNELS).get(order.channel, ""),
    }
