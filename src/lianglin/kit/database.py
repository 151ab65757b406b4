"""Functions of the ground inside PostgreSQL. They run as their owner, so that no role needs the tables behind them."""

from __future__ import annotations

from typing import Any

_DEFINER = "security definer set search_path = public, pg_temp"

FUNCTIONS = (
    f"""
    create or replace function kit_throttle(k text, at timestamptz, span interval) returns integer
    language sql {_DEFINER} as $$
        insert into kit_throttle (key, window_start, count) values (k, at, 1)
        on conflict (key) do update set
            count = case when kit_throttle.window_start + span <= excluded.window_start then 1 else kit_throttle.count + 1 end,
            window_start = case when kit_throttle.window_start + span <= excluded.window_start
                then excluded.window_start else kit_throttle.window_start end
        returning count
    $$""",
    f"""
    create or replace function kit_throttle_clear(k text) returns void
    language sql {_DEFINER} as $$ delete from kit_throttle where key = k $$""",
    f"""
    create or replace function kit_idempotent_begin(k text, digest bytea, at timestamptz)
    returns table (fresh boolean, same boolean, status smallint, response bytea)
    language plpgsql {_DEFINER} as $$
    begin
        insert into kit_idempotentrequest (key, body_digest, created_at) values (k, digest, at) on conflict (key) do nothing;
        if found then
            return query select true, true, null::smallint, null::bytea;
        else
            return query select false, r.body_digest = digest, r.status, r.response from kit_idempotentrequest r where r.key = k;
        end if;
    end $$""",
    f"""
    create or replace function kit_idempotent_end(k text, s smallint, r bytea) returns void
    language sql {_DEFINER} as $$ update kit_idempotentrequest set status = s, response = r where key = k $$""",
    f"""
    create or replace function kit_idempotent_forget(k text) returns void
    language sql {_DEFINER} as $$ delete from kit_idempotentrequest where key = k and status is null $$""",
)


def install(cursor: Any) -> None:
    """Creates or replaces the functions; every role may call them."""
    for statement in FUNCTIONS:
        cursor.execute(statement)
