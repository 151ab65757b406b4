"""Errors by kind and by hour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _

from lianglin.access.actor import Actor
from lianglin.kit import clock
from lianglin.kit.errors import Refused
from lianglin.kit.fresh import Fresh
from lianglin.operation import rules
from lianglin.operation.models import ErrorHour, ErrorKind, ErrorMark, TrafficHour

OPEN = (ErrorKind.State.NEW, ErrorKind.State.REGRESSED)
_counts = Fresh(10)


def now() -> datetime:
    """The machine's time: what runs and fails does so outside of the demo's advanced clock."""
    return clock.now() - clock.offset()


def kinds(state: str = "", origin: str = "") -> QuerySet[ErrorKind]:
    """Kinds, narrowed by state and origin ("" for all). Page them by ("-last_seen_at", "-id")."""
    found = ErrorKind.objects.all()
    found = found.filter(state=state) if state else found
    return found.filter(origin=origin) if origin else found


def kind(pk: int) -> ErrorKind | None:
    """One kind."""
    return ErrorKind.objects.filter(pk=pk).first()


def marks(of: ErrorKind) -> list[ErrorMark]:
    """The last failed requests of a kind, newest first."""
    return list(of.marks.order_by("-id"))


@dataclass(frozen=True)
class Hour:
    """One hour: requests, and errors of all kinds or of one."""

    at: datetime
    requests: int
    errors: int

    @property
    def per_thousand(self) -> float | None:
        """Errors to a thousand requests; None in an hour without any."""
        return round(1000 * self.errors / self.requests, 1) if self.requests else None


def hours(of: ErrorKind | None = None, most: int = rules.HOURS_SHOWN) -> list[Hour]:
    """The last hours, oldest first, those without anything too."""
    last = now().replace(minute=0, second=0, microsecond=0)
    first = last - timedelta(hours=most - 1)
    rows = ErrorHour.objects.filter(hour__gte=first)
    rows = rows.filter(kind=of) if of else rows
    errors = dict(rows.values_list("hour").annotate(Sum("count")))
    requests = dict(TrafficHour.objects.filter(hour__gte=first).values_list("hour", "requests"))
    every = [first + timedelta(hours=n) for n in range(most)]
    return [Hour(at, requests.get(at, 0), errors.get(at, 0)) for at in every]


def lately() -> Hour:
    """The running hour and the one before it together: a full hour is not over at five past."""
    two = hours(most=2)
    return Hour(two[-1].at, sum(h.requests for h in two), sum(h.errors for h in two))


def alarming() -> Hour | None:
    """The last hours when they had more errors than LIANGLIN_ERROR_LIMIT lets pass, else None."""
    found = lately()
    return found if rules.too_many(found.errors, found.requests, settings.ERROR_LIMIT) else None


def waiting(actor: Actor) -> int:
    """Kinds that nobody has looked at, for the link's count; at most ten seconds old."""
    return _counts.get("open", lambda: ErrorKind.objects.filter(state__in=OPEN).count())


def forget_counts() -> None:
    """The count on the link is read anew, in this process."""
    _counts.clear()


def checked(value: str, allowed: Sequence[str]) -> str:
    """A filter's value if it is one, else "" (an address that somebody typed)."""
    return value if value in allowed else ""


def must_be(pk: int) -> ErrorKind:
    """The kind, locked until the end of the transaction; Refused when it is gone."""
    found = ErrorKind.objects.select_for_update().filter(pk=pk).first()
    if found is None:
        raise Refused(_("This kind of error is no longer kept. Go back to the list."))
    return found


def releases(of: ErrorKind) -> list[tuple[str, int]]:
    """How often a kind came in each release, as far as hours are kept."""
    rows = of.hours.order_by("release").values_list("release").annotate(Sum("count"))
    return [(release, count) for release, count in rows]


def of_tasks(tasks: list[str]) -> dict[str, list[ErrorKind]]:
    """The kinds of errors that each task failed with, the newest first."""
    found: dict[str, list[ErrorKind]] = {}
    rows = ErrorKind.objects.filter(origin=ErrorKind.Origin.TASK, name__in=set(tasks))
    for kind in rows.order_by("-last_seen_at")[:200]:
        found.setdefault(kind.name, []).append(kind)
    return {task: kinds[:3] for task, kinds in found.items()}
