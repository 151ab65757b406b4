"""What residents and the public read about claims through the database's own functions: theirs alone, and public notices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from lianglin.access.actor import Actor

OWN = """
create or replace function benefits_own_claims(behind bigint, most integer)
returns table (id bigint, number text, title text, state text, opened_at timestamptz, due_at timestamptz)
language sql stable security definer set search_path = public, pg_temp as $$
    select c.id, c.number, c.title, c.state, c.opened_at, c.due_at from (
        select k.case_id from benefits_claim k
        where k.resident_id = nullif(current_setting('app.resident', true), '')::bigint and k.case_id < behind
        union
        select k.case_id from people_membership m join benefits_claim k on k.household_id = m.household_id
        where m.resident_id = nullif(current_setting('app.resident', true), '')::bigint and m.to_on is null
            and k.resident_id is null and k.case_id < behind
    ) mine join cases_case c on c.id = mine.case_id
    order by c.id desc limit least(most, 100)
$$"""
"""Claims of the resident who logged in, and those of the household that person lives in now."""
_TODAY = "(nullif(current_setting('app.at', true), '')::timestamptz at time zone 'Asia/Shanghai')::date"
NOTICES = f"""
create or replace function benefits_public_notices(low text, high text, behind bigint, most integer)
returns table (id bigint, scope_code text, community_name text, community_name_en text, measure_id bigint,
    name_shown text, amount_fen bigint, from_on date, to_on date, office_id bigint, state text, sample boolean)
language sql stable security definer set search_path = public, pg_temp as $$
    select n.id, n.scope_code, n.community_name, n.community_name_en, n.measure_id, n.name_shown, n.amount_fen,
        n.from_on, n.to_on, n.office_id, n.state, n.sample
    from benefits_publicnotice n
    where n.state = 'shown' and n.to_on >= {_TODAY} and n.id < behind and n.scope_code >= low and n.scope_code < high
    order by n.id desc limit least(most, 100)
$$"""
"""What stands in public today. A notice whose last day is over is not given out, whether the night has run or not."""
NOTICE = f"""
create or replace function benefits_public_notice(wanted bigint)
returns table (id bigint, scope_code text, community_name text, community_name_en text, measure_id bigint,
    name_shown text, amount_fen bigint, from_on date, to_on date, office_id bigint, state text, sample boolean)
language sql stable security definer set search_path = public, pg_temp as $$
    select n.id, n.scope_code, n.community_name, n.community_name_en, n.measure_id,
        case when n.state = 'shown' and n.to_on >= {_TODAY} then n.name_shown else '' end,
        case when n.state = 'shown' and n.to_on >= {_TODAY} then n.amount_fen end,
        n.from_on, n.to_on, n.office_id,
        case when n.state = 'shown' and n.to_on < {_TODAY} then 'ended' else n.state end, n.sample
    from benefits_publicnotice n where n.id = wanted
$$"""
OBJECT = f"""
create or replace function benefits_object_to_notice(wanted bigint, said text, reach text)
returns boolean
language sql volatile security definer set search_path = public, pg_temp as $$
    with shown as (
        select n.id, n.case_id, n.scope_code from benefits_publicnotice n
        where n.id = wanted and n.state = 'shown' and n.to_on >= {_TODAY}
    ), made as (
        insert into benefits_noticeobjection (notice_id, case_id, scope_code, text, contact, made_at, answer)
        select id, case_id, scope_code, left(said, 1000), left(reach, 60),
            nullif(current_setting('app.at', true), '')::timestamptz, '' from shown
        returning id
    )
    select exists (select 1 from made)
$$"""


def install(cursor: Any) -> None:
    """Creates or replaces the functions."""
    for text in (OWN, NOTICES, NOTICE, OBJECT):
        cursor.execute(text)


@dataclass(frozen=True)
class OwnClaim:
    """One of the own claims, as a list shows it."""

    id: int
    number: str
    title: str
    state: str
    opened_at: datetime
    due_at: datetime | None


def own_claims(*, actor: Actor, behind: int = 2**62, limit: int = 20) -> list[OwnClaim]:
    """The claims of the resident who logged in and of that home, newest first; [] for anybody else."""
    if actor.role != "resident" or actor.resident_id is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute("select * from benefits_own_claims(%s, %s)", [behind, limit])
        return [OwnClaim(*row) for row in cursor.fetchall()]


def own_claim(number: str, *, actor: Actor) -> int | None:
    """The id of the own claim with this number; None when it is not one of them."""
    behind = 2**62
    while rows := own_claims(actor=actor, behind=behind, limit=100):
        if mine := next((row.id for row in rows if row.number == number), None):
            return mine
        behind = rows[-1].id
    return None


@dataclass(frozen=True)
class Shown:
    """A public notice as anybody reads it."""

    id: int
    scope_code: str
    community_name: str
    community_name_en: str
    measure_id: int
    name_shown: str
    amount_fen: int | None
    from_on: date
    to_on: date
    office_id: int | None
    state: str
    sample: bool


def public_notices(*, low: str = "", high: str = "~", behind: int = 2**62, limit: int = 30) -> list[Shown]:
    """What stands in public today, newest first."""
    with connection.cursor() as cursor:
        cursor.execute("select * from benefits_public_notices(%s, %s, %s, %s)", [low, high, behind, limit])
        return [Shown(*row) for row in cursor.fetchall()]


def public_notice(pk: int) -> Shown | None:
    """One notice; without a name once its days are over."""
    with connection.cursor() as cursor:
        cursor.execute("select * from benefits_public_notice(%s)", [pk])
        row = cursor.fetchone()
    return Shown(*row) if row else None


def object_to_notice(pk: int, text: str, contact: str) -> bool:
    """Writes an objection down; False where nothing is on notice any more."""
    with connection.cursor() as cursor:
        cursor.execute("select benefits_object_to_notice(%s, %s, %s)", [pk, text, contact])
        return bool(cursor.fetchone()[0])
