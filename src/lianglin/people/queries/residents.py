"""One person's rows, as far as the actor may read them."""

from __future__ import annotations

from lianglin.access.actor import Actor
from lianglin.people.models import Membership, Resident
from lianglin.people.queries.guardians import purpose_of


def resident(resident_id: int, *, actor: Actor) -> Resident | None:
    """One person of the actor's area (or the actor's own row); None for anybody else."""
    return Resident.objects.visible_to(actor, purpose=purpose_of(actor)).filter(pk=resident_id).first()


def memberships(resident_id: int, *, actor: Actor) -> list[Membership]:
    """Where a person lives and lived, the newest first."""
    rows = Membership.objects.visible_to(actor, purpose=purpose_of(actor)).filter(resident_id=resident_id)
    return list(rows.select_related("household__dwelling__unit__building").order_by("-from_on", "-id"))
