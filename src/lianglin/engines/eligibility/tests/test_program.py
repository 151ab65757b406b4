"""Answers, masks, amounts and exclusions on households that one can work out by hand, on both back ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from lianglin.engines.eligibility import fused, tree
from lianglin.engines.eligibility.days import months_between, months_since
from lianglin.engines.eligibility.package import MAY, NOT, UNKNOWN, Exclusion
from lianglin.engines.eligibility.population import Column, Population
from lianglin.engines.eligibility.program import Result, compile_package
from lianglin.engines.eligibility.tests.hand import (
    AGE,
    HOME,
    INCOME,
    LINE,
    ON,
    STUDENT,
    WAGE,
    at_least,
    measure,
    package,
    people,
)

pytestmark = pytest.mark.xdist_group("numba")  # one worker compiles the loops, and keeps them for all
SIZE = tree.Count()
PER_HEAD = tree.Arithmetic("/", INCOME, SIZE)


@pytest.fixture(params=["numpy", "plain", "numba"])
def run(request: pytest.FixtureRequest) -> Any:
    def run(population: Population, *measures: Any, on: date = ON) -> Result:
        return compile_package(package(*measures)).bind(on).run(population, backend=request.param)

    return run


def test_and_is_false_as_soon_as_one_side_is(run: Any) -> None:
    population = people(({}, [{"student": False}, {"student": True}, {}]))
    both = tree.All((STUDENT, at_least(WAGE, 0)))
    result = run(population, measure("m", both))
    assert result.answers("m").tolist() == [NOT, UNKNOWN, UNKNOWN]


def test_or_is_true_as_soon_as_one_side_is(run: Any) -> None:
    population = people(({}, [{"student": False}, {"student": True}, {}]))
    either = tree.Any((STUDENT, at_least(WAGE, 0)))
    assert run(population, measure("m", either)).answers("m").tolist() == [UNKNOWN, MAY, UNKNOWN]


def test_masks_say_which_condition_fails_and_which_is_unknown(run: Any) -> None:
    population = people(({"home": True}, [{"student": True}, {"wage": 5, "student": False}]), ({}, [{}]))
    result = run(population, measure("m", STUDENT, at_least(WAGE, 1), tree.Not(HOME)))
    failed, unknown = result.masks("m")
    assert failed.tolist() == [0b100, 0b101, 0]
    assert unknown.tolist() == [0b010, 0, 0b111]


@pytest.mark.parametrize(
    ("born", "on", "years"),
    [
        (date(2004, 2, 29), date(2026, 2, 28), 21),
        (date(2004, 2, 29), date(2026, 3, 1), 22),
        (date(2004, 2, 29), date(2024, 2, 28), 19),
        (date(2004, 2, 29), date(2024, 2, 29), 20),
        (date(2005, 3, 1), date(2024, 2, 29), 18),
        (date(2005, 2, 28), date(2024, 2, 29), 19),
        (date(1946, 3, 2), date(2026, 3, 1), 79),
        (date(1946, 3, 1), date(2026, 3, 1), 80),
        (date(1946, 3, 1), date(2026, 2, 28), 79),
        (date(2026, 3, 1), date(2026, 3, 1), 0),
    ],
)
def test_a_year_is_completed_on_the_birthday(run: Any, born: date, on: date, years: int) -> None:
    population = people(({}, [{"born_on": born}]))
    exact = measure("exact", tree.Compare("=", AGE, tree.Const(years)))
    reached, over = measure("reached", at_least(AGE, years)), measure("over", at_least(AGE, years + 1))
    amount = measure("amount", at_least(AGE, 0), amount=AGE)
    result = run(population, exact, reached, over, amount, on=on)
    assert [result.answers(m)[0] for m in ("exact", "reached", "over")] == [MAY, MAY, NOT]
    assert result.amounts("amount")[0].tolist() == [years]


def test_who_is_born_after_the_day_has_no_age(run: Any) -> None:
    population = people(({}, [{"born_on": ON + timedelta(days=1)}, {}]))
    result = run(population, measure("m", tree.Compare("<", AGE, tree.Const(3))))
    assert result.answers("m").tolist() == [UNKNOWN, UNKNOWN]


@pytest.mark.parametrize(
    ("then", "months"),
    [(date(2025, 12, 31), 2), (date(2026, 2, 1), 1), (date(2026, 3, 2), -1), (date(2026, 2, 28), 0)],
)
def test_months_are_completed(run: Any, then: date, months: int) -> None:
    since = tree.Since("months", tree.FactValue("person.jobless_on", "person"))
    result = run(
        people(({}, [{"jobless_on": then}])), measure("m", tree.Compare("=", since, tree.Const(months)))
    )
    assert result.answers("m").tolist() == [MAY]


def test_a_parameter_is_looked_up_by_area_and_day(run: Any) -> None:
    population = people(
        ({"area": "310101", "income": 65_000}, [{}]),
        ({"area": "210103", "income": 75_000}, [{}]),
        ({"area": "210102001", "income": 75_000}, [{}]),
    )
    rule = measure("m", tree.Compare("<", INCOME, LINE), level="household")
    assert run(population, rule).answers("m").tolist() == [MAY, MAY, UNKNOWN]
    assert run(population, rule, on=date(2026, 2, 28)).answers("m").tolist() == [NOT, MAY, UNKNOWN]
    assert run(population, rule, on=date(2024, 12, 31)).answers("m").tolist() == [UNKNOWN] * 3


@pytest.mark.parametrize(
    ("income", "answer"), [(359_999, MAY), (360_000, NOT), (360_001, NOT), (None, UNKNOWN)]
)
def test_income_per_head_is_compared_without_rounding(run: Any, income: int | None, answer: int) -> None:
    """Three members, 1.5 times 800 yuan: 1,200 yuan a head, 3,600 together."""
    line = tree.Arithmetic("*", tree.Const(3, 2), LINE)
    rule = measure("m", tree.Compare("<", PER_HEAD, line), level="household")
    assert run(people(({"area": "2101", "income": income}, [{}, {}, {}])), rule).answers("m").tolist() == [
        answer
    ]


def test_divided_by_zero_is_unknown(run: Any) -> None:
    quotient = tree.Arithmetic("/", INCOME, WAGE)
    population = people(({"income": -10}, [{"wage": 0}, {"wage": 5}, {"wage": -5}, {}]))
    result = run(population, measure("m", tree.Compare("<", quotient, tree.Const(0))))
    assert result.answers("m").tolist() == [UNKNOWN, MAY, NOT, UNKNOWN]


def test_an_amount_multiplies_before_it_divides(run: Any) -> None:
    """补差: the standard times members less the income. 80,000 x 3 - 100,000 is 140,000; a head first would be rounded."""
    gap = tree.Arithmetic("-", tree.Arithmetic("*", LINE, SIZE), INCOME)
    per_head = tree.Arithmetic("-", LINE, PER_HEAD)
    both = [
        measure(name, at_least(INCOME, 0), level="household", amount=tree.Rounded(value, 1, "up"))
        for name, value in (("gap", gap), ("head", tree.Arithmetic("*", per_head, SIZE)))
    ]
    result = run(people(({"area": "2101", "income": 100_000}, [{}, {}, {}])), *both)
    assert result.amounts("gap")[0].tolist() == [140_000]
    assert result.amounts("head")[0].tolist() == [140_000]


@pytest.mark.parametrize(("how", "fen"), [("down", 333), ("up", 334), ("half_up", 333)])
def test_an_amount_is_rounded_once(run: Any, how: Any, fen: int) -> None:
    third = tree.Rounded(tree.Arithmetic("/", INCOME, SIZE), 1, how)
    result = run(people(({"income": 1_000}, [{}] * 3)), measure("m", level="household", amount=third))
    assert result.amounts("m")[0].tolist() == [fen]


def test_an_amount_that_rests_on_an_unknown_is_not_known(run: Any) -> None:
    result = run(people(({}, [{}])), measure("m", level="household", amount=INCOME))
    fen, known = result.amounts("m")
    assert (fen.tolist(), known.tolist()) == ([0], [False])


def test_aggregates_of_members(run: Any) -> None:
    population = people(
        ({}, [{"student": True, "wage": 3}, {"student": False}]),
        ({}, [{"student": True}, {"student": False, "wage": 4}]),
        ({}, [{"student": None, "wage": 1}, {"student": False}]),
        ({}, [{"student": False, "wage": 2}]),
        ({}, []),
    )
    total = tree.Total(WAGE, STUDENT)
    rules = [
        measure("any", tree.AnyMember(at_least(WAGE, 3), STUDENT), level="household"),
        measure("every", tree.EveryMember(at_least(WAGE, 2), STUDENT), level="household"),
        measure("total", tree.Compare("=", total, tree.Const(3)), level="household"),
        measure("number", tree.Compare("=", tree.Count(STUDENT), tree.Const(1)), level="household"),
        measure("spread", tree.AnyMember(STUDENT)),
    ]
    result = run(population, *rules)
    assert result.answers("any").tolist() == [MAY, UNKNOWN, NOT, NOT, NOT]
    assert result.answers("every").tolist() == [MAY, UNKNOWN, UNKNOWN, MAY, MAY]
    assert result.answers("total").tolist() == [MAY, UNKNOWN, UNKNOWN, NOT, NOT]
    assert result.answers("number").tolist() == [MAY, MAY, UNKNOWN, NOT, NOT]
    assert result.answers("spread").tolist() == [MAY, MAY, MAY, MAY, UNKNOWN, UNKNOWN, NOT]


def test_a_grade_is_not_guessed(run: Any) -> None:
    grade = tree.Choose(((STUDENT, tree.Const(1)), (at_least(WAGE, 5), tree.Const(1, 2))), tree.Const(0))
    population = people(
        ({}, [{"student": True}, {"wage": 5}, {"student": False, "wage": 5}, {"student": False, "wage": 4}])
    )
    result = run(
        population,
        measure("m", at_least(grade, 1)),
        measure("half", tree.Compare("=", grade, tree.Const(1, 2))),
    )
    assert result.answers("m").tolist() == [MAY, UNKNOWN, NOT, NOT]
    assert result.answers("half").tolist() == [NOT, UNKNOWN, MAY, NOT]


def test_least_and_greatest(run: Any) -> None:
    population = people(({"income": 7}, [{"wage": 3}, {"wage": 9}, {}]))
    result = run(
        population,
        *(measure(op, amount=tree.Extreme(op, (WAGE, INCOME, tree.Const(21, 4)))) for op in ("min", "max")),
    )
    assert result.amounts("min")[0].tolist() == [3, 5, 0]
    assert result.amounts("max")[0].tolist() == [7, 9, 0]


def test_outside_of_its_days_a_measure_answers_no(run: Any) -> None:
    population = people(({}, [{"student": True}]))
    old = measure("old", STUDENT, until=date(2026, 2, 28), amount=tree.Const(5))
    on_it, before = (measure(name, tree.Qualifies("old", "person")) for name in ("rests", "other"))
    result = run(population, old, on_it, before)
    assert [result.answers(name).tolist() for name in ("old", "rests")] == [[NOT], [NOT]]
    assert result.masks("old")[0].tolist() == [0]
    assert result.amounts("old")[1].tolist() == [False]
    assert result.counts()["old"] == (1, 0, 0)
    assert run(population, old, on_it, before, on=date(2026, 2, 28)).answers("rests").tolist() == [MAY]


def test_a_person_may_rest_on_the_households_measure(run: Any) -> None:
    poor = measure("poor", tree.Compare("<", INCOME, LINE), level="household")
    pupil = measure("pupil", STUDENT, tree.Qualifies("poor", "household"))
    population = people(
        ({"income": 1}, [{"student": True}, {}]), ({"income": 90_000}, [{"student": True}]), ({}, [{}])
    )
    assert run(population, pupil, poor).answers("pupil").tolist() == [MAY, UNKNOWN, NOT, UNKNOWN]


def test_measures_in_a_circle_are_refused() -> None:
    one, two = (
        measure("one", tree.Qualifies("two", "person")),
        measure("two", tree.Qualifies("one", "person")),
    )
    with pytest.raises(ValueError, match="one → two → one"):
        compile_package(package(one, two))


def test_sparse_keeps_who_may_and_who_is_one_paper_away(run: Any) -> None:
    population = people(
        (
            {},
            [
                {"student": True, "wage": 2},
                {"student": True},
                {"student": False, "wage": 2},
                {"student": False},
                {},
            ],
        )
    )
    rule = measure("m", STUDENT, at_least(WAGE, 1), natures=("actionable", "fixed"), amount=WAGE)
    rows = run(population, rule).sparse().to_pylist()
    assert [
        (r["person_id"], r["answer"], r["failed"], r["unknown"], r["amount"], r["away"]) for r in rows
    ] == [
        (1, MAY, 0, 0, 2, 0),
        (2, UNKNOWN, 0, 0b10, None, 1),
        (3, NOT, 0b01, 0, None, 2),
    ]
    assert run(population, rule).sparse(near=False).num_rows == 1


def test_sparse_is_ordered_by_household_person_measure(run: Any) -> None:
    population = people(
        ({"income": 1}, [{"student": True}, {"student": True}]), ({"income": 1}, [{"student": True}])
    )
    poor = measure("poor", at_least(INCOME, 1), level="household")
    rows = run(population, measure("a", STUDENT), poor, measure("b", STUDENT)).sparse().to_pylist()
    assert [(r["household_id"], r["person_id"], r["measure"]) for r in rows] == [
        (1, None, 1), (1, 1, 0), (1, 1, 2), (1, 2, 0), (1, 2, 2), (2, None, 1), (2, 3, 0), (2, 3, 2),
    ]  # fmt: skip


def test_who_has_the_other_does_not_get_this_one_twice(run: Any) -> None:
    population = people(({}, [{"student": True, "wage": 1}, {"student": True, "wage": 0}, {"student": True}]))
    other = measure("other", at_least(WAGE, 1))
    this = measure("this", STUDENT, exclusions=(Exclusion("yield", ("other",)),))
    result = run(population, other, this)
    assert result.answers("this").tolist() == [MAY, MAY, MAY]
    by, undecided = result.exclusions("this")
    assert by.tolist() == [0, -1, -1]
    assert undecided.tolist() == [-1, -1, 0]
    assert [(r["measure"], r["excluded_by"]) for r in result.sparse(near=False).to_pylist()] == [
        (0, None), (1, 0), (1, None), (1, None),
    ]  # fmt: skip


def test_the_highest_of_several_is_taken(run: Any) -> None:
    population = people(({}, [{"wage": 1}, {"wage": 20}, {"wage": 10}, {}, {"wage": 30, "student": False}]))
    fixed = measure("fixed", amount=tree.Const(10))
    by_wage = measure("wage", at_least(WAGE, 0), amount=WAGE)
    pupil = measure("pupil", STUDENT, amount=tree.Const(100))
    three = measure(
        "three", amount=tree.Const(10), exclusions=(Exclusion("highest", ("fixed", "wage", "pupil")),)
    )
    result = run(population, fixed, by_wage, pupil, three)
    assert result.exclusions("fixed")[0].tolist() == [-1, 1, -1, -1, 1]
    assert result.exclusions("three")[0].tolist() == [0, 1, 0, 0, 1]
    assert result.exclusions("wage")[0].tolist() == [0, -1, 0, -1, -1]
    assert result.exclusions("three")[1].tolist() == [-1] * 5
    assert result.exclusions("wage")[1].tolist() == [-1, 2, -1, -1, -1]


def test_nothing_is_decided_while_an_amount_is_unknown(run: Any) -> None:
    population = people(({"income": None}, [{}]), ({"income": 50}, [{}]))
    fixed = measure("fixed", level="household", amount=tree.Const(10))
    open_ = measure("open", level="household", amount=INCOME, exclusions=(Exclusion("highest", ("fixed",)),))
    result = run(population, fixed, open_)
    assert result.exclusions("fixed")[0].tolist() == [-1, 1]
    assert result.exclusions("fixed")[1].tolist() == [1, -1]


def test_a_monthly_amount_counts_twelve_times_a_year(run: Any) -> None:
    month = measure("month", amount=tree.Const(10), exclusions=(Exclusion("highest", ("year",)),))
    year = measure("year", amount=tree.Const(100), every="year")
    assert run(people(({}, [{}])), month, year).exclusions("year")[0].tolist() == [0]


@pytest.mark.parametrize("wage", [2**62, -(2**62), 2**63 - 1, -(2**63)])
def test_numbers_beyond_64_bits_do_not_wrap(run: Any, wage: int) -> None:
    big = tree.Arithmetic("*", WAGE, tree.Const(1000))
    population = people(({}, [{"wage": wage}, {"wage": 5}]))
    rules = [
        measure("sign", tree.Compare("<", big, tree.Const(0))),
        measure("sum", tree.Compare("=", tree.Total(big), tree.Const(1000 * wage + 5000)), level="household"),
        measure("amount", amount=big),
        measure("small", amount=tree.Arithmetic("/", big, tree.Const(1000))),
    ]
    result = run(population, *rules)
    assert result.answers("sign").tolist() == [MAY if wage < 0 else NOT, NOT]
    assert result.answers("sum").tolist() == [MAY]
    assert result.amounts("amount")[1].tolist() == [False, True]
    assert result.amounts("small")[0].tolist() == [wage if abs(wage) < 2**63 else 0, 5]


def test_nobody_one_person_and_sixty_persons(run: Any) -> None:
    rule = measure("m", at_least(tree.Count(STUDENT), 3), level="household")
    own = measure("own", STUDENT, tree.AnyMember(at_least(WAGE, 70)))
    assert run(people(), rule, own).sparse().num_rows == 0
    assert run(people(({}, [{"student": True}])), rule, own).answers("own").tolist() == [UNKNOWN]
    sixty = [{"student": at % 2 == 0, "wage": at} for at in range(71)]
    result = run(people(({}, [{}]), ({}, sixty), ({}, [])), rule, own)
    assert result.answers("m").tolist() == [UNKNOWN, MAY, NOT]
    assert result.answers("own").tolist() == [UNKNOWN] + [MAY if at % 2 == 0 else NOT for at in range(71)]


def test_counts_agree_with_answers(run: Any) -> None:
    population = people(
        *(({"home": at % 3 == 0}, [{"student": None if at % 5 else True}] * (at % 4)) for at in range(50))
    )
    result = run(population, measure("p", STUDENT, HOME), measure("h", HOME, level="household"))
    for name in ("p", "h"):
        answers = result.answers(name)
        assert result.counts()[name] == tuple(int((answers == one).sum()) for one in (NOT, UNKNOWN, MAY))
    failed, unknown = result.masks("p")
    some = np.arange(len(failed))[::3]
    assert [part.tolist() for part in result.masks_at("p", some)] == [
        failed[::3].tolist(),
        unknown[::3].tolist(),
    ]


def test_everything_works_without_numba(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fused, "AVAILABLE", False)
    bound = compile_package(package(measure("m", STUDENT))).bind(ON)
    assert bound.run(people(({}, [{"student": True}]))).answers("m").tolist() == [MAY]
    assert bound.run(people(*[({}, [{"student": True}])] * 20)).counts()["m"] == (0, 0, 20)
    with pytest.raises(RuntimeError, match="not installed"):
        bound.run(people(({}, [{}])), backend="numba")


def test_a_long_column_of_dates_answers_as_single_dates() -> None:
    """A table is used for many rows: it must agree with the calendar on every day, those far away included."""
    born = [date(1880, 1, 1) + timedelta(days=at * 41) for at in range(1_400)] + [
        date(1700, 2, 28),
        date(2200, 1, 31),
    ]
    for some in (born, born[:1_350]):
        days = np.array([(day - date(1970, 1, 1)).days for day in some])
        assert months_since(days, ON).tolist() == [months_between(day, ON) for day in days.tolist()]


def test_columns_that_do_not_fit_are_refused() -> None:
    population = people(({}, [{"wage": 1}]))
    bound = compile_package(package(measure("m", STUDENT))).bind(ON)
    held = population.persons["person.wage"]
    for values in (held.values.astype(np.float64), held.values[:0]):
        wrong = replace(population, persons={"person.wage": Column(values, held.known[: len(values)])})
        with pytest.raises(ValueError, match=r"person\.wage"):
            bound.run(wrong)


def test_a_sum_over_nobody_is_nothing(run: Any) -> None:
    nobody = tree.Among("person.grade", "person", ())
    fixed, own = (
        measure(name, amount=tree.Total(of, nobody)) for name, of in (("fixed", tree.Const(5)), ("own", WAGE))
    )
    result = run(people(({}, [{"grade": "1", "wage": 4}])), fixed, own)
    assert [result.amounts(name)[0].tolist() for name in ("fixed", "own")] == [[0], [0]]
    assert result.amounts("fixed")[1].tolist() == [True]
    known = measure(
        "known", tree.Compare("=", tree.Total(tree.Const(5), tree.Any(())), tree.Const(0)), level="household"
    )
    assert run(people(({}, [{}, {}])), known).answers("known").tolist() == [MAY]


@pytest.mark.parametrize(("wage", "answer"), [(10**6, 10**18), (10**11, None), (10**12, None)])
def test_large_numbers_go_on_by_numba_as_long_as_they_fit(run: Any, wage: int, answer: int | None) -> None:
    """A product of three facts: what does not fit is worked out otherwise, never wrapped."""
    cube = tree.Arithmetic("*", tree.Arithmetic("*", WAGE, WAGE), WAGE)
    same = measure(
        "same",
        tree.Compare("=", cube, tree.Const(wage**3)),
        tree.Compare(">", cube, tree.Const(0)),
        amount=cube,
    )
    result = run(people(({}, [{"wage": wage}])), same)
    assert result.answers("same").tolist() == [MAY]
    assert result.amounts("same")[0].tolist() == [answer or 0]
    assert result.amounts("same")[1].tolist() == [answer is not None]
