"""Durations, tombstones and the life of a breach."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianglin.cases.rules import flaws
from lianglin.privacy import rules

DAYS = st.dates(date(1990, 1, 1), date(2100, 1, 1))


@given(day=DAYS, years=st.integers(1, 30), months=st.integers(0, 40), days=st.integers(0, 400))
def test_a_keeping_time_never_ends_early(day: date, years: int, months: int, days: int) -> None:
    """Whoever adds the time to the day before which rows go comes no later than today."""
    found = rules.before(day, f"P{years}Y{months}M{days}D")
    assert found < day
    assert (day - found).days >= years * 365 + months * 28 + days - 1


def test_the_end_of_february_and_of_a_year() -> None:
    assert rules.before(date(2028, 2, 29), "P2Y") == date(2026, 2, 28)
    assert rules.before(date(2026, 1, 31), "P1M") == date(2025, 12, 31)
    assert rules.before(date(2026, 12, 31), "P1M") == date(2026, 11, 30)
    assert rules.before(date(2026, 3, 1), "P7D") == date(2026, 2, 22)


@pytest.mark.parametrize("text", ["", "2Y", "P", "PT1H", "P2W", "P2Yx"])
def test_other_texts_are_no_durations(text: str) -> None:
    with pytest.raises(ValueError, match="duration"):
        rules.parts(text)


def test_a_tombstone_says_that_something_is_gone_and_nothing_else() -> None:
    assert rules.tombstone(null=True, blank=False, kind="text", longest=60) is None
    assert rules.tombstone(null=False, blank=True, kind="text", longest=60) == ""
    assert rules.tombstone(null=False, blank=False, kind="text", longest=2) == "已删"
    assert rules.tombstone(null=False, blank=False, kind="json", longest=None) == {}
    with pytest.raises(ValueError, match="erase"):
        rules.tombstone(null=False, blank=False, kind="date", longest=None)


def test_the_life_of_a_request_has_no_dead_end() -> None:
    assert flaws(rules.LIFECYCLE) == []


def test_a_breach_that_harms_somebody_is_not_closed_before_they_are_told() -> None:
    assert rules.breach_may("close", "notified", harmful=True)
    assert not rules.breach_may("close", "assessed", harmful=True)
    assert rules.breach_may("close", "assessed", harmful=False)
    assert not rules.breach_may("notify", "open", harmful=True)
    found = datetime(2026, 11, 1, 8, tzinfo=UTC)
    assert rules.authority_due(found) - found == timedelta(hours=24)
