"""What a recorded ruling took out of a rate, and the requests that wait for one."""

from __future__ import annotations

from django.db.models import QuerySet

from lianglin.access.actor import Actor
from lianglin.appeals.models import Exclusion


def granted(figure: str) -> QuerySet[Exclusion]:
    """The cases that do not count in this rate; to be used inside another statement."""
    ruled = Exclusion._base_manager.filter(figure=figure, state=Exclusion.State.GRANTED)
    return ruled.values("case_id")


def seen_by(actor: Actor) -> QuerySet[Exclusion]:
    """The requests of a post's area or of its unit's cases, with what a list shows."""
    seen = Exclusion.objects.visible_to(actor, purpose=actor.work_purpose)
    return seen.select_related("case", "unit", "asked_by", "ruled_by", "first_ruled_by")
