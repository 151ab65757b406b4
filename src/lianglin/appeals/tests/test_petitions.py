"""The petition path: 15 days to the notice, 60 to the answer, 30 more once, review and re-check within 30 days each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.world import resident_browser

from lianglin.access.actor import job, resident
from lianglin.access.transaction import acting
from lianglin.appeals.actions import petitioning
from lianglin.appeals.actions.opening import Reporter
from lianglin.appeals.actions.petitioning import Asked, Opinion
from lianglin.appeals.models import Appellant, Petition
from lianglin.appeals.rules import petition
from lianglin.appeals.tasks import end_petitions
from lianglin.cases.actions import Opened, Place
from lianglin.cases.models import Case, Clock
from lianglin.cases.rules import flaws
from lianglin.kit.errors import Conflict, Forbidden, HouseError, Refused
from lianglin.notices.models import Message
from lianglin.places.models import Community

from . import clocks_city
from .clocks_city import as_post
from .figures_city import HERE, City, at, number, on
from .test_tasks import run_jobs

OPINION = Opinion("要求补办产权", "经核查，材料齐全", "予以支持", "《不动产登记暂行条例》第十六条")


@pytest.fixture
def city(db: None) -> Iterator[City]:
    made = clocks_city.build()
    with at(on("2026-03-02 08:00")):
        yield made


def registered(city: City, when: str = "2026-03-02 09:00", **more: Any) -> Opened:
    with at(on(when)):
        place = Place(community=Community.objects.get(scope_code=HERE), text="和宁路3号")
        reporter = Reporter(name="钱示例", phone="15400000009")
        asked = Asked("多年未能办理产权证，请求解决", "产权证", **more)
        return as_post(city, "street", petitioning.register, place=place, asked=asked, reporter=reporter)


def brought_to(city: City, state: str) -> Case:
    case = registered(city).case
    road = (
        ("accepted", "street", petitioning.accept, "2026-03-04 09:00", {"unit": city.unit}),
        ("answered", "street", petitioning.answer, "2026-04-01 09:00", {"outcome": "not_supported", "opinion": OPINION}),
        ("review_asked", "street", petitioning.ask_on, "2026-04-10 09:00", {"note": "不服处理意见"}),
        ("reviewed", "ruler", petitioning.give_opinion, "2026-04-20 09:00", {"opinion": "upheld", "note": "区政府复查：维持"}),
        ("recheck_asked", "street", petitioning.ask_on, "2026-05-06 09:00", {"note": "仍不服"}),
        ("ended", "ruler", petitioning.give_opinion, "2026-05-20 09:00", {"opinion": "upheld", "note": "市政府复核：维持"}),
    )  # fmt: skip
    for reached, who, action, when, given in road:
        if stored(case).state != state:
            city.act(who, action, case.pk, when, **given)
            assert stored(case).state == reached
    return stored(case)


def stored(case: Case) -> Case:
    return Case._base_manager.get(pk=case.pk)


def clock_of(case: Case) -> tuple[str, int, str, Any]:
    found = Clock._base_manager.filter(case_id=case.pk).latest("pk")
    return found.stage, found.amount, found.unit, found.due_at


@pytest.mark.parametrize(
    ("state", "stage", "days", "due"),
    [
        ("registered", "accept", 15, "2026-03-17 17:00"),
        ("accepted", "answer", 60, "2026-05-06 17:00"),  # the 3rd of May is a Sunday of the holidays
        ("answered", "ask_review", 30, "2026-05-06 17:00"),  # the 1st of May begins the holidays
        ("review_asked", "review", 30, "2026-05-11 17:00"),  # the 10th is a Sunday
        ("reviewed", "ask_recheck", 30, "2026-05-20 17:00"),
        ("recheck_asked", "recheck", 30, "2026-06-05 17:00"),
    ],
)
def test_each_stage_has_its_clock_in_calendar_days(
    city: City, state: str, stage: str, days: int, due: str
) -> None:
    from lianglin.kit.calendar import calendar

    found = clock_of(brought_to(city, state))
    assert found[:3] == (stage, days, "days")
    if calendar().is_working(on(due).date()):
        assert found[3] == on(due)


def test_every_step_tells_the_person_the_right_and_its_last_day(city: City) -> None:
    brought_to(city, "ended")
    run_jobs()
    told = Message._base_manager.filter(channel="sms", code__startswith="appeals.petition").order_by("pk")
    assert [one.code.removeprefix("appeals.petition_") for one in told] == [
        "registered", "accepted", "answered", "review_asked", "reviewed", "review_asked", "ended",
    ]  # fmt: skip
    inbox = Message._base_manager.filter(code="appeals.petition_to_handle").values_list("post_id", flat=True)
    assert list(inbox) == [city.posts["unit"].pk]


def test_the_answer_is_extended_once_by_somebody_else_and_by_thirty_days_at_most(city: City) -> None:
    case = brought_to(city, "accepted")
    before = clock_of(case)[3]

    def extend(name: str, days: int) -> Any:
        return city.act(
            name, petitioning.extend_answer, case.pk, "2026-04-20 09:00", days=days, note="情况复杂，需要鉴定"
        )

    with at(on("2026-04-20 09:00")):
        for name, days, wrong in (("street", 10, Forbidden), ("ruler", 31, Refused)):
            with pytest.raises(wrong):
                as_post(city, name, petitioning.extend_answer, case.pk, days=days, note="情况复杂")
    extend("ruler", 30)
    after = Clock._base_manager.get(case_id=case.pk, stage="answer")
    assert (after.due_at - before).days in range(30, 38)
    assert after.extended == 30
    run_jobs()
    assert Message._base_manager.filter(code="appeals.petition_extended").count() == 1
    with at(on("2026-04-21 09:00")), pytest.raises(Conflict):
        as_post(city, "second", petitioning.extend_answer, case.pk, days=1, note="情况复杂")


def test_whoever_accepted_it_does_not_approve_the_extension(city: City) -> None:
    case = registered(city).case
    city.act("ruler", petitioning.accept, case.pk, "2026-03-04 09:00", unit=city.unit)
    with at(on("2026-04-20 09:00")), pytest.raises(Forbidden):
        as_post(city, "ruler", petitioning.extend_answer, case.pk, days=10, note="情况复杂")


def test_an_opinion_has_four_parts(city: City) -> None:
    case = brought_to(city, "accepted")
    with at(on("2026-04-01 09:00")), pytest.raises(Refused) as refused:
        as_post(
            city, "street", petitioning.answer, case.pk, outcome="explained", opinion=Opinion("要求", "事实清楚", "予以说明", "")
        )  # fmt: skip
    assert refused.value.field == "basis"


def test_nothing_asked_in_time_ends_it_and_too_late_is_refused(city: City) -> None:
    case = brought_to(city, "answered")
    with at(on("2026-05-12 09:00")):
        with acting(resident(case.pk)) as holder, pytest.raises(Refused):
            petitioning.ask_on(case.pk, by=holder, note="不服")
        assert end_petitions(0) == 1
        assert end_petitions(0) == 0
    assert stored(case).state == "ended"


def test_a_running_right_is_not_ended(city: City) -> None:
    case = brought_to(city, "answered")
    with at(on("2026-04-30 09:00")), acting(job()) as by:
        assert petitioning.end_unasked(by=by) == 0
    assert stored(case).state == "answered"


def test_a_group_has_five_representatives_at_most(city: City) -> None:
    with pytest.raises(Refused):
        registered(city, persons=30, representatives=6)
    with pytest.raises(Refused):
        registered(city, persons=2, representatives=3)
    made = registered(city, persons=30, representatives=5)
    assert Petition._base_manager.get(pk=made.case.pk).representatives == 5


def test_who_petitions_is_kept_from_the_body_that_handles_it(city: City) -> None:
    case = brought_to(city, "accepted")
    assert Appellant._base_manager.filter(pk=case.pk).exists()
    with at(on("2026-03-05 09:00")):
        page = city.browser("unit").get(f"/appeals/beside/{case.number}/").content.decode()
    assert "多年未能办理产权证" in page
    assert "钱示例" not in page
    with pytest.raises(HouseError):
        as_post(city, "unit", petitioning.answer, case.pk, outcome="explained", opinion=OPINION)


def test_the_body_reports_what_it_found_and_the_person_does_not_read_it(city: City) -> None:
    case = brought_to(city, "accepted")
    city.act("unit", petitioning.report_findings, case.pk, "2026-03-20 09:00", note="测绘有误，正在更正")
    with at(on("2026-03-20 10:00")):
        assert "测绘有误" in city.browser("street").get(f"/appeals/beside/{case.number}/").content.decode()
        page = resident_browser(case.pk).get("/appeals/mine/petition/").content.decode()
    assert "测绘有误" not in page
    assert "多年未能办理产权证" in page


def test_an_appeal_goes_on_as_a_petition_with_its_person(city: City) -> None:
    appeal = city.report("2026-03-02 09:00")
    with at(on("2026-03-02 10:00")):
        street = city.browser("street")
        assert (
            f"/appeals/petitions/from/{number(appeal)}/"
            in street.get(f"/appeals/desk/{number(appeal)}/").content.decode()
        )
        answer = street.post(f"/appeals/petitions/from/{number(appeal)}/", {"note": "依法应通过信访渠道办理"})
        assert (answer.status_code, answer["Location"]) == (303, "/appeals/petitions/registered/")
        assert street.get(answer["Location"]).status_code == 200
        assert street.get(answer["Location"]).status_code == 302  # shown once
    made = Petition._base_manager.get(appeal_id=appeal)
    assert Case._base_manager.get(pk=appeal).state == "redirected"
    assert Appellant._base_manager.get(pk=made.pk).name == "李示例"
    with at(on("2026-03-02 11:00")):
        assert city.browser("street").get(f"/appeals/petitions/from/{number(appeal)}/").status_code == 200
        again = city.browser("street").post(
            f"/appeals/petitions/from/{number(appeal)}/", {"note": "再转一次试试看"}
        )
        assert again.status_code == 409


def test_the_petitioner_asks_on_by_the_own_page(city: City) -> None:
    case = brought_to(city, "answered")
    with at(on("2026-04-10 09:00")):
        mine = resident_browser(case.pk)
        assert mine.get("/appeals/mine/").headers["Location"] == "/appeals/mine/petition/"
        page = mine.get("/appeals/mine/petition/").content.decode()
        assert "您可以申请复查" in page
        assert (
            mine.post(
                "/appeals/mine/petition/", {"do": "ask", "version": case.version, "note": ""}
            ).status_code
            == 422
        )
        sent = mine.post(
            "/appeals/mine/petition/", {"do": "ask", "version": case.version, "note": "事实认定有误"}
        )
        assert sent.status_code == 303
    assert stored(case).state == "review_asked"


def test_by_the_pages_of_the_desk(city: City) -> None:
    with at(on("2026-03-02 09:00")):
        street = city.browser("street")
        form = {
            "title": "产权证",
            "text": "多年未能办理产权证",
            "community": HERE,
            "persons": "1",
            "representatives": "1",
            "phone": "123",
        }
        assert street.post("/appeals/petitions/new/", form).status_code == 422
        assert street.post("/appeals/petitions/new/", form | {"phone": ""}).status_code == 303
        case = Case._base_manager.get(kind="petition")
        here = f"/appeals/beside/{case.number}/"
        assert here in street.get("/appeals/petitions/").content.decode()
        unit = city.posts["unit"].organisation_id
        said = {"do": "accept", "seen_version": case.version, "unit": unit, "note": ""}
        assert street.post(here, said).status_code == 303
        said = {
            "do": "answer",
            "seen_version": stored(case).version,
            "outcome": "explained",
            "request": "要求",
            "facts": "事实",
            "view": "意见",
        }
        assert street.post(here, said).status_code == 422
        assert street.post(here, said | {"basis": "条例第一条"}).status_code == 303
        assert "意见" in street.get(here).content.decode()
        assert city.browser("worker").post("/appeals/petitions/new/", form).status_code == 403
    assert stored(case).state == "answered"


def test_the_life_of_a_petition_has_no_flaw() -> None:
    assert flaws(petition.LIFECYCLE) == []


def test_a_forged_form_asks_for_nothing(city: City) -> None:
    case = brought_to(city, "answered")
    with at(on("2026-04-10 09:00")):
        forged = resident_browser(case.pk, enforce_csrf_checks=True)
        sent = forged.post(
            "/appeals/mine/petition/", {"do": "ask", "version": case.version, "note": "不是本人写的"}
        )
    assert sent.status_code == 403
    assert "不是本人写的" in sent.content.decode()  # nothing typed is lost
    assert stored(case).state == "answered"
