"""Limits and thresholds are set by dated rows: one person proposes, a second approves; what runs keeps its own."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils.translation import gettext as _

from lianglin.access import audit
from lianglin.access.actor import Actor
from lianglin.access.transaction import together
from lianglin.appeals.models import Provision
from lianglin.appeals.queries import catalogue
from lianglin.appeals.rules.provisions import BY_CODE
from lianglin.kit import clock, held
from lianglin.kit.errors import Conflict, Forbidden, Refused

PROPOSE, APPROVE = "appeals.provisions", "appeals.approve_provisions"
SUBJECT = "appeals.Provision"
State = Provision.State


def propose_provision(
    *,
    by: Actor,
    code: str,
    amount: int,
    unit: str,
    valid_from: date,
    basis: str,
    item_code: str = "",
    class_code: str = "",
    valid_to: date | None = None,
) -> Provision:
    """Proposes a row for the own area, valid from tomorrow at the earliest; it counts once a second person approved it."""
    by.require(PROPOSE)
    _must_fit(code, amount, unit, item_code, class_code)
    if valid_from <= clock.today():
        raise Refused(
            _("It is valid from tomorrow at the earliest: what is open today keeps its limit."),
            field="valid_from",
        )
    if valid_to is not None and valid_to < valid_from:
        raise Refused(_("The last day lies before the first."), field="valid_to")
    if len(basis.strip()) < 4:
        raise Refused(_("Name the rule or the decision it rests on."), field="basis")
    with together():
        made = Provision.objects.create(
            scope_code=by.low, code=code, amount=amount, unit=unit, item_code=item_code, class_code=class_code,
            valid_from=valid_from, valid_to=valid_to, basis=basis.strip(), proposed_by_id=by.account_id,
            proposed_post_id=by.post_id, proposed_at=clock.now(),
        )  # fmt: skip
        audit.record(
            "appeals.propose_provision", SUBJECT, made.pk, scope_code=by.low,
            values={"code": code, "amount": str(amount), "unit": unit, "from": str(valid_from)},
        )  # fmt: skip
    return made


def _must_fit(code: str, amount: int, unit: str, item_code: str, class_code: str) -> None:
    kind = BY_CODE.get(code)
    if kind is None:
        raise Refused(_("Choose what is set."), field="code")
    if unit not in kind.allowed:
        raise Refused(_("This is not counted in that unit."), field="unit")
    if not kind.least <= amount <= kind.most:
        raise Refused(
            _("By its basis this lies between %(least)d and %(most)d.")
            % {"least": kind.least, "most": kind.most},
            field="amount",
        )
    if (item_code or class_code) and not kind.per_item:
        raise Refused(_("This holds for all items alike; leave item and class empty."), field="item_code")
    if item_code and class_code:
        raise Refused(_("Choose an item or a class, not both."), field="class_code")
    if item_code and catalogue.item_of(item_code) is None:
        raise Refused(_("There is no such item in the catalogue in force."), field="item_code")


def decide_provision(pk: int, *, by: Actor, approve: bool, note: str = "") -> Provision:
    """The second person approves a row or refuses it with a reason. The row it takes the place of ends the day before."""
    by.require(APPROVE)
    with together():
        found = _locked(pk, by)
        if found.state != State.PROPOSED:
            raise Conflict(_("This proposal has been decided already. Look at it again."))
        if found.proposed_by_id == by.account_id:
            raise Forbidden(_("You proposed it yourself: somebody else approves it."))
        if not approve and not note.strip():
            raise Refused(_("Say why you refuse it."), field="note")
        if approve:
            found.valid_from = max(found.valid_from, clock.today() + timedelta(days=1))
            _end_earlier(found)
        found.state = State.APPROVED if approve else State.REFUSED
        found.decided_by_id, found.decided_post_id, found.decided_at = by.account_id, by.post_id, clock.now()
        found.note = note.strip()
        found.save(update_fields=["state", "valid_from", "decided_by", "decided_post", "decided_at", "note"])
        verb = "approve" if approve else "refuse"
        audit.record(f"appeals.{verb}_provision", SUBJECT, found.pk, scope_code=found.scope_code)
    held.forget()
    return found


def _end_earlier(found: Provision) -> None:
    """Rows for the same thing that began before end the day before; one that would begin the same day is refused."""
    same = Provision.objects.filter(
        scope_code=found.scope_code, code=found.code, item_code=found.item_code, class_code=found.class_code,
        state=State.APPROVED,
    )  # fmt: skip
    if same.filter(valid_from=found.valid_from).exists():
        raise Conflict(
            _("Another row for the same thing begins on that day. Refuse this one, and propose another day.")
        )
    earlier = same.filter(valid_from__lt=found.valid_from)
    last = found.valid_from - timedelta(days=1)
    for row in earlier.filter(valid_to=None) | earlier.filter(valid_to__gt=last):
        row.valid_to = last
        row.save(update_fields=["valid_to"])


def withdraw_provision(pk: int, *, by: Actor) -> Provision:
    """Whoever proposed a row takes it back while nobody has decided."""
    by.require(PROPOSE)
    with together():
        found = _locked(pk, by)
        if found.state != State.PROPOSED:
            raise Conflict(_("This proposal has been decided already. Look at it again."))
        if found.proposed_by_id != by.account_id:
            raise Forbidden(_("Only whoever proposed it takes it back."))
        found.state = State.WITHDRAWN
        found.save(update_fields=["state"])
        audit.record("appeals.withdraw_provision", SUBJECT, found.pk, scope_code=found.scope_code)
    return found


def _locked(pk: int, by: Actor) -> Provision:
    found = Provision.objects.select_for_update(no_key=True).filter(pk=pk).first()
    if found is None or not by.covers(found.scope_code):
        raise Forbidden(_("This row is not of the area of your current post."))
    return found
