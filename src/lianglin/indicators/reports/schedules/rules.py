"""On which day a period's report is due, and which periods are: pure, given the working days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from lianglin.kit.period import Period
from lianglin.kit.reports import PeriodKind

Works = Callable[[date], bool]
MOST = 20
"""The latest working day after a period on which a report is due."""
LONG = 60
"""Periods that are looked back at after an outage."""


def due_on(period: Period, nth: int, works: Works) -> date:
    """The ``nth`` working day after the period."""
    day = period.end - timedelta(days=1)
    while nth > 0:
        day += timedelta(days=1)
        nth -= works(day)
    return day


def last_due(kind: PeriodKind, nth: int, today: date, works: Works) -> Period:
    """The latest period whose day has come by today."""
    period = Period.of(kind, today)
    while due_on(period, nth, works) > today:
        period = period.previous()
    return period


def following(period: Period) -> Period:
    """The period after it, of the same kind."""
    kind = period.kind
    if kind is None:
        raise ValueError("Only weeks, months, quarters and years follow one another.")
    return Period.of(kind, period.end)


def missed(handled: Period, now: Period) -> list[Period]:
    """The periods between the last that was handled and the one that is due now: an outage left them out."""
    found: list[Period] = []
    period = following(handled)
    while period.start < now.start and len(found) < LONG:
        found.append(period)
        period = following(period)
    return found
