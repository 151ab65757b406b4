"""Stage clocks to the minute: working days and hours, day and night, pauses, extensions."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.watch import refused
from tests.world import World

from lianglin.access.transaction import acting
from lianglin.cases import actions
from lianglin.cases.models import Clock, Step
from lianglin.cases.tests.errands import THURSDAY, helper, local, move, opened, stored
from lianglin.kit.errors import Conflict, Forbidden, Refused


@pytest.mark.parametrize(
    ("starts", "limit", "due", "provisional"),
    [
        (local(2026, 9, 24, 10), None, local(2026, 9, 30, 17), False),  # over the mid-autumn holiday
        (local(2026, 9, 30, 16, 59), None, local(2026, 10, 10, 17), False),  # a Saturday that is worked
        (local(2026, 9, 26, 3), (1, "working_days"), local(2026, 9, 28, 17), False),  # begun on a holiday
        (local(2026, 9, 24, 16, 30), (1, "working_hours"), local(2026, 9, 28, 9), False),
        (local(2026, 9, 24, 11, 30), (1, "working_hours"), local(2026, 9, 24, 13, 30), False),  # over noon
        (local(2026, 9, 30, 23, 30), (4, "hours"), local(2026, 10, 1, 3, 30), False),  # day and night
        (local(2026, 12, 31, 9), (2, "working_days"), local(2027, 1, 5, 17), True),  # not announced yet
    ],
)
def test_a_clock_ends_at_this_instant(
    city: World, it_is: Any, starts: datetime, limit: Any, due: datetime, provisional: bool
) -> None:
    it_is(starts)
    case = opened(city).case
    move(city, case, "start", limit=limit)
    assert (stored(case).due_at, stored(case).due_provisional) == (due, provisional)
    first, second = Clock._base_manager.filter(case=case).order_by("id")
    assert (first.stage, first.stopped_at) == ("answer", starts)
    assert (second.stage, second.stopped_at, second.due_at) == ("work", None, due)
    if limit:
        assert (second.amount, second.unit) == limit


WAITS = {"data": {"ground": "rain"}, "note": "等雨停"}


@pytest.mark.parametrize(
    ("limit", "paused", "resumed", "seconds", "due"),
    [
        # 16:00-17:00 on the last day before the holiday and 8:30-9:30 after it: two working hours
        ((2, "working_days"), local(2026, 9, 24, 16), local(2026, 9, 28, 9, 30), 7200, local(2026, 9, 30, 10, 30)),
        ((8, "working_hours"), local(2026, 9, 24, 16), local(2026, 9, 28, 9, 30), 7200, local(2026, 9, 28, 13, 30)),
        ((30, "hours"), local(2026, 9, 24, 16), local(2026, 9, 24, 23), 25200, local(2026, 9, 25, 23)),
        ((2, "working_days"), local(2026, 9, 25, 9), local(2026, 9, 27, 18), 0, local(2026, 9, 29, 17)),
    ],
)  # fmt: skip
def test_a_pause_moves_the_due_date_by_the_time_it_took(
    city: World,
    it_is: Any,
    limit: Any,
    paused: datetime,
    resumed: datetime,
    seconds: int,
    due: datetime,
) -> None:
    it_is(THURSDAY)
    case = opened(city).case
    move(city, case, "start", limit=limit)
    it_is(paused)
    move(city, case, "wait", **WAITS)
    assert (stored(case).due_at, stored(case).due_provisional) == (None, False)
    it_is(resumed)
    move(city, case, "go_on")
    running = Clock._base_manager.get(case=case, stopped_at=None)
    assert (running.paused_at, running.paused_seconds) == (None, seconds)
    assert running.due_at == stored(case).due_at == due


def test_a_paused_clock_can_be_stopped(city: World, it_is: Any) -> None:
    it_is(THURSDAY)
    case = opened(city).case
    move(city, case, "start")
    move(city, case, "wait", **WAITS)
    later = it_is(THURSDAY + timedelta(hours=1))
    move(city, case, "drop")
    stopped = Clock._base_manager.get(case=case, stage="work")
    assert (stopped.stopped_at, stopped.paused_at, stopped.paused_seconds) == (later, None, 3600)
    assert stored(case).due_at == local(2026, 9, 24, 14)


@pytest.mark.rows("R050")
def test_more_time_is_given_with_a_reason_and_in_working_days(city: World, it_is: Any) -> None:
    it_is(THURSDAY)
    case, by = opened(city).case, helper(city)
    move(city, case, "start")
    with acting(by):
        locked = actions.lock(case.pk, by=by)
        for given, error, says in (
            ({"days": 0, "note": "x"}, Refused, {"field": "days"}),
            ({"days": 31, "note": "x"}, Refused, {"field": "days"}),
            ({"days": 2, "note": " "}, Refused, {"field": "note"}),
            ({"days": 2, "note": "x", "seen_version": 0}, Conflict, {}),
            ({"days": 2, "note": "x", "duty": "errand.other"}, Forbidden, {"code": "errand.other"}),
        ):
            with refused(error, **says):
                actions.extend(locked, by=by, **{"duty": "errand.check", **given})
        actions.extend(locked, by=by, days=2, note="等配件", duty="errand.check", seen_version=1)
    now, running = stored(case), Clock._base_manager.get(case=case, stopped_at=None)
    assert (now.due_at, running.due_at, running.extended) == (
        local(2026, 10, 9, 17),
        local(2026, 10, 9, 17),
        2,
    )
    step = Step._base_manager.get(case=case, move="extend")
    assert (step.note, step.public, step.data["days"], now.version) == ("等配件", True, 2, 2)


def test_more_time_while_the_clock_stands_shows_no_due_date(city: World, it_is: Any) -> None:
    it_is(THURSDAY)
    case, by = opened(city).case, helper(city)
    move(city, case, "start")
    move(city, case, "wait", **WAITS)
    with acting(by):
        actions.extend(actions.lock(case.pk, by=by), by=by, days=1, note="等配件", duty="errand.check")
    assert stored(case).due_at is None
    move(city, case, "go_on")
    assert stored(case).due_at == local(2026, 10, 8, 17)


def test_without_a_running_clock_there_is_nothing_to_extend(city: World) -> None:
    case, by = opened(city).case, helper(city)
    for code, data in (("start", {}), ("finish", {"outcome": "done"}), ("shut", {})):
        move(city, case, code, data=data)
    with acting(by):
        locked = actions.lock(case.pk, by=by)
        with refused(Refused):
            actions.extend(locked, by=by, days=1, note="x", duty="errand.check")
