"""What a run found as columns, beside what is stored: which rows are new, which differ, which are gone."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
from django.db import connection
from numpy.typing import NDArray
from psycopg import sql

from lianglin.benefits.models import HealthMatch, Match
from lianglin.engines.eligibility.package import MAY, NOT, Package
from lianglin.engines.eligibility.program import Result
from lianglin.engines.eligibility.tree import ParameterOf, walk
from lianglin.kit.fresh import Fresh

Ints = NDArray[np.int64]
UNKNOWN_AWAY = 1
_steps = Fresh(24 * 3600.0, most=2_000)
NONE = -1
"""Stands for null in a column of numbers: no person (a household's measure), no amount, nothing instead of it."""
STORED = ("id", "household_id", "resident_id", "measure_id", "answer", "failed", "unknown", "amount_fen", "away", "excluded_by_id")  # fmt: skip
_VALUES = ("answer", "failed", "unknown", "amount_fen", "away", "excluded_by_id")


@dataclass(frozen=True)
class Found:
    """Rows by columns. ``measure_id`` and ``excluded_by_id`` are numbers of stored measures."""

    household_id: Ints
    resident_id: Ints
    measure_id: Ints
    answer: Ints
    failed: Ints
    unknown: Ints
    amount_fen: Ints
    away: Ints
    excluded_by_id: Ints
    quiet: NDArray[np.bool_]
    place: Ints
    """Of the household in the population."""

    def __len__(self) -> int:
        return len(self.household_id)

    def where(self, mask: NDArray[Any]) -> Found:
        """Some of the rows: by a mask or by places."""
        return Found(**{name: getattr(self, name)[mask] for name in self.__dataclass_fields__})

    def keys(self) -> NDArray[np.void]:
        """One comparable key per row."""
        return _keys(self.household_id, self.resident_id, self.measure_id)


def found(result: Result, quiet: NDArray[np.bool_], ids: Mapping[str, int]) -> Found:
    """The rows of a run worth keeping, with the numbers under which its measures are stored."""
    rows, people, package = result.sparse(), result.population, result.bound.program.package
    stored = np.array([ids.get(measure.id, NONE) for measure in package.measures] or [NONE], dtype=np.int64)
    households, persons = _ints(rows, "household_id"), _ints(rows, "person_id")
    place = np.searchsorted(people.household_ids, households)
    order = np.argsort(people.person_ids, kind="stable")
    seat = order[np.minimum(np.searchsorted(people.person_ids[order], persons), len(order) - 1)]
    seat = np.where(persons == NONE, people.starts[place], seat)
    excluded = _ints(rows, "excluded_by")
    made = Found(
        households,
        persons,
        stored[_ints(rows, "measure")],
        _ints(rows, "answer"),
        _ints(rows, "failed"),
        _ints(rows, "unknown"),
        _ints(rows, "amount"),
        _ints(rows, "away"),
        np.where(excluded == NONE, NONE, stored[excluded]),
        quiet[seat],
        place,
    )
    worth = _is_worth(made, result, _ints(rows, "measure"))
    return made.where((made.measure_id != NONE) & worth)


def _is_worth(made: Found, result: Result, measure: Ints) -> NDArray[np.bool_]:
    """Which rows are worth keeping: all that may qualify, and those one step away where somebody can take the step.

    An unknown fact is a step only where somebody can bring a paper for it (可办理) and something else of the measure is
    fulfilled. Of what an authority must recognise or enter first, it would be said of nearly everybody.
    """
    people = result.population
    lacking, alone = steps(result.bound.program.package, result.bound.on, people.area_codes)
    unset = lacking[measure, people.areas[made.place]]
    return (made.away != UNKNOWN_AWAY) | (~alone[measure] & (made.unknown & unset == 0))


def steps(package: Package, on: date, areas: tuple[str, ...]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """(bits of conditions for which nobody can bring a paper, per measure and area; measures of one condition)."""
    key = (package.digest, on, areas)
    return _steps.get(key, lambda: _hopeless(package, on, areas))


def _hopeless(
    package: Package, on: date, areas: tuple[str, ...]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    lacking = np.zeros((len(package.measures) or 1, len(areas) or 1), dtype=np.int64)
    alone = np.zeros(len(package.measures) or 1, dtype=np.bool_)
    for place, one in enumerate(package.measures):
        alone[place] = len(one.conditions) == 1
        for at, condition in enumerate(one.conditions):
            lacking[place] |= int(condition.nature != "actionable") << at
            names = {node.name for node in walk(condition.truth) if isinstance(node, ParameterOf)}
            for area, code in enumerate(areas) if names else ():
                lacking[place, area] |= int(_is_unset(names, package, code, on)) << at
    return lacking, alone


def _is_unset(names: set[str], package: Package, area: str, on: date) -> bool:
    values = [package.vocabulary.parameters[name].at(area, on) for name in names]
    return any(value is None or value.value is None for value in values)


def _ints(rows: pa.RecordBatch, name: str) -> Ints:
    return np.asarray(rows[name].cast(pa.int64()).fill_null(NONE)).astype(np.int64)


def _keys(*columns: Ints) -> NDArray[np.void]:
    table = np.ascontiguousarray(np.stack(columns, axis=1))
    return table.view(np.dtype((np.void, table.dtype.itemsize * len(columns)))).ravel()


@dataclass(frozen=True)
class Stored:
    """What is stored, by columns."""

    columns: Mapping[str, Ints]
    state: NDArray[np.str_]
    quiet: NDArray[np.bool_]

    def keys(self) -> NDArray[np.void]:
        """One comparable key per row."""
        return _keys(*(self.columns[name] for name in ("household_id", "resident_id", "measure_id")))

    def __len__(self) -> int:
        return len(self.state)


def stored(model: type[Match] | type[HealthMatch], *, low: str, high: str) -> Stored:
    """The rows of a part of the city, as the background role (its policies hold)."""
    where = f"scope_code >= {_literal(low)} and scope_code < {_literal(high)}"
    names = ", ".join(f"coalesce({name}, {NONE})" for name in STORED)
    table = connection.ops.quote_name(model._meta.db_table)
    return _many(f"select {names}, state, quiet::int from {table} where {where}")


def of_columns(columns: Sequence[Any]) -> Stored:
    """From values by columns: those of STORED, state and quiet."""
    numbers = {name: np.array(columns[at], dtype=np.int64) for at, name in enumerate(STORED)}
    return Stored(numbers, np.array(columns[-2], dtype="U12"), np.array(columns[-1], dtype=np.bool_))


def _many(read: str) -> Stored:
    types = {**dict.fromkeys(STORED, pa.int64()), "state": pa.string(), "quiet": pa.int8()}
    buffer = io.BytesIO((",".join(types) + "\n").encode())
    buffer.seek(0, io.SEEK_END)
    with connection.cursor() as cursor, cursor.copy(f"copy ({read}) to stdout (format csv)") as stream:
        for block in stream:
            buffer.write(block)
    buffer.seek(0)
    table = pa_csv.read_csv(buffer, convert_options=pa_csv.ConvertOptions(column_types=types))
    return of_columns([np.asarray(table[name]) for name in types])


def _literal(value: str) -> str:
    return sql.Literal(value).as_string(connection.connection)


@dataclass(frozen=True)
class Differing:
    """What is to be written: places of new rows, pairs of (found, stored) that differ, stored rows that are gone."""

    new: Ints
    differ: tuple[Ints, Ints]
    gone: Ints


FEW = 256
"""Rows up to which a dictionary finds what is in both sooner than sorting does."""


def _common(now: Found, before: Stored) -> tuple[Ints, Ints]:
    """Places of the rows that are in both."""
    mine, theirs = now.keys(), before.keys()
    if len(mine) + len(theirs) > FEW:
        return np.intersect1d(mine, theirs, assume_unique=True, return_indices=True)[1:]
    places = {key: place for place, key in enumerate(theirs.tolist())}
    met = [(at, places[key]) for at, key in enumerate(mine.tolist()) if key in places]
    at, there = np.array(met, dtype=np.int64).reshape(len(met), 2).T
    return at, there


def compared(now: Found, before: Stored, measures: set[int] | None = None) -> Differing:
    """New, differing and gone rows; ``measures``: only what belongs to these (None: all)."""
    nothing = np.empty(0, dtype=np.int64)
    if not len(before):
        return Differing(np.arange(len(now)), (nothing, nothing), nothing)
    at, there = _common(now, before)
    new, gone = (np.delete(np.arange(len(rows)), met) for rows, met in ((now, at), (before, there)))
    differs = before.state[there] == "gone"
    differs |= before.quiet[there] != now.quiet[at]
    for name in _VALUES:
        differs |= getattr(now, name)[at] != before.columns[name][there]
    if measures is not None:
        gone = gone[np.isin(before.columns["measure_id"][gone], list(measures))]
    gone = gone[before.state[gone] != "gone"]
    return Differing(new, (at[differs], there[differs]), gone)


def why(result: Result, before: Stored, rows: Ints, ids: Mapping[str, int]) -> tuple[Ints, Ints, Ints]:
    """(answer, failed, unknown) today of stored rows that no longer match.

    NOT with empty masks where the person does not live there any more, or the measure is not in force.
    """
    answer, failed, unknown = (np.zeros(len(rows), dtype=np.int64) for _n in range(3))
    package, people = result.bound.program.package, result.population
    levels = _levels(package, ids)
    for measure_id in np.unique(before.columns["measure_id"][rows]).tolist():
        if measure_id not in levels:
            continue
        code, level = levels[measure_id]
        mine = np.flatnonzero(before.columns["measure_id"][rows] == measure_id)
        column = "resident_id" if level == "person" else "household_id"
        known = people.person_ids if level == "person" else people.household_ids
        asked = before.columns[column][rows[mine]]
        order = np.argsort(known, kind="stable")
        seat = order[np.minimum(np.searchsorted(known[order], asked), len(order) - 1)]
        there = known[seat] == asked
        masks = result.masks(code)
        answer[mine] = np.where(there, result.answers(code)[seat], NOT)
        failed[mine] = np.where(there, masks[0][seat], 0)
        unknown[mine] = np.where(there, masks[1][seat], 0)
    return answer, failed, unknown


def _levels(package: Package, ids: Mapping[str, int]) -> dict[int, tuple[str, str]]:
    return {ids[m.id]: (m.id, m.level) for m in package.measures if m.id in ids}


@dataclass(frozen=True)
class Ahead:
    """What a later day changes: the same columns, and whether it begins or ends."""

    household_id: Ints
    resident_id: Ints
    measure_id: Ints
    begins: NDArray[np.bool_]
    failed: Ints
    unknown: Ints
    quiet: NDArray[np.bool_]
    place: Ints


def ahead(
    today: Result, later: Result, quiet: NDArray[np.bool_], ids: Mapping[str, int], *, leave_out: set[str]
) -> Ahead:
    """Where the answer "may" comes or goes between two days; ``leave_out``: measures that are not looked at."""
    parts: list[tuple[Any, ...]] = []
    people = today.population
    for measure in today.bound.program.package.measures:
        if measure.id in leave_out or measure.id not in ids:
            continue
        now, then = today.answers(measure.id) == MAY, later.answers(measure.id) == MAY
        rows = np.flatnonzero(now != then)
        if not len(rows):
            continue
        person = measure.level == "person"
        home = np.searchsorted(people.starts, rows, side="right") - 1 if person else rows
        failed, unknown = later.masks(measure.id)
        seats = rows if person else people.starts[home]
        parts.append(
            (
                people.household_ids[home],
                people.person_ids[rows] if person else np.full(len(rows), NONE),
                np.full(len(rows), ids[measure.id]),
                then[rows],
                failed[rows].astype(np.int64),
                unknown[rows].astype(np.int64),
                quiet[seats],
                home,
            )
        )
    columns = [np.concatenate(part) for part in zip(*parts, strict=True)]
    return Ahead(*columns) if columns else _nothing_ahead()


def _nothing_ahead() -> Ahead:
    numbers, flags = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.bool_)
    return Ahead(numbers, numbers, numbers, flags, numbers, numbers, flags, numbers)
