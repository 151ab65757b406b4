"""What anybody may know of any case, published in words or not: item, state, days, unit, the compound's middle.

The public has no right on cases. These two functions of the database give out columns that name nobody, and only of
items whose rule says that they are listed. Paged by key: (opened_at, id) going back, (at, id) going on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from lianglin.appeals import rules

FINAL = [state.code for state in rules.LIFECYCLE.states if state.final]
"""States in which a request is closed for the outside; in every other it is open."""
DEEPEST = 10_000
"""Rows that a page number can reach; beyond, the dates are to be narrowed."""

REQUESTS = """
create or replace function appeals_open_requests(
    ids text[], items text[], since timestamptz, until timestamptz, closed boolean, final text[],
    behind_at timestamptz, behind_id bigint, most integer)
returns table (id bigint, number text, item text, item_name text, item_name_en text, state text, opened_at timestamptz,
    changed_at timestamptz, due_at timestamptz, unit text, unit_en text, place text, place_en text, lon double precision,
    lat double precision, scope_code text, words text, answer text)
language sql stable security definer set search_path = public, pg_temp as $$
    select c.id, c.number, i.code, i.name, i.name_en, c.state, c.opened_at,
        greatest(c.opened_at, c.settled_at, c.closed_at), c.due_at, o.name, o.name_en,
        coalesce(k.name, m.name), coalesce(k.name_en, m.name_en), coalesce(k.lon, m.lon), coalesce(k.lat, m.lat),
        c.scope_code, p.text, p.answer
    from cases_case c
    join appeals_appeal a on a.case_id = c.id
    join appeals_item i on i.id = a.item_id
    join appeals_publicationrule r on r.item_code = i.code and r.listed
    join places_community m on m.id = c.community_id
    left join places_compound k on k.id = c.compound_id
    left join access_organisation o on o.id = c.owner_id
    left join appeals_publishedcase p on p.case_id = c.id
    where c.kind = 'appeal' and (ids is null or c.number = any(ids)) and (items is null or i.code = any(items))
        and c.opened_at >= since and c.opened_at < until and (c.opened_at, c.id) < (behind_at, behind_id)
        and (closed is null or (c.state = any(final)) = closed)
    order by c.opened_at desc, c.id desc limit least(most, 1000)
$$"""
KEY_AT = """
create or replace function appeals_open_request_at(
    items text[], since timestamptz, until timestamptz, closed boolean, final text[], rows_before integer)
returns table (opened_at timestamptz, id bigint)
language sql stable security definer set search_path = public, pg_temp as $$
    select c.opened_at, c.id
    from cases_case c
    join appeals_appeal a on a.case_id = c.id
    join appeals_item i on i.id = a.item_id
    join appeals_publicationrule r on r.item_code = i.code and r.listed
    where c.kind = 'appeal' and (items is null or i.code = any(items)) and c.opened_at >= since and c.opened_at < until
        and (closed is null or (c.state = any(final)) = closed)
    order by c.opened_at desc, c.id desc offset greatest(least(rows_before, 10000) - 1, 0) limit 1
$$"""
UPDATES = """
create or replace function appeals_open_updates(
    ids text[], since timestamptz, until timestamptz, behind_at timestamptz, behind_id bigint, most integer)
returns table (id bigint, number text, move text, state text, at timestamptz)
language sql stable security definer set search_path = public, pg_temp as $$
    select s.id, c.number, s.move, s.to_state, s.at
    from cases_step s
    join cases_case c on c.id = s.case_id
    join appeals_appeal a on a.case_id = c.id
    join appeals_item i on i.id = a.item_id
    join appeals_publicationrule r on r.item_code = i.code and r.listed
    where c.kind = 'appeal' and s.public and (ids is null or c.number = any(ids))
        and s.at >= since and s.at < until and (s.at, s.id) > (behind_at, behind_id)
    order by s.at, s.id limit least(most, 1000)
$$"""


def install(cursor: Any) -> None:
    """Creates or replaces the functions."""
    for statement in (REQUESTS, KEY_AT, UPDATES):
        cursor.execute(statement)


@dataclass(frozen=True)
class Request:
    """One case as anybody may know it; ``words`` and ``answer`` only where a person has confirmed them."""

    id: int
    number: str
    item: str
    item_name: str
    item_name_en: str
    state: str
    opened_at: datetime
    changed_at: datetime
    due_at: datetime | None
    unit: str | None
    unit_en: str | None
    place: str
    place_en: str
    lon: float
    lat: float
    scope_code: str
    words: str | None
    answer: str | None

    @property
    def is_closed(self) -> bool:
        """Closed for the outside."""
        return self.state in FINAL


@dataclass(frozen=True)
class Update:
    """One step of a case without its words."""

    id: int
    number: str
    move: str
    state: str
    at: datetime


@dataclass(frozen=True)
class Asked:
    """What a list of requests is narrowed to; None: not narrowed. ``since`` and ``until`` are always given."""

    since: datetime
    until: datetime
    ids: Sequence[str] | None = None
    items: Sequence[str] | None = None
    closed: bool | None = None


def requests(asked: Asked, *, skip: int, most: int) -> list[Request]:
    """The newest first, ``skip`` of them left out: the key of the row before is found first, the page begins behind it."""
    behind: tuple[Any, Any] = ("infinity", 2**62)
    narrowed = [_list(asked.items), asked.since, asked.until, asked.closed, FINAL]
    with connection.cursor() as cursor:
        if skip:
            cursor.execute("select * from appeals_open_request_at(%s, %s, %s, %s, %s, %s)", [*narrowed, skip])
            found = cursor.fetchone()
            if found is None:
                return []
            behind = found
        cursor.execute(
            "select * from appeals_open_requests(%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [_list(asked.ids), *narrowed, *behind, most],
        )
        return [Request(*row) for row in cursor.fetchall()]


def updates(
    *,
    since: datetime,
    until: datetime,
    ids: Sequence[str] | None,
    behind: tuple[datetime | str, int],
    most: int,
) -> list[Update]:
    """Steps of listed cases, oldest first, behind a key."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select * from appeals_open_updates(%s, %s, %s, %s, %s, %s)",
            [_list(ids), since, until, *behind, most],
        )
        return [Update(*row) for row in cursor.fetchall()]


def _list(values: Sequence[str] | None) -> list[str] | None:
    return None if values is None else list(values)
