"""What the access package offers to pages it does not know."""

from __future__ import annotations

from typing import Any

from lianglin.access.actor import Actor
from lianglin.access.models import Organisation

_OFFICES = (Organisation.Kind.COMMUNITY, Organisation.Kind.STREET, Organisation.Kind.DISTRICT)


def office(actor: Actor, place: Any) -> dict[str, Any] | None:
    """The office of a place (a community, street or district) with its duty phone; None where there is none."""
    found = Organisation.objects.filter(scope_code=place.scope_code, kind__in=_OFFICES, active=True).first()
    return {"office": found} if found else None
