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


def install(cursor: Any) -> None:
    """Creates or replaces the function; every role may call it, none may write the tables behind it."""
    cursor.execute(APPEND)
