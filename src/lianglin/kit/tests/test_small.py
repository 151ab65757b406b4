"""Money and periods."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianglin.kit.money import fen_to_yuan, yuan_to_fen
from lianglin.kit.period import Period


@given(st.integers(-(10**12), 10**12))
def test_fen_and_yuan_round_trip(fen: int) -> None:
    assert yuan_to_fen(fen_to_yuan(fen)) == fen


@pytest.mark.parametrize("text", ["1.234", "abc", "NaN", ""])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="yuan"):
        yuan_to_fen(text)


@given(st.dates(date(1950, 1, 1), date(2150, 1, 1)))
def test_months_tile_the_years(day: date) -> None:
    month = Period.month_of(day)
    assert month.start <= day < month.end
    assert Period.parse(month.code) == month
    assert month.previous().end == month.start
    months = Period.year(day.year).months()
    assert len(months) == 12
    assert month in months


@pytest.mark.parametrize("text", ["2026-13", "26-1", "2026/11", ""])
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="period"):
        Period.parse(text)
