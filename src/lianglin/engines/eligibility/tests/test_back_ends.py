"""Every back end answers the same: NumPy, one household by plain integers, Numba, and SQL by DuckDB that shares nothing with them."""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, seed, settings

from lianglin.engines.eligibility import sql
from lianglin.engines.eligibility.package import MAY, Package
from lianglin.engines.eligibility.population import Population
from lianglin.engines.eligibility.program import Result, compile_package
from lianglin.engines.eligibility.tests.hand import FACTS, people
from lianglin.engines.eligibility.tests.made import HOUSEHOLDS, ON_DAYS, packages

pytestmark = pytest.mark.xdist_group("numba")  # one worker compiles the loops, and keeps them for all
QUIET = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def alike(one: Result, other: Result) -> None:
    """Answers, masks, amounts and kept rows are the same."""
    for measure in one.bound.program.package.measures:
        assert one.answers(measure.id).tolist() == other.answers(measure.id).tolist()
        for mine, theirs in zip(one.masks(measure.id), other.masks(measure.id), strict=True):
            assert mine.tolist() == theirs.tolist()
        for mine, theirs in zip(one.amounts(measure.id), other.amounts(measure.id), strict=True):
            assert mine.tolist() == theirs.tolist()
    assert one.counts() == other.counts()
    assert one.sparse().equals(other.sparse())


def asked(package: Package, population: Population, on: date, level: Any) -> dict[str, np.ndarray[Any, Any]]:
    """What DuckDB answers, in the order of the population."""
    with duckdb.connect() as database:
        for name, ids, columns in (
            ("persons", population.person_ids, population.persons),
            ("households", population.household_ids, population.households),
        ):
            kinds = {fact.column: fact.kind for fact in FACTS}
            arrays: dict[str, Any] = {"person_id" if name == "persons" else "household_id": pa.array(ids)}
            if name == "persons":
                homes = np.repeat(population.household_ids, np.diff(population.starts))
                arrays["household_id"] = pa.array(homes)
            else:
                arrays["area"] = pa.array([population.area_codes[at] for at in population.areas], pa.string())
            for column, held in columns.items():
                made = pa.array(held.values, mask=~held.known)
                arrays[column] = made.cast(pa.int32()).cast(pa.date32()) if kinds[column] == "date" else made
            database.register(name, pa.table(arrays))
        query = sql.select(package, on, level)
        return database.execute(f"SELECT * FROM ({query}) ORDER BY id").fetchnumpy()


def alike_in_sql(result: Result) -> None:
    """DuckDB says the same about answers, masks and amounts."""
    package = result.bound.program.package
    for level in ("person", "household"):
        rows = asked(package, result.population, result.bound.on, level)
        for place, measure in enumerate(package.measures):
            if measure.level != level:
                continue
            assert rows[f"answer_{place}"].tolist() == result.answers(measure.id).tolist()
            failed, unknown = result.masks(measure.id)
            assert rows[f"failed_{place}"].tolist() == failed.tolist()
            assert rows[f"unknown_{place}"].tolist() == unknown.tolist()
            if measure.amount.value is not None:
                fen, known = result.amounts(measure.id)
                theirs = np.ma.masked_invalid(np.ma.asarray(rows[f"amount_{place}"], np.float64))
                may = result.answers(measure.id) == MAY
                assert (may & ~np.ma.getmaskarray(theirs)).tolist() == known.tolist()
                assert theirs.filled(0)[known].tolist() == fen[known].astype(np.float64).tolist()


def all_agree(package: Package, households: list[Any], on: date) -> None:
    """NumPy, plain Python and Numba say the same."""
    bound = compile_package(package).bind(on)
    population = people(*households)
    reference = bound.run(population, backend="numpy")
    alike(reference, bound.run(population, backend="plain"))
    alike(reference, bound.run(population, backend="numba"))


@QUIET
@given(packages(), HOUSEHOLDS, ON_DAYS)
def test_all_back_ends_agree(package: Package, households: list[Any], on: date) -> None:
    all_agree(package, households, on)


@QUIET
@given(packages(depth=2), HOUSEHOLDS, ON_DAYS)
def test_sql_agrees(package: Package, households: list[Any], on: date) -> None:
    alike_in_sql(compile_package(package).bind(on).run(people(*households), backend="numpy"))


@pytest.mark.deep
@pytest.mark.parametrize("part", range(8))
def test_all_back_ends_agree_deep(part: int) -> None:
    """In parts of 250 packages: Numba compiles each of them, which takes it a second."""

    @seed(part)
    @settings(QUIET, max_examples=250, derandomize=False, database=None)
    @given(packages(measures=6, depth=4), HOUSEHOLDS, ON_DAYS)
    def agree(package: Package, households: list[Any], on: date) -> None:
        all_agree(package, households, on)

    agree()


@pytest.mark.deep
@settings(QUIET, max_examples=1000)
@given(packages(depth=3), HOUSEHOLDS, ON_DAYS)
def test_sql_agrees_deep(package: Package, households: list[Any], on: date) -> None:
    alike_in_sql(compile_package(package).bind(on).run(people(*households), backend="numpy"))
