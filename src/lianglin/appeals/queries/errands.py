"""What waits for a unit beside the appeals that it leads: orders to help, and calls of streets."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext

from lianglin.access.actor import Actor
from lianglin.appeals.models import WhistleUnit
from lianglin.appeals.queries import whistles
from lianglin.appeals.queries.orders import own_co_orders
from lianglin.kit.errands import Waiting


def co_orders(actor: Actor, most: int) -> list[Waiting]:
    """The unit's open orders to help."""
    rows = own_co_orders(actor).select_related(None).select_related("case__owner", "case__community")
    return [
        Waiting(
            title=one.case.title,
            url=f"{reverse('appeals:detail', args=[one.case.number])}?move=co_answer#do-co_answer",
            due_at=one.due_at,
            number=one.case.number,
            place=one.case.place_text,
            community=one.case.community.label,
            from_unit=one.case.owner.label if one.case.owner else "",
            from_step=gettext("leads it"),
            from_at=one.ordered_at,
            rule=gettext("limit of a co-handler"),
            urgent=one.case.urgent,
            provisional=one.provisional,
        )
        for one in rows.order_by("due_at", "id")[:most]
    ]


def calls(actor: Actor, most: int) -> list[Waiting]:
    """The calls that the unit has neither come to nor answered."""
    mine = WhistleUnit.objects.visible_to(actor, purpose=actor.work_purpose).filter(
        unit_id=actor.organisation_id, arrived_at=None, answered_at=None
    )
    ids = list(mine.order_by("-id").values_list("call_id", flat=True)[:most])
    found = whistles.calls(actor).filter(pk__in=ids) if ids else []
    return [
        Waiting(
            title=one.text or one.place_text,
            url=reverse("appeals:whistle", args=[one.pk]),
            due_at=one.arrive_by,
            place=one.place_text,
            from_unit=one.street.label,
            from_step=gettext("calls your unit"),
            from_at=one.called_at,
            rule=gettext("time to be there"),
        )
        for one in sorted(found, key=lambda one: one.arrive_by)
    ]
