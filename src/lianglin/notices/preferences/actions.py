"""Wishes are set by the person, the guardian, whoever holds the receipt, or a worker who was asked to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import time

from django.utils.translation import gettext as _

from lianglin.access import audit
from lianglin.access.actor import Actor, job
from lianglin.access.transaction import acting, together
from lianglin.kit import clock
from lianglin.kit.errors import Forbidden, Refused
from lianglin.notices.actions import match_of
from lianglin.notices.models import MatterPreference, Preference, StaffMail, Stopped
from lianglin.notices.preferences import groups, hours, stopping
from lianglin.notices.preferences.manifest import NOTE
from lianglin.notices.preferences.models import Wish
from lianglin.people.models import Resident
from lianglin.people.queries.guardians import purpose_of

STOP_WORDS = frozenset({"TD", "T", "R", "退订", "拒收", "STOP"})
"""Answers that stop what is voluntary."""


@dataclass(frozen=True)
class Given:
    """A wish as it is given."""

    way: str = Wish.Way.SMS
    email: str = ""
    language: str = Wish.Speech.CHINESE
    elder: bool = False
    quiet: tuple[time, time] | None = None
    off: tuple[str, ...] = field(default_factory=tuple)


def wish_for_person(resident_id: int, *, given: Given, by: Actor, asked_by: str = "") -> Preference:
    """Sets how a resident is told of everything, from now on.

    By the person or the guardian; else by a worker of the area, who writes down who asked for it.
    """
    own = by.role == "resident" and by.resident_id == resident_id
    if not own:
        by.require(NOTE)
        if not asked_by.strip():
            raise Refused(_("Write who asked for it: the person, a daughter, …"), field="asked_by")
    rows = Resident.objects.visible_to(by, purpose=purpose_of(by) if own else "serve_household")
    scope = rows.filter(pk=resident_id, ended_on__isnull=True).values_list("scope_code", flat=True).first()
    if scope is None:
        raise Forbidden(_("There is no such household or person in the area of your current post."))
    made = Preference(
        scope_code=scope, resident_id=resident_id, asked=_asked(by), asked_by=asked_by.strip(), **_columns(given, by)
    )  # fmt: skip
    with together():
        Preference._base_manager.bulk_create([made])
        audit.record("notices.wish", "people.Resident", resident_id, scope_code=scope)
    return made


def wish_for_matter(*, scope_code: str, given: Given, by: Actor) -> MatterPreference:
    """Sets how one is told of the one matter whose number and query code were given; ``scope_code`` is the matter's."""
    if by.role != "resident" or by.case_id is None:
        raise Forbidden(_("Give the number and the query code of your matter first."))
    made = MatterPreference(
        scope_code=scope_code, case_id=by.case_id, asked=Wish.Asked.RECEIPT, **_columns(given, by)
    )
    with together():
        MatterPreference._base_manager.bulk_create([made])
        audit.record("notices.wish", "cases.Case", by.case_id, scope_code=scope_code)
    return made


def _asked(by: Actor) -> str:
    if by.role != "resident":
        return Wish.Asked.WORKER
    return Wish.Asked.GUARDIAN if by.guardian_id is not None else Wish.Asked.OWN


def _columns(given: Given, by: Actor) -> dict[str, object]:
    if given.way not in Wish.Way.values or given.language not in Wish.Speech.values:
        raise Refused(_("Choose one of the ways."), field="way")
    if given.way == Wish.Way.EMAIL and not given.email.strip():
        raise Refused(_("Write the e-mail address."), field="email")
    if given.quiet is not None and hours.length(given.quiet) > hours.LONGEST:
        raise Refused(_("Leave at least eight hours a day in which messages may come."), field="quiet_until")
    known = {group.code for group in groups.may_be_off()}
    if set(given.off) - known:
        raise Refused(_("These messages cannot be turned off."), field="wanted")
    start, end = given.quiet or (None, None)
    return {
        "way": given.way, "email": given.email.strip() if given.way == Wish.Way.EMAIL else None,
        "language": given.language, "elder": given.elder, "quiet_from": start, "quiet_until": end,
        "off": sorted(given.off), "post_id": by.post_id if by.role != "resident" else None, "set_at": clock.now(),
    }  # fmt: skip


# --- nothing voluntary any more ----------------------------------------------------------------------------------


def stop(address_match: bytes, *, how: str) -> None:
    """Nothing voluntary goes to this address from this moment on, what waits included. Again: nothing more happens."""
    with together(), acting(job()):
        row = Stopped(address_match=stopping.named(address_match), by=how, at=clock.now())
        Stopped._base_manager.bulk_create([row], ignore_conflicts=True)


def allow_again(address_match: bytes) -> None:
    """Takes it back."""
    with together(), acting(job()) as actor:
        rows = Stopped.objects.visible_to(actor, purpose=actor.work_purpose)
        rows.filter(address_match=stopping.named(address_match)).delete()


def answered(*, address: str, text: str) -> bool:
    """Takes an answer that the gateway hands over; whether it was a word that stops."""
    if text.strip().upper() not in STOP_WORDS:
        return False
    stop(match_of(address), how=Stopped.By.WORD)
    return True


# --- staff -------------------------------------------------------------------------------------------------------


def set_staff_mail(*, mode: str, email: str, by: Actor) -> None:
    """Whether and when the actor is told by mail, beside the messages to the post."""
    by.require("notices.inbox")
    if mode != StaffMail.Mode.NONE and not email.strip():
        raise Refused(_("Write the e-mail address."), field="email")
    kept = {"mode": mode, "email": email.strip() or None, "set_at": clock.now()}
    with together():
        StaffMail.objects.visible_to(by, purpose=min(by.purposes)).update_or_create(
            account_id=by.account_id, defaults=kept
        )
        audit.record("notices.staff_mail", "access.Account", by.account_id or 0)
