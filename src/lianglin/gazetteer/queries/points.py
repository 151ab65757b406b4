"""Reads of service points for those who keep them."""

from __future__ import annotations

from django.db.models import QuerySet

from lianglin.access.actor import Actor
from lianglin.places.models import ServicePoint


def points(actor: Actor) -> QuerySet[ServicePoint]:
    """The service points of a post's area, ended ones too; page them by "-id"."""
    return (
        ServicePoint.objects.filter(scope_code__gte=actor.low, scope_code__lt=actor.high)
        .select_related("community")
        .defer("community__geometry")
    )


def point(actor: Actor, pk: int) -> ServicePoint | None:
    """One service point of the post's area."""
    return points(actor).filter(pk=pk).first()
