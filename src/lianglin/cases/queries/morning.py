"""What a post finds in the morning: overdue, due today, and new since the last working day's end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db.models import QuerySet

from lianglin.access.actor import Actor
from lianglin.cases.models import Case
from lianglin.cases.queries import inbox
from lianglin.kit import clock
from lianglin.kit.calendar import CLOSES, calendar


@dataclass(frozen=True)
class Part:
    """One part of the sheet: its code, how many there are, and the first of them."""

    code: str
    count: int
    rows: list[Case]


def since() -> datetime:
    """The end of office hours of the last working day before today: what came later is new this morning."""
    day = clock.today() - timedelta(days=1)
    while not calendar().is_working(day):
        day -= timedelta(days=1)
    return datetime.combine(day, CLOSES, clock.CITY_ZONE)


def parts(actor: Actor, *, most: int) -> list[Part]:
    """What waits for the post: each case in one part only, at most ``most`` of each, in the order of its due date.

    Overdue comes before due today, due today before new.
    """
    now = clock.now()
    midnight = datetime.combine(clock.today() + timedelta(days=1), time(0), clock.CITY_ZONE)
    waiting = inbox(actor)
    later = waiting.filter(due_at__gte=midnight)
    asked: list[tuple[str, QuerySet[Case]]] = [
        ("overdue", waiting.filter(due_at__lt=now)),
        ("today", waiting.filter(due_at__gte=now, due_at__lt=midnight)),
        ("new", later.filter(opened_at__gte=since())),
    ]
    return [
        Part(code, rows.order_by().count(), list(rows.order_by("due_at", "id")[:most]))
        for code, rows in asked
    ]
