"""Guardianships: entered from papers that were seen, ended on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from lianglin.access import audit
from lianglin.access.actor import Actor
from lianglin.access.transaction import together
from lianglin.kit import clock
from lianglin.kit.errors import Forbidden, Refused
from lianglin.kit.ids import clean_phone
from lianglin.people import rules
from lianglin.people.models import Guardianship, Resident
from lianglin.people.queries.guardians import purpose_of
from lianglin.people.queries.residents import resident


@dataclass(frozen=True)
class NewGuardian:
    """Who acts for whom: a resident of the area (``guardian_id``), or an outside person with name and phone."""

    kind: str
    papers: str
    from_on: date
    guardian_id: int | None = None
    name: str = ""
    phone: str = ""


def appoint(ward_id: int, *, guardian: NewGuardian, by: Actor) -> Guardianship:
    """Writes down a guardian after the papers were seen. Refused says which field is wrong."""
    by.require("people.keep")
    with together():
        ward = found(ward_id, by)
        _must_fit(ward, guardian, by)
        made = Guardianship(
            scope_code=ward.scope_code,
            ward=ward,
            guardian_id=guardian.guardian_id,
            guardian_name="" if guardian.guardian_id else guardian.name.strip(),
            guardian_phone=None if guardian.guardian_id else clean_phone(guardian.phone),
            kind=guardian.kind,
            papers=guardian.papers,
            from_on=guardian.from_on,
            recorded_at=clock.now(),
            post_id=by.post_id,
            sample=ward.sample,
        )
        made.save(force_insert=True)
        audit.record("people.appoint", "people.Guardianship", made.pk, scope_code=ward.scope_code)
    return made


def _must_fit(ward: Resident, guardian: NewGuardian, by: Actor) -> None:
    years, today = rules.age(ward.born_on, clock.today()), clock.today()
    if guardian.kind not in dict(rules.GUARDIAN_KINDS) or guardian.papers not in dict(rules.GUARDIAN_PAPERS):
        raise Refused(_("Choose one of the listed answers."), field="kind")
    if years is None:
        raise Refused(
            _("The ward's birth date is not known. Enter it first: what a guardian may do follows from it.")
        )
    if years >= rules.ADULT and guardian.kind in rules.FOR_MINORS:
        raise Refused(
            _("The ward is of age. A parent or relative acts only after being appointed, agreed or chosen."),
            field="kind",
        )
    if guardian.from_on > today:
        raise Refused(_("The guardianship begins in the future. Enter it on its day."), field="from_on")
    if guardian.guardian_id is None:
        if not guardian.name.strip():
            raise Refused(_("Give the number of the guardian's file, or name and phone."), field="name")
        try:
            clean_phone(guardian.phone)
        except ValueError as error:
            raise Refused(_(str(error)), field="phone") from error
        return
    if guardian.guardian_id == ward.pk:
        raise Refused(
            _("Nobody is the own guardian. Give the number of the other file."), field="guardian_id"
        )
    other = resident(guardian.guardian_id, actor=by)
    grown = rules.age(other.born_on, today) if other else None
    if other is None:
        raise Refused(_("There is no such file in the area of your post."), field="guardian_id")
    if grown is None or grown < rules.ADULT or other.died_on is not None:
        raise Refused(
            _("A guardian is a living person of age; this file says otherwise."), field="guardian_id"
        )


def end(guardianship_id: int, *, on: date, by: Actor) -> Guardianship:
    """Ends a guardianship on a day; what was decided under it stays decided."""
    by.require("people.keep")
    with together():
        rows = Guardianship.objects.visible_to(by, purpose=purpose_of(by))
        held = rows.select_for_update().filter(pk=guardianship_id).first()
        if held is None:
            raise Forbidden(_("There is no such guardianship in the area of your current post."))
        if not held.from_on <= on <= clock.today():
            raise Refused(_("The end lies between its beginning and today."), field="to_on")
        held.to_on = on
        held.save(update_fields=["to_on"])
        audit.record("people.end_guardianship", "people.Guardianship", held.pk, scope_code=held.scope_code)
    return held


def found(resident_id: int, by: Actor) -> Resident:
    """The person, or Forbidden."""
    held = resident(resident_id, actor=by)
    if held is None:
        raise Forbidden(_("There is no such household or person in the area of your current post."))
    return held
