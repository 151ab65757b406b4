"""Whom a phone number belongs to. Asked only after the code that was sent to it was right."""

from __future__ import annotations

from lianglin.access.actor import job
from lianglin.access.transaction import acting, running
from lianglin.logins.rules import Person
from lianglin.people.models import Resident

MOST = 20
"""A number that more people than this have given is nobody's own."""


def people_with(phone_match: bytes) -> list[Person]:
    """The living residents with this number, as the background role: the public reads nobody. [] beyond twenty."""
    with acting(job()) as reader:
        found = (
            Resident.objects.visible_to(reader, purpose="system")
            .filter(phone_match=phone_match, died_on__isnull=True, merged_into__isnull=True)
            .only("id", "name", "born_on", "scope_code")
            .order_by("id")[: MOST + 1]
        )
        people = [Person(one.pk, one.name, one.born_on, one.scope_code) for one in found]
    return people if len(people) <= MOST else []


def own_name(resident_id: int) -> str:
    """The name of the resident who logged in, read under the policy of the own row; "" when it is gone."""
    actor = running().actor
    mine = Resident.objects.visible_to(actor, purpose="own_data").filter(pk=resident_id)
    return mine.values_list("name", flat=True).first() or ""
