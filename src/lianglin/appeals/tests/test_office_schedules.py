"""The month of an office: drafted by a schedule, issued by a person, sent, opened."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from io import BytesIO

import pytest
from django.test import Client
from pypdf import PdfReader

from lianglin.access.actor import job
from lianglin.access.models import Post
from lianglin.access.transaction import acting
from lianglin.indicators.reports import actions
from lianglin.indicators.reports.models import Report
from lianglin.indicators.reports.schedules import actions as schedules
from lianglin.indicators.reports.schedules import rules, running
from lianglin.indicators.reports.schedules.models import ScheduleRun
from lianglin.indicators.reports.sending import actions as sending
from lianglin.indicators.reports.sending import choosing
from lianglin.indicators.reports.sending.models import ReceivedReport, ReportCopy
from lianglin.indicators.reports.sending.offices import Receiver, distance
from lianglin.kit import clock
from lianglin.kit.errors import Conflict, Forbidden, Refused
from lianglin.kit.period import Period
from lianglin.notices.models import Message

from . import office_scene
from .figures_city import ELSEWHERE, HERE, STREET, City, at, on
from .office_scene import (
    DAY,
    KIND,
    background,
    do,
    drafted,
    issued,
    monthly,
    ran,
)


@pytest.fixture(scope="module")
def built(lasting: None) -> City:
    return office_scene.build()


@pytest.fixture
def city(built: City, db: None) -> Iterator[City]:
    with at(on(DAY)):
        yield built


# --- the schedule --------------------------------------------------------------------------------------------


def test_the_third_working_day_is_that_of_the_calendar() -> None:
    holidays = {date(2026, 10, day) for day in range(1, 8)}

    def works(day: date) -> bool:
        return day.weekday() < 5 and day not in holidays

    assert rules.due_on(Period.month(2026, 9), 3, works) == date(2026, 10, 12)
    assert rules.last_due("month", 3, date(2026, 10, 11), works) == Period.month(2026, 8)
    assert rules.last_due("month", 3, date(2026, 10, 12), works) == Period.month(2026, 9)


def test_a_draft_is_there_on_the_day_and_its_posts_are_told_once(city: City) -> None:
    schedule = monthly(city)
    assert ran("2026-12-02 10:10", schedule) == 0
    assert ran("2026-12-03 10:10", schedule) == 1
    assert ran("2026-12-03 11:10", schedule) == 0
    report = Report._base_manager.get()
    assert (report.state, report.starts_on, report.post_id) == ("draft", date(2026, 11, 1), schedule.post_id)
    told = Message._base_manager.filter(code="indicators.report_drafted")
    assert sorted(told.values_list("post_id", flat=True)) == sorted(
        [city.posts["street"].pk, city.posts["second"].pk]
    )
    page = city.browser("street").get(f"/figures/reports/schedules/{schedule.key}/").content.decode()
    assert str(report.key) in page


def test_an_outage_is_caught_up_once_and_what_was_left_out_is_said(city: City) -> None:
    schedule = monthly(city)
    ran("2027-03-15 10:10", schedule)
    assert list(Report._base_manager.values_list("starts_on", flat=True)) == [date(2027, 2, 1)]
    runs = ScheduleRun._base_manager.order_by("starts_on").values_list("starts_on", "result")
    assert list(runs) == [
        (date(2026, 11, 1), "missed"), (date(2026, 12, 1), "missed"), (date(2027, 1, 1), "missed"), (date(2027, 2, 1), "asked"),
    ]  # fmt: skip


def test_a_run_that_was_cut_off_goes_on_where_it_was(city: City) -> None:
    schedule = monthly(city, places=[STREET, HERE])
    with at(on("2026-12-03 10:10")), acting(job()) as by:
        running._one(schedule, Period.month(2026, 11), STREET, by)
    ran("2026-12-03 10:10", schedule)
    assert sorted(Report._base_manager.values_list("scope_code", flat=True)) == [STREET, HERE]


def test_what_is_there_already_is_not_drafted_again(city: City) -> None:
    schedule = monthly(city)
    with at(on("2026-12-01 09:00")):
        drafted(city, Period.month(2026, 11), name="second")
    ran("2026-12-03 10:10", schedule)
    assert ScheduleRun._base_manager.get().result == "there"
    assert Report._base_manager.count() == 1


def test_a_street_cannot_schedule_the_district_and_a_lost_place_is_refused_at_the_run(city: City) -> None:
    for places in ([STREET[:6]], [""], [ELSEWHERE[:9]], [STREET, ELSEWHERE]):
        with pytest.raises(Refused):
            monthly(city, places=places)
    schedule = monthly(city)
    Post.objects.filter(pk=city.posts["street"].pk).update(scope_code=HERE)
    ran("2026-12-03 10:10", schedule)
    assert ScheduleRun._base_manager.get().result == "refused"
    assert not Report._base_manager.exists()


def test_a_schedule_whose_post_ended_stops_and_somebody_can_go_on(city: City) -> None:
    schedule = monthly(city)
    Post.objects.filter(pk=city.posts["street"].pk).update(ends_on=date(2026, 11, 30))
    ran("2026-12-03 10:10", schedule)
    assert schedule.state == "stopped"
    assert not Report._base_manager.exists()
    assert Message._base_manager.get(code="indicators.schedule_stopped").post_id == city.posts["second"].pk
    with at(on("2026-12-04 09:00")):
        do(city, "second", schedules.move, schedule.key, "go_on")
    ran("2026-12-04 09:10", schedule)
    assert Report._base_manager.get().post_id == city.posts["second"].pk


def test_a_paused_schedule_does_nothing_and_moves_follow_the_table(city: City) -> None:
    schedule = monthly(city)
    do(city, "second", schedules.move, schedule.key, "pause")
    assert ran("2026-12-03 10:10", schedule) == 0
    assert not Report._base_manager.exists()
    do(city, "street", schedules.move, schedule.key, "end")
    with pytest.raises(Conflict):
        do(city, "street", schedules.move, schedule.key, "go_on")
    with pytest.raises(Forbidden):
        do(city, "manager", schedules.move, schedule.key, "end")


def test_a_schedule_is_ended_after_a_question(city: City) -> None:
    schedule = monthly(city)
    browser, here = city.browser("street"), f"/figures/reports/schedules/{schedule.key}/"
    assert f'href="{here}end/"' in browser.get(here).content.decode()
    assert browser.get(f"{here}end/").status_code == 200
    assert browser.get(f"{here}pause/").status_code == 404
    schedule.refresh_from_db()
    assert schedule.state == "running"
    assert browser.post(f"{here}end/").status_code == 303
    schedule.refresh_from_db()
    assert schedule.state == "ended"
    assert browser.get(f"{here}end/").status_code == 303


def test_the_form_of_a_schedule_says_what_is_wrong_and_keeps_what_was_typed(city: City) -> None:
    browser = city.browser("street")
    given = {"name": "街道月报", "definition": KIND, "kind": "month", "nth": "3", "places": [STREET], "offices":
             [str(city.posts["manager"].organisation_id)], "mails": "manager单, office@example.org"}  # fmt: skip
    answer = browser.post("/figures/reports/schedules/new/", given)
    assert answer.status_code == 422
    assert "manager单位" in answer.content.decode()
    assert "office@example.org" in answer.content.decode()
    given["mails"] = "manager单位，office@example.org"
    for nth in ("0", "99"):
        answer = browser.post("/figures/reports/schedules/new/", given | {"nth": nth})
        assert "请选择第 1 至第 20 个工作日。" in answer.content.decode()
    answer = browser.post("/figures/reports/schedules/new/", given)
    assert answer.status_code == 303
    page = browser.get(answer["Location"]).content.decode()
    assert "office@example.org" in page
    assert browser.get("/figures/reports/schedules/").status_code == 200
    assert browser.post(f"{answer['Location']}pause/").status_code == 303


# --- sending -------------------------------------------------------------------------------------------------


def test_an_issued_report_goes_where_its_schedule_says_and_the_receipt_comes_back(city: City) -> None:
    unit = city.posts["unit"].organisation
    manager = Receiver(city.posts["manager"].organisation_id, "office@example.org")
    schedule = monthly(city, receivers=[manager])
    ran("2026-12-03 10:10", schedule)
    with at(on("2026-12-03 12:00")):
        report = issued(city, Report._base_manager.get())
        with pytest.raises(Refused):
            do(city, "street", sending.send, report.key, to=[Receiver(unit.pk)])
        do(city, "street", sending.send, report.key, to=[manager])
    assert sorted(ReportCopy._base_manager.values_list("channel", flat=True)) == ["email", "in_app"]
    codes = ("indicators.report_received", "indicators.report_mailed")
    told = {m.channel: m for m in Message._base_manager.filter(code__in=codes)}
    held = ReceivedReport._base_manager.get()
    assert sorted(told) == ["email", "in_app"]
    assert told["in_app"].body.endswith("》。")  # it leads there by itself: no address of a page in its words
    assert f"/figures/reports/received/{held.key}/" in told["email"].body
    with at(on("2026-12-04 12:00")):
        reader = city.browser("manager")
        page = reader.get(f"/figures/reports/received/{held.key}/").content.decode()
        assert "示办发〔2026〕12号" in page
        assert reader.get(f"/figures/reports/received/{held.key}/report.pdf").content[:4] == b"%PDF"
        reader.cookies["django_language"] = "en"
        pdf = reader.get(f"/figures/reports/received/{held.key}/report.pdf").content
        assert "2026年12月4日12:00" in PdfReader(BytesIO(pdf)).pages[0].extract_text().replace(" ", "")
        background(sending.note_opened, key=str(held.key), post="经理岗", at=clock.now().isoformat())
        background(sending.note_opened, key=str(held.key), post="后来者", at=clock.now().isoformat())
        page = city.browser("street").get(f"/figures/reports/{report.key}/").content.decode()
    assert "经理岗" in page
    assert "后来者" not in page
    assert Client().get(f"/figures/reports/received/{held.key}/").status_code in (302, 303, 403)
    for name in ("second", "worker", "unit"):
        assert city.browser(name).get(f"/figures/reports/received/{held.key}/").status_code == 404


def test_only_an_issued_report_is_sent_and_printed_copies_are_noted(city: City) -> None:
    report = drafted(city)
    manager = city.posts["manager"].organisation_id
    with pytest.raises(Conflict):
        do(city, "street", sending.send, report.key, to=[Receiver(manager)])
    issued(city, report)
    browser = city.browser("street")
    here = f"/figures/reports/{report.key}/send/"
    assert browser.post(here, {}).status_code == 422
    assert browser.post(here, {"offices": [manager], "printed": "3"}).status_code == 303
    assert ReportCopy._base_manager.get().number == 3
    assert browser.post(here, {"offices": [manager], "printed": "4"}).status_code == 303
    assert ReportCopy._base_manager.get().number == 4


def test_a_correction_goes_to_those_who_hold_what_it_replaces(city: City) -> None:
    report = issued(city, drafted(city))
    do(city, "street", sending.send, report.key, to=[Receiver(city.posts["manager"].organisation_id)])
    newer = do(city, "street", actions.correct, report.key, why="补录一件")
    background(actions.make, key=str(newer.key))
    newer.refresh_from_db()
    issued(city, newer)
    assert ReceivedReport._base_manager.filter(report_key=newer.key).count() == 1


@pytest.mark.parametrize("lost", ["post", "duty", "office"])
def test_an_office_that_may_not_receive_any_more_gets_nothing_and_the_pages_say_so(
    city: City, lost: str
) -> None:
    reader = city.posts["manager"]
    schedule = monthly(city, receivers=[Receiver(reader.organisation_id, "office@example.org")])
    ran("2026-12-03 10:10", schedule)
    report = Report._base_manager.get()
    with at(on("2026-12-03 12:00")):
        page = city.browser("street").get(f"/figures/reports/{report.key}/issue/").content.decode()
        assert "office@example.org" in page
        assert "现不能接收" not in page
        posts = Post.objects.filter(organisation_id=reader.organisation_id)
        if lost == "post":
            posts.update(ends_on=date(2026, 12, 2))
        elif lost == "duty":
            posts.update(role_code="security_officer")
        else:
            type(reader.organisation).objects.filter(pk=reader.organisation_id).update(active=False)
        for page in (f"{report.key}/issue/", f"schedules/{schedule.key}/"):
            assert "不能接收" in city.browser("street").get(f"/figures/reports/{page}").content.decode(), page
        issued(city, report)
        page = city.browser("street").get(f"/figures/reports/{report.key}/").content.decode()
    assert not ReportCopy._base_manager.exists()
    assert not Message._base_manager.filter(code="indicators.report_received").exists()
    assert "现不能接收" in page


@pytest.mark.parametrize(
    ("own", "ordered"),
    [
        ("", [["230101", "230102"], [""], ["230101001"]]),
        ("230101", [["230101001", "230101002"], [""], ["230101"]]),
        ("230101001", [["230101", "230101001003"], [""], ["230101001"]]),
    ],
    ids=["city", "district", "street"],
)
def test_the_offices_next_to_ones_own_are_listed_first(own: str, ordered: list[list[str]]) -> None:
    for place, scopes in enumerate(ordered):
        assert {distance(own, scope) for scope in scopes} == {place}


def test_an_office_is_found_by_its_name_and_what_was_ticked_stays(city: City) -> None:
    report = issued(city, drafted(city))
    manager = city.posts["manager"].organisation
    for n in range(40):
        type(manager).objects.create(code=f"z-{n:02}", name=f"示例{n:02}局", kind="bureau", scope_code="")
    here, browser = f"/figures/reports/{report.key}/send/", city.browser("street")
    page = browser.get(here).content.decode()
    assert page.count('name="offices"') == choosing.SHOWN
    asked = {"offices": [manager.pk], "find": "示例39", "mails": "草稿", choosing.PRESSED: "1"}
    answer = browser.post(here, asked)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert page.count('name="offices"') == 2
    assert page.count("checked") == 1
    assert "示例39局" in page
    assert "草稿" in page
    assert not ReportCopy._base_manager.exists()
