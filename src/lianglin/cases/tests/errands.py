"""A kind of case of the tests' own, so that cases are proved whatever domains are installed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from tests.world import HERE, WORKER, World

from lianglin.access.actor import Actor
from lianglin.access.transaction import acting
from lianglin.cases import actions
from lianglin.cases.actions import Opened, Place
from lianglin.cases.models import Case
from lianglin.kit.clock import CITY_ZONE
from lianglin.kit.domain import Lifecycle, Limit, Move, State

ERRAND = Lifecycle(
    kind="errand", label="errand", prefix="E", first="new", url="", outcomes=(("done", "done"),),
    states=(
        State("new", "new", expects="start"), State("busy", "busy", expects="finish"),
        State("waiting", "waiting", expects="go_on", paused=True), State("done", "done", expects="shut", settled=True),
        State("shut", "shut", final=True, settled=True),
    ),
    limits=(
        Limit("answer", "answer", 2, "working_hours"), Limit("work", "work", 3, "working_days", setting="item"),
        Limit("thanks", "thanks", 1, "working_days"),
    ),
    moves=(
        Move("start", "start", ("new",), "busy", "errand.do", stops=("answer",), starts="work"),
        Move("wait", "wait", ("busy",), "waiting", "errand.do", fields=("ground",), note="required", pauses=True),
        Move("go_on", "go on", ("waiting",), "busy", "errand.do", resumes=True),
        Move("drop", "drop", ("busy", "waiting"), "new", "errand.do", stops=("work",), starts="answer"),
        Move("finish", "finish", ("busy",), "done", "errand.check", fields=("outcome",), stops=("work",), starts="thanks"),
        Move("shut", "shut", ("done",), "shut", "errand.check", stops=("thanks",)),
        Move("again", "again", ("done", "shut"), "new", "errand.check", stops=("thanks",), starts="answer"),
    ),
)  # fmt: skip
THURSDAY = datetime(2026, 9, 24, 10, tzinfo=CITY_ZONE)
"""25-27 September 2026 is the mid-autumn holiday, 1-7 October the national one, Saturday 10 October is worked."""


def helper(world: World, code: str = WORKER) -> Actor:
    """Somebody of the small city whose post does errands."""
    return replace(world.actors[code], duties=frozenset({"errand.do", "errand.check"}))


def opened(world: World, by: Actor | None = None, **given: Any) -> Opened:
    place = Place(community=given.pop("community", None) or world.community(HERE))
    with acting(by or helper(world)) as somebody:
        return actions.open_case(
            kind="errand", title="买药", place=place, by=somebody, case_id=actions.reserve_id(), **given
        )


def move(world: World, case: Case, code: str, **given: Any) -> Case:
    """One move in a transaction of its own."""
    with acting(given.pop("by", None) or helper(world)) as by:
        locked = actions.lock(case.pk, by=by)
        actions.move(locked, code, by=by, **given)
    return locked


def stored(case: Case) -> Case:
    return Case._base_manager.get(pk=case.pk)


def local(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=CITY_ZONE)
