"""Rounding, comparing with last year, and hiding small cells so that nobody can work them out."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianglin.indicators import rules
from lianglin.indicators.rules import Counts

# --- rounding ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("numerator", "denominator", "expected"),
    [
        (1, 2, 50.0),
        (1, 3, 33.3),
        (2, 3, 66.7),
        (1, 16, 6.3),
        (7, 16, 43.8),
        (1, 8, 12.5),
        (1999, 2000, 100.0),
        (0, 5, 0.0),
    ],
)
def test_percent_has_one_decimal_half_up(numerator: int, denominator: int, expected: float) -> None:
    assert rules.percent(numerator, denominator) == expected


def test_half_of_a_tenth_goes_up() -> None:
    assert rules.percent(3, 16) == 18.8  # 18.75
    assert rules.percent(1, 400) == 0.3  # 0.25
    assert rules.tenth(2.25) == 2.3


def test_a_rate_of_nothing_is_no_rate() -> None:
    assert rules.percent(0, 0) is None
    assert rules.value(Counts(0, 0)) is None
    assert rules.value(Counts(0)) == 0


def test_no_change_is_given_on_a_base_under_thirty() -> None:
    assert rules.change(Counts(40), Counts(29)) is None
    assert rules.change(Counts(45), Counts(30)) == 50.0
    assert rules.change(Counts(20, 29), Counts(30, 40)) is None
    assert rules.change(Counts(20, 40), Counts(20, 29)) is None
    assert rules.change(Counts(39, 40), Counts(38, 40)) == 2.5


def test_counts_add_up_to_counts() -> None:
    assert Counts(1) + Counts(2) == Counts(3)
    assert Counts(1, 4) + Counts(2, 5) == Counts(3, 9)
    assert Counts(1, 4).rest == 3


# --- hiding small cells ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("counts", "people", "small"),
    [
        (Counts(9), True, True),
        (Counts(10), True, False),
        (Counts(0), True, False),
        (Counts(3), False, False),  # an office's own work
        (Counts(40, 43), True, True),  # three persons are left
        (Counts(40, 43), False, False),
        (Counts(5, 9), False, True),
        (Counts(40, 40), True, False),
    ],
)
def test_what_is_too_small_to_publish(counts: Counts, people: bool, small: bool) -> None:
    assert rules.is_small(counts, people=people) is small


def test_one_small_cell_takes_another_with_it() -> None:
    cells = {"a": Counts(4), "b": Counts(30), "c": Counts(12), "d": Counts(0)}
    assert rules.hide_siblings(cells, people=True) == {"a": rules.FEW, "c": rules.GUARD}


def test_small_cells_that_are_small_together_take_more_with_them() -> None:
    cells = {"a": Counts(1), "b": Counts(2), "c": Counts(50)}
    assert rules.hide_siblings(cells, people=True) == {"a": rules.FEW, "b": rules.FEW, "c": rules.GUARD}


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=2, max_size=6))
def test_rates_about_people_hide_what_is_left_over_too(pairs: list[tuple[int, int]]) -> None:
    cells = {str(i): Counts(n, n + rest) for i, (n, rest) in enumerate(pairs)}
    hidden = rules.hide_siblings(cells, people=True)
    for code, counts in cells.items():
        if code not in hidden:
            assert not rules.is_small(counts, people=True)
    filled = [code for code in cells if cells[code].base]
    if hidden and len(hidden) < len(filled):
        total = [cells[code] for code in hidden]
        assert not rules.is_small(sum(itertools.islice(total, 1, None), total[0]), people=True)
