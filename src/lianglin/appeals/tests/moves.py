"""Each move of the lifecycle, ready to be made by whoever makes it in the small city."""

from __future__ import annotations

from typing import Any

from tests.watch import as_administrator
from tests.world import ANSWER, RESIDENT, STREET, UNIT, WORKER, World

from lianglin.access import actor as actors
from lianglin.access.actor import Actor
from lianglin.appeals import actions, rules
from lianglin.appeals.models import Appellant
from lianglin.cases.models import Case

NOTE = {"note": "说明理由"}
VERBS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "accept": (WORKER, "accept", {}),
    "answer_now": (WORKER, "answer_now", {"outcome": "explained", **NOTE}),
    "refuse": (WORKER, "refuse", {"ground": "no_new_facts", **NOTE}),
    "redirect": (STREET, "redirect", {"to": "铁路局", **NOTE}),
    "merge": (STREET, "merge", {}),
    "join": (STREET, "merge", {}),
    "unmerge": (STREET, "unmerge", NOTE),
    "dispatch": (STREET, "dispatch", {}),
    "object": (UNIT, "object_to", NOTE),
    "take_on": (UNIT, "take_on", {}),
    "pause": (UNIT, "pause", {"ground": "expert", **NOTE}),
    "resume": (UNIT, "resume", {}),
    "answer": (UNIT, "answer", ANSWER),
    "send_back": (STREET, "send_back", NOTE),
    "settle": (STREET, "settle", {}),
    "call_back": (WORKER, "call_back", {"reached": True, "solved": "partly", "grade": 3}),
    "handle_again": (WORKER, "call_back", {"reached": True, "solved": "no", "grade": 1}),
    "confirm": (RESIDENT, "confirm", {"solved": "yes", "grade": 5}),
    "reopen": (RESIDENT, "reopen", NOTE),
    "withdraw": (RESIDENT, "withdraw", {}),
}
"""Each move of the lifecycle: who makes it, with which action, with which arguments."""
MOVES = {move.code: move for move in rules.LIFECYCLE.moves if move.duty != "system"}
"""What somebody makes; what follows by itself is proved in test_joining."""
STATES = [state.code for state in rules.LIFECYCLE.states]


def arguments(city: World, code: str, case: Case) -> dict[str, Any]:
    """The move's arguments, with the objects that only a city has."""
    given = dict(VERBS[code][2])
    if code == "dispatch":
        given["unit"] = city.organisations[UNIT]
    if code in ("merge", "join"):
        others = Case._base_manager.exclude(pk=case.pk).exclude(state__in=rules.TOGETHER).order_by("pk")
        fitting = _of(case, others, alike=code == "merge")
        given["parent"] = others.filter(pk__in=fitting).first() or others.first()
    return given


def _of(case: Case, others: Any, *, alike: bool) -> list[int]:
    """Those of the others that were reported from the same telephone, or not."""
    phones = dict(Appellant._base_manager.values_list("case_id", "phone_match"))
    own = phones.get(case.pk)
    found = others.filter(state__in=rules.LEADABLE).values_list("pk", flat=True)
    return [pk for pk in found if (phones.get(pk) == own) == alike]


def perform(city: World, code: str, case: Case, by: Actor | None = None, **more: Any) -> Case:
    """Makes a move; its action opens no transaction of its own."""
    who, verb, _given = VERBS[code]
    by = by or city.actors.get(who) or actors.resident(case.pk)
    with as_administrator():
        given = arguments(city, code, case)
    return getattr(actions, verb)(case.pk, by=by, **{**given, **more})


def actor_for(city: World, code: str, case: Case) -> Actor:
    return city.actors.get(VERBS[code][0]) or actors.resident(case.pk)


def stored(case: Case) -> Case:
    return Case._base_manager.get(pk=case.pk)
