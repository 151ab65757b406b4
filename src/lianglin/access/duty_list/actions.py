"""The duty list changes by two people: one proposes for the own area, a second one approves; then it is carried out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from lianglin.access.actor import Actor
from lianglin.access.duty_list.models import CommunityDuty, DutyChange
from lianglin.access.governance.proposals import Proposals
from lianglin.access.transaction import together
from lianglin.kit import clock
from lianglin.kit.errors import Conflict, Forbidden, Refused

PROPOSE, APPROVE, READ = "access.duty_list", "access.approve_duty_list", "access.read_duty_list"
CHANGES = Proposals(
    DutyChange, "access.DutyChange", "access.{verb}_duty", PROPOSE, APPROVE, also=("from_day",)
)
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
        taken = _("A change of this duty waits for a decision already. Decide that one, or take it back.")
        return CHANGES.put(made, by=by, taken=taken)


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
    return CHANGES.decide(by, approve=approve, note=note, carry_out=_carry_out, pk=change_id)


def withdraw(*, by: Actor, change_id: int) -> DutyChange:
    """Whoever proposed it takes it back."""
    return CHANGES.withdraw(by, pk=change_id)


def _carry_out(change: DutyChange) -> None:
    """Ends the row before, and begins the new one."""
    change.from_day = max(change.from_day, clock.today())
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
