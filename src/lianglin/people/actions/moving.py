"""Somebody moves away, or lives here again: from that day the keeping time of everything held about them counts."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from lianglin.access import audit
from lianglin.access.actor import Actor
from lianglin.access.transaction import together
from lianglin.kit import clock
from lianglin.kit.errors import Conflict, Forbidden, Refused
from lianglin.kit.events import FactsRecorded, publish
from lianglin.people.models import Household, Membership, Resident
from lianglin.people.queries.guardians import purpose_of


def move_away(resident_id: int, *, on: date, by: Actor) -> Resident:
    """The person left on a day: memberships end, a household nobody is left in is dissolved, the keeping time runs."""
    by.require("people.keep")
    with together():
        person = _locked(resident_id, by)
        if person.left_on is not None:
            raise Conflict(_("This was done already. Look at it again."))
        homes = Membership.objects.visible_to(by, purpose=purpose_of(by)).select_for_update()
        living = list(homes.filter(resident_id=resident_id, to_on__isnull=True))
        if on > clock.today() or any(on < home.from_on for home in living):
            raise Refused(_("The day lies between moving in and today."), field="left_on")
        for home in living:
            home.to_on = on
            home.save(update_fields=["to_on"])
            _dissolve(home.household_id, on, by)
        person.left_on = on
        person.save(update_fields=["left_on"])
        audit.record("people.move_away", "people.Resident", resident_id, scope_code=person.scope_code)
        homes = tuple(("household", home.household_id) for home in living)
        publish(FactsRecorded(person.scope_code, homes, clock.now().isoformat()))
    return person


def _dissolve(household_id: int, on: date, by: Actor) -> None:
    left = Membership.objects.visible_to(by, purpose=purpose_of(by)).filter(
        household_id=household_id, to_on__isnull=True
    )
    if not left.exists():
        rows = Household.objects.visible_to(by, purpose=purpose_of(by))
        rows.filter(pk=household_id, dissolved_on__isnull=True).update(dissolved_on=on)


def come_back(resident_id: int, *, by: Actor) -> Resident:
    """The person lives here again, or never left: nothing is erased for having moved away."""
    by.require("people.keep")
    with together():
        person = _locked(resident_id, by)
        if person.left_on is None:
            raise Conflict(_("This was done already. Look at it again."))
        person.left_on = None
        person.save(update_fields=["left_on"])
        audit.record("people.come_back", "people.Resident", resident_id, scope_code=person.scope_code)
        publish(FactsRecorded(person.scope_code, (("person", resident_id),), clock.now().isoformat()))
    return person


def _locked(resident_id: int, by: Actor) -> Resident:
    rows = Resident.objects.visible_to(by, purpose=purpose_of(by)).select_for_update(of=("self",))
    person = rows.filter(pk=resident_id, merged_into__isnull=True).first()
    if person is None:
        raise Forbidden(_("There is no such household or person in the area of your current post."))
    return person
