"""Drafts inside PostgreSQL: whoever knows the key reaches that one draft; nobody can list them."""

from __future__ import annotations

from typing import Any

_DEFINER = "security definer set search_path = public, pg_temp"

FUNCTIONS = (
    f"""
    create or replace function notices_draft_save(k text, what bytea, at timestamptz, until timestamptz) returns void
    language sql {_DEFINER} as $$
        insert into notices_draft (key, content, saved_at, expires_at) values (k, what, at, until)
        on conflict (key) do update
            set content = excluded.content, saved_at = excluded.saved_at, expires_at = excluded.expires_at
    $$""",
    f"""
    create or replace function notices_draft_load(k text, at timestamptz) returns bytea
    language sql stable {_DEFINER} as $$
        select content from notices_draft where key = k and expires_at > at
    $$""",
    f"""
    create or replace function notices_draft_discard(k text) returns void
    language sql {_DEFINER} as $$ delete from notices_draft where key = k $$""",
)


def install(cursor: Any) -> None:
    """Creates or replaces the functions."""
    for statement in FUNCTIONS:
        cursor.execute(statement)
