"""The working calendar is edited by notice: whoever was promised a day keeps it, and nobody is late at once."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction
from django.urls import reverse
from tests.watch import as_administrator, refused
from tests.world import STREET, World

from lianglin.access.actor import job
from lianglin.access.transaction import acting
from lianglin.cases.actions.working_days import announce, recount, set_days
from lianglin.cases.models import Case, Clock
from lianglin.cases.queries.working_days import years
from lianglin.cases.tasks import recount_deadlines
from lianglin.cases.tests.errands import local, move, opened, stored
from lianglin.kit import calendar
from lianglin.kit.errors import Forbidden, Refused
from lianglin.kit.models import CalendarDay

pytestmark = pytest.mark.rows("R050")
EVE = local(2026, 9, 24, 10)
"""A Thursday before a Friday off (mid-autumn); three working days end on Wednesday the 30th."""
FRIDAY, MONDAY = date(2026, 9, 25), date(2026, 9, 28)


@pytest.fixture(autouse=True)
def _read_again() -> Iterable[None]:
    yield
    calendar.forget()


def begun(city: World, it_is: Any, limit: Any = None) -> Case:
    it_is(EVE)
    case = opened(city).case
    move(city, case, "start", limit=limit)
    return stored(case)


def edited(city: World, day: date, *, working: bool) -> dict[str, list[str]]:
    """One day edited; the job that was put in the queue for it."""
    with acting(city.actors["administrator"]) as by:
        assert (
            set_days(by=by, first=day, last=day, working=working, name="", source="国办发明电〔2026〕1号")
            == 1
        )
    with as_administrator(), connection.cursor() as cursor:
        cursor.execute(
            "select args::text from procrastinate_jobs where task_name = 'recount_deadlines' order by id desc"
        )
        return json.loads(cursor.fetchone()[0])


def test_a_working_day_more_brings_open_deadlines_forward(city: World, it_is: Any) -> None:
    case = begun(city, it_is)
    assert case.due_at == local(2026, 9, 30, 17)
    told = edited(city, FRIDAY, working=True)
    assert told == {"first": "2026-09-25", "gained": ["2026-09-25"], "lost": []}
    assert recount_deadlines(**told) == 1
    assert stored(case).due_at == local(2026, 9, 29, 17)
    assert Clock._base_manager.get(case=case, stage="work").due_at == local(2026, 9, 29, 17)
    assert recount_deadlines(**told) == 0
    assert stored(case).due_at == local(2026, 9, 29, 17)


def test_a_day_off_makes_no_promise_later(city: World, it_is: Any) -> None:
    case = begun(city, it_is)
    assert recount_deadlines(**edited(city, MONDAY, working=False)) == 0
    assert stored(case).due_at == local(2026, 9, 30, 17)


def test_a_swap_within_one_notice_is_set_off(city: World, it_is: Any) -> None:
    case = begun(city, it_is)
    with acting(job()) as by:
        assert recount(first=FRIDAY, gained=[FRIDAY], lost=[MONDAY], by=by) == 0
    assert stored(case).due_at == local(2026, 9, 30, 17)


def test_nobody_is_late_by_an_edit(city: World, it_is: Any) -> None:
    case = begun(city, it_is)
    told = edited(city, FRIDAY, working=True)
    it_is(local(2026, 9, 29, 18))
    assert recount_deadlines(**told) == 0
    assert stored(case).due_at == local(2026, 9, 30, 17)


def test_what_runs_day_and_night_is_left_alone(city: World, it_is: Any) -> None:
    case = begun(city, it_is, (60, "hours"))
    before = case.due_at
    assert recount_deadlines(**edited(city, FRIDAY, working=True)) == 0
    assert stored(case).due_at == before


def test_a_day_that_is_announced_ends_the_provisional_mark(city: World, it_is: Any) -> None:
    it_is(local(2026, 12, 31, 9))
    case = opened(city).case
    move(city, case, "start", limit=(2, "working_days"))
    assert stored(case).due_provisional
    with acting(city.actors["administrator"]) as by:
        set_days(
            by=by, first=date(2027, 1, 1), last=date(2027, 1, 3), working=False, name="元旦", source="通知"
        )
        set_days(by=by, first=date(2027, 1, 4), last=date(2027, 1, 5), working=True, name="", source="通知")
    recount_deadlines(first="2027-01-01", gained=[], lost=[])
    assert (stored(case).due_at, stored(case).due_provisional) == (local(2027, 1, 5, 17), False)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"first": date(2026, 9, 23), "last": date(2026, 9, 25)}, "first"),
        ({"last": date(2026, 9, 24)}, "last"),
        ({"last": date(2026, 10, 30)}, "last"),
        ({"first": date(2029, 1, 1), "last": date(2029, 1, 1)}, "last"),
        ({"source": "  "}, "source"),
    ],
)
def test_what_makes_no_sense_is_refused(city: World, it_is: Any, given: dict[str, Any], field: str) -> None:
    it_is(EVE)
    day = {"first": FRIDAY, "last": FRIDAY, "working": True, "name": "", "source": "通知"} | given
    with acting(city.actors["administrator"]) as by, refused(Refused, field=field):
        set_days(by=by, **day)


def test_a_year_nobody_wrote_is_written_whole(city: World, it_is: Any) -> None:
    it_is(EVE)
    assert not CalendarDay.objects.filter(date__year=2028).exists()
    with acting(city.actors["administrator"]) as by:
        set_days(
            by=by, first=date(2028, 1, 1), last=date(2028, 1, 1), working=False, name="元旦", source="通知"
        )
    rows = CalendarDay.objects.filter(date__year=2028)
    assert rows.count() == 366
    assert list(rows.filter(provisional=False).values_list("date", flat=True)) == [date(2028, 1, 1)]


def test_a_year_is_taken_as_announced_and_the_citys_own_days_stay(city: World, it_is: Any) -> None:
    it_is(EVE)
    edited(city, MONDAY, working=False)
    CalendarDay.objects.filter(date=date(2026, 10, 8)).update(kind="holiday", provisional=True, source="x")
    with acting(city.actors["administrator"]) as by:
        assert announce(by=by, year=2026) == 1
        with refused(Refused, field="year"):
            announce(by=by, year=2028)
    kinds = dict(CalendarDay.objects.filter(date__in=[MONDAY, date(2026, 10, 8)]).values_list("date", "kind"))
    assert kinds == {MONDAY: "holiday", date(2026, 10, 8): "workday"}


def test_the_administrator_alone_keeps_it(city: World, it_is: Any) -> None:
    it_is(EVE)
    day = {"first": FRIDAY, "last": FRIDAY, "working": True, "name": "", "source": "通知"}
    with acting(city.actors[STREET]) as by:
        with refused(Forbidden):
            set_days(by=by, **day)
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            CalendarDay.objects.filter(date=FRIDAY).update(kind="workday")
    assert city.browser(STREET).get(reverse("cases:calendar")).status_code == 403


def test_the_page_shows_runs_and_takes_a_notice(city: World, it_is: Any) -> None:
    it_is(EVE)
    browser = city.browser("administrator")
    page = browser.get(reverse("cases:calendar"))
    assert page.status_code == 200
    said = page.content.decode()
    assert "国庆节" in said
    assert "国家公布" in said
    form = {
        "first": "2026-09-28",
        "last": "2026-09-28",
        "working": "closed",
        "name": "本市放假",
        "source": "",
    }
    assert browser.post(reverse("cases:calendar"), form).status_code == 422
    assert browser.post(reverse("cases:calendar"), form | {"source": "市政府通知"}).status_code in (302, 303)
    run = next(run for run in years(2026, 2026)[0].runs if run.name == "本市放假")
    assert (run.first, run.last, run.working, run.source) == (MONDAY, MONDAY, False, "市政府通知")


def test_runs_are_days_in_a_row_of_one_name(city: World) -> None:
    national = [run for run in years(2026, 2026)[0].runs if run.first == date(2026, 10, 1)]
    assert [(run.last, run.working) for run in national] == [(date(2026, 10, 7), False)]
