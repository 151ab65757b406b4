"""The moves of the lifecycle as the API takes them: the verb of each, and the fields it reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from lianglin.access.actor import Actor
from lianglin.appeals import actions
from lianglin.appeals.api.finding import item_by, parent_of, unit_by
from lianglin.appeals.api.schemas import MoveIn
from lianglin.cases.models import Case
from lianglin.kit.errors import Refused

MOVES: dict[str, tuple[Callable[..., Case], tuple[str, ...]]] = {
    "accept": (actions.accept, ("item", "note")),
    "answer_now": (actions.answer_now, ("outcome", "note")),
    "refuse": (actions.refuse, ("ground", "note")),
    "redirect": (actions.redirect, ("to", "note")),
    "merge": (actions.merge, ("parent", "note")),
    "unmerge": (actions.unmerge, ("note",)),
    "dispatch": (actions.dispatch, ("unit", "note")),
    "object": (actions.object_to, ("ground", "note")),
    "take_on": (actions.take_on, ("note",)),
    "pause": (actions.pause, ("ground", "note")),
    "resume": (actions.resume, ("note",)),
    "answer": (actions.answer, ("outcome", "note")),
    "send_back": (actions.send_back, ("note",)),
    "settle": (actions.settle, ("note",)),
    "call_back": (actions.call_back, ("reached", "solved", "grade", "note", "result", "next_at", "reasons")),
}


def arguments(actor: Actor, move: MoveIn, names: tuple[str, ...]) -> dict[str, Any]:
    """The named fields of a move, as keywords of its verb."""
    given: dict[str, Any] = {}
    for name in names:
        value = getattr(move, name)
        match name:
            case "item":
                given["item"] = item_by(value or "")
            case "unit":
                given["unit"] = unit_by(value or "")
            case "parent":
                given["parent"] = parent_of(actor, value or "")
            case "reached":
                if value is None:
                    raise Refused(_("Say whether the appellant was reached."), field="reached")
                given["reached"] = value
            case "grade" | "next_at" | "reasons":
                given[name] = value
            case _:
                given[name] = value or ""
    return given
