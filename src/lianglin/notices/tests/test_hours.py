"""Quiet hours: over midnight, to the minute, whatever the clock does."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from lianglin.kit.clock import CITY_ZONE
from lianglin.notices.preferences import hours

pytestmark = pytest.mark.rows("R048")
NIGHT = (time(21), time(8))
INSTANTS = some.datetimes(
    min_value=datetime.combine(date(2024, 1, 1), time()),
    max_value=datetime.combine(date(2030, 1, 1), time()),
    timezones=some.just(UTC),
)
TIMES = some.times().map(lambda at: at.replace(second=0, microsecond=0))


@given(INSTANTS, TIMES, TIMES)
def test_the_next_allowed_instant_is_the_end_of_the_quiet_hours_and_no_later(
    at: datetime, start: time, end: time
) -> None:
    found = hours.next_allowed(at, (start, end))
    assert not hours.is_quiet(found, (start, end))
    assert timedelta(0) <= found - at <= hours.length((start, end))
    if found > at:
        assert hours.is_quiet(at, (start, end))
        assert found.astimezone(CITY_ZONE).time() == end


@given(INSTANTS, TIMES, TIMES)
def test_tomorrow_is_the_next_day_of_the_city_and_allowed(at: datetime, start: time, end: time) -> None:
    found = hours.tomorrow(at, (start, end)).astimezone(CITY_ZONE)
    assert not hours.is_quiet(found, (start, end))
    assert found.date() == at.astimezone(CITY_ZONE).date() + timedelta(days=1)


@pytest.mark.parametrize(
    ("local", "quiet"),
    [("20:59", False), ("21:00", True), ("23:59", True), ("00:00", True), ("07:59", True), ("08:00", False)],
)
def test_the_night_begins_and_ends_on_the_minute(local: str, quiet: bool) -> None:
    at = datetime.combine(date(2026, 11, 28), time.fromisoformat(local), CITY_ZONE)
    assert hours.is_quiet(at, NIGHT) is quiet


def test_equal_times_are_no_quiet_hours() -> None:
    noon = datetime(2026, 11, 28, 4, tzinfo=UTC)
    assert not hours.is_quiet(noon, (time(12), time(12)))
    assert hours.length((time(12), time(12))) == timedelta(0)
