"""Values, as-of reading, precedence, staleness, derived facts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lianglin.facts import rules
from lianglin.facts.rules import BadValue, Recorded, age, age_band, as_of, clean, per_head, settle

NOON = datetime(2026, 11, 1, 4, tzinfo=UTC)
DAY = date(2026, 11, 1)


def record(
    value: str, *, n: int = 1, source: str = "visit", since: int = 0, known: int = 0, **more: object
) -> Recorded:
    return Recorded(n, source, value, DAY + timedelta(days=since), NOON + timedelta(days=known), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("raw", "kind", "domain", "stored"),
    [
        (" 1,200.50 ", "number", "", "1200.5"),
        ("-0", "number", "", "0"),
        ("4", "number", "0..4", "4"),
        ("2026/11/01", "date", "", "2026-11-01"),
        ("是", "flag", "", "1"),
        ("No", "flag", "", "0"),
        ("  木工   熟练 ", "text", "", "木工 熟练"),
    ],
)
def test_a_value_has_one_form(raw: str, kind: str, domain: str, stored: str) -> None:
    assert clean(raw, kind, domain=domain) == stored
    assert clean(stored, kind, domain=domain) == stored


@pytest.mark.parametrize(
    ("raw", "kind", "domain", "why"),
    [
        ("", "text", "", "empty"),
        ("5", "number", "0..4", "out_of_range"),
        ("NaN", "number", "", "not_a_number"),
        ("1e99", "number", "", "not_a_number"),
        ("2026-02-30", "date", "", "not_a_date"),
        ("perhaps", "flag", "", "not_a_flag"),
        ("Z", "code", "sex", "not_a_code"),
        ("x" * 61, "text", "", "too_long"),
        ("电话13800138000", "text", "", "like_an_id"),
        ("110101194912310028", "text", "", "like_an_id"),
    ],
)
def test_what_an_element_does_not_take_is_named(raw: str, kind: str, domain: str, why: str) -> None:
    with pytest.raises(BadValue) as bad:
        clean(raw, kind, codes={"1", "2"}, domain=domain)
    assert bad.value.code == why


def test_a_later_word_for_the_same_day_replaces_the_earlier() -> None:
    facts = [record("1", n=1), record("2", n=2, known=3)]
    later = NOON + timedelta(days=9)
    assert [r.value for r in as_of(facts, valid_on=DAY, known_at=later)] == ["2"]
    assert [r.value for r in as_of(facts, valid_on=DAY, known_at=NOON)] == ["1"]


def test_what_is_taken_back_leaves_what_held_before() -> None:
    facts = [record("1", n=1, since=-9), record("2", n=2), record("", n=3, known=1, retracted=True)]
    assert [r.value for r in as_of(facts, valid_on=DAY, known_at=NOON + timedelta(days=2))] == ["1"]


def test_expired_facts_do_not_count() -> None:
    assert as_of([record("1", expires_on=DAY)], valid_on=DAY, known_at=NOON) == []


def test_the_steward_comes_first_and_the_other_stays_beside() -> None:
    held = [record("1", source="steward", since=-300), record("0", source="visit", n=2)]
    current = settle(held, steward="steward")
    assert current is not None
    assert (current.record.value, [r.value for r in current.against], current.disputed) == ("1", ["0"], True)


def test_a_decision_counts_until_a_source_says_something_new() -> None:
    held = [record("1", source="steward"), record("0", source="visit", n=2)]
    chosen_at = NOON + timedelta(days=1)
    current = settle(held, steward="steward", chosen="visit", chosen_at=chosen_at)
    assert current is not None
    assert (current.record.value, current.disputed) == ("0", False)
    news = [*held[1:], record("1", source="steward", n=3, known=5)]
    again = settle(news, steward="steward", chosen="visit", chosen_at=chosen_at)
    assert again is not None
    assert (again.record.value, again.disputed) == ("1", True)


records = st.builds(
    record,
    st.sampled_from(["1", "2", "3"]),
    n=st.integers(1, 10**6),
    source=st.sampled_from(["steward", "visit", "resident"]),
    since=st.integers(-5, 5),
    known=st.integers(-5, 5),
    retracted=st.booleans(),
)


@given(st.lists(records, max_size=12, unique_by=lambda r: r.id), st.integers(-6, 6), st.integers(-6, 6))
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_nothing_from_the_future_counts_and_the_order_of_rows_does_not_matter(
    facts: list[Recorded], valid: int, known: int
) -> None:
    on, at = DAY + timedelta(days=valid), NOON + timedelta(days=known)
    held = as_of(facts, valid_on=on, known_at=at)
    assert held == as_of(list(reversed(facts)), valid_on=on, known_at=at)
    assert all(r.valid_from <= on and r.recorded_at <= at and not r.retracted for r in held)
    assert len({r.source for r in held}) == len(held)


def test_staleness() -> None:
    assert rules.is_stale(DAY, 30, on=DAY + timedelta(days=31))
    assert not rules.is_stale(DAY, 30, on=DAY + timedelta(days=30))
    assert not rules.is_stale(DAY, None, on=date(2999, 1, 1))


@pytest.mark.parametrize(
    ("born", "on", "years"),
    [
        (date(2012, 11, 27), date(2026, 11, 26), 13),
        (date(2012, 11, 26), date(2026, 11, 26), 14),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
        (None, DAY, None),
        (date(2027, 1, 1), DAY, None),
    ],
)
def test_age(born: date | None, on: date, years: int | None) -> None:
    assert age(born, on) == years


def test_derived_facts() -> None:
    assert [age_band(y) for y in (13, 14, 17, 18, 59, 60, 79, 80, None)] == [
        *("0-13", "14-17", "14-17", "18-59", "18-59", "60-79", "60-79", "80+", ""),
    ]
    assert per_head("100001", 2) == "50001"
    assert per_head("", 2) is None
    assert per_head("100", 0) is None
    assert rules.elders_only([60, 81]) == "1"
    assert rules.elders_only([60, 59]) == "0"
    assert rules.elders_only([60, None]) is None
    assert rules.elders_only([]) is None
