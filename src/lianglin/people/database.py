"""What people add to the database: the two questions about guardianships that no single row predicate answers."""

from __future__ import annotations

from typing import Any

from lianglin.access.policies import APP, ROLES, db_role
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


def install(cursor: Any) -> None:
    """Creates or replaces the functions after every migration."""
    cursor.execute(ACTS_FOR)
    cursor.execute(WARDS)
    everyone = ", ".join(sorted({db_role(role) for role in ROLES} | {APP}))
    cursor.execute("revoke execute on function people_acts_for(bigint, bigint, date) from public")
    cursor.execute(f"grant execute on function people_acts_for(bigint, bigint, date) to {everyone}")
    cursor.execute("revoke execute on function people_wards(date) from public")
    cursor.execute("grant execute on function people_wards(date) to lianglin_resident")
