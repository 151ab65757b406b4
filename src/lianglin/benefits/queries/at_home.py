"""What the direct way of the engine found for one household, as the columns that are compared and written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from lianglin.benefits.models import HealthMatch, Match, MatchAhead
from lianglin.benefits.queries.found import NONE, STORED, Found, Ints, Stored, of_columns, steps
from lianglin.engines.eligibility.direct import OneHome
from lianglin.engines.eligibility.package import NOT
from lianglin.engines.eligibility.program import Bound
from lianglin.kit import plans

UNKNOWN_AWAY = 1


class Coming(NamedTuple):
    """What a later day changes for somebody: ``resident_id`` is None for the household."""

    resident_id: int | None
    measure_id: int
    change: str
    on: date
    failed: int
    unknown: int
    quiet: bool


class Before(NamedTuple):
    """What is stored of a household: matches, those of the health ground, and what a later day brings (key -> row)."""

    plain: Stored
    health: Stored
    coming: dict[Coming, int]


def found(home: OneHome, quiet: NDArray[np.bool_], ids: Mapping[str, int]) -> Found:
    """The rows worth keeping, as ``queries.found.found`` has them of a run."""
    bound, people = home.bound, home.population
    package = bound.program.package
    stored = [ids.get(measure.id, NONE) for measure in package.measures]
    lacking, alone = steps(package, bound.on, people.area_codes)
    persons, silent = people.person_ids.tolist(), quiet.tolist()
    household, kept = int(people.household_ids[0]), list[tuple[int, ...]]()
    for row in home.rows():
        hopeless = row.away == UNKNOWN_AWAY and (
            alone[row.measure] or row.unknown & int(lacking[row.measure, 0])
        )
        if stored[row.measure] == NONE or hopeless:
            continue
        kept.append(
            (
                household,
                NONE if row.member is None else persons[row.member],
                stored[row.measure],
                row.answer,
                row.failed,
                row.unknown,
                NONE if row.amount is None else row.amount,
                row.away,
                NONE if row.excluded_by is None else stored[row.excluded_by],
                silent[row.member or 0],
                0,
            )
        )
    table = np.array(kept, dtype=np.int64).reshape(len(kept), 11).T
    columns: list[Any] = list(table)
    columns[9] = table[9].astype(np.bool_)
    return Found(*columns)


def why(home: OneHome, before: Stored, rows: Ints, ids: Mapping[str, int]) -> tuple[Ints, Ints, Ints]:
    """As ``queries.found.why``: (answer, failed, unknown) today of stored rows that no longer match."""
    places = {
        ids[measure.id]: (place, measure.level)
        for place, measure in enumerate(home.bound.program.package.measures)
        if measure.id in ids
    }
    persons = {person: at for at, person in enumerate(home.population.person_ids.tolist())}
    found: list[tuple[int, int, int]] = []
    for measure, resident in zip(
        before.columns["measure_id"][rows].tolist(), before.columns["resident_id"][rows].tolist(), strict=True
    ):
        place, level = places.get(measure, (None, ""))
        member = persons.get(resident) if level == "person" else 0
        found.append((NOT, 0, 0) if place is None or member is None else home.state(place, member))
    answer, failed, unknown = np.array(found, dtype=np.int64).reshape(len(found), 3).T
    return answer, failed, unknown


def coming(
    home: OneHome, later: Bound, quiet: NDArray[np.bool_], ids: Mapping[str, int], *, leave_out: set[str]
) -> set[Coming]:
    """Where the answer "may" comes or goes until a later day; only measures are run that can differ then."""
    program, people = home.bound.program, home.population
    moved = program.directly.moved_kept(home.bound, later, people.area_codes)
    then, persons, silent = later.home_of(people, moved), people.person_ids.tolist(), quiet.tolist()
    found: set[Coming] = set()
    for place in moved:
        measure = program.package.measures[place]
        differ = home.may(place) ^ then.may(place)
        if not differ or measure.id in leave_out or measure.id not in ids:
            continue
        for at in range(differ.bit_length()):
            if differ >> at & 1:
                change = "begins" if then.may(place) >> at & 1 else "ends"
                _answer, failed, unknown = then.state(place, at)
                who = persons[at] if measure.level == "person" else None
                found.add(Coming(who, ids[measure.id], change, later.on, failed, unknown, silent[at]))
    return found


def stored(household_id: int) -> Before:
    """What is stored of a household, by one statement, as the background role (its policies hold)."""
    names = ", ".join(f"coalesce({name}, {NONE})" for name in STORED)
    tables = [connection.ops.quote_name(model._meta.db_table) for model in (Match, HealthMatch, MatchAhead)]
    parts = [
        f"select {at}, {names}, state, quiet::int, null::date from {table} where household_id = %s"
        for at, table in enumerate(tables[:2])
    ]
    parts.append(
        f"select 2, id, household_id, coalesce(resident_id, {NONE}), measure_id, 0, failed, unknown, 0, 0, 0, change, "
        f'quiet::int, "on" from {tables[2]} where household_id = %s'
    )
    with plans.keeping(), connection.cursor() as cursor:
        cursor.execute(" union all ".join(parts), [household_id] * 3)
        rows = cursor.fetchall()
    plain, health = (
        of_columns(list(zip(*some, strict=True))[1:-1] if some else [[]] * (len(STORED) + 2))
        for some in ([row for row in rows if row[0] == at] for at in (0, 1))
    )
    ahead = {
        Coming(None if r[3] == NONE else r[3], r[4], r[11], r[13], r[6], r[7], bool(r[12])): r[1]
        for r in rows
        if r[0] == 2
    }
    return Before(plain, health, ahead)
