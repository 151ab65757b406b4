"""One household straight to its rows: the same as the general way, for random packages and households."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given

from lianglin.engines.eligibility.package import Package
from lianglin.engines.eligibility.population import Population
from lianglin.engines.eligibility.program import Bound, compile_package
from lianglin.engines.eligibility.tests.hand import people
from lianglin.engines.eligibility.tests.made import HOUSEHOLDS, ON_DAYS, packages
from lianglin.engines.eligibility.tests.test_back_ends import QUIET

pytestmark = pytest.mark.xdist_group("numba")  # one worker compiles the loops, and keeps them for all


def rows(bound: Bound, population: Population) -> list[tuple[Any, ...]]:
    """The direct rows as ``Result.sparse`` has them."""
    home, persons = int(population.household_ids[0]), population.person_ids.tolist()
    return [
        (
            row.measure,
            home,
            None if row.member is None else persons[row.member],
            *(row.answer, row.failed, row.unknown, row.amount, row.away, row.excluded_by),
        )
        for row in bound.home(population).rows()
    ]


@QUIET
@given(packages(measures=6), HOUSEHOLDS, ON_DAYS)
def test_the_direct_rows_are_those_of_the_general_way(
    package: Package, households: list[Any], on: date
) -> None:
    bound = compile_package(package).bind(on)
    for one in households:
        population = people(one)
        general = bound.run(population, backend="numpy").sparse()
        assert rows(bound, population) == [tuple(row.values()) for row in general.to_pylist()]


@QUIET
@given(packages(measures=6), HOUSEHOLDS, ON_DAYS)
def test_states_are_those_of_the_general_way(package: Package, households: list[Any], on: date) -> None:
    bound = compile_package(package).bind(on)
    for one in households:
        population = people(one)
        general, direct = bound.run(population, backend="numpy"), bound.home(population)
        for place, measure in enumerate(package.measures):
            answers, masks = general.answers(measure.id).tolist(), general.masks(measure.id)
            if bound.setting.active[place]:
                for at, answer in enumerate(answers):
                    assert direct.state(place, at) == (answer, int(masks[0][at]), int(masks[1][at]))


@QUIET
@given(packages(measures=6), HOUSEHOLDS, ON_DAYS, ON_DAYS)
def test_only_what_looks_at_the_day_can_differ_on_another_day(
    package: Package, households: list[Any], on: date, later: date
) -> None:
    program = compile_package(package)
    today, then = program.bind(on), program.bind(later)
    for one in households:
        population = people(one)
        moved = program.directly.moved(today, then, population.area_codes)
        now, after = today.run(population, backend="numpy"), then.run(population, backend="numpy")
        part = then.home_of(population, moved)
        for place, measure in enumerate(package.measures):
            differ = now.answers(measure.id).tolist() != after.answers(measure.id).tolist()
            assert place in moved or not differ
            if place in moved:
                may = [bool(part.may(place) >> at & 1) for at in range(len(after.answers(measure.id)))]
                assert may == (after.answers(measure.id) == 2).tolist()
