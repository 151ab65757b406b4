"""Claiming a case with number and secret, inside PostgreSQL: no role can list the receipts."""

from __future__ import annotations

from typing import Any

CLAIM = """
create or replace function cases_claim(n text, digest bytea) returns bigint
language sql stable security definer set search_path = public, pg_temp as $$
    select case_id from cases_receipt where number = n and secret_digest = digest
$$"""


def install(cursor: Any) -> None:
    """Creates or replaces the function."""
    cursor.execute(CLAIM)
