"""The limits that dispatch goes by change by two people: proposed for the own area, approved by a second person."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from lianglin.access.actor import Actor
from lianglin.access.governance.proposals import Proposals
from lianglin.appeals.actions.asking import known
from lianglin.appeals.models import DispatchTerm, TermChange
from lianglin.appeals.models.term import UNITS
from lianglin.appeals.rules import objecting
from lianglin.kit import clock
from lianglin.kit.errors import Refused

PROPOSE, APPROVE = "appeals.rules", "appeals.approve_rules"
CHANGES = Proposals(
    TermChange, "appeals.TermChange", "appeals.{verb}_term", PROPOSE, APPROVE, also=("valid_from",)
)


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
    taken = _("A change of this limit waits for a decision already. Decide that one, or take it back.")
    return CHANGES.put(made, by=by, taken=taken)


def _must_be_free(scope_code: str, kind: str, day: date) -> None:
    if DispatchTerm.objects.filter(scope_code=scope_code, kind=kind, valid_from=day).exists():
        raise Refused(
            _("A limit of this kind begins on that day already. Choose another day."), field="valid_from"
        )


def decide(*, by: Actor, change_id: int, approve: bool, note: str = "") -> TermChange:
    """The second person approves a limit, or refuses it and says why. A day that has passed becomes today."""
    return CHANGES.decide(by, approve=approve, note=note, carry_out=_begin, pk=change_id)


def _begin(found: TermChange) -> None:
    found.valid_from = max(found.valid_from, clock.today())
    _must_be_free(found.scope_code, found.kind, found.valid_from)
    DispatchTerm.objects.create(
        scope_code=found.scope_code, kind=found.kind, amount=found.amount, unit=found.unit,
        valid_from=found.valid_from, basis=found.basis,
    )  # fmt: skip


def withdraw(*, by: Actor, change_id: int) -> TermChange:
    """Whoever proposed it takes it back."""
    return CHANGES.withdraw(by, pk=change_id)
