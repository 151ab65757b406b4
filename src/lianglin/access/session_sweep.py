"""Sessions whose time is over go at night; a page that nobody opens again would keep them for ever.

The background role may take away what has run out and nothing else: it can read no session, as whoever can holds it.
"""

from __future__ import annotations

from typing import Any

from lianglin.access.governance.database import only
from lianglin.access.governance.queries import call
from lianglin.access.runs import batches

AT_ONCE = 5_000
FORGET = """
create or replace function access_forget_sessions(most integer) returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    n integer;
begin
    delete from django_session where session_key = any (array(
        select session_key from django_session where expire_date < now() order by expire_date limit most
        for update skip locked
    ));
    get diagnostics n = row_count;
    return n;
end $$"""
"""An array, because a subquery with a limit may be asked more than once, each time for others, as the planner likes. By the
system's clock, as sessions themselves (access.visits). The login beside one (LoginSession) has its own time."""


def install(cursor: Any) -> None:
    """Creates the function, for the background role alone."""
    cursor.execute(FORGET)
    only(cursor, (("access_forget_sessions(integer)", "lianglin_job"),))


SWEEP = batches("forget_sessions", lambda: call("access_forget_sessions", AT_ONCE))
"""A step: five thousand, about a tenth of a second."""
