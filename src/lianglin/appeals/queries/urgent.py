"""Urgent appeals that nobody has taken on yet."""

from __future__ import annotations

from datetime import datetime, timedelta

from lianglin.access.actor import Actor
from lianglin.appeals import rules
from lianglin.cases.models import Case
from lianglin.cases.queries import running_clocks

TOLD_FOR = timedelta(days=2)
"""How long after its limit began an urgent appeal is still told further up; later it stands among the overdue."""


def waits_for_unit(case_id: int, actor: Actor) -> bool:
    """Whether an appeal is urgent and waits for a unit."""
    states = rules.LIFECYCLE.move("call_out").sources
    rows = Case.objects.visible_to(actor, purpose=actor.work_purpose)
    return rows.filter(pk=case_id, urgent=True, state__in=states).exists()


def untaken(before: datetime, actor: Actor) -> list[tuple[Case, datetime]]:
    """The urgent appeals that wait since ``before`` or longer, each with the instant since when: its running limit's begin."""
    rows = Case.objects.visible_to(actor, purpose=actor.work_purpose).filter(
        kind=rules.KIND, urgent=True, closed_at__isnull=True, state__in=rules.UNTAKEN
    )
    found = list(rows.order_by("-opened_at")[:500])
    clocks = running_clocks(found, actor)
    since = [(case, clocks[case.pk].started_at) for case in found if case.pk in clocks]
    return [(case, at) for case, at in since if before - TOLD_FOR <= at <= before]
