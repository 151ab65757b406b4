"""The demo's raw look at PostgreSQL: what the running role is given, whatever the code above it does."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db import DatabaseError, connection, transaction

from lianglin.access.actor import TOP

STATEMENT = "select count(*) from cases_case where scope_code >= %s and scope_code < %s"


@dataclass(frozen=True)
class Look:
    """A statement as it was sent, as which role and within which bounds, and what PostgreSQL answered."""

    place: str
    statement: str
    role: str
    low: str
    high: str
    count: int | None = None
    error: str = ""
    plan: list[str] = field(default_factory=list)


def look(place: str, code: str) -> Look:
    """Counts the cases of a place with plain SQL as the running role; nothing of ours stands between. Two or three statements."""
    bounds = [code, code + TOP]
    shown = STATEMENT.replace("%s", "'{}'").format(*bounds)
    with connection.cursor() as cursor:
        cursor.execute(
            "select current_user, current_setting('app.lo', true), current_setting('app.hi', true)"
        )
        role, low, high = cursor.fetchone() or ("", "", "")
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(STATEMENT, bounds)
            count = cursor.fetchone()[0]
            cursor.execute(f"explain (costs off) {STATEMENT}", bounds)
            plan = [line for (line,) in cursor.fetchall()]
    except DatabaseError as error:
        return Look(place, shown, role, low, high, error=str(error).splitlines()[0])
    return Look(place, shown, role, low, high, count=count, plan=plan)
