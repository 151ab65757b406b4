"""Open cases of a post that ends: how many there are, and passing them to the post that follows."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count

from lianglin.access.actor import Actor
from lianglin.cases.actions import lock, remark
from lianglin.cases.models import Case


def held(post_ids: Iterable[int]) -> dict[int, int]:
    """How many open cases each of these posts has taken on; posts without any are left out."""
    found = Case._base_manager.filter(assignee_id__in=list(post_ids), closed_at__isnull=True)
    return dict(found.values_list("assignee_id").annotate(Count("id")).order_by())


def pass_on(post_id: int, to_post_id: int, by: Actor) -> int:
    """Gives every open case of a post to the one that follows, each with a step that says so; how many there were."""
    open_cases = Case._base_manager.filter(assignee_id=post_id, closed_at__isnull=True)
    ids = list(open_cases.order_by("id").values_list("id", flat=True))
    for case_id in ids:
        case = lock(case_id, by=by)
        case.assignee_id = to_post_id
        case.save(update_fields=["assignee"])
        remark(case, by=by, note="", public=False, data={"from": post_id, "to": to_post_id}, code="hand_over")
    return len(ids)
