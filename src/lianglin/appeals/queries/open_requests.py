"""What anybody may know of any case, published in words or not: item, state, days, unit, the compound's middle.

The public has no right on cases. These functions of the database give out columns that name nobody, and only of
items whose rule says that they are listed. Paged by key: (opened_at, id) going back, (at, id) going on.
"""

from __future__ import annotations

import re
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

_LISTED = """
    from cases_case c
    join appeals_appeal a on a.case_id = c.id
    join appeals_item i on i.id = a.item_id
    join appeals_publicationrule r on r.item_code = i.code and r.listed
"""
_SHOWN = f"""
    select c.id, c.number, i.code, i.name, i.name_en, c.state, c.opened_at,
        greatest(c.opened_at, c.settled_at, c.closed_at), c.due_at, o.name, o.name_en,
        coalesce(k.name, m.name), coalesce(k.name_en, m.name_en), coalesce(k.lon, m.lon), coalesce(k.lat, m.lat),
        c.scope_code, p.text, p.answer
    {_LISTED}
    join places_community m on m.id = c.community_id
    left join places_compound k on k.id = c.compound_id
    left join access_organisation o on o.id = c.owner_id
    left join appeals_publishedcase p on p.case_id = c.id
"""
_ASKED = """
    where c.kind = 'appeal' and c.opened_at >= :since and c.opened_at < :until
        and (:items is null or i.code = any(:items)) and (:closed is null or (c.state = any(:final)) = :closed)
"""
WINDOW = f"""{_SHOWN} {_ASKED} and c.opened_at <= :behind_at and (c.opened_at, c.id) < (:behind_at, :behind_id)
    order by c.opened_at desc, c.id desc limit least(:most, 1000)"""
NAMED = f"""{_SHOWN} where c.kind = 'appeal' and c.number = any(:ids) order by c.opened_at desc, c.id desc limit 1000"""
KEY_AT = f"""select c.opened_at, c.id {_LISTED} {_ASKED}
    order by c.opened_at desc, c.id desc offset greatest(least(:rows_before, {DEEPEST}) - 1, 0) limit 1"""
_STEP = f"""
    select s.id, c.number, s.move, s.to_state, s.at
    {_LISTED} join cases_step s on s.case_id = c.id
    where c.kind = 'appeal' and s.public and s.at >= :since and s.at < :until and (s.at, s.id) > (:since, :behind_id)
"""
UPDATES = f"{_STEP} order by s.at, s.id limit least(:most, 1000)"
UPDATES_OF = f"{_STEP} and c.number = any(:ids) order by s.at, s.id limit least(:most, 1000)"
_ROW = """id bigint, number text, item text, item_name text, item_name_en text, state text, opened_at timestamptz,
    changed_at timestamptz, due_at timestamptz, unit text, unit_en text, place text, place_en text, lon double precision,
    lat double precision, scope_code text, words text, answer text"""
_STEP_ROW = "id bigint, number text, move text, state text, at timestamptz"
_NARROWED = "items text[], since timestamptz, until timestamptz, closed boolean, final text[]"
_SPAN = "since timestamptz, until timestamptz, behind_id bigint, most integer"
FUNCTIONS = (
    (
        "appeals_open_requests",
        f"{_NARROWED}, behind_at timestamptz, behind_id bigint, most integer",
        _ROW,
        WINDOW,
    ),
    ("appeals_open_requests_named", "ids text[]", _ROW, NAMED),
    (
        "appeals_open_request_at",
        f"{_NARROWED}, rows_before integer",
        "opened_at timestamptz, id bigint",
        KEY_AT,
    ),
    ("appeals_open_updates", _SPAN, _STEP_ROW, UPDATES),
    ("appeals_open_updates_of", f"ids text[], {_SPAN}", _STEP_ROW, UPDATES_OF),
)
"""(name, arguments, what a row has, the statement with its arguments behind colons)"""


def install(cursor: Any) -> None:
    """Creates or replaces the functions."""
    for name, arguments, row, body in FUNCTIONS:
        cursor.execute(
            f"create or replace function {name}({arguments}) returns table ({row}) language sql stable "
            f"security definer set search_path = public, pg_temp as $${_with_arguments(name, body)}$$"
        )


def _with_arguments(name: str, body: str) -> str:
    """The statement with its arguments under the function's name, so that none is taken for a column."""
    return re.sub(r"(?<!:):(\w+)", rf"{name}.\1", body)


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
        if asked.ids is not None:
            cursor.execute("select * from appeals_open_requests_named(%s)", [list(asked.ids)])
            return [Request(*row) for row in cursor.fetchall()][skip : skip + most]
        if skip:
            cursor.execute("select * from appeals_open_request_at(%s, %s, %s, %s, %s, %s)", [*narrowed, skip])
            found = cursor.fetchone()
            if found is None:
                return []
            behind = found
        cursor.execute(
            "select * from appeals_open_requests(%s, %s, %s, %s, %s, %s, %s, %s)", [*narrowed, *behind, most]
        )
        return [Request(*row) for row in cursor.fetchall()]


def updates(
    *, since: datetime, until: datetime, ids: Sequence[str] | None, behind: int, most: int
) -> list[Update]:
    """Steps of listed cases, oldest first; those of the instant ``since`` only behind the step ``behind``."""
    span = [since, until, behind, most]
    with connection.cursor() as cursor:
        if ids is None:
            cursor.execute("select * from appeals_open_updates(%s, %s, %s, %s)", span)
        else:
            cursor.execute("select * from appeals_open_updates_of(%s, %s, %s, %s, %s)", [list(ids), *span])
        return [Update(*row) for row in cursor.fetchall()]


def _list(values: Sequence[str] | None) -> list[str] | None:
    return None if values is None else list(values)
