"""Who lives where and what is known of them, as the engine's columns: a street or a part of one at a time, or one household on the spot.

What holds on a day, by what was known at an instant (facts are bitemporal; a person's file and the memberships are as
they stand). The actor's place range holds in PostgreSQL: a job narrowed to a street reads that street.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
from django.db import connection
from django.db.models import QuerySet
from numpy.typing import NDArray
from psycopg import sql

from lianglin.access.actor import TOP, Actor
from lianglin.access.prepared import Prepared
from lianglin.benefits.queries import vocabulary
from lianglin.benefits.queries.vocabulary import BORN_COLUMN, RELATION_COLUMN, SEX_COLUMN, SIZE_COLUMN
from lianglin.engines.eligibility.population import Column, Population
from lianglin.engines.eligibility.vocabulary import Fact, Vocabulary
from lianglin.facts import arrow
from lianglin.facts import queries as facts_queries
from lianglin.facts.queries import Held
from lianglin.kit import clock
from lianglin.people.models import Membership
from lianglin.people.queries.guardians import purpose_of as of_people

NO_PUSH = "person.no_push"
EPOCH = date(1970, 1, 1).toordinal()
_MEMBERS = {
    "household_id": pa.int64(),
    "area": pa.string(),
    "dwelling_id": pa.int64(),
    "person_id": pa.int64(),
    "born_on": pa.int32(),
    "sex": pa.string(),
    "relation": pa.string(),
}
_LIVING = """copy (
select h.id, h.scope_code, h.dwelling_id, r.id, r.born_on - date '1970-01-01', r.sex, substr(m.relation, 1, 1)
from people_household h
join people_membership m on m.household_id = h.id and m.from_on <= {on} and (m.to_on is null or m.to_on > {on})
join people_resident r on r.id = m.resident_id and (r.ended_on is null or r.ended_on > {on}) and r.merged_into is null
where h.scope_code >= {low} and h.scope_code < {high} and (h.dissolved_on is null or h.dissolved_on > {on})
order by h.id, m.relation, m.id) to stdout (format csv)"""


@dataclass(frozen=True)
class Piece:
    """A part of the city: the engine's population, each household's place, and who declined pushed matches."""

    population: Population
    scopes: tuple[str, ...]
    """Per household its community."""
    quiet: NDArray[np.bool_]
    """Per person."""


@dataclass(frozen=True)
class Home:
    """One household: the same, with every fact that holds and where it comes from."""

    household_id: int
    scope_code: str
    population: Population
    quiet: NDArray[np.bool_]
    held: tuple[Held, ...]


# --- a part of the city ---------------------------------------------------------------------------------------


def piece(
    low: str,
    high: str,
    *,
    words: Vocabulary,
    actor: Actor,
    on: date,
    known_at: datetime,
    columns: Iterable[str],
) -> Piece | None:
    """Everybody who lives in [low, high) on a day; None where nobody does. ``actor`` is a job narrowed to it.

    ``columns``: what the rules name. Memory is that of one piece: one COPY reads its people, up to three more the
    facts of persons, households and dwellings.
    """
    members = _living(low, high, on)
    if not members.num_rows:
        return None
    homes = np.asarray(members["household_id"])
    first = np.append(True, homes[1:] != homes[:-1]) if len(homes) else homes.astype(bool)
    doors = members.filter(pa.array(first))
    wanted = vocabulary.columns_of({*columns, NO_PUSH})
    by_column = {fact.column: fact for fact in words.facts.values()}
    keys = {
        "person": members["person_id"],
        "household": doors["household_id"],
        "dwelling": doors["dwelling_id"],
    }
    persons: dict[str, Any] = {name: members[name] for name in ("person_id", "household_id")}
    persons |= _of_files(members)
    households: dict[str, Any] = {name: doors[name] for name in ("household_id", "area")}
    sizes = np.diff(np.append(np.flatnonzero(first), len(homes)))
    households[SIZE_COLUMN] = pa.array(sizes, pa.int64())
    quiet = np.zeros(len(homes), dtype=np.bool_)
    for kind, codes in wanted.items():
        known = _facts(codes, actor=actor, on=on, known_at=known_at)
        for code, values in _aligned(known, codes, keys[kind]).items():
            if code == NO_PUSH:
                quiet = np.asarray(values.fill_null(False))
            if code in by_column:
                target = persons if kind == "person" else households
                target[code] = _typed(values, by_column[code])
    population = Population.of(pa.table(persons), pa.table(households), words)
    return Piece(population, tuple(doors["area"].to_pylist()), quiet)


def _living(low: str, high: str, on: date) -> pa.Table:
    text = _LIVING.format(on=_literal(on), low=_literal(low), high=_literal(high))
    buffer = io.BytesIO((",".join(_MEMBERS) + "\n").encode())
    buffer.seek(0, io.SEEK_END)
    with connection.cursor() as cursor, cursor.copy(text) as stream:
        for block in stream:
            buffer.write(block)
    buffer.seek(0)
    return pa_csv.read_csv(buffer, convert_options=pa_csv.ConvertOptions(column_types=_MEMBERS))


def _literal(value: object) -> str:
    """A value as SQL text: COPY takes no parameters."""
    return sql.Literal(value).as_string(connection.connection)


def _of_files(members: pa.Table) -> dict[str, pa.Array]:
    """The columns that stand in the file of a person; what is no answer ("not stated") is unknown."""
    return {
        BORN_COLUMN: members["born_on"].combine_chunks().cast(pa.date32()),
        SEX_COLUMN: _among(members["sex"], vocabulary.SEX),
        RELATION_COLUMN: _among(members["relation"], vocabulary.RELATIONS),
    }


def _among(texts: Any, known: Iterable[str]) -> pa.Array:
    plain = texts.combine_chunks()
    return pc.if_else(pc.is_in(plain, value_set=pa.array(list(known))), plain, pa.scalar(None, pa.string()))


def _facts(codes: Sequence[str], *, actor: Actor, on: date, known_at: datetime) -> pa.Table | None:
    found = [
        table for _district, table in arrow.read_city(codes, actor=actor, valid_on=on, known_at=known_at)
    ]
    return pa.concat_tables(found).unify_dictionaries() if found else None


def _aligned(known: pa.Table | None, codes: Sequence[str], keys: Any) -> dict[str, pa.Array]:
    """A column per element in the order of ``keys``; null where nothing is known."""
    if known is None:
        return {}
    subjects = np.asarray(known["subject_id"])
    order = np.argsort(subjects, kind="stable")
    asked = np.asarray(keys)
    place = np.minimum(np.searchsorted(subjects[order], asked), len(subjects) - 1)
    hit = subjects[order][place] == asked
    taken = pa.array(order[place], mask=~hit)
    return {code: known[code].combine_chunks().take(taken) for code in codes}


def _typed(values: pa.Array, fact: Fact) -> pa.Array:
    """Numbers as whole ones, times ten to the fact's scale; a code that its list does not know is unknown."""
    if fact.kind == "number":
        scaled = pc.round(pc.multiply(values.cast(pa.float64()), float(10**fact.scale)))
        return scaled.cast(pa.int64())
    if fact.kind == "code":
        texts = values.cast(pa.string()) if pa.types.is_dictionary(values.type) else values
        return pc.if_else(
            pc.is_in(texts, value_set=pa.array(list(fact.values))), texts, pa.scalar(None, pa.string())
        )
    return values


# --- one household --------------------------------------------------------------------------------------------


def home(
    household_id: int,
    *,
    words: Vocabulary,
    actor: Actor,
    on: date | None = None,
    known_at: datetime | None = None,
) -> Home | None:
    """A household of the actor's area on the spot; None when nobody lives there (any more) or it lies elsewhere.

    One statement for who lives there, one for the facts, one for what was decided between contradicting sources.
    """
    day = on or clock.today()
    members = _members(household_id, actor, day)
    if not members:
        return None
    held = facts_queries.of_household(household_id, actor=actor, valid_on=day, known_at=known_at)
    by_column = {fact.column: fact for fact in words.facts.values()}
    ids = [row[0] for row in members]
    persons = {
        BORN_COLUMN: _column([_day(row[3]) for row in members], by_column[BORN_COLUMN]),
        SEX_COLUMN: _column([row[4] for row in members], by_column[SEX_COLUMN]),
        RELATION_COLUMN: _column([row[1][:1] for row in members], by_column[RELATION_COLUMN]),
    }
    given: dict[str, list[Any]] = {}
    households: dict[str, Column] = {SIZE_COLUMN: _column([len(ids)], by_column[SIZE_COLUMN])}
    quiet = np.zeros(len(ids), dtype=np.bool_)
    for one in held:
        code = one.element.code
        fact = by_column.get(code)
        if code == NO_PUSH and one.subject_id in ids:
            quiet[ids.index(one.subject_id)] = one.value == "1"
        if fact is None:
            continue
        if fact.level == "household":
            households[code] = _column([_plain(one.value, fact)], fact)
        elif one.subject_id in ids:
            given.setdefault(code, [None] * len(ids))[ids.index(one.subject_id)] = _plain(one.value, fact)
    persons |= {code: _column(values, by_column[code]) for code, values in given.items()}
    scope = members[0][2]
    population = Population(
        np.array(ids, dtype=np.int64),
        np.array([household_id], dtype=np.int64),
        np.array([0, len(ids)], dtype=np.int64),
        np.zeros(1, dtype=np.int32),
        (scope,),
        persons,
        households,
    )
    return Home(household_id, scope, population, quiet, tuple(held))


@Prepared
def _living_in(actor: Actor, household: int) -> QuerySet[Membership]:
    rows = Membership.objects.visible_to(actor, purpose=of_people(actor)).filter(household_id=household)
    return (
        rows.select_related("household", "resident")
        .order_by("relation", "id")
        .only(
            "relation", "from_on", "to_on", "household__scope_code", "resident__born_on", "resident__sex",
            "resident__ended_on", "resident__merged_into",
        )
    )  # fmt: skip


def _members(household_id: int, actor: Actor, on: date) -> list[tuple[Any, ...]]:
    rows: list[Membership] = [
        row
        for row in _living_in(actor, household_id)
        if row.from_on <= on
        and (row.to_on is None or row.to_on > on)
        and (row.resident.ended_on is None or row.resident.ended_on > on)
        and row.resident.merged_into is None
    ]
    return [
        (row.resident_id, row.relation, row.household.scope_code, row.resident.born_on, row.resident.sex)
        for row in rows
    ]


def _day(on: date | None) -> int | None:
    return None if on is None else on.toordinal() - EPOCH


def _plain(value: str, fact: Fact) -> Any:
    """A canonical text of the store as the engine's plain value; a code stays a text."""
    match fact.kind:
        case "number":
            return round(float(value) * 10**fact.scale)
        case "date":
            return date.fromisoformat(value).toordinal() - EPOCH
        case "flag":
            return value == "1"
        case _:
            return value


def _column(values: Sequence[Any], fact: Fact) -> Column:
    if fact.kind == "code":
        places = {code: place for place, code in enumerate(fact.values)}
        values = [places.get(value) for value in values]
    kind: Any = {"flag": np.bool_, "code": np.int16}.get(fact.kind, np.int64)
    known = np.array([value is not None for value in values], dtype=np.bool_)
    return Column(np.array([0 if value is None else value for value in values], dtype=kind), known)


# --- the pieces ----------------------------------------------------------------------------------------------


COMMUNITIES = 6
"""Of one piece at most: memory grows with the people of a piece, by 20 to 40 MB a thousand with 272 measures."""


@dataclass(frozen=True)
class Range:
    """The place codes of one piece, [low, high), and the last community that is in it."""

    low: str
    high: str
    last: str


def streets() -> list[str]:
    """The streets (nine digits) in the order of their codes."""
    return list(dict.fromkeys(code[:9] for code in _communities("")))


def pieces(scope: str = "") -> list[Range]:
    """What is below a prefix in the order of the codes: a street each, a large one in several of :data:`COMMUNITIES`."""
    found: list[Range] = []
    for street, below in groupby(_communities(scope), key=lambda code: code[:9]):
        codes = list(below)
        parts = [codes[at : at + COMMUNITIES] for at in range(0, len(codes), COMMUNITIES)]
        lows = [street, *(part[0] for part in parts[1:])]
        highs = [*lows[1:], street + TOP]
        found += [Range(low, high, part[-1]) for low, high, part in zip(lows, highs, parts, strict=True)]
    return found


def _communities(scope: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select distinct scope_code from places_community where starts_with(scope_code, %s) order by 1",
            [scope],
        )
        return [row[0] for row in cursor.fetchall()]


def after(reached: str, scope: str = "") -> Iterator[Range]:
    """The pieces that a run which got as far as ``reached``, the last community of a piece, has still to do."""
    return (one for one in pieces(scope) if one.low > reached)


def homes_of(subjects: Iterable[tuple[str, int]]) -> list[tuple[int, str]]:
    """(household, its community) of persons, households and dwellings: who is concerned when a fact changes.

    As the background role, whose range is the whole city: somebody may live elsewhere by now.
    """
    by_kind: dict[str, list[int]] = {}
    for kind, subject in subjects:
        by_kind.setdefault(kind, []).append(int(subject))
    with connection.cursor() as cursor:
        cursor.execute(
            "select h.id, h.scope_code from people_household h where h.id = any(%s::bigint[]) "
            "union select h.id, h.scope_code from people_household h where h.dwelling_id = any(%s::bigint[]) "
            "and h.dissolved_on is null "
            "union select h.id, h.scope_code from people_membership m join people_household h on h.id = m.household_id "
            "where m.resident_id = any(%s::bigint[]) and m.to_on is null order by 1",
            [by_kind.get(kind, []) for kind in ("household", "dwelling", "person")],
        )
        return [(int(household), str(scope)) for household, scope in cursor.fetchall()]
