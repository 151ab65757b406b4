"""Limits and thresholds are set by dated rows: one person proposes, a second approves; what runs keeps its own."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils.translation import gettext as _

from lianglin.access.actor import Actor
from lianglin.access.governance.proposals import Proposals
from lianglin.appeals.models import Provision
from lianglin.appeals.queries import catalogue
from lianglin.appeals.rules.provisions import BY_CODE
from lianglin.kit import clock, held
from lianglin.kit.errors import Conflict, Refused

PROPOSE, APPROVE = "appeals.provisions", "appeals.approve_provisions"
ROWS = Proposals(
    Provision, "appeals.Provision", "appeals.{verb}_provision", PROPOSE, APPROVE, also=("valid_from",)
)
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
    made = Provision(
        scope_code=by.low, code=code, amount=amount, unit=unit, item_code=item_code, class_code=class_code,
        valid_from=valid_from, valid_to=valid_to, basis=basis.strip(), proposed_by_id=by.account_id,
        proposed_post_id=by.post_id, proposed_at=clock.now(),
    )  # fmt: skip
    return ROWS.put(made, by=by, code=code, amount=str(amount), unit=unit, **{"from": str(valid_from)})


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
    found = ROWS.decide(by, approve=approve, note=note, carry_out=_end_earlier, pk=pk)
    held.forget()
    return found


def _end_earlier(found: Provision) -> None:
    """Rows for the same thing that began before end the day before; one that would begin the same day is refused."""
    found.valid_from = max(found.valid_from, clock.today() + timedelta(days=1))
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
    return ROWS.withdraw(by, pk=pk)
