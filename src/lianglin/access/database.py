"""The audit's append, inside PostgreSQL: one statement locks the chain's head, links the lines and moves the head."""

from __future__ import annotations

from typing import Any

APPEND = """
create or replace function access_audit_append(c text, bodies bytea[]) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    n bigint;
    h bytea;
    b bytea;
begin
    insert into access_audithead (chain, seq, hash) values (c, 0, decode(repeat('00', 32), 'hex')) on conflict (chain) do nothing;
    select seq, hash into n, h from access_audithead where chain = c for update;
    foreach b in array bodies loop
        n := n + 1;
        h := sha256(h || int8send(n) || b);
        insert into access_auditentry (chain, seq, body, hash) values (c, n, b, h);
    end loop;
    update access_audithead set seq = n, hash = h where chain = c;
end $$"""


OWN_LOOKS = """
create or replace function access_own_looks(behind bigint, most integer)
returns table (id bigint, at timestamptz, purpose text, what text, unit text, unit_en text)
language sql stable security definer set search_path = public, pg_temp as $$
    select l.id, l.at, l.purpose, l.what, o.name, o.name_en
    from access_accesslog l join access_organisation o on o.id = l.organisation_id
    where l.resident_id = nullif(current_setting('app.resident', true), '')::bigint and l.id < behind
    order by l.id desc limit least(most, 5000)
$$"""
"""The looks at a resident who logged in. The table's one predicate for residents is the case they hold."""


def install(cursor: Any) -> None:
    """Creates or replaces the function; every role may call it, none may write the tables behind it."""
    cursor.execute(APPEND)
    cursor.execute(OWN_LOOKS)
