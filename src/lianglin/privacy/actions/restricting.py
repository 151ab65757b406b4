"""The use of a person's data is restricted, and lifted again, by a decision (PIPL art. 44)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from lianglin.access import audit
from lianglin.access.actor import Actor, job
from lianglin.access.transaction import acting, together
from lianglin.kit import clock
from lianglin.kit.errors import Conflict, Refused
from lianglin.kit.restricted import plain
from lianglin.people.models import Resident
from lianglin.privacy.models import Restriction
from lianglin.privacy.queries import restricting


def restrict(*, resident_id: int, by: Actor, case_id: int | None = None) -> Restriction:
    """Closes every row of a person to every post. The person still reads them, and the background keeps to the law:
    storing, erasing, copies for the person, telling of a breach.
    """
    by.require("privacy.decide")
    with together(), acting(job()) as keeper:
        people = Resident.objects.visible_to(keeper, purpose="system").select_for_update()
        person = people.filter(pk=resident_id, merged_into__isnull=True).first()
        if person is None:
            raise Refused(_("There is no such file. Look the number up again."), field="outcome")
        if restricting.of_resident(resident_id, keeper) is not None:
            raise Refused(_("The use of this data is restricted already."), field="outcome")
        code = plain(person.scope_code)
        made = Restriction(
            scope_code=code, code_then=code, resident_id=resident_id, case_id=case_id, from_at=clock.now()
        )
        made.save(force_insert=True)
        rows = restricting.mark(resident_id)
        audit.record(
            "privacy.restrict", "privacy.Restriction", made.pk, scope_code=code, values={"rows": rows}
        )
    return made


def lift(*, restriction_id: int, note: str, by: Actor) -> Restriction:
    """Gives the rows back to their place; the person reads the reason."""
    by.require("privacy.decide")
    if not note.strip():
        raise Refused(_("Say why it is lifted: the person reads it."), field="note")
    with together(), acting(job()) as keeper:
        rows = Restriction.objects.visible_to(keeper, purpose="system").select_for_update()
        found = rows.filter(pk=restriction_id).first()
        if found is None or found.lifted_at is not None:
            raise Conflict(_("This was done already. Look at it again."))
        found.lifted_at, found.note = clock.now(), note.strip()[:200]
        found.save(update_fields=["lifted_at", "note"])
        count = restricting.unmark(found.resident_id, was=found.code_then, becomes=found.scope_code)
        audit.record(
            "privacy.lift",
            "privacy.Restriction",
            found.pk,
            scope_code=found.scope_code,
            values={"rows": count},
        )
    return found


def lift_on_request(*, resident_id: int, note: str, by: Actor) -> Restriction:
    """The same, as the answer to a request; Refused where nothing is restricted."""
    with acting(job()) as reader:
        found = restricting.of_resident(resident_id, reader)
    if found is None:
        raise Refused(_("The use of this data is not restricted."), field="outcome")
    return lift(restriction_id=found.pk, note=note, by=by)
