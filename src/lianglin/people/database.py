"""What people add to the database: two questions about guardianships, and the moving of rows when files are joined."""

from __future__ import annotations

from typing import Any

from django.apps import apps

from lianglin.access.policies import APP, ROLES, db_role
from lianglin.kit import discovery
from lianglin.kit.domain import Follows
from lianglin.people.rules import ADULT, FOR_MINORS

_IN_FORCE = (
    "g.from_on <= today and coalesce(g.to_on, 'infinity') >= today and w.died_on is null "
    f"and (g.kind not in ({', '.join(repr(kind) for kind in FOR_MINORS)}) "
    f"or (w.born_on + interval '{ADULT} years')::date > today)"
)
ACTS_FOR = f"""
create or replace function people_acts_for(one bigint, other bigint, today date) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
    select exists (select 1 from people_guardianship g join people_resident w on w.id = g.ward_id
        where g.guardian_id = one and g.ward_id = other and {_IN_FORCE})
$$"""
"""Asked before the actor's role is known; tells yes or no about two numbers, nothing else."""
WARDS = f"""
create or replace function people_wards(today date) returns table (ward bigint, name text, born_on date, kind text)
language sql stable security definer set search_path = public, pg_temp as $$
    select w.id, w.name::text, w.born_on, g.kind::text from people_guardianship g join people_resident w on w.id = g.ward_id
    where g.guardian_id = nullif(current_setting('app.resident', true), '')::bigint and {_IN_FORCE} order by w.id
$$"""
"""For the resident who logged in: a row of Guardianship is the ward's, and residents have one predicate."""

FOLLOW = """
create or replace function people_follow(label text, gone bigint, kept bigint) returns bigint[]
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    statement text;
    moved bigint[];
begin
    select k.ahead into statement from (values {known}) k(label, ahead, back) where k.label = people_follow.label;
    if not found then raise exception 'nothing is declared to follow as %', label; end if;
    execute statement into moved using gone, kept;
    return moved;
end $$"""
FOLLOW_BACK = """
create or replace function people_follow_back(label text, gone bigint, kept bigint, moved bigint[]) returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    statement text;
    n integer;
begin
    select k.back into statement from (values {known}) k(label, ahead, back) where k.label = people_follow_back.label;
    if not found then raise exception 'nothing is declared to follow as %', label; end if;
    execute statement into n using gone, kept, moved;
    return n;
end $$"""
"""Rows follow a person from one file to the other and back: the declared columns and nothing else, whatever rights a
role has on the tables (facts and consents are only ever added). Only the job role calls them."""

ENDED = """
create or replace function people_ended() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    new.ended_on := least(new.died_on, new.left_on);
    return new;
end $$;
create or replace trigger people_ended before insert or update of died_on, left_on, ended_on on people_resident for each row
when (new.died_on is not null or new.left_on is not null or new.ended_on is not null) execute function people_ended()"""
"""Since when somebody no longer lives here. A generated column would say it, too, and rewrite the whole table to come."""


def following() -> dict[str, Follows]:
    """What follows when files are joined, by its label ("people.Consent.resident_id")."""
    return {f"{one.model}.{one.column}": one for one in discovery.each("follows") if not one.stays}


def _statements(one: Follows) -> tuple[str, str]:
    """(ahead, back) as SQL: $1 the file that is joined, $2 the one that stays, $3 the rows that were moved."""
    model = apps.get_model(one.model)
    table, key = model._meta.db_table, str(model._meta.pk.column)  # pyright: ignore[reportOptionalMemberAccess]
    also = f" and t.{one.only[0]} = '{one.only[1]}'" if one.only else ""
    if one.apart:
        also += f" and t.{one.apart} is distinct from $2"
    if one.once:
        same = " and ".join(f"o.{name} is not distinct from t.{name}" for name in one.once)
        also += f" and not exists (select 1 from {table} o where o.{one.column} = $2 and {same})"
    ahead = (
        f"with moved as (update {table} t set {one.column} = $2 where t.{one.column} = $1{also} returning t.{key} as pk) "
        "select coalesce(array_agg(pk order by pk), '{}') from moved"
    )
    back = (
        f"with moved as (update {table} t set {one.column} = $1 where t.{one.column} = $2 and t.{key} = any($3) returning 1) "
        "select count(*) from moved"
    )
    return ahead, back


def _install_following(cursor: Any) -> None:
    quoted = [(label, *_statements(one)) for label, one in sorted(following().items())]
    known = ", ".join("(" + ", ".join(f"$q${part}$q$" for part in row) + ")" for row in quoted)
    for text, signature in (
        (FOLLOW, "people_follow(text, bigint, bigint)"),
        (FOLLOW_BACK, "people_follow_back(text, bigint, bigint, bigint[])"),
    ):
        cursor.execute(text.replace("{known}", known))
        cursor.execute(f"revoke execute on function {signature} from public")
        cursor.execute(f"grant execute on function {signature} to lianglin_job")


def install(cursor: Any) -> None:
    """Creates or replaces the functions after every migration."""
    _install_following(cursor)
    cursor.execute(ENDED)
    cursor.execute(ACTS_FOR)
    cursor.execute(WARDS)
    everyone = ", ".join(sorted({db_role(role) for role in ROLES} | {APP}))
    cursor.execute("revoke execute on function people_acts_for(bigint, bigint, date) from public")
    cursor.execute(f"grant execute on function people_acts_for(bigint, bigint, date) to {everyone}")
    cursor.execute("revoke execute on function people_wards(date) from public")
    cursor.execute("grant execute on function people_wards(date) to lianglin_resident")
