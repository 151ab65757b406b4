"""A unit objects to an order, within its limit; the dispatcher's next order is the ruling, and binds.

To another unit: upheld. To the same one: rejected, with a reason; the promise to the appellant then stands as if nobody
had objected, and the same unit is not heard on the same ground again.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from lianglin.access.actor import Actor
from lianglin.access.models import Organisation
from lianglin.appeals.actions.asking import known, must_lead, on_case
from lianglin.appeals.models import Objection
from lianglin.appeals.queries import orders
from lianglin.appeals.rules import objecting
from lianglin.cases import actions as cases
from lianglin.cases.models import Case
from lianglin.kit import clock
from lianglin.kit.errors import Refused
from lianglin.kit.signs import local_dt


@on_case
def object_to(case: Case, *, by: Actor, note: str, ground: str = "", seen_version: int | None = None) -> Case:
    """The unit says that the order is not its own, with ground and reasons; it goes back to the dispatcher.

    Refused after the limit, and on a ground that was rejected on this appeal before. ``ground`` "": not its duty.
    """
    cases.expect(case, "object", by=by, seen_version=seen_version)
    must_lead(case, by)
    ground = ground or objecting.GROUNDS[0][0]
    known(ground, objecting.GROUNDS, "ground")
    until = orders.objection_until(case, by)
    if until is not None and clock.now() > until.at:
        raise Refused(
            _("An objection was possible until %(until)s. The order stays with your unit.")
            % {"until": local_dt(until.at)}
        )
    if orders.was_rejected(case, by.organisation_id or 0, ground, by):
        raise Refused(
            _("Your objection on this ground was rejected already; the ruling binds. Handle the order."),
            field="ground",
        )
    cases.move(
        case, "object", by=by, seen_version=seen_version, note=note, data={"objection": ground},
        changes={"assignee_id": None},
    )  # fmt: skip
    Objection(
        case=case,
        scope_code=case.scope_code,
        unit_id=by.organisation_id,
        ground=ground,
        note=note.strip(),
        at=clock.now(),
    ).save(force_insert=True)
    return case


def ruling_on(case: Case, unit: Organisation, note: str, by: Actor) -> Objection | None:
    """The ruling that an order to this unit is, before it is given; None where nobody objected. Not yet saved."""
    found = orders.open_objection(case, by) if case.owner_id is not None else None
    if found is None:
        return None
    rejected = found.unit_id == unit.pk
    if rejected and not note.strip():
        raise Refused(
            _("%(unit)s objected. Write why the order stays with it, or choose another unit.")
            % {"unit": unit.label},
            field="note",
        )
    found.ruling = objecting.REJECTED if rejected else objecting.UPHELD
    found.reason, found.sent_to = note.strip(), unit
    return found


def rule(found: Objection | None, case: Case, by: Actor) -> None:
    """Writes the ruling down, after the order was given; a rejected objection lengthens no promise."""
    if found is None:
        return
    found.ruled_at, found.ruled_by_id, found.ruled_post_id = clock.now(), by.organisation_id, by.post_id
    found.save(update_fields=["ruling", "reason", "sent_to", "ruled_at", "ruled_by", "ruled_post"])
    if found.ruling == objecting.REJECTED:
        cases.keep_promise(case, "handle")


def lapse(case: Case, by: Actor) -> None:
    """The matter ends without an order: an objection that waits needs no ruling any more."""
    if case.owner_id is None:
        return
    waiting = Objection.objects.visible_to(by, purpose=by.work_purpose).filter(case_id=case.pk, ruling="")
    waiting.update(ruling=objecting.LAPSED, ruled_at=clock.now())
