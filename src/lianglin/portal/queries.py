"""The demo's reads: the rate of a community, and a raw look at what PostgreSQL gives to the running role."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db import DatabaseError, connection, transaction

from lianglin.access.actor import TOP
from lianglin.indicators.queries import Figure, value
from lianglin.kit import clock, discovery
from lianglin.kit.period import Period

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


def rate(scope_code: str) -> Figure | None:
    """This month's figure of the first indicator that has a goal: in this house the share of matters settled.

    Run it as a role that may read the community's figures; None where no indicator has a goal.
    """
    goal = next((i for i in discovery.indicators().values() if i.target is not None), None)
    return value(goal.code, scope_code, Period.month_of(clock.today())) if goal else None


def shown(figure: Figure | None) -> dict[str, str | float | int]:
    """A figure as the tour writes it: ``shown``, ``unit`` and both counts; a dash while nothing has fallen due."""
    if figure is None or figure.amount is None:
        return {"shown": "–", "unit": "", "n": 0, "d": 0}
    counts = figure.counts
    return {"shown": figure.amount, "unit": "%", "n": counts.numerator, "d": counts.denominator or 0}
