"""Who is on call: urgent appeals go there at once, day and night, and are told further up until somebody takes them on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from lianglin.access.actor import job
from lianglin.access.models import Organisation, Post
from lianglin.access.transaction import acting
from lianglin.appeals import actions, tasks
from lianglin.appeals.tests.scene import Town, build
from lianglin.cases.actions.on_call import clear_turn, fill_rota
from lianglin.cases.models import Case, Clock, OnCallTurn, Step
from lianglin.cases.queries.on_call import on_call, rota, units_for
from lianglin.cases.rules import SHIFTS, shift_of
from lianglin.kit import clock
from lianglin.kit.clock import CITY_ZONE
from lianglin.kit.errors import Conflict, Forbidden, Refused
from lianglin.kit.events import CaseMoved
from lianglin.notices.models import Message

pytestmark = pytest.mark.django_db
URL = "/cases/on-call/"


@pytest.fixture
def town(db: None) -> Town:
    return build()


def turn(scope: str, unit: Organisation, **shift: int) -> OnCallTurn:
    """A turn that holds now, or so many hours from now."""
    day, code = shift_of(clock.local(clock.now() + timedelta(**shift)))
    return OnCallTurn.objects.create(scope_code=scope, day=day, shift=code, organisation=unit)


def fresh(case: Case) -> Case:
    return Case._base_manager.get(pk=case.pk)


def delivered(case: Case, move: str = "open") -> None:
    """What the background does with the event of a move; twice, as a retry may."""
    step = Step._base_manager.filter(case=case, move=move).order_by("-seq")[0]
    event = CaseMoved(
        case.pk, case.kind, case.scope_code, move, step.to_state, step.at.isoformat(), case.opened_at.isoformat()
    )  # fmt: skip
    for _time in range(2):
        with acting(job()):
            tasks.call_unit_out(event)


@given(minutes=st.integers(0, 2 * 366 * 24 * 60))
def test_every_instant_lies_in_one_turn_and_turns_last_twelve_hours(minutes: int) -> None:
    at = datetime(2026, 1, 1, tzinfo=CITY_ZONE) + timedelta(minutes=minutes)
    day, shift = shift_of(at)
    start = datetime(day.year, day.month, day.day, 8 if shift == "day" else 20, tzinfo=CITY_ZONE)
    assert start <= at < start + timedelta(hours=12)
    assert shift in dict(SHIFTS)


@pytest.mark.rows("R047")
def test_an_urgent_appeal_goes_to_the_unit_on_call_at_once(town: Town) -> None:
    turn(town.here.scope_code[:6], town.unit("unit"))
    case = town.appeal("电梯停在五楼，有人困在里面", item=town.lift)
    delivered(case)
    now = fresh(case)
    assert (now.state, now.owner_id) == ("dispatched", town.unit("unit").pk)
    step = Step._base_manager.get(case=case, move="call_out")
    assert (step.post_id, step.data["unit"]) == (None, town.unit("unit").pk)
    running = Clock._base_manager.get(case=case, stopped_at__isnull=True)
    assert (running.stage, running.amount, running.unit) == ("handle", 4, "hours")
    with acting(town.actor("unit")) as by:  # it sees the case now, and may take it on
        actions.take_on(case.pk, by=by)
    assert "系统" in town.client("street").get(f"/appeals/desk/{case.number}/").content.decode()


def test_what_is_not_urgent_waits_for_the_dispatcher(town: Town) -> None:
    turn("", town.unit("unit"))
    case = town.appeal()
    delivered(case)
    assert fresh(case).state == "received"


def test_with_nobody_on_call_it_stays_with_the_community(town: Town) -> None:
    turn(town.here.scope_code, town.unit("unit"), hours=12)
    turn("2302", town.unit("unit"))
    case = town.appeal("电梯停在五楼", item=town.lift)
    delivered(case)
    assert fresh(case).state == "received"
    due = Clock._base_manager.get(case=case)
    assert (due.stage, due.amount, due.unit) == ("dispatch", 1, "hours")


def test_a_unit_that_works_no_more_is_not_called(town: Town) -> None:
    unit = town.unit("unit")
    turn(town.here.scope_code, unit)
    Organisation.objects.filter(pk=unit.pk).update(active=False)
    case = town.appeal("电梯停在五楼", item=town.lift)
    delivered(case)
    assert fresh(case).state == "received"


def test_the_narrowest_area_with_a_turn_goes_first(town: Town) -> None:
    code = town.here.scope_code
    for width, unit in ((0, "street"), (6, "unit"), (9, "other_unit")):
        turn(code[:width], town.unit(unit))
    found = on_call(code, clock.now())
    assert found == town.unit("other_unit")
    assert on_call("230104001001", clock.now()) == town.unit("street")


def test_nobody_calls_a_unit_out_by_hand(town: Town) -> None:
    turn(town.here.scope_code, town.unit("unit"))
    case = town.appeal("电梯停在五楼", item=town.lift)
    for who in ("worker", "street"):
        with pytest.raises(Forbidden), transaction.atomic(), acting(town.actor(who)) as by:
            actions.call_out(case.pk, by=by)


def test_an_item_found_urgent_makes_the_appeal_urgent_and_its_limit_shorter(town: Town) -> None:
    case = town.appeal()
    before = fresh(case).due_at
    town.do("worker", "accept", case, item=town.lift)
    now = fresh(case)
    assert now.urgent
    assert before is not None
    assert now.due_at is not None
    assert now.due_at <= min(before, clock.now() + timedelta(hours=1))
    turn(town.here.scope_code, town.unit("unit"))
    delivered(case, "accept")
    assert fresh(case).state == "dispatched"


def test_checking_and_calling_back_run_day_and_night_when_urgent(town: Town) -> None:
    case = town.brought_to("answered", item=town.lift)
    assert fresh(case).due_at - clock.now() <= timedelta(hours=4)
    town.do("street", "settle", case)
    assert timedelta(hours=23) < fresh(case).due_at - clock.now() <= timedelta(hours=24)


# --- nobody takes it on ------------------------------------------------------------------------------------


def told(case: Case) -> list[tuple[int | None, str]]:
    rows = Message._base_manager.filter(case_id=case.pk, code="appeals.untaken").order_by("id")
    return [(row.post_id, row.body) for row in rows]


def test_who_does_not_take_it_on_is_told_of_further_up_once_each(town: Town) -> None:
    case = town.appeal("电梯停在五楼", item=town.lift)
    found = []
    try:
        for minutes in (10, 16, 17, 31, 33):
            clock.set_offset(timedelta(minutes=minutes))
            tasks.tell_untaken(timestamp=0)
            found.append(len(told(case)))
    finally:
        clock.set_offset(timedelta(0))
    street = town.world.posts[f"street-{town.here.scope_code[:9]}"].pk
    assert told(case)[0][0] == street
    assert "15分钟" in told(case)[0][1]
    assert found[0] == 0
    assert found[1] == found[2] == 1
    assert found[3] == found[4]


@pytest.mark.parametrize("what", ["taken on", "not urgent"])
def test_what_is_taken_on_or_not_urgent_is_not_told_further_up(town: Town, what: str) -> None:
    item = town.lift if what == "taken on" else town.lamp
    case = town.brought_to("handling", item=item) if what == "taken on" else town.appeal()
    try:
        clock.set_offset(timedelta(minutes=40))
        tasks.tell_untaken(timestamp=0)
    finally:
        clock.set_offset(timedelta(0))
    assert told(case) == []


# --- the rota ----------------------------------------------------------------------------------------------


def filled(town: Town, who: str = "street", **given: Any) -> int:
    wanted = {
        "unit_id": town.unit("unit").pk, "first": date(2026, 9, 28), "last": date(2026, 10, 11), "days": "all", "shift": "both",
    }  # fmt: skip
    with transaction.atomic(), acting(town.actor(who)) as by:
        return fill_rota(by=by, **{**wanted, **given})


@pytest.mark.parametrize(
    ("days", "shift", "count"),
    [("all", "both", 28), ("all", "night", 14), ("working", "day", 6), ("free", "day", 8)],
)
def test_the_rota_follows_the_citys_calendar(town: Town, days: str, shift: str, count: int) -> None:
    assert filled(town, days=days, shift=shift) == count
    assert OnCallTurn.objects.count() == count


def test_a_turn_that_is_there_goes_to_the_new_unit(town: Town) -> None:
    filled(town)
    filled(town, unit_id=town.unit("other_unit").pk, first=date(2026, 10, 1), last=date(2026, 10, 1))
    assert OnCallTurn.objects.count() == 28
    assert OnCallTurn.objects.filter(organisation=town.unit("other_unit")).count() == 2


def test_in_a_city_of_hundreds_of_units_each_that_is_offered_is_taken(town: Town) -> None:
    """A district's committees are not offered; a list cut at some number would refuse whoever stands behind it."""
    like = town.unit("unit").posts.all()[0]
    bureaus = Organisation.objects.bulk_create(
        Organisation(code=f"a-{n:03}", name=f"第{n}局", kind="bureau", scope_code="") for n in range(400)
    )
    Post.objects.bulk_create(
        Post(
            account=like.account,
            organisation=one,
            role_code=like.role_code,
            title="x",
            starts_on=like.starts_on,
        )
        for one in bureaus
    )
    assert filled(town, unit_id=town.unit("street").pk)
    with acting(town.actor("street")) as street:
        assert {*bureaus, town.unit("worker")} <= {*units_for(street)}
        district = replace(street, low=street.low[:6])
        assert town.unit("street") in units_for(district)
        assert town.unit("worker") not in units_for(district)


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("unit", {"unit_id": 0}),
        ("last", {"last": date(2026, 9, 1)}),
        ("last", {"last": date(2027, 9, 1)}),
        ("days", {"last": date(2026, 9, 28), "days": "free"}),
    ],
)
def test_a_rota_that_makes_no_sense_is_refused(town: Town, field: str, given: dict[str, Any]) -> None:
    with pytest.raises(Refused) as caught:
        filled(town, **given)
    assert caught.value.field == field
    assert not OnCallTurn.objects.exists()


def test_only_the_own_areas_rota_is_made_and_seen(town: Town) -> None:
    with pytest.raises(Forbidden):
        filled(town, "worker")
    filled(town)
    made = OnCallTurn.objects.order_by("id")[0]
    with acting(town.actor("other_street")) as stranger:
        assert rota(stranger, date(2026, 9, 1), 60) == []
        clear_turn(by=stranger, turn_id=made.pk)
    assert OnCallTurn.objects.count() == 28
    with acting(town.actor("street")) as by:
        clear_turn(by=by, turn_id=made.pk)
    assert OnCallTurn.objects.count() == 27


def test_the_page_shows_who_is_on_call_and_fills_the_rota(town: Town) -> None:
    browser, unit, today = town.client("street"), town.unit("unit"), clock.today().isoformat()
    assert "此刻无人值班" in browser.get(URL).content.decode()
    form = {"unit": unit.pk, "first": today, "last": today, "days": "all", "shift": "both"}
    assert browser.post(URL, form).status_code == 303
    turn_now = shift_of(clock.local(clock.now()))[0]
    if turn_now != clock.today():
        turn(town.here.scope_code[:9], unit)
    shown = browser.get(URL).content.decode()
    assert "正在值班：道里区物业服务中心" in shown
    made = OnCallTurn.objects.order_by("id")[0]
    assert browser.post(f"{URL}{made.pk}/clear/").status_code == 303
    assert not OnCallTurn.objects.filter(pk=made.pk).exists()
    assert browser.post(URL, {}).status_code == 422
    assert town.client("worker").get(URL).status_code == 403


def test_who_is_called_out_twice_is_called_out_once(town: Town) -> None:
    turn(town.here.scope_code, town.unit("unit"))
    case = town.appeal("电梯停在五楼", item=town.lift)
    delivered(case)
    with pytest.raises(Conflict), transaction.atomic():
        town.do("worker", "accept", case)
    assert Step._base_manager.filter(case=case, move="call_out").count() == 1
