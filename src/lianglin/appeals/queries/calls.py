"""The callers' list: settled matters whose appellant is to be called, what is due first first."""

from __future__ import annotations

from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from lianglin.access.actor import Actor
from lianglin.appeals.models import CallBack
from lianglin.appeals.queries import worklists
from lianglin.appeals.rules import remedy
from lianglin.cases import queries as cases
from lianglin.cases.models import Case
from lianglin.kit import clock


def _to_call(actor: Actor) -> QuerySet[Case]:
    tried = CallBack._base_manager.filter(
        case=OuterRef("pk"), reached=False, at__gte=OuterRef("settled_at")
    ).order_by()
    tries = tried.values("case").annotate(n=Count("pk")).values("n")
    return (
        worklists.appeals(actor)
        .filter(state="settled", due_at__isnull=False)
        .annotate(
            tries=Coalesce(Subquery(tries, output_field=IntegerField()), 0),
            next_at=F("call_plan__next_at"),
            caller_id=F("call_plan__caller_id"),
            held_until=F("call_plan__held_until"),
        )
    )


def waiting(actor: Actor) -> QuerySet[Case]:
    """What can be called now, with ``tries``, ``next_at``, ``caller_id``, ``held_until``. Page it by ("due_at", "id")."""
    return _to_call(actor).filter(Q(next_at__isnull=True) | Q(next_at__lte=clock.now()))


def later(actor: Actor) -> QuerySet[Case]:
    """What was agreed for a later time; pages as the other."""
    return _to_call(actor).filter(next_at__gt=clock.now())


def free(actor: Actor) -> QuerySet[Case]:
    """What can be called now and is not kept for another post."""
    over = Q(held_until__isnull=True) | Q(held_until__lte=clock.now())
    return waiting(actor).filter(over | Q(caller_id=actor.post_id))


def second(actor: Actor) -> QuerySet[Case]:
    """Remedies that are made good and wait for the second call-back; pages as the others."""
    return cases.visible(actor).filter(kind=remedy.KIND, state="made_good", due_at__isnull=False)
