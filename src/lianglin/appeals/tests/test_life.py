"""From the report to the last call: what is kept, who sees it, when it is due, how it ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from tests.watch import refused
from tests.world import FAR, HERE, NEXT_DOOR, RESIDENT, STREET, UNIT, WORKER, World, build, catalogue

from lianglin.access import actor as actors
from lianglin.access.models import Grant
from lianglin.access.transaction import acting, current_actor
from lianglin.appeals import actions
from lianglin.appeals.models import Appeal, Appellant, CallBack
from lianglin.appeals.tests.moves import actor_for, perform, stored
from lianglin.cases.actions import Place
from lianglin.cases.models import Case, Clock, Step
from lianglin.kit import clock
from lianglin.kit.clock import CITY_ZONE
from lianglin.kit.errors import Conflict, Forbidden, Refused
from lianglin.kit.events import OpenAppeal, ask


@pytest.fixture
def city(db: None) -> World:
    return build()


# --- reporting ---------------------------------------------------------------------------------------------


@pytest.mark.rows("R047", "R049")
def test_what_is_reported_is_kept_apart_from_who_reports(city: World) -> None:
    reporter = actions.Reporter(name="李示例", phone="154 1234 5678", entity=True)
    made = city.report(
        text="  门前路灯不亮，晚上看不见。\n已经三天了  ", reporter=reporter, channel="saturday"
    )
    appeal, person = Appeal._base_manager.get(pk=made.case.pk), Appellant._base_manager.get(pk=made.case.pk)
    assert (appeal.text, appeal.channel) == ("门前路灯不亮，晚上看不见。\n已经三天了", "saturday")
    assert (appeal.entity, appeal.anonymous, person.confidential) == (True, False, True)
    assert (made.case.title, person.name, person.phone) == (
        "门前路灯不亮，晚上看不见。",
        "李示例",
        "15412345678",
    )
    with connection.cursor() as cursor:
        cursor.execute("select t::text from appeals_appellant t")
        assert "15412345678" not in cursor.fetchone()[0]


def test_nobody_need_say_who_they_are(city: World) -> None:
    made = city.report(reporter=actions.Reporter(name=" "))
    assert Appeal._base_manager.get(pk=made.case.pk).anonymous
    assert not Appellant._base_manager.exists()


def test_who_reports_holds_exactly_the_new_case(city: World) -> None:
    city.report()
    with acting(actors.public()) as anybody:
        made = actions.submit(by=anybody, place=Place(city.community(HERE)), text="楼道灯不亮了", item=None)
        assert current_actor() == actors.resident(made.case.pk)
        assert list(Case._base_manager.values_list("pk", flat=True)) == [made.case.pk]


def test_reports_that_cannot_be_taken_leave_nothing(city: World) -> None:
    here = Place(city.community(HERE))
    for post, given, error, says in (
        ("", {"text": "  灯坏 "}, Refused, {"field": "text"}),
        ("", {"reporter": actions.Reporter(phone="12345")}, Refused, {"field": "phone"}),
        (WORKER, {"place": Place(city.community(NEXT_DOOR))}, Forbidden, {}),
        (STREET, {"place": Place(city.community(FAR))}, Forbidden, {}),
        (UNIT, {}, Forbidden, {}),
        ("manager", {}, Forbidden, {"code": "appeals.intake"}),
        ("protection_officer", {}, Forbidden, {"code": "appeals.intake"}),
        ("administrator", {}, Forbidden, {}),
    ):
        by = city.actors.get(post) or actors.public()
        with acting(by), refused(error, **says):
            actions.submit(by=by, **{"place": here, "text": "楼道灯不亮了", "item": None, **given})


def test_another_domain_asks_for_an_appeal_and_hears_its_number(city: World) -> None:
    wish = OpenAppeal(
        scope_code=HERE, item_code="", title="楼道灯", text="入户时看到楼道灯不亮", channel="visit"
    )
    with acting(city.actors[WORKER]) as by:
        number = ask(wish, by=by)
        with refused(Refused):
            ask(replace(wish, scope_code="999999999999"), by=by)
    case = Case._base_manager.get(number=number)
    assert (case.scope_code, case.state, case.title) == (HERE, "received", "楼道灯")


# --- who sees the case afterwards --------------------------------------------------------------------------


def sees(city: World, post: str, case: Case) -> bool:
    actor = city.actors[post]
    with acting(actor):
        return Case.objects.visible_to(actor, purpose="handle_case").filter(pk=case.pk).exists()


def test_a_dispatched_case_is_seen_by_the_unit_it_was_given_to(city: World) -> None:
    case = city.brought_to("accepted").case
    assert not sees(city, UNIT, case)
    city.do(STREET, "dispatch", case, unit=city.organisations[UNIT])
    assert sees(city, UNIT, case)
    assert not sees(city, "bureau-2", case)
    assert stored(case).owner_id == city.organisations[UNIT].pk
    assert Grant.objects.get(subject_id=case.pk).scope_code == HERE


def test_a_unit_whose_objection_was_heard_sees_the_case_no_longer(city: World) -> None:
    case = city.brought_to("dispatched").case
    city.do(UNIT, "object_to", case, note="不属于我单位")
    city.do(STREET, "dispatch", case, unit=city.organisations["bureau-2"])
    assert (sees(city, UNIT, case), sees(city, "bureau-2", case)) == (False, True)
    city.do("bureau-2", "object_to", case, note="也不属于我单位")
    city.do(STREET, "dispatch", case, unit=city.organisations["bureau-2"], note="裁定由你单位办理")
    assert (sees(city, UNIT, case), sees(city, "bureau-2", case)) == (False, True)


def test_a_case_to_be_handled_again_is_taken_from_the_unit(city: World) -> None:
    case = city.brought_to("settled").case
    city.do(WORKER, "call_back", case, reached=True, solved="no", grade=1, note="还是不亮")
    assert not sees(city, UNIT, case)
    now = stored(case)
    assert (now.state, now.outcome, now.settled_at) == ("accepted", "", None)


# --- clocks of the journey ---------------------------------------------------------------------------------


def local(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=CITY_ZONE)


@pytest.mark.rows("R050")
def test_every_stage_of_the_journey_is_due_at_its_instant(
    city: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over the mid-autumn holiday (25-27 September), the national one (1-7 October) and a worked Saturday."""
    items = catalogue()

    def due_after(at: datetime, code: str = "", **more: Any) -> Any:
        monkeypatch.setattr(clock, "now", lambda: at)
        by = actor_for(city, code, case)
        with acting(by):
            perform(city, code, case, by, **more)
        found = stored(case).due_at
        return found and found.astimezone(CITY_ZONE)

    monkeypatch.setattr(clock, "now", lambda: local(9, 24, 10))
    case = city.report(item=items.lamp).case
    assert stored(case).due_at == local(9, 28, 17)
    assert due_after(local(9, 24, 11), "accept") == local(9, 28, 17)
    assert due_after(local(9, 28, 9), "dispatch") == local(10, 8, 17)  # three working days
    assert due_after(local(9, 28, 10), "take_on") == local(10, 8, 17)
    assert due_after(local(9, 30, 14), "pause") is None
    assert due_after(local(10, 8, 10), "resume") == local(10, 9, 14)  # paused 3 h and 1.5 h of office time
    assert due_after(local(10, 9, 13), "answer") == local(10, 10, 17)
    assert due_after(local(10, 9, 16), "send_back") == local(10, 15, 17)  # five, the lifecycle's own
    assert due_after(local(10, 12, 9), "answer") == local(10, 13, 17)
    assert due_after(local(10, 13, 9), "settle") == local(10, 16, 17)
    assert due_after(local(10, 14, 9), "reopen") == local(10, 15, 17)
    with acting(city.actors[STREET]) as by:
        actions.extend(case.pk, by=by, days=1, note="等候配件")
    assert stored(case).due_at == local(10, 16, 17)


def test_what_is_urgent_runs_day_and_night(city: World, monkeypatch: pytest.MonkeyPatch) -> None:
    items = catalogue()
    monkeypatch.setattr(clock, "now", lambda: local(9, 30, 23, 30))
    case = city.report(item=items.gas).case
    assert stored(case).urgent
    city.do(WORKER, "accept", case)
    city.do(STREET, "dispatch", case, unit=city.organisations[UNIT])
    assert stored(case).due_at == local(10, 1, 1, 30)
    assert Clock._base_manager.get(case=case, stopped_at=None).unit == "hours"
    city.do(UNIT, "take_on", case)
    city.do(UNIT, "answer", case, outcome="solved", note="阀门已关")
    city.do(STREET, "send_back", case, note="还有气味，请再查")
    assert stored(case).due_at == local(10, 1, 1, 30)  # its item's hours again, not five working days


def test_the_item_may_be_corrected_when_the_appeal_is_accepted(city: World) -> None:
    items, case = catalogue(), city.report().case
    city.do(WORKER, "accept", case, item=items.lamp)
    assert Appeal._base_manager.get(pk=case.pk).item == items.lamp
    assert (stored(case).assignee_id, stored(case).version) == (city.actors[WORKER].post_id, 1)
    with acting(city.actors[STREET]) as by:
        actions.dispatch(case.pk, by=by, unit=city.organisations[UNIT])
    assert Clock._base_manager.get(case=case, stopped_at=None).amount == items.lamp.limit_days


# --- call-back ---------------------------------------------------------------------------------------------


def missed(city: World, case: Case) -> str:
    city.do(WORKER, "call_back", case, reached=False)
    return stored(case).state


@pytest.mark.rows("R116")
def test_three_calls_that_nobody_answers_close_the_case(city: World) -> None:
    case = city.brought_to("settled").case
    due = stored(case).due_at
    assert missed(city, case) == "settled"
    assert missed(city, case) == "settled"
    assert stored(case).due_at == due
    assert missed(city, case) == "closed"
    tries = CallBack._base_manager.filter(case=case)
    assert list(tries.values_list("reached", "solved", "grade")) == [(False, "", None)] * 3
    assert list(Step._base_manager.filter(case=case).order_by("seq").values_list("move", flat=True))[-3:] == [
        "call_try", "call_try", "call_back",
    ]  # fmt: skip
    with acting(city.actors[WORKER]) as by, refused(Conflict):
        actions.call_back(case.pk, by=by, reached=False)


def test_a_reopened_case_has_three_tries_again(city: World) -> None:
    case = city.brought_to("settled").case
    for _try in range(3):
        missed(city, case)
    city.do(RESIDENT, "reopen", case, note="没人联系过我")
    city.do(STREET, "answer_now", case, outcome="explained", note="已上门说明")
    assert missed(city, case) == "settled"
    assert missed(city, case) == "settled"
    assert missed(city, case) == "closed"


@pytest.mark.rows("R116")
def test_the_resident_confirms_on_the_page_or_has_it_handled_again(city: World) -> None:
    first, second = city.brought_to("settled").case, city.brought_to("settled").case
    city.do(RESIDENT, "confirm", first, solved="partly", grade=4)
    city.do(RESIDENT, "reopen", second, note="只亮了一天", grade=2)
    answers = CallBack._base_manager.order_by("id").values_list(
        "case_id", "online", "reached", "solved", "grade"
    )
    assert list(answers) == [(first.pk, True, True, "partly", 4), (second.pk, True, True, "no", 2)]
    assert (stored(first).state, stored(second).state) == ("closed", "accepted")
    city.do(RESIDENT, "add_material", second, note="附上照片")
    assert Step._base_manager.filter(case=second).latest("seq").note == "附上照片"
