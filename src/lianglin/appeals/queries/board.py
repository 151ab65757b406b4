"""What the dispatch board reads beside the queue itself: what came back, who received it first, what communities may do."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, QuerySet

from lianglin.access.actor import Actor
from lianglin.access.duty_list import queries as duty_list
from lianglin.appeals.models import Item
from lianglin.appeals.queries import worklists
from lianglin.cases.models import Case, Step
from lianglin.kit import clock

RUNNING = ("dispatched", "handling", "paused")
"""States in which an order is with a unit."""


def returned(actor: Actor) -> QuerySet[Case]:
    """Orders that came back: objected to, not enough, not solved, reopened. Page it by ("due_at", "id")."""
    came_back = Step._base_manager.filter(case=OuterRef("pk"), move__in=worklists.RETURNED)
    return worklists.queue(actor, "accepted").filter(Exists(came_back))


def running(actor: Actor) -> QuerySet[Case]:
    """Orders that are with units. Page it by ("due_at", "id")."""
    return worklists.appeals(actor).filter(state__in=RUNNING, due_at__isnull=False)


def first_receivers(found: Sequence[Case], actor: Actor) -> dict[int, str]:
    """Case id -> the unit that received the matter first and stays responsible for it (首接负责). One query."""
    steps = Step.objects.visible_to(actor, purpose=actor.work_purpose).filter(
        case_id__in=[case.pk for case in found], organisation__isnull=False
    )
    first = steps.select_related("organisation").order_by("case_id", "seq").distinct("case_id")
    return {step.case_id: step.organisation.label for step in first}


def duties_of(found: Sequence[Case], items: dict[int, Item]) -> dict[int, str]:
    """Case id -> the basis on which its community may be asked, "" where its item is on no list. One query."""
    asked = {case.pk: (_code(case, items), case.scope_code) for case in found}
    return duty_list.bases({pair for pair in asked.values() if pair[0]}, asked, clock.today())


def _code(case: Case, items: dict[int, Item]) -> str:
    item = items.get(case.item_id)  # pyright: ignore[reportAttributeAccessIssue] - annotated by worklists.appeals
    return item.duty_code if item else ""
