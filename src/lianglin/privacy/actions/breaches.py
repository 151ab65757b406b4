"""A breach: written down, assessed, told to the authority and to the persons, closed (PIPL art. 57)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from lianglin.access import audit
from lianglin.access.actor import Actor, job
from lianglin.access.transaction import acting, together
from lianglin.cases.models import Case
from lianglin.kit import clock, messages
from lianglin.kit.errors import Conflict, Refused
from lianglin.kit.ids import clean_case_number
from lianglin.kit.restricted import plain
from lianglin.people.models import Resident
from lianglin.privacy import rules
from lianglin.privacy.models import Affected, Breach
from lianglin.privacy.queries import subjects
from lianglin.privacy.queries.subjects import Key

TOLD = "privacy.breach"
AT_ONCE = 500
"""Most persons entered in one go."""


def record(*, by: Actor, title: str, found_at: datetime, kinds: str, cause: str, contact: str) -> Breach:
    """Writes a breach down. The clock to tell the authority runs from when it was found."""
    by.require("privacy.breach")
    if found_at > clock.now():
        raise Refused(_("This moment has not come yet. Correct when it was found."), field="found_at")
    with together():
        made = Breach.objects.create(
            title=title,
            found_at=found_at,
            kinds=kinds,
            cause=cause,
            contact=contact,
            authority_due_at=rules.authority_due(found_at),
        )
        audit.record("privacy.breach", "privacy.Breach", made.pk, values={"kinds": kinds})
    return made


def assess(breach_id: int, *, by: Actor, persons: int, harm: str, harmful: bool, measures: str) -> Breach:
    """Says how many it concerns, what harm may come, and what is done about it."""
    with together():
        found = _expect(breach_id, "assess", by)
        found.persons, found.harm, found.harmful, found.measures = persons, harm, harmful, measures
        return _moved(found, "assess", "persons", "harm", "harmful", "measures")


def concern(breach_id: int, *, by: Actor, numbers: Sequence[str]) -> int:
    """Enters the persons concerned: case numbers, or numbers of residents' files. Returns how many are new."""
    with together():
        found = _locked(breach_id, by)
        if found.state not in (Breach.State.OPEN, Breach.State.ASSESSED):
            raise Conflict(_("This breach is further by now. Look at it again."))
        if len(numbers) > AT_ONCE:
            raise Refused(_("Enter at most %(n)d persons in one go.") % {"n": AT_ONCE}, field="numbers")
        with acting(job()) as finder:
            rows = [_affected(found, number.strip(), finder) for number in numbers if number.strip()]
        before = Affected.objects.visible_to(by, purpose="data_protection").filter(breach=found).count()
        Affected._base_manager.bulk_create(rows, ignore_conflicts=True)
        after = Affected.objects.visible_to(by, purpose="data_protection").filter(breach=found).count()
        audit.record("privacy.concern", "privacy.Breach", found.pk, values={"persons": after})
        return after - before


def _affected(breach: Breach, number: str, finder: Actor) -> Affected:
    if number.isdecimal() and len(number) < 19:
        wanted = Resident.objects.visible_to(finder, purpose="system").filter(pk=int(number))
        of = "resident"
    else:
        try:
            number = clean_case_number(number)
        except ValueError as error:
            raise Refused(
                _("“%(number)s” is no case number and no number of a file.") % {"number": number[:24]},
                field="numbers",
            ) from error
        wanted, of = Case.objects.visible_to(finder, purpose="system").filter(number=number), "case"
    row = wanted.only("pk", "scope_code").first()
    if row is None:
        raise Refused(_("“%(number)s” is not known here.") % {"number": number[:24]}, field="numbers")
    return Affected(breach=breach, scope_code=plain(row.scope_code), subject_kind=of, subject_id=row.pk)


def tell_authority(breach_id: int, *, by: Actor) -> Breach:
    """Writes that the authority was told, and when."""
    with together():
        found = _locked(breach_id, by)
        if found.authority_told_at:
            raise Conflict(_("This was done already. Look at it again."))
        found.authority_told_at = clock.now()
        found.save(update_fields=["authority_told_at"])
        audit.record("privacy.tell_authority", "privacy.Breach", found.pk)
        return found


def notify(breach_id: int, *, by: Actor) -> Breach:
    """Tells every person concerned in their own channel; whoever left no number is to be told by letter."""
    with together():
        found = _expect(breach_id, "notify", by)
        if found.authority_told_at is None:
            raise Refused(_("Tell the authority first, and write here that it was done."))
        with acting(job()) as teller:
            for person in Affected.objects.visible_to(teller, purpose="system").filter(breach=found, told=""):
                _tell(found, person, teller)
        found.notified_at = clock.now()
        return _moved(found, "notify", "notified_at")


def _tell(breach: Breach, person: Affected, teller: Actor) -> None:
    phone = subjects.phone_of(Key(person.subject_kind, person.subject_id), teller)
    if phone:
        words = {"what": breach.kinds, "contact": breach.contact, "measures": breach.measures}
        messages.send(
            messages.Message(
                code=TOLD,
                channel="sms",
                scope_code=person.scope_code,
                address=phone,
                case_id=person.subject_id if person.subject_kind == "case" else None,
                context=words,
                once=f"{TOLD}:{breach.pk}:{person.pk}",
            )
        )
    person.told, person.told_at = (Affected.Told.SMS if phone else Affected.Told.PAPER), clock.now()
    person.save(update_fields=["told", "told_at"])


def close(breach_id: int, *, by: Actor) -> Breach:
    """Closes the record: everybody was told, or nobody could be harmed."""
    with together():
        found = _expect(breach_id, "close", by)
        found.closed_at = clock.now()
        return _moved(found, "close", "closed_at")


def _locked(breach_id: int, by: Actor) -> Breach:
    by.require("privacy.breach")
    found = Breach.objects.select_for_update().filter(pk=breach_id).first()
    if found is None:
        raise Refused(_("There is no such record."))
    return found


def _expect(breach_id: int, move: str, by: Actor) -> Breach:
    found = _locked(breach_id, by)
    if not rules.breach_may(move, found.state, harmful=found.harmful):
        raise Conflict(_("This breach is further by now. Look at it again."))
    return found


def _moved(found: Breach, move: str, *columns: Any) -> Breach:
    found.state = rules.BREACH_MOVES[move][1]
    found.save(update_fields=["state", *columns])
    audit.record(f"privacy.breach.{move}", "privacy.Breach", found.pk, values={"state": found.state})
    return found
