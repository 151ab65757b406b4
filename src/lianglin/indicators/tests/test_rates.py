"""The interval beside a rate against published values, and when a rate is one."""

from __future__ import annotations

import pytest

from lianglin.indicators import rates
from lianglin.indicators.rules import Counts
from lianglin.kit.period import Period


@pytest.mark.parametrize(
    ("numerator", "denominator", "low", "high"),
    [
        (81, 263, 25.5, 36.6),  # Newcombe 1998, Stat Med 17:857-872, table I, method 3
        (15, 148, 6.2, 16.0),
        (0, 20, 0.0, 16.1),
        (1, 29, 0.6, 17.2),
        (20, 20, 83.9, 100.0),
    ],
)
def test_the_interval_is_that_of_the_published_table(
    numerator: int, denominator: int, low: float, high: float
) -> None:
    assert rates.wilson(numerator, denominator) == (low, high)


def test_nothing_has_no_interval() -> None:
    assert rates.wilson(0, 0) is None


def test_a_rate_is_shown_from_the_least_base_on() -> None:
    assert rates.is_rate(Counts(9, 10), 10)
    assert not rates.is_rate(Counts(9, 9), 10)
    assert not rates.is_rate(Counts(50), 10)


@pytest.mark.parametrize("code", ["2026", "2026-Q1", "2026-Q4", "2026-11", "2026-W01", "2026-W53"])
def test_a_period_is_found_by_its_code_and_follows_the_one_before(code: str) -> None:
    period = Period.parse(code)
    assert period.code == code
    assert period.previous().end == period.start
    assert period.previous().kind == period.kind == period.a_year_before().kind


def test_a_53rd_week_is_compared_with_the_52nd() -> None:
    assert Period.parse("2026-W53").a_year_before().code == "2025-W52"
    assert Period.parse("2026-Q3").a_year_before().code == "2025-Q3"


@pytest.mark.parametrize("text", ["2026-Q5", "2026-W54", "2025-W53", "2026-Q0", "Q3", "2026-W"])
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="Write a year"):
        Period.parse(text)
