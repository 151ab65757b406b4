"""Goals change by two people: proposed for the own area, approved by a second person."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from lianglin.access.actor import Actor
from lianglin.access.governance.proposals import Proposals
from lianglin.indicators.models import IndicatorTarget, TargetChange
from lianglin.indicators.values.manifest import APPROVE_TARGETS, TARGETS
from lianglin.kit import clock, discovery
from lianglin.kit.errors import Refused
from lianglin.kit.held import forget

CHANGES = Proposals(
    TargetChange,
    "indicators.TargetChange",
    "indicators.{verb}_target",
    TARGETS,
    APPROVE_TARGETS,
    also=("valid_from",),
)
MOST = Decimal(10) ** 11


def propose(
    *, by: Actor, indicator: str, amount: Decimal | None, better: str, valid_from: date, source: str, reason: str
) -> TargetChange:  # fmt: skip
    """Proposes a goal for the own area from a month on (any day of it); without an amount the own goal ends."""
    by.require(TARGETS)
    figure = discovery.indicators().get(indicator)
    if figure is None or figure.members:
        raise Refused(_("There is no such figure."), field="indicator")
    if better not in ("up", "down"):
        raise Refused(_("Say which side of the goal is met."), field="better")
    if amount is not None:
        _must_fit(amount, percent=figure.unit == "percent", change=figure.kind == "yoy")
    month = valid_from.replace(day=1)
    if month < clock.today().replace(day=1):
        raise Refused(
            _("A goal begins in the running month at the earliest: what was told before stands as it was told."),
            field="valid_from",
        )  # fmt: skip
    if amount is None and not _stands(by.low, indicator):
        raise Refused(_("Your area has no goal of its own for this figure that could end."), field="amount")
    made = TargetChange(
        scope_code=by.low, indicator=indicator, amount=amount, better=better, valid_from=month, source=source.strip(),
        reason=reason.strip(), proposed_by_id=by.account_id, proposed_post_id=by.post_id, proposed_at=clock.now(),
    )  # fmt: skip
    taken = _("A change of this goal waits for a decision already. Decide that one, or take it back.")
    return CHANGES.put(made, by=by, taken=taken)


def _must_fit(amount: Decimal, *, percent: bool, change: bool) -> None:
    if percent and not change and not 0 <= amount <= 100:
        raise Refused(_("The goal of a rate lies between 0 and 100."), field="amount")
    if not change and amount < 0:
        raise Refused(_("A goal cannot be below zero."), field="amount")
    if abs(amount) > MOST:
        raise Refused(_("This is larger than any figure can be. Look at it again."), field="amount")


def _stands(scope_code: str, indicator: str) -> bool:
    rows = IndicatorTarget.objects.filter(scope_code=scope_code, indicator=indicator)
    newest = rows.order_by("-valid_from").first()
    return newest is not None and newest.amount is not None


def decide(*, by: Actor, change_id: int, approve: bool, note: str = "") -> TargetChange:
    """The second person approves a goal, or refuses it and says why. A month that has passed becomes the running one."""
    found = CHANGES.decide(by, approve=approve, note=note, carry_out=_begin, pk=change_id)
    forget()
    return found


def _begin(found: TargetChange) -> None:
    """Of two goals from the same month the later row counts; the earlier one stays to be read."""
    found.valid_from = max(found.valid_from, clock.today().replace(day=1))
    IndicatorTarget.objects.create(
        indicator=found.indicator, scope_code=found.scope_code, valid_from=found.valid_from, amount=found.amount,
        better=found.better, source=found.source,
    )  # fmt: skip


def withdraw(*, by: Actor, change_id: int) -> TargetChange:
    """Whoever proposed it takes it back."""
    return CHANGES.withdraw(by, pk=change_id)
