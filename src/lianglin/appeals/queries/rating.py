"""The links for grading: found and used up by their digest, past the policies, by two functions of PostgreSQL alone."""

from __future__ import annotations

from typing import Any

from django.db import connection

from lianglin.kit.crypto import match_key

LINKS = """
create or replace function appeals_rating_case(asked bytea) returns bigint
language sql stable security definer set search_path = public, pg_temp as $$
    select l.case_id from appeals_calllink l join cases_case c on c.id = l.case_id
    where l.digest = asked and l.used_at is null and c.state = 'settled'
        and l.expires_at > nullif(current_setting('app.at', true), '')::timestamptz
$$;
create or replace function appeals_rating_use(asked bytea) returns bigint
language sql volatile security definer set search_path = public, pg_temp as $$
    update appeals_calllink l set used_at = nullif(current_setting('app.at', true), '')::timestamptz
    where l.digest = asked and l.used_at is null
        and l.expires_at > nullif(current_setting('app.at', true), '')::timestamptz
    returning l.case_id
$$"""


def install(cursor: Any) -> None:
    """Creates or replaces the two functions."""
    cursor.execute(LINKS)


def digest_of(token: str) -> bytes:
    """What is kept of a link."""
    return match_key(token, "rating")


def case_of(token: str) -> int | None:
    """The settled matter that a link opens while it is valid and unused."""
    return _asked("select appeals_rating_case(%s)", token)


def use(token: str) -> int | None:
    """Uses a link up; None when it was used before, or is over."""
    return _asked("select appeals_rating_use(%s)", token)


def _asked(statement: str, token: str) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [digest_of(token)])
        return cursor.fetchone()[0]
