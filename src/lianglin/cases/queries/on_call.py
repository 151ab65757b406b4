"""Who is on call for a place at an instant, and the rota of an area."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from lianglin.access.actor import Actor
from lianglin.access.models import Organisation, Post
from lianglin.cases import rules
from lianglin.cases.models import OnCallTurn
from lianglin.kit import clock

STREET = 9
"""Characters of a street's scope code."""


def on_call(scope_code: str, at: datetime) -> Organisation | None:
    """The unit on call for a community at an instant: of the narrowest area that has a turn then; None: nobody."""
    day, shift = rules.shift_of(clock.local(at))
    areas = {"", *(scope_code[:width] for width in (4, 6, 9, 12))}
    turns = OnCallTurn.objects.filter(day=day, shift=shift, scope_code__in=areas).select_related(
        "organisation"
    )
    found = sorted(turns, key=lambda turn: len(turn.scope_code))
    return found[-1].organisation if found else None


def rota(actor: Actor, start: date, days: int) -> list[OnCallTurn]:
    """The turns of the actor's own area from a day on, in order; each area keeps its own rota."""
    turns = OnCallTurn.objects.filter(
        scope_code=actor.low, day__gte=start, day__lt=start + timedelta(days=days)
    )
    return list(turns.select_related("organisation").order_by("day", "shift"))


def units_for(actor: Actor) -> QuerySet[Organisation]:
    """The units that can be put on call in the actor's area: active, with a post in force, there or above.

    Committees only in the area of a street: a district has hundreds, and none of them is on call for another's residents.
    """
    posts = Post.objects.in_force().filter(organisation=OuterRef("pk"))
    chain = {"", *(actor.low[:width] for width in (4, 6, 9, 12))}
    near = Q(scope_code__in=chain) | Q(scope_code__gte=actor.low, scope_code__lt=actor.high)
    found = Organisation.objects.filter(Exists(posts), near, active=True)
    if len(actor.low) < STREET:
        found = found.exclude(kind=Organisation.Kind.COMMUNITY)
    return found.order_by("kind", "code")
