from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianglin.kit.calendar import WorkingCalendar, official_days
from lianglin.kit.clock import CITY_ZONE
from lianglin.kit.models import CalendarDay

WORKING = (CalendarDay.Kind.WORKDAY, CalendarDay.Kind.MAKE_UP)


@pytest.fixture(scope="module")
def calendar() -> WorkingCalendar:
    days = [day for year in (2025, 2026, 2027) for day in official_days(year)]
    return WorkingCalendar({day.date: (day.kind in WORKING, day.provisional) for day in days})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CITY_ZONE)


@pytest.mark.parametrize(
    "day", ["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"]
)
def test_make_up_workdays_count(calendar: WorkingCalendar, day: str) -> None:
    assert calendar.is_working(date.fromisoformat(day))


def test_national_day_week_does_not_count(calendar: WorkingCalendar) -> None:
    due = calendar.add_working_days(at("2026-09-30T10:00"), 1)
    assert due.at == at("2026-10-08T17:00")
    assert not due.provisional


def test_a_year_that_is_not_announced_is_provisional(calendar: WorkingCalendar) -> None:
    due = calendar.add_working_days(at("2026-12-30T10:00"), 3)
    assert due.provisional
    assert not calendar.is_working(date(2027, 10, 1))


def test_hours_stop_over_night_and_midday(calendar: WorkingCalendar) -> None:
    assert calendar.add_working_hours(at("2026-11-24T11:30"), 1).at == at("2026-11-24T13:30")
    assert calendar.add_working_hours(at("2026-11-27T16:30"), 1).at == at("2026-11-30T09:00")


def test_urgent_hours_run_day_and_night(calendar: WorkingCalendar) -> None:
    assert calendar.add(at("2026-11-28T23:00"), 4, "hours").at == at("2026-11-29T03:00")


@given(
    st.datetimes(datetime.fromisoformat("2025-01-01"), datetime.fromisoformat("2026-12-01")),
    st.floats(0.1, 60),
)
def test_adding_hours_and_measuring_them_agree(
    calendar: WorkingCalendar, start: datetime, hours: float
) -> None:
    begin = start.replace(tzinfo=CITY_ZONE)
    due = calendar.add_working_hours(begin, hours).at
    assert abs(calendar.working_seconds(begin, due) - hours * 3600) < 1
    assert due >= begin + timedelta(hours=hours) - timedelta(seconds=1)
