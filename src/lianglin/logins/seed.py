"""Notes for the demo which sample number to log in with: one of a family that shares it, if there is one."""

from __future__ import annotations

from lianglin.access.actor import TOP, job
from lianglin.access.demo import note
from lianglin.access.transaction import acting
from lianglin.kit.seeding import SeedContext
from lianglin.people.models import Resident
from lianglin.places.models import Community


def seed(context: SeedContext) -> None:
    """The number of a sample resident of the first filled community. Nothing without people."""
    filled = context.made.get("places", {}).get("communities", [])
    if not context.demo or not filled:
        return
    scope = Community.objects.get(pk=filled[0]).scope_code
    with acting(job(scope, scope + TOP)) as reader:
        sample = Resident.objects.visible_to(reader, purpose="system").filter(
            sample=True, died_on__isnull=True, phone_match__isnull=False
        )
        chosen = sample.order_by("id").first()
    if chosen is not None:
        note("resident_login", {"phone": str(chosen.phone)})
