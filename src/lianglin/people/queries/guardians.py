"""Who acts for whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Q

from lianglin.access.actor import Actor
from lianglin.kit import clock
from lianglin.kit.events import ActsFor
from lianglin.people import rules
from lianglin.people.models import Guardianship


@dataclass(frozen=True)
class Ward:
    """Somebody for whom the resident who logged in may act today."""

    id: int
    name: str
    born_on: date | None
    kind: str

    def may(self, deed: str) -> bool:
        """Whether the guardian does this for them (see rules.guardian_may)."""
        return rules.guardian_may(deed, self.kind, self.born_on, clock.today())


def purpose_of(actor: Actor) -> str:
    """The purpose for which this kind of actor reads people."""
    return {"resident": "own_data", "job": "system", "rescue": "vital_interest"}.get(
        actor.role, "handle_case"
    )


def acts_for(request: ActsFor, *, by: Any) -> bool:
    """Answers the typed request: whether a guardianship between the two is in force today."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select people_acts_for(%s, %s, %s::date)",
            [request.guardian_id, request.ward_id, clock.today().isoformat()],
        )
        return bool(cursor.fetchone()[0])


def wards(actor: Actor) -> list[Ward]:
    """For whom the resident who logged in may act today; [] while acting for somebody, and for anybody else."""
    if actor.role != "resident" or actor.resident_id is None or actor.guardian_id is not None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "select ward, name, born_on, kind from people_wards(%s::date)", [clock.today().isoformat()]
        )
        found = {row[0]: Ward(*row) for row in cursor.fetchall()}
    return list(found.values())


def in_force(resident_id: int, *, actor: Actor, on: date | None = None) -> list[Guardianship]:
    """Who acts for a person on a day (today), as far as the actor may read it."""
    day = on or clock.today()
    rows = (
        Guardianship.objects.visible_to(actor, purpose=purpose_of(actor))
        .filter(ward_id=resident_id, from_on__lte=day)
        .filter(Q(to_on__isnull=True) | Q(to_on__gte=day))
    )
    return list(rows.order_by("id"))


def all_of(resident_id: int, *, actor: Actor) -> list[Guardianship]:
    """Every guardianship over a person, the newest first."""
    rows = Guardianship.objects.visible_to(actor, purpose=purpose_of(actor)).filter(ward_id=resident_id)
    return list(rows.order_by("-id"))
