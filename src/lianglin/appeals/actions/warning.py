"""Who owes the next step of a matter, and who gave the order, hear of its limit before it ends, and once when it has."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import QuerySet

from lianglin.access.actor import Actor
from lianglin.appeals.queries import owed, recipients
from lianglin.appeals.queries.provisions import for_case
from lianglin.appeals.rules import petition
from lianglin.appeals.rules.provisions import BY_CODE
from lianglin.cases.models import Case
from lianglin.kit import clock, messages
from lianglin.kit.calendar import calendar
from lianglin.kit.ids import group_case_number
from lianglin.kit.signs import local_dt_lazy

BREACH_TOLD_FOR = timedelta(days=1)
"""A limit that ended longer ago is told no more: it stands on the ladder."""


class Told:
    """The posts that hear of matters of a unit and an area; each is looked up once in a run."""

    def __init__(self) -> None:
        self._units: dict[int, list[int]] = {}
        self._areas: dict[tuple[str, str], list[int]] = {}

    def of(self, case: Case) -> list[int]:
        """Whoever took the order on, else the unit's posts, and who follows it in the street; or the posts that owe it."""
        if (case.kind, case.state) in owed.BY_POSTS:
            return self._posts(*owed.BY_POSTS[case.kind, case.state], case)
        unit = case.owner_id or 0
        if unit not in self._units:
            self._units[unit] = recipients.posts_of(unit)
        theirs = self._units[unit]
        handler = [case.assignee_id] if case.assignee_id in theirs else theirs
        duty = petition.WORK if case.kind == petition.KIND else "appeals.dispatch"
        return list(dict.fromkeys([*filter(None, handler), *self._posts(duty, "township", case)]))

    def _posts(self, duty: str, level: str, case: Case) -> list[int]:
        area = (f"{duty}.{level}", case.scope_code[: recipients.CODE_LENGTH[level]])
        if area not in self._areas:
            self._areas[area] = recipients.posts_with(duty, level, case.scope_code)
        return self._areas[area]


def warn(*, by: Actor) -> int:
    """Tells of limits that end soon, and of those that have ended since yesterday, each once; how many matters.

    For the background. How long before is set by dated rows; urgent matters are warned in hours.
    """
    now, told, count = clock.now(), Told(), 0
    most = calendar().add_working_days(now, BY_CODE["warning.before"].most).at
    for running in _running(by):
        for case in running.filter(due_at__gt=now, due_at__lte=most).iterator(chunk_size=500):
            if case.due_at is not None and case.due_at <= _until(case, now):
                count += _tell(case, "appeals.due_soon", told)
        ended = running.filter(due_at__gt=now - BREACH_TOLD_FOR, due_at__lte=now)
        for case in ended.iterator(chunk_size=500):
            count += _tell(case, "appeals.breached", told)
    return count


def _running(by: Actor) -> tuple[QuerySet[Case], QuerySet[Case]]:
    """What units owe, and what posts owe that no unit is in charge of."""
    found = Case.objects.visible_to(by, purpose=by.work_purpose).order_by("due_at", "id")
    return found.filter(owed.WITH_A_UNIT, owner__isnull=False), found.filter(owed.WITH_POSTS)


def _until(case: Case, now: datetime) -> datetime:
    """Limits that end up to here are near."""
    way = "petition" if case.kind == petition.KIND else "urgent" if case.urgent else "before"
    before = for_case(f"warning.{way}", case)
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
                    "link": owed.address(case),
                },
                once=f"{code}:{case.pk}:{case.due_at.isoformat() if case.due_at else ''}:{post_id}",
            )
        )
    return 1
