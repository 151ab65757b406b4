"""Reads of parameters: what is to be entered, what waits for a second person, every dated value."""

from __future__ import annotations

from django.db.models import BooleanField, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Coalesce

from lianglin.access.actor import Actor
from lianglin.benefits.models import Parameter, ParameterValue
from lianglin.benefits.rules.life import APPROVE, DRAFT
from lianglin.kit.fresh import Fresh

State = ParameterValue.State
_waiting = Fresh(30.0)


def parameters(*, missing: bool = False) -> QuerySet[Parameter]:
    """Parameters with ``to_enter``: whether a place in them is still to be entered. Page them by ("-to_enter", "name")."""
    empty = ParameterValue.objects.filter(parameter=OuterRef("pk"), state=State.IN_FORCE, value__isnull=True)
    found = Parameter.objects.annotate(
        to_enter=Coalesce(Exists(empty), Value(False), output_field=BooleanField())
    )
    return found.filter(to_enter=True) if missing else found


def values(parameter_ids: list[int]) -> dict[int, list[ParameterValue]]:
    """The values in force and those that wait, by parameter, in order of area and day."""
    found: dict[int, list[ParameterValue]] = {}
    rows = ParameterValue.objects.filter(
        parameter_id__in=parameter_ids, state__in=[State.IN_FORCE, State.WAITING]
    )
    for row in rows.order_by("parameter_id", "area", "from_on", "id"):
        found.setdefault(row.parameter_id, []).append(row)
    return found


def history(parameter_id: int) -> list[ParameterValue]:
    """Every value of a parameter, the newest first."""
    return list(ParameterValue.objects.filter(parameter_id=parameter_id).order_by("-id")[:200])


def undecided() -> QuerySet[ParameterValue]:
    """Values that wait for the second person, oldest first."""
    return ParameterValue.objects.filter(state=State.WAITING).select_related("parameter").order_by("id")


def waiting(actor: Actor) -> int:
    """How many values wait for this post: to be entered, to be approved; at most half a minute old."""
    found = 0
    if actor.may(DRAFT):
        found += _waiting.get("enter", lambda: parameters(missing=True).count())
    if actor.may(APPROVE):
        found += _waiting.get("decide", lambda: undecided().count())
    return found
