"""Opening hours over midnight, holidays, make-up workdays and dated rules. Source: house rule 6, dossier 4.4."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianglin.places.rules.hours import ZONE, Hours, Special, Status, Weekly, parse_days

WEEK = frozenset(range(5))
OFFICE = (Weekly(WEEK, time(8, 30), time(12)), Weekly(WEEK, time(13), time(17)))
SATURDAY = Weekly(frozenset({5}), time(9), time(11, 30))
KINDS = {date(2026, 10, 1): "holiday", date(2026, 10, 10): "make_up", date(2026, 10, 3): "holiday"}


def at(day: str, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(hour, minute), ZONE)


@pytest.mark.rows("R037")
@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        (at("2026-11-27", 8, 29), False),
        (at("2026-11-27", 8, 30), True),
        (at("2026-11-27", 12), False),
        (at("2026-11-27", 13), True),
        (at("2026-11-28", 9), True),
        (at("2026-11-28", 12), False),
        (at("2026-10-01", 9), False),  # a holiday on a Thursday
        (at("2026-10-03", 9), False),  # a holiday on a Saturday
        (at("2026-10-10", 8, 45), True),  # a make-up workday on a Saturday: the office hours hold
        (at("2026-10-10", 16), True),
        (at("2026-10-17", 16), False),  # an ordinary Saturday
    ],
)
def test_the_day_decides(moment: datetime, is_open: bool) -> None:
    assert Hours((*OFFICE, SATURDAY), (), KINDS).is_open(moment) is is_open  # pyright: ignore[reportArgumentType]


def test_hours_over_midnight_belong_to_the_day_they_begin_on() -> None:
    duty = Hours((Weekly(frozenset({5}), time(20), time(2)),))
    assert duty.is_open(at("2026-11-28", 23))
    assert duty.is_open(at("2026-11-29", 1, 59))
    assert not duty.is_open(at("2026-11-29", 2))
    assert not duty.is_open(at("2026-11-28", 1))
    assert duty.status(at("2026-11-28", 23)).until == at("2026-11-29", 2)


def test_day_and_night_never_closes() -> None:
    always = Hours((Weekly(frozenset(range(7)), time(0), time(0)),))
    assert always.status(at("2026-11-27", 3)) == Status(True, None)


def test_an_exception_replaces_the_rules_of_its_date_and_a_rule_ends_on_its_date() -> None:
    closed = Special(date(2026, 11, 27))
    late = Special(date(2026, 11, 30), time(18), time(20))
    ends = Weekly(WEEK, time(8), time(9), valid_to=date(2026, 12, 2))
    hours = Hours((ends,), (closed, late))
    assert hours.status(at("2026-11-27", 8)).until == at("2026-11-30", 18)
    assert hours.is_open(at("2026-12-01", 8))
    assert not hours.is_open(at("2026-12-02", 8))
    assert hours.status(at("2026-12-02", 8)).until is None


def test_days_are_written_as_numbers() -> None:
    assert parse_days("67") == {5, 6}
    for wrong in ("", "0", "18", "11", "一"):
        with pytest.raises(ValueError, match="names no days"):
            parse_days(wrong)


weekly = st.builds(
    Weekly,
    st.frozensets(st.integers(0, 6), min_size=1),
    st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    st.booleans(),
)


@given(st.lists(weekly, max_size=4), st.integers(0, 1_000_000), st.integers(0, 9))
def test_the_status_says_what_is_open_and_when_it_turns(rules: list[Weekly], minute: int, kind: int) -> None:
    moment = datetime(2026, 1, 1, tzinfo=ZONE) + timedelta(minutes=minute)
    day = moment.date()
    kinds = {day + timedelta(days=1): ("holiday" if kind % 2 else "make_up")}
    hours = Hours(tuple(rules), (), kinds)  # pyright: ignore[reportArgumentType]
    status = hours.status(moment)
    assert status.open is hours.is_open(moment)
    if status.until is not None:
        assert status.until > moment
        assert hours.is_open(status.until - timedelta(microseconds=1)) is status.open
        if status.until < moment + timedelta(days=50):
            assert hours.is_open(status.until) is not status.open
