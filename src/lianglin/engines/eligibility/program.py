"""From a package to something that runs: compiled once, bound to a day, run over any number of households."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lianglin.engines.eligibility import (
    direct,
    exclusions,
    fused,
    numpy_backend,
    one_household,
    pricing,
    sparse,
)
from lianglin.engines.eligibility.keeping import Kept
from lianglin.engines.eligibility.operations import Number, Row
from lianglin.engines.eligibility.package import NOT, UNKNOWN, Package
from lianglin.engines.eligibility.planning import Plan, PlannedMeasure, plan
from lianglin.engines.eligibility.population import Population
from lianglin.engines.eligibility.setting import Locals, Setting, local_parameters

Backend = Literal["auto", "numpy", "numba", "plain"]
"""``auto``: a city by Numba where it is installed, else by NumPy; a few households by plain integers as long as Numba is not
loaded in the process. ``plain``: households one after the other by Python's integers."""
FEW = 8
"""Households up to which plain integers are quicker than arrays."""

SPARSE = sparse.SPARSE
"""What is kept of a run: rows with an answer that is worth a row."""


@dataclass(frozen=True)
class Result:
    """Answers of one run."""

    bound: Bound
    population: Population
    kept: Kept = field(repr=False)

    def answers(self, measure: str) -> NDArray[np.uint8]:
        """NOT, UNKNOWN or MAY for each person (or household, for a household's measure)."""
        planned, active = self.planned(measure)
        if not active:
            return np.full(self._rows(planned.answer.row), NOT, np.uint8)
        true, false = self.kept.rows(planned.answer.true), self.kept.rows(planned.answer.false)
        return np.uint8(UNKNOWN) + true - false

    def masks(self, measure: str) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
        """(failed, unknown) conditions, bit i for condition i."""
        planned, active = self.planned(measure)
        rows = self._rows(planned.answer.row)
        failed, unknown = np.zeros(rows, np.uint32), np.zeros(rows, np.uint32)
        for at, pair in enumerate(planned.conditions if active else ()):
            false = self.kept.rows(pair.false)
            neither = (self.kept.rows(pair.true) | false) ^ 1
            if pair.row != planned.answer.row:
                false, neither = false[self.homes], neither[self.homes]
            failed |= false.astype(np.uint32) << np.uint32(at)
            unknown |= neither.astype(np.uint32) << np.uint32(at)
        return failed, unknown

    def masks_at(
        self, measure: str, rows: NDArray[np.int64]
    ) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
        """(failed, unknown) of some rows only."""
        planned, active = self.planned(measure)
        failed, unknown = np.zeros(len(rows), np.uint32), np.zeros(len(rows), np.uint32)
        if active and len(rows):
            homes = self.homes[rows] if planned.answer.row == "P" else rows
            for bit, pair in enumerate(planned.conditions):
                at = homes if pair.row == "H" else rows
                true, false = self.kept.bits(pair.true, at), self.kept.bits(pair.false, at)
                failed |= false << np.uint32(bit)
                unknown |= ((true | false) ^ np.uint32(1)) << np.uint32(bit)
        return failed, unknown

    def amounts(self, measure: str) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """(fen, known) where the answer is MAY; zero and False elsewhere. An amount beyond int64 is not known."""
        planned, active = self.planned(measure)
        number = self._rows(planned.answer.row)
        fen, known = np.zeros(number, np.int64), np.zeros(number, np.bool_)
        if active and planned.amount is not None:
            rows = np.flatnonzero(self.kept.rows(planned.answer.true))
            fen[rows], known[rows] = self.amounts_at(measure, rows)
        return fen, known

    def amounts_at(
        self, measure: str, rows: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """(fen, known) of some rows, whatever the answer."""
        planned, _active = self.planned(measure)
        if planned.amount is None:
            return np.zeros(len(rows), np.int64), np.zeros(len(rows), np.bool_)
        return self.prices[planned.amount].at(rows, self.homes[rows] if planned.answer.row == "P" else None)

    def counts(self) -> dict[str, tuple[int, int, int]]:
        """(not, unknown, may) by measure id."""
        found: dict[str, tuple[int, int, int]] = {}
        for measure in self.bound.program.package.measures:
            planned, active = self.planned(measure.id)
            rows = self._rows(planned.answer.row)
            may, no = self.kept.count(planned.answer.true), self.kept.count(planned.answer.false)
            found[measure.id] = (no, rows - no - may, may) if active else (rows, 0, 0)
        return found

    def exclusions(self, measure: str) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """(excluded_by, open): for each row the place of the measure that is taken instead, and of the first whose answer
        or amount is unknown so that nothing is decided; -1 for none. Both are -1 where this measure does not answer MAY.
        """
        planned, active = self.planned(measure)
        by, open_ = (np.full(self._rows(planned.answer.row), -1, np.int32) for _ in range(2))
        if active:
            rows = np.flatnonzero(self.kept.rows(planned.answer.true))
            by[rows], open_[rows] = exclusions.exclusions_at(self, measure, rows)
        return by, open_

    def sparse(self, *, near: bool = True) -> pa.RecordBatch:
        """Rows of SPARSE with the answer MAY; with ``near`` also those one document away (``away`` 1 or 2).

        Ordered by household, person, measure.
        """
        return sparse.sparse(self, near=near)

    @cached_property
    def homes(self) -> NDArray[np.int64]:
        """For each person the place of the household."""
        return np.repeat(np.arange(len(self.population.household_ids)), np.diff(self.population.starts))

    @cached_property
    def prices(self) -> dict[Number, pricing.Price]:
        """Amounts of all measures."""
        bound, plan = self.bound, self.bound.program.plan
        wanted = {
            m.amount: None
            for m, on in zip(plan.measures, bound.setting.active, strict=True)
            if m.amount and on
        }
        local = bound.local(self.population.area_codes)
        return pricing.prices(plan, bound.setting, local, self.population, list(wanted))

    def planned(self, measure: str) -> tuple[PlannedMeasure, bool]:
        """Where a measure's planes are, and whether it is valid on the day."""
        place = self.bound.program.places[measure]
        return self.bound.program.plan.measures[place], self.bound.setting.active[place]

    def _rows(self, row: Row) -> int:
        return len(self.population.person_ids if row == "P" else self.population.household_ids)


@dataclass(frozen=True)
class Bound:
    """A program for one day: parameters looked up, measures outside of their days left out (they answer NOT)."""

    program: Program
    on: date
    setting: Setting = field(repr=False)
    _local: dict[tuple[str, ...], Locals] = field(default_factory=dict, repr=False, compare=False)

    def local(self, area_codes: tuple[str, ...]) -> Locals:
        """Parameters in some areas; looked up once for the same areas."""
        found = self._local.get(area_codes)
        if found is None:
            program = self.program
            found = local_parameters(program.package, program.plan.ops, self.on, area_codes)
            if len(self._local) < 64:
                self._local[area_codes] = found
        return found

    def run(self, population: Population, *, backend: Backend = "auto") -> Result:
        """Answers for everybody. ValueError when a column has the wrong type; nothing is guessed."""
        population.check()
        if backend == "auto":
            few = len(population.household_ids) <= FEW
            quick = fused.worth_it(len(population.person_ids))
            backend = "numba" if quick else "plain" if few else "numpy"
        local, plan = self.local(population.area_codes), self.program.plan
        if backend == "numba":
            kept = fused.run(self.program.linked, plan, self.setting, local, population)
        elif backend == "plain":
            kept = one_household.run(self.program.plain, self.setting, local, population)
        else:
            kept = numpy_backend.run(plan, self.setting, local, population)
        return Result(self, population, kept)

    def home(self, population: Population) -> direct.OneHome:
        """Answers for one household, by the shortest way to the rows worth keeping."""
        return direct.one_home(self, population, self.program.plain)

    def home_of(self, population: Population, measures: frozenset[int]) -> direct.OneHome:
        """The same for the conditions and answers of some measures (places) only; no rows."""
        return direct.one_home(self, population, self.program.directly.some(measures))


@dataclass(frozen=True)
class Program:
    """A package made ready. Cheap to bind; safe to keep and to share between threads."""

    package: Package
    plan: Plan = field(repr=False)

    def bind(self, on: date) -> Bound:
        """The program for a day."""
        return Bound(self, on, Setting.of(self.package, self.plan.ops, on))

    @cached_property
    def places(self) -> dict[str, int]:
        """Places of measures by their ids."""
        return {measure.id: place for place, measure in enumerate(self.package.measures)}

    @cached_property
    def exclusions(self) -> list[tuple[list[int], list[tuple[int, ...]]]]:
        """By place: the measures before which one stands back, and the groups of which the highest is taken."""
        package = self.package
        return [
            (exclusions.yields_to(package, m.id), exclusions.groups_of(package, m.id))
            for m in package.measures
        ]

    @cached_property
    def linked(self) -> dict[object, object]:
        """Plans made ready for the kernel, by what is in a population."""
        return {}

    @cached_property
    def plain(self) -> one_household.Plain:
        """The plan as Python source for one household, compiled."""
        return one_household.Plain.of(self.plan.ops, self.plan.outputs)

    @cached_property
    def directly(self) -> direct.Directly:
        """Parts of the plan for one household, each compiled when it is first needed."""
        return direct.Directly(self.plan)

    @cached_property
    def actionable(self) -> list[frozenset[int]]:
        """By measure, the conditions that somebody can do something about."""
        return [
            frozenset(at for at, c in enumerate(m.conditions) if c.nature == "actionable")
            for m in self.package.measures
        ]


def compile_package(package: Package) -> Program:
    """Plans the package: equal nodes once, aggregates before what needs them. ValueError when measures rest on each other
    in a circle, or a household's measure on a person's facts.
    """
    return Program(package, plan(package))
