"""Call-backs in full: who calls next, three tries, a link to grade by oneself, a remedy after a bad grade, reopening."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.db import ProgrammingError, transaction
from django.test import Client

from lianglin.access.actor import job, resident
from lianglin.access.transaction import acting
from lianglin.appeals import actions
from lianglin.appeals.actions import calling, excluding, rating, remedying, reopening
from lianglin.appeals.models import CallBack, CallLink, CallPlan, Remedy
from lianglin.appeals.queries import calls
from lianglin.appeals.rules import grading, remedy
from lianglin.cases.models import Case, Clock, Step
from lianglin.cases.rules import flaws
from lianglin.indicators.reports.counting import count
from lianglin.kit import discovery
from lianglin.kit.errors import Conflict, Forbidden, HouseError, Refused
from lianglin.kit.period import Period
from lianglin.notices.models import Message

from . import clocks_city
from .clocks_city import as_post, set_by_two
from .figures_city import HERE, City, at, number, on

RATES = ("responded", "settled", "solved_rate", "satisfied", "reached")


@pytest.fixture
def city(db: None) -> Iterator[City]:
    made = clocks_city.build()
    with at(on("2026-11-02 08:00")):
        yield made


@pytest.fixture
def case(city: City) -> int:
    """Settled on Tuesday the 3rd at 10:00."""
    return settled(city)


def settled(city: City, **given: Any) -> int:
    made = city.report("2026-11-02 09:00", item=city.item, **given)
    city.dispatch(made, "2026-11-02 10:00")
    city.settle(made, "2026-11-03 10:00")
    return made


def stored(case: int) -> Case:
    return Case._base_manager.get(pk=case)


def background(action: Any, case: int, when: str) -> Any:
    with at(on(when)), acting(job()) as by:
        return action(case, by=by)


# --- who calls next ------------------------------------------------------------------------------------------


def test_two_callers_never_get_the_same_call(city: City) -> None:
    first, second = settled(city), settled(city)
    with at(on("2026-11-03 11:00")):
        assert as_post(city, "worker", calling.take_next_call).pk == first
        assert as_post(city, "worker", calling.take_next_call).pk == first  # still kept for the same post
        assert as_post(city, "street", calling.take_next_call).pk == second
        other = city.browser("street").get("/appeals/calls-to-make/").content.decode()
        assert "同事正在回访" in other
    with at(on("2026-11-03 11:31")):
        assert as_post(city, "street", calling.take_next_call).pk == first


def test_an_agreed_time_takes_a_matter_from_the_list_until_then(city: City, case: int) -> None:
    agreed = on("2026-11-04 15:00")
    with at(on("2026-11-03 11:00")):
        with pytest.raises(Refused):
            as_post(city, "street", actions.call_back, case, reached=False, next_at=on("2026-11-03 09:00"))
        as_post(city, "street", actions.call_back, case, reached=False, result="later", next_at=agreed)
        with acting(city.actors["street"]) as actor:
            assert list(calls.waiting(actor)) == []
            [later] = calls.later(actor)
        assert (later.pk, later.tries, later.next_at) == (case, 1, agreed)
        with pytest.raises(Refused):
            as_post(city, "street", calling.take_next_call)
    with at(on("2026-11-04 15:01")):
        assert as_post(city, "street", calling.take_next_call).pk == case


def test_each_try_says_how_it_came_out_and_the_third_closes_it(city: City, case: int) -> None:
    for hour, result in ((11, "no_answer"), (14, "busy"), (16, "wrong_number")):
        city.act("street", actions.call_back, case, f"2026-11-03 {hour}:00", reached=False, result=result)
    assert stored(case).state == "closed"
    tried = CallBack._base_manager.filter(case_id=case).order_by("pk").values_list("result", flat=True)
    assert list(tried) == ["no_answer", "busy", "wrong_number"]


def test_the_form_records_result_and_reasons(city: City, case: int) -> None:
    here = f"/appeals/desk/{number(case)}/call_back/"
    with at(on("2026-11-03 11:00")):
        street = city.browser("street")
        given = {
            "seen_version": stored(case).version,
            "reached": "no",
            "result": "busy",
            "next_at": "2026-11-04T15:00",
        }
        assert street.post(here, given).status_code == 303
        assert CallPlan._base_manager.get(pk=case).next_at == on("2026-11-04 15:00")
        said = {"seen_version": stored(case).version, "reached": "yes", "solved": "yes", "grade": "2"}
        assert street.post(here, {**said, "reasons": ["friendly"]}).status_code == 422
        assert street.post(here, {**said, "reasons": ["slow", "passed_on"]}).status_code == 303
    assert CallBack._base_manager.get(case_id=case, reached=True).reasons == "slow,passed_on"


def test_reasons_are_dated_data_that_fit_their_grade() -> None:
    assert {one.code for one in grading.reasons_on(date(2026, 11, 2))} >= {"slow", "fast"}
    assert grading.reasons_on(date(2020, 1, 1)) == []
    assert grading.misfits(["slow", "fast", "unknown"], 1) == ["fast", "unknown"]
    assert grading.misfits(["slow"], None) == ["slow"]


# --- by a link -----------------------------------------------------------------------------------------------


def link(case: int, when: str = "2026-11-03 10:05") -> str:
    with at(on(when)), acting(job()) as by:
        return rating.make_link(Case.objects.visible_to(by, purpose="system").get(pk=case), by=by)


def rated(url: str, case: int, when: str = "2026-11-03 12:00", **given: Any) -> Any:
    with at(on(when)):
        said = {"version": stored(case).version, "solved": "yes", "grade": "5", "note": ""} | given
        return Client().post(url, said)


def test_the_link_shows_item_and_answer_and_nothing_of_the_person(city: City, case: int) -> None:
    with at(on("2026-11-03 11:00")):
        page = Client().get(link(case)).content.decode()
    assert "换了灯泡" in page
    assert "楼道灯" in page
    for secret in ("李示例", "15400000001", "楼道灯不亮了", f"{HERE}社区"):
        assert secret not in page, secret


def test_a_link_works_once_and_without_a_login(city: City, case: int) -> None:
    url = link(case)
    assert rated(url, case, reasons=["fast"]).status_code == 303
    heard = CallBack._base_manager.get(case_id=case)
    assert (heard.online, heard.solved, heard.grade, heard.reasons) == (True, "yes", 5, "fast")
    assert stored(case).state == "closed"
    assert rated(url, case).status_code == 410
    assert CallBack._base_manager.filter(case_id=case).count() == 1


def test_what_was_refused_does_not_use_the_link_up(city: City, case: int) -> None:
    url = link(case)
    assert rated(url, case, solved="no", grade="1").status_code == 422  # words are missing
    assert rated(url, case, reasons=["slow"]).status_code == 422
    assert CallLink._base_manager.get().used_at is None
    assert rated(url, case, solved="no", grade="1", note="只亮了一天").status_code == 303
    assert stored(case).state == "accepted"


def test_a_link_ends_after_its_days_and_a_wrong_one_tells_nothing(city: City, case: int) -> None:
    url = link(case)
    assert rated(url, case, "2026-11-10 10:06").status_code == 410
    assert Client().get(f"{url[:-2]}x/").status_code == 410
    assert stored(case).state == "settled"


def test_a_forged_form_does_not_grade(city: City, case: int) -> None:
    url = link(case)
    with at(on("2026-11-03 12:00")):
        said = {"version": stored(case).version, "solved": "yes", "grade": "5", "note": ""}
        assert Client(enforce_csrf_checks=True).post(url, said).status_code == 403
    assert stored(case).state == "settled"


def test_tries_of_links_are_counted_per_address(city: City, case: int) -> None:
    answers = {Client().get(f"/appeals/rate/wrong{n}/").status_code for n in range(rating.TRIES + 1)}
    assert answers == {410, 429}


def test_the_link_itself_is_kept_nowhere(city: City, case: int) -> None:
    token = link(case).rstrip("/").rsplit("/", 1)[1]
    kept = CallLink._base_manager.get()
    assert token.encode() not in bytes(kept.digest)


@pytest.mark.parametrize("name", ["street", "unit", "manager"])
def test_no_post_reads_the_links(city: City, case: int, name: str) -> None:
    link(case)
    with pytest.raises(ProgrammingError), transaction.atomic(), acting(city.actors[name]):
        CallLink._base_manager.count()


# --- remedies ------------------------------------------------------------------------------------------------


def badly_graded(city: City, case: int, *, grade: int = 2, solved: str = "partly") -> Case | None:
    said = {"reached": True, "solved": solved, "grade": grade, "reasons": ["slow"], "note": "拖了两天"}
    city.act("street", actions.call_back, case, "2026-11-03 11:00", **said)
    made = background(remedying.open_remedy, case, "2026-11-03 11:01")
    assert background(remedying.open_remedy, case, "2026-11-03 11:02") is None  # once
    return made


def test_a_bad_grade_makes_a_remedy_that_reaches_who_answered(city: City, case: int) -> None:
    made = badly_graded(city, case)
    assert made is not None
    assert (made.kind, made.state, made.owner_id) == ("remedy", "ordered", city.posts["unit"].organisation_id)
    clock = Clock._base_manager.get(case_id=made.pk)
    assert (clock.stage, clock.due_at) == ("remedy", on("2026-11-06 17:00"))
    found = Remedy._base_manager.get(pk=made.pk)
    assert (found.of_id, found.grade, found.reasons) == (case, 2, "slow")
    told = Message._base_manager.filter(code="appeals.remedy").values_list("post_id", flat=True)
    assert list(told) == [city.posts["unit"].pk]
    with at(on("2026-11-03 12:00")):
        assert city.browser("unit").get(f"/appeals/beside/{made.number}/").status_code == 200


@pytest.mark.parametrize(("grade", "solved"), [(3, "yes"), (5, "partly"), (1, "no")])
def test_no_remedy_where_the_grade_is_good_or_the_matter_is_handled_again(
    city: City, case: int, grade: int, solved: str
) -> None:
    said = {"reached": True, "solved": solved, "grade": grade, "note": "还是不亮"}
    city.act("street", actions.call_back, case, "2026-11-03 11:00", **said)
    assert background(remedying.open_remedy, case, "2026-11-03 11:01") is None
    assert Remedy._base_manager.count() == 0


def test_a_remedy_is_made_good_and_called_back_once_more(city: City, case: int) -> None:
    made = badly_graded(city, case)
    assert made is not None
    with pytest.raises(HouseError):
        as_post(city, "street", remedying.make_good, made.pk, note="不是我们单位")
    city.act("unit", remedying.make_good, made.pk, "2026-11-04 09:00", note="登门致歉，换了声控灯")
    with at(on("2026-11-04 10:00")), acting(city.actors["street"]) as actor:
        assert [one.pk for one in calls.second(actor)] == [made.pk]
    city.act(
        "street",
        remedying.call_again,
        made.pk,
        "2026-11-04 11:00",
        reached=True,
        solved="no",
        grade=2,
        note="又坏了",
    )
    assert stored(made.pk).state == "ordered"
    city.act("unit", remedying.make_good, made.pk, "2026-11-05 09:00", note="更换线路")
    city.act("street", remedying.call_again, made.pk, "2026-11-05 11:00", reached=True, solved="yes", grade=4)
    assert stored(made.pk).state == "closed"
    moves = Step._base_manager.filter(case_id=made.pk).order_by("seq").values_list("move", flat=True)
    assert list(moves) == ["open", "make_good", "insist", "make_good", "call_again"]


def test_three_tries_in_vain_close_a_remedy(city: City, case: int) -> None:
    made = badly_graded(city, case)
    assert made is not None
    city.act("unit", remedying.make_good, made.pk, "2026-11-04 09:00", note="登门致歉，换了声控灯")
    for hour in (10, 14, 16):
        city.act("street", remedying.call_again, made.pk, f"2026-11-04 {hour}:00", reached=False)
    assert stored(made.pk).state == "closed"


def test_remedies_leave_the_five_rates_as_they_are(city: City, case: int) -> None:
    def rates() -> dict[str, Any]:
        figures = [discovery.indicators()[f"appeals.{code}"] for code in RATES]
        with at(on("2026-11-20 09:00")), acting(job()):
            found = count(figures, "", Period.month(2026, 11))
        return {code: found[f"appeals.{code}", ""].counts for code in RATES}

    made = badly_graded(city, case)
    assert made is not None
    before = rates()
    assert all(counts.denominator == 1 for counts in before.values()), before
    city.act("unit", remedying.make_good, made.pk, "2026-11-04 09:00", note="登门致歉，换了声控灯")
    city.act("street", remedying.call_again, made.pk, "2026-11-04 10:00", reached=False)
    city.act("street", remedying.call_again, made.pk, "2026-11-05 11:00", reached=True, solved="yes", grade=5)
    assert rates() == before


def test_a_remedy_by_the_pages(city: City, case: int) -> None:
    made = badly_graded(city, case)
    assert made is not None
    here = f"/appeals/beside/{made.number}/"
    with at(on("2026-11-04 09:00")):
        unit = city.browser("unit")
        assert (
            unit.post(here, {"do": "make_good", "seen_version": made.version, "note": ""}).status_code == 422
        )
        assert (
            unit.post(
                here, {"do": "make_good", "seen_version": stored(made.pk).version, "note": "换了声控灯"}
            ).status_code
            == 303
        )
        assert unit.post(here, {"do": "make_good", "note": "再来一次"}).status_code == 409
        assert here in city.browser("worker").get("/appeals/calls-to-make/?tab=second").content.decode()
        said = {
            "do": "call_again",
            "seen_version": stored(made.pk).version,
            "reached": "yes",
            "solved": "yes",
            "grade": "4",
        }
        assert city.browser("worker").post(here, said).status_code == 303
        assert city.browser("neighbour").get(here).status_code == 404
    assert stored(made.pk).state == "closed"


def test_the_life_of_a_remedy_has_no_flaw() -> None:
    assert flaws(remedy.LIFECYCLE) == []


# --- reopening -----------------------------------------------------------------------------------------------


def reopened(city: City, case: int, when: str) -> Case:
    with at(on(when)), transaction.atomic(), acting(resident(case)) as holder:
        return actions.reopen(case, by=holder, note="又不亮了")


def closed(city: City, case: int, when: str = "2026-11-03 11:00") -> None:
    city.call(case, when)


@pytest.mark.rows("R061")
def test_what_is_reopened_goes_straight_back_to_who_answered(city: City, case: int) -> None:
    closed(city, case)
    reopened(city, case, "2026-11-05 09:00")
    background(reopening.give_back, case, "2026-11-05 09:01")
    found = stored(case)
    assert (found.state, found.owner_id) == ("dispatched", city.posts["unit"].organisation_id)
    assert Clock._base_manager.filter(case_id=case, stage="handle").latest("pk").due_at == on(
        "2026-11-12 17:00"
    )
    city.act("unit", actions.take_on, case, "2026-11-05 10:00")
    background(reopening.give_back, case, "2026-11-05 10:01")
    assert stored(case).state == "handling"


def test_a_row_for_the_item_sends_it_to_the_dispatcher_instead(city: City) -> None:
    set_by_two(city, "reopening.straight", 0, "choice", date(2026, 11, 3), item_code="010101")
    made = city.report("2026-11-03 09:00", item=city.item)
    city.dispatch(made, "2026-11-03 10:00")
    city.settle(made, "2026-11-04 10:00")
    closed(city, made, "2026-11-04 11:00")
    reopened(city, made, "2026-11-05 09:00")
    background(reopening.give_back, made, "2026-11-05 09:01")
    assert stored(made).state == "accepted"


def test_it_is_not_reopened_after_its_days(city: City, case: int) -> None:
    closed(city, case)
    with pytest.raises(Refused, match="90"):
        reopened(city, case, "2027-02-02 11:01")
    reopened(city, case, "2027-01-31 09:00")
    assert stored(case).state == "accepted"


def test_it_is_not_reopened_once_too_often(city: City) -> None:
    set_by_two(city, "reopening.times", 1, "times", date(2026, 11, 3))
    made = city.report("2026-11-03 09:00", item=city.item)
    for day in (3, 4):
        city.dispatch(made, f"2026-11-0{day} 10:00")
        city.settle(made, f"2026-11-0{day} 11:00")
        closed(city, made, f"2026-11-0{day} 12:00")
        if day == 3:
            reopened(city, made, "2026-11-03 13:00")
    with pytest.raises(Refused):
        reopened(city, made, "2026-11-04 13:00")
    assert stored(made).state == "closed"


# --- the unit that disagrees ---------------------------------------------------------------------------------

WHY = "评价的是隔壁楼的施工，不是本单位办理的事项。"


def disputed(city: City, case: int, when: str = "2026-11-04 09:00", **more: Any) -> Any:
    with at(on(when)):
        given = {"figure": "satisfied", "ground": "result", "reason": WHY} | more
        return as_post(city, "unit", excluding.ask_exclusion, case, **given)


@pytest.mark.rows("R058")
def test_a_disputed_result_is_ruled_on_once_by_the_district(city: City, case: int) -> None:
    with pytest.raises(Refused):
        disputed(city, case)  # nobody has been heard yet
    city.call(case, "2026-11-03 11:00", "yes", 1)
    with pytest.raises(Refused):
        disputed(city, case, figure="settled")
    one = disputed(city, case)
    with pytest.raises(Forbidden):
        as_post(
            city, "street", excluding.rule_on_exclusion, one.pk, grant=True, ruling="同意剔除，理由成立。"
        )
    as_post(
        city, "ruler", excluding.rule_on_exclusion, one.pk, grant=False, ruling="经听录音，评价的是本件。"
    )
    with pytest.raises(Conflict):
        as_post(city, "unit", excluding.ask_review, one.pk, objection="附上材料，请再核实一次。")


def test_a_result_is_disputed_within_its_days(city: City, case: int) -> None:
    city.call(case, "2026-11-03 11:00", "yes", 1)
    with pytest.raises(Refused):
        disputed(city, case, "2026-11-11 09:00")
    assert disputed(city, case, "2026-11-10 16:00").state == "asked"
