"""The duty list changes by two people: one proposes for the own area, a second one approves; then it is carried out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import IntegrityError
from django.utils.translation import gettext as _

from lianglin.access import audit
from lianglin.access.actor import Actor
from lianglin.access.duty_list.models import CommunityDuty, DutyChange
from lianglin.access.governance import deciding
from lianglin.access.transaction import together
from lianglin.kit import clock
from lianglin.kit.errors import Conflict, Forbidden, Refused

PROPOSE, APPROVE, READ = "access.duty_list", "access.approve_duty_list", "access.read_duty_list"
SUBJECT = "access.DutyChange"
Act = DutyChange.Act


@dataclass(frozen=True)
class Written:
    """One duty as it is written."""

    code: str
    text: str
    text_en: str
    kind: str
    basis: str


def propose(
    *, by: Actor, written: Written, from_day: date, reason: str, duty: CommunityDuty | None = None
) -> DutyChange:
    """Proposes to put a duty on the list of the own area or, with ``duty``, to change that row from a day on."""
    act = Act.CHANGE if duty else Act.ADD
    return _propose(by, act, duty, written, from_day, reason)


def propose_end(*, by: Actor, duty: CommunityDuty, from_day: date, reason: str) -> DutyChange:
    """Proposes to take a duty off the list: from that day on it does not count."""
    as_it_is = Written(duty.code, duty.text, duty.text_en, duty.kind, duty.basis)
    return _propose(by, Act.END, duty, as_it_is, from_day, reason)


def _propose(
    by: Actor, act: str, duty: CommunityDuty | None, written: Written, from_day: date, reason: str
) -> DutyChange:
    by.require(PROPOSE)
    if duty is not None and duty.scope_code != by.low:
        raise Forbidden(
            _("This duty is not of the area of your current post: whoever keeps that list changes it.")
        )
    _must_be_ahead(from_day, duty)
    made = DutyChange(
        scope_code=by.low, act=act, duty=duty, code=written.code.strip(), text=written.text.strip(),
        text_en=written.text_en.strip(), kind=written.kind, basis=written.basis.strip(), from_day=from_day,
        reason=reason.strip(), proposed_by_id=by.account_id, proposed_post_id=by.post_id, proposed_at=clock.now(),
    )  # fmt: skip
    with together():
        if act == Act.ADD:
            _must_be_new(by.low, made.code, from_day)
        try:
            with together():
                made.save(force_insert=True)
        except IntegrityError as error:
            raise Conflict(
                _("A change of this duty waits for a decision already. Decide that one, or take it back.")
            ) from error
        audit.record("access.propose_duty", SUBJECT, made.pk, scope_code=by.low)
    return made


def _must_be_ahead(from_day: date, duty: CommunityDuty | None) -> None:
    if from_day < clock.today():
        raise Refused(_("The list changes from today on at the earliest."), field="from_day")
    if duty is not None and from_day <= duty.valid_from:
        raise Refused(_("It counts from that day on itself. Choose a later one."), field="from_day")


def _must_be_new(scope_code: str, code: str, day: date) -> None:
    held = CommunityDuty.objects.filter(scope_code=scope_code, code=code)
    if any(one.valid_to is None or one.valid_to >= day for one in held):
        raise Refused(_("A duty with this code is on the list. Change that one."), field="code")


def decide(*, by: Actor, change_id: int, approve: bool, note: str = "") -> DutyChange:
    """The second person approves a change, which carries it out, or refuses it and says why.

    A day that has passed meanwhile becomes today. Forbidden to whoever proposed it.
    """
    by.require(APPROVE)
    with together():
        found = _locked(change_id)
        deciding.decide(found, by=by, approve=approve, note=note)
        if approve:
            found.from_day = max(found.from_day, clock.today())
            _carry_out(found)
        found.save(update_fields=[*deciding.DECISION, "from_day"])
        verb = "approve" if approve else "refuse"
        audit.record(f"access.{verb}_duty", SUBJECT, found.pk, scope_code=found.scope_code)
    return found


def withdraw(*, by: Actor, change_id: int) -> DutyChange:
    """Whoever proposed it takes it back."""
    by.require(PROPOSE)
    with together():
        found = _locked(change_id)
        deciding.withdraw(found, by=by)
        found.save(update_fields=["state"])
        audit.record("access.withdraw_duty", SUBJECT, found.pk, scope_code=found.scope_code)
    return found


def _carry_out(change: DutyChange) -> None:
    """Ends the row before, and begins the new one."""
    if change.duty_id is not None:
        held = CommunityDuty.objects.select_for_update(no_key=True).get(pk=change.duty_id)
        if held.valid_to is not None and held.valid_to < change.from_day:
            raise Conflict(_("This duty has ended meanwhile. Refuse the change, and propose it anew."))
        held.valid_to = change.from_day - timedelta(days=1)
        held.save(update_fields=["valid_to"])
    if change.act == Act.END:
        return
    _must_be_new(change.scope_code, change.code, change.from_day)
    CommunityDuty.objects.create(
        scope_code=change.scope_code, code=change.code, text=change.text, text_en=change.text_en,
        kind=change.kind, basis=change.basis, valid_from=change.from_day,
    )  # fmt: skip


def _locked(change_id: int) -> DutyChange:
    found = DutyChange.objects.select_for_update(no_key=True).filter(pk=change_id).first()
    if found is None:
        raise Forbidden(_("This is not of the area of your current post."))
    return found
