"""Whether a measure helped, in numbers: exact intervals, bursts, the rest of the city, and what is not claimed."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from lianglin.appeals.rules import effect, problems
from lianglin.appeals.rules.effect import Counted, Span

pytestmark = pytest.mark.rows("R060", "R061")
counts, days = st.integers(0, 3000), st.integers(1, 365)


@given(before=counts, after=st.integers(1, 3000), d0=days, d1=days)
def test_the_interval_is_the_exact_binomial_one(before: int, after: int, d0: int, d1: int) -> None:
    found = effect.ratio(Counted(before, d0), Counted(after, d1))
    exact = binomtest(after, before + after).proportion_ci(method="exact")
    assert found.low == pytest.approx(exact.low / (1 - exact.low) * d0 / d1)
    if before:
        assert found.high == pytest.approx(exact.high / (1 - exact.high) * d0 / d1)
    else:
        assert found.high is None


@given(before=counts, after=counts, d=days)
def test_the_ratio_lies_in_its_interval_and_turns_over(before: int, after: int, d: int) -> None:
    found = effect.ratio(Counted(before, d), Counted(after, d))
    turned = effect.ratio(Counted(after, d), Counted(before, d))
    if before:
        assert found.value is not None
        assert found.low <= found.value + 1e-9
        assert found.high is None or found.high >= found.value - 1e-9
    assert not (found.fell and found.rose)
    assert found.fell == turned.rose or before * after == 0


def test_bursts_widen_the_interval() -> None:
    calm, wild = [10] * 12, [0, 40, 0, 0, 30, 0, 0, 45, 5, 0, 0, 0]
    spread = [count // 7 for count in calm for _ in range(7)]
    peaks = [count if at == 0 else 0 for count in wild for at in range(7)]
    assert effect.burst(spread) == 1.0
    assert effect.burst(peaks) > 3
    calm_ratio = effect.ratio(Counted(120, 84), Counted(84, 84))
    wild_ratio = effect.ratio(Counted(120, 84, effect.burst(peaks)), Counted(84, 84))
    assert calm_ratio.fell
    assert not wild_ratio.fell
    assert calm_ratio.value == pytest.approx(wild_ratio.value)


@pytest.mark.parametrize(
    ("own", "rest", "said"),
    [
        ((100, 30), (1000, 1000), effect.FELL),
        ((100, 30), (1000, 300), effect.AS_ELSEWHERE),
        ((100, 30), (3, 2), effect.AS_ELSEWHERE),
        ((100, 95), (1000, 1000), effect.SAME),
        ((30, 100), (1000, 3000), effect.ROSE),
        ((10, 3), (1000, 1000), effect.TOO_FEW),
    ],
)  # fmt: skip
def test_what_can_be_said(own: tuple[int, int], rest: tuple[int, int], said: str) -> None:
    here = tuple(Counted(cases, 90) for cases in own)
    there = tuple(Counted(cases, 90) for cases in rest)
    assert effect.verdict((here[0], here[1]), (there[0], there[1])) == said


def test_a_short_time_says_nothing() -> None:
    own = (Counted(100, 20), Counted(0, 20))
    assert effect.verdict(own, own) == effect.TOO_EARLY


def test_the_same_season_of_the_year_before() -> None:
    assert Span(date(2028, 2, 29), date(2028, 3, 31)).years_before() == Span(
        date(2027, 2, 28), date(2027, 3, 31)
    )


def test_frequent_is_many_and_more_than_in_its_season() -> None:
    assert effect.frequency(Counted(5, 90), Counted(9, 90)) == effect.NOT_ENOUGH
    assert effect.frequency(Counted(20, 90), Counted(60, 90)) == effect.FREQUENT
    assert effect.frequency(Counted(60, 90), Counted(60, 90)) == effect.USUAL


def test_a_closed_class_rises_only_above_what_it_was_closed_with() -> None:
    season = Counted(100, 60)
    assert effect.rises_again(season, Counted(80, 60), 0.3)
    assert not effect.rises_again(season, Counted(30, 60), 0.3)
    assert not effect.rises_again(Counted(5, 60), Counted(8, 60), 0.1)


@pytest.mark.parametrize("text", ["请回电13912345678", "号码 139 1234 5678", "证号230103195001010028"])
def test_numbers_of_persons_are_seen(text: str) -> None:
    assert problems.names_somebody(text)


def test_ordinary_words_are_let_through() -> None:
    assert not problems.names_somebody("2026年冬季供热投诉共1391条，涉及12个小区，电话12345")


@pytest.mark.parametrize("table", [problems.STEPS, problems.PROJECT_STEPS])
def test_the_tables_have_no_dead_end(table: tuple[problems.Step, ...]) -> None:
    states = {code for code, _label in (*problems.STATES, *problems.PROJECT_STATES)}
    ends = {problems.REFUSED, "accepted", "refused", "given_up"}
    for step in table:
        assert {*step.sources, step.target} <= states
        assert step.target in ends or any(step.target in other.sources for other in table)
