"""Who handles a matter, and who gave the order, hear of its limit before it ends, and once more when it has."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.urls import reverse

from lianglin.access.actor import Actor
from lianglin.appeals import rules
from lianglin.appeals.queries import recipients
from lianglin.appeals.queries.provisions import for_case
from lianglin.appeals.queries.supervision import WITH_A_UNIT
from lianglin.appeals.rules.provisions import BY_CODE
from lianglin.cases.models import Case
from lianglin.kit import clock, messages
from lianglin.kit.calendar import calendar
from lianglin.kit.ids import group_case_number
from lianglin.kit.signs import local_dt_lazy

BREACH_TOLD_FOR = timedelta(days=1)
"""A limit that ended longer ago is told no more: it stands on the ladder."""


class Told:
    """The posts that hear of matters of a unit and a street; each is looked up once in a run."""

    def __init__(self) -> None:
        self._units: dict[int, list[int]] = {}
        self._streets: dict[str, list[int]] = {}

    def of(self, case: Case) -> list[int]:
        """Whoever took the order on, else the unit's posts; and the dispatchers of the street."""
        unit, street = case.owner_id or 0, case.scope_code[:9]
        if unit not in self._units:
            self._units[unit] = recipients.posts_of(unit)
        if street not in self._streets:
            self._streets[street] = recipients.posts_with("appeals.dispatch", "township", case.scope_code)
        theirs = self._units[unit]
        handler = [case.assignee_id] if case.assignee_id in theirs else theirs
        return [*filter(None, handler), *self._streets[street]]


def warn(*, by: Actor) -> int:
    """Tells of limits that end soon, and of those that have ended since yesterday, each once; how many matters.

    For the background. How long before is set by dated rows; urgent matters are warned in hours.
    """
    now, told, count = clock.now(), Told(), 0
    most = calendar().add_working_days(now, BY_CODE["warning.before"].most).at
    for case in _running(by).filter(due_at__gt=now, due_at__lte=most).iterator(chunk_size=500):
        if case.due_at is not None and case.due_at <= _until(case, now):
            count += _tell(case, "appeals.due_soon", told)
    ended = _running(by).filter(due_at__gt=now - BREACH_TOLD_FOR, due_at__lte=now)
    for case in ended.iterator(chunk_size=500):
        count += _tell(case, "appeals.breached", told)
    return count


def _running(by: Actor) -> QuerySet[Case]:
    found = Case.objects.visible_to(by, purpose=by.work_purpose)
    return found.filter(kind=rules.KIND, state__in=WITH_A_UNIT, owner__isnull=False).order_by("due_at", "id")


def _until(case: Case, now: datetime) -> datetime:
    """Limits that end up to here are near."""
    before = for_case("warning.urgent" if case.urgent else "warning.before", case)
    return calendar().add(now, before.amount, before.unit).at


def _tell(case: Case, code: str, told: Told) -> int:
    for post_id in told.of(case):
        messages.send(
            messages.Message(
                code=code,
                channel="in_app",
                scope_code=case.scope_code,
                case_id=case.pk,
                post_id=post_id,
                context={
                    "number": group_case_number(case.number),
                    "due": local_dt_lazy(case.due_at, "short"),
                    "link": reverse("appeals:detail", args=[case.number]),
                },
                once=f"{code}:{case.pk}:{case.due_at.isoformat() if case.due_at else ''}:{post_id}",
            )
        )
    return 1
