"""Which earlier appeals are worth a comparison: four B-trees, some two dozen rows, whatever the city's size.

Two SQL functions share the ways in. ``appeals_alike`` runs as whoever asks, under the policies, for the desk.
``appeals_alike_open`` runs as its owner, for somebody who is about to report: of open appeals only, of items that do
not concern one person alone, and without text, name or number of anybody.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from lianglin.access.actor import Actor
from lianglin.appeals import rules
from lianglin.appeals.models import SimilarityRow
from lianglin.appeals.rules.grams import cells_around
from lianglin.kit import clock, plans, writing

WITHIN = timedelta(days=90)
"""How far back anything is compared (dossier 3.9)."""
_LOCKS = 20_261_128
"""The first half of the advisory locks on places; the second is the place's hash."""

_WAYS = """
    select r.case_id from unnest(kinds) k cross join unnest(cells) c cross join lateral (
        select x.case_id from appeals_similarityrow x where x.class_code = k and x.cell = c
            and x.opened_at > since order by x.opened_at desc limit 8) r
    union select r.case_id from unnest(kinds) k cross join lateral (
        select x.case_id from appeals_similarityrow x where x.class_code = k and x.scope_code = s
            and (x.cell is null or cardinality(cells) = 0) and x.opened_at > since
            order by x.opened_at desc limit case when cardinality(cells) = 0 then 32 else 8 end) r
    union select r.case_id from (
        select x.case_id from appeals_similarityrow x where x.building_id = house and x.opened_at > since
            order by x.opened_at desc limit 8) r
    union select r.case_id from (
        select x.case_id from appeals_similarityrow x where x.person = who and x.opened_at > since
            order by x.opened_at desc limit 8) r
"""
_KEPT = "set search_path = public, pg_temp set plan_cache_mode = force_generic_plan"
"""The way is the same whoever asks and wherever: PL/pgSQL keeps its plan on the connection, which costs ten times what
running it does. With policies, PostgreSQL plans anew for another role (decision 0069)."""
FUNCTIONS = (
    f"""
create or replace function appeals_alike(
    kinds text[], cells bigint[], s text, house bigint, who bigint, since timestamptz
) returns table (case_id bigint)
language plpgsql stable {_KEPT} as $$
#variable_conflict use_column
begin
    return query {_WAYS};
end $$""",
    f"""
create or replace function appeals_alike_open(
    kinds text[], cells bigint[], s text, house bigint, who bigint, since timestamptz, ends text[]
) returns table (
    case_id bigint, item_id bigint, state text, opened_at timestamptz, community_id bigint, compound text,
    compound_en text, building_id bigint, lon float8, lat float8, scope_code text, chosen_id bigint, grams bytea,
    people bigint
)
language plpgsql stable security definer {_KEPT} as $$
#variable_conflict use_column
begin
    return query
    select c.id, a.item_id, c.state::text, a.opened_at, c.community_id, coalesce(p.name, '')::text,
        coalesce(p.name_en, '')::text, c.building_id, w.lon, w.lat, c.scope_code::text, w.chosen_id, w.grams,
        1 + (select count(*) from cases_case f where f.parent_id = c.id and f.state <> 'merged')
    from ({_WAYS}) found
    join appeals_similarityrow w on w.case_id = found.case_id
    join cases_case c on c.id = found.case_id
    join appeals_appeal a on a.case_id = c.id
    join appeals_item i on i.id = a.item_id and i.duplicate_radius_m >= 0
    left join places_compound p on p.id = c.compound_id
    where not c.state = any(ends)
    order by a.opened_at desc
    limit 60;
end $$""",
)


REPLACED = "drop function if exists appeals_similar(text, integer, text, bigint, float8, float8, timestamptz, text[])"
"""What told of open appeals of the same item before; nothing calls it any more."""


def install(cursor: Any) -> None:
    """Creates or replaces the functions; every role may call them."""
    cursor.execute(REPLACED)
    for function in FUNCTIONS:
        cursor.execute(function)


def insert_held(row: SimilarityRow) -> None:
    """Writes a new row and holds its place until the transaction ends, in one statement."""
    text = writing.into(row)
    held = f"{text.head} select {text.marks} from (select pg_advisory_xact_lock(%s, hashtext(%s))) as held"
    with plans.keeping(), connection.cursor() as cursor:
        cursor.execute(held, [*text.values(row), _LOCKS, row.scope_code])
    writing.written(row)


def await_place(scope_code: str) -> str:
    """Waits, for the milliseconds it takes, for the rows that are being written at a place at this moment.

    What is read afterwards sees them: two people who report at once do not miss each other. Nothing is held. Returns
    the version of the model in force, which is asked for in the same round trip; "" where none is.
    """
    with plans.keeping(), connection.cursor() as cursor:
        cursor.execute(
            "select (select version from appeals_similaritymodel where in_force), "
            "pg_advisory_lock_shared(%s, p), pg_advisory_unlock_shared(%s, p) from hashtext(%s) p",
            [_LOCKS, _LOCKS, scope_code],
        )
        return cursor.fetchone()[0] or ""


def _array(values: Iterable[str | int]) -> str:
    """Codes or numbers as PostgreSQL writes an array: a fifth of what a list costs as a parameter."""
    return "{" + ",".join(f'"{value}"' for value in values) + "}"


@dataclass(frozen=True)
class Asked:
    """What is compared with earlier appeals."""

    text: str
    kinds: tuple[str, ...]
    """Codes of the classes it may be of; "" finds those that nobody has classed yet."""
    scope_code: str
    item_id: int | None = None
    """The item chosen, if any."""
    cell: int | None = None
    lon: float | None = None
    lat: float | None = None
    building_id: int | None = None
    person: int | None = None
    at: datetime | None = None
    meaning: bytes | None = None

    def parameters(self) -> list[Any]:
        """Of both functions, in their order."""
        since = (self.at or clock.now()) - WITHIN
        near = cells_around(self.cell)
        return [_array(self.kinds), _array(near), self.scope_code, self.building_id, self.person, since]


@dataclass(frozen=True)
class Near:
    """An earlier appeal that is worth a comparison."""

    case_id: int
    chosen_id: int | None
    lon: float | None
    lat: float | None
    scope_code: str
    building_id: int | None
    person: int | None
    opened_at: datetime
    grams: bytes
    meaning: bytes | None = None


@dataclass(frozen=True)
class OpenNear(Near):
    """One that is open, with what anybody may be told of it."""

    item_id: int = 0
    state: str = ""
    community_id: int = 0
    compound: str = ""
    compound_en: str = ""
    people: int = 1


_ARRAYS = "%s::text[], %s::bigint[], %s, %s::bigint, %s::bigint, %s"


def near(asked: Asked, actor: Actor) -> list[Near]:
    """Earlier appeals that the actor may read; one statement."""
    return near_each([asked], actor)[0]


def near_each(asked: Sequence[Asked], actor: Actor) -> list[list[Near]]:
    """For each question its earlier appeals that the actor may read; two statements, however many questions."""
    ids: list[list[int]] = [[] for _ in asked]
    with connection.cursor() as cursor:
        one = f"select %s::int, case_id from appeals_alike({_ARRAYS})"
        parameters = [value for n, question in enumerate(asked) for value in (n, *question.parameters())]
        cursor.execute(" union all ".join([one] * len(asked)), parameters)
        for number, case_id in cursor.fetchall():
            ids[number].append(case_id)
    rows = SimilarityRow.objects.visible_to(actor, purpose=actor.work_purpose)
    wanted = {case_id for found in ids for case_id in found}
    known = {row.pk: _near(row) for row in rows.filter(pk__in=wanted)} if wanted else {}
    return [[known[case_id] for case_id in sorted(found) if case_id in known] for found in ids]


def _near(row: SimilarityRow) -> Near:
    return Near(
        row.pk, row.chosen_id, row.lon, row.lat, row.scope_code, row.building_id, row.person, row.opened_at,
        bytes(row.grams), bytes(row.meaning) if row.meaning else None,
    )  # fmt: skip


ENDED = [state.code for state in rules.LIFECYCLE.states if state.final or state.settled or state.follows]
"""States in which an appeal can lead no other."""
_ENDED = _array(ENDED)


def open_near(asked: Asked) -> list[OpenNear]:
    """Open appeals near by, for somebody who is about to report; nobody's person key is compared."""
    with plans.keeping(), connection.cursor() as cursor:
        cursor.execute(
            f"select * from appeals_alike_open({_ARRAYS}, %s::text[])", [*asked.parameters(), _ENDED]
        )
        return [
            OpenNear(
                case_id=row[0], item_id=row[1], state=row[2], opened_at=row[3], community_id=row[4],
                compound=row[5], compound_en=row[6], building_id=row[7], lon=row[8], lat=row[9], scope_code=row[10],
                chosen_id=row[11], grams=bytes(row[12]), people=row[13], person=None,
            )
            for row in cursor.fetchall()
        ]  # fmt: skip


def metres(one: Asked, other: Near) -> float | None:
    """How far apart two places are, flat; None where either is not known."""
    if one.lon is None or one.lat is None or other.lon is None or other.lat is None:
        return None
    east = (one.lon - other.lon) * math.cos(math.radians(one.lat))
    return math.hypot(east, one.lat - other.lat) * 111_195.0
