"""The limits that dispatch goes by change by two people: proposed for the own area, approved by a second person."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError
from django.utils.translation import gettext as _

from lianglin.access import audit
from lianglin.access.actor import Actor
from lianglin.access.governance import deciding
from lianglin.access.transaction import together
from lianglin.appeals.actions.asking import known
from lianglin.appeals.models import DispatchTerm, TermChange
from lianglin.appeals.models.term import UNITS
from lianglin.appeals.rules import objecting
from lianglin.kit import clock
from lianglin.kit.errors import Conflict, Forbidden, Refused

PROPOSE, APPROVE = "appeals.rules", "appeals.approve_rules"
SUBJECT = "appeals.TermChange"


def propose(
    *, by: Actor, kind: str, amount: int, unit: str, valid_from: date, basis: str, reason: str
) -> TermChange:
    """Proposes a limit for the own area, from today at the earliest. Orders that run keep the limit they got."""
    by.require(PROPOSE)
    known(kind, objecting.TERMS, "kind")
    known(unit, UNITS, "unit")
    if not 1 <= amount <= objecting.LONGEST[unit]:
        raise Refused(
            _("A limit in this unit is 1 to %(n)d.") % {"n": objecting.LONGEST[unit]}, field="amount"
        )
    if valid_from < clock.today():
        raise Refused(_("A limit changes from today on at the earliest."), field="valid_from")
    _must_be_free(by.low, kind, valid_from)
    made = TermChange(
        scope_code=by.low, kind=kind, amount=amount, unit=unit, valid_from=valid_from, basis=basis.strip(),
        reason=reason.strip(), proposed_by_id=by.account_id, proposed_post_id=by.post_id, proposed_at=clock.now(),
    )  # fmt: skip
    with together():
        try:
            with together():
                made.save(force_insert=True)
        except IntegrityError as error:
            raise Conflict(
                _("A change of this limit waits for a decision already. Decide that one, or take it back.")
            ) from error
        audit.record("appeals.propose_term", SUBJECT, made.pk, scope_code=by.low)
    return made


def _must_be_free(scope_code: str, kind: str, day: date) -> None:
    if DispatchTerm.objects.filter(scope_code=scope_code, kind=kind, valid_from=day).exists():
        raise Refused(
            _("A limit of this kind begins on that day already. Choose another day."), field="valid_from"
        )


def decide(*, by: Actor, change_id: int, approve: bool, note: str = "") -> TermChange:
    """The second person approves a limit, or refuses it and says why. A day that has passed becomes today."""
    by.require(APPROVE)
    with together():
        found = _locked(change_id)
        deciding.decide(found, by=by, approve=approve, note=note)
        if approve:
            found.valid_from = max(found.valid_from, clock.today())
            _must_be_free(found.scope_code, found.kind, found.valid_from)
            DispatchTerm.objects.create(
                scope_code=found.scope_code, kind=found.kind, amount=found.amount, unit=found.unit,
                valid_from=found.valid_from, basis=found.basis,
            )  # fmt: skip
        found.save(update_fields=[*deciding.DECISION, "valid_from"])
        verb = "approve" if approve else "refuse"
        audit.record(f"appeals.{verb}_term", SUBJECT, found.pk, scope_code=found.scope_code)
    return found


def withdraw(*, by: Actor, change_id: int) -> TermChange:
    """Whoever proposed it takes it back."""
    by.require(PROPOSE)
    with together():
        found = _locked(change_id)
        deciding.withdraw(found, by=by)
        found.save(update_fields=["state"])
        audit.record("appeals.withdraw_term", SUBJECT, found.pk, scope_code=found.scope_code)
    return found


def _locked(change_id: int) -> TermChange:
    found = TermChange.objects.select_for_update(no_key=True).filter(pk=change_id).first()
    if found is None:
        raise Forbidden(_("This is not of the area of your current post."))
    return found
