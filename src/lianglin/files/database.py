"""Parked files inside PostgreSQL: whoever knows the key reaches exactly the files under it; nobody can list them."""

from __future__ import annotations

from typing import Any

_DEFINER = "security definer set search_path = public, pg_temp"

FUNCTIONS = (
    f"""
    create or replace function files_park(
        k text, n text, original text, kind text, bytes integer, digest text, w integer, h integer, at timestamptz
    ) returns void language sql {_DEFINER} as $$
        insert into files_parkedfile (key, name, original_name, content_type, size, sha256, width, height, parked_at)
        values (k, n, original, kind, bytes, digest, w, h, at)
    $$""",
    f"""
    create or replace function files_parked(k text, since timestamptz) returns setof files_parkedfile
    language sql stable {_DEFINER} as $$
        select * from files_parkedfile where key = k and parked_at > since order by id
    $$""",
    f"""
    create or replace function files_unpark(k text, n text) returns boolean language plpgsql {_DEFINER} as $$
    begin
        delete from files_parkedfile where key = k and name = n;
        return found;
    end $$""",
)


def install(cursor: Any) -> None:
    """Creates or replaces the functions."""
    for statement in FUNCTIONS:
        cursor.execute(statement)
