"""Calls of streets: those of an area, and those to a unit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.db.models import QuerySet

from lianglin.access.actor import Actor
from lianglin.appeals.models import WhistleCall, WhistleUnit

SUBJECT = "appeals.WhistleCall"
"""How grants name a call."""


def calls(actor: Actor) -> QuerySet[WhistleCall]:
    """The calls that a post may see: of its area, or to its unit. Page it by ("-id",)."""
    return WhistleCall.objects.visible_to(actor, purpose=actor.work_purpose).select_related("street", "case")


def calls_about(case_id: int, actor: Actor) -> list[WhistleCall]:
    """The calls that name an appeal, as far as the post may see them, oldest first."""
    return list(calls(actor).filter(case_id=case_id).order_by("id"))


def units_of_calls(calls: Sequence[int], actor: Actor) -> dict[int, list[WhistleUnit]]:
    """The units of several calls, as :func:`units_of` shows them, in one read."""
    seen = WhistleUnit.objects.visible_to(actor, purpose=actor.work_purpose).filter(call_id__in=calls)
    found: dict[int, list[WhistleUnit]] = defaultdict(list)
    for unit in seen.select_related("unit").order_by("unit__code"):
        found[unit.call_id].append(unit)
    return found


def units_of(call: WhistleCall, actor: Actor) -> list[WhistleUnit]:
    """The units called, as far as the post may see: a unit sees itself alone."""
    seen = WhistleUnit.objects.visible_to(actor, purpose=actor.work_purpose).filter(call_id=call.pk)
    return list(seen.select_related("unit").order_by("unit__code"))
