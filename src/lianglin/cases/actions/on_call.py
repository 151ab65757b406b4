"""Making the rota of an area."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils.translation import gettext as _

from lianglin.access import audit
from lianglin.access.actor import Actor
from lianglin.access.transaction import together
from lianglin.cases import rules
from lianglin.cases.models import OnCallTurn
from lianglin.cases.queries import on_call as read
from lianglin.kit.calendar import calendar
from lianglin.kit.errors import Refused

LONGEST = 92
"""Days that one filling of the rota may cover."""


def fill_rota(*, by: Actor, unit_id: int, first: date, last: date, days: str, shift: str) -> int:
    """Puts a unit on call for the area of the post from one day to another; returns how many turns.

    ``days``: "all", "working" or "free" days of the city's calendar; ``shift``: "day", "night" or "both". A turn
    that is there is given to the new unit. Refused for an unknown unit, or days that make no sense.
    """
    by.require("cases.rota")
    if not read.units_for(by).filter(pk=unit_id).exists():
        raise Refused(_("Choose a unit of your area or above it."), field="unit")
    if not 0 <= (last - first).days < LONGEST:
        raise Refused(_("Write a first and a last day, at most three months apart."), field="last")
    shifts = [code for code, _label in rules.SHIFTS] if shift == "both" else [shift]
    wanted = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    chosen = [day for day in wanted if days == "all" or calendar().is_working(day) == (days == "working")]
    if not chosen or not set(shifts) <= {code for code, _label in rules.SHIFTS}:
        raise Refused(_("No such day lies between the first and the last."), field="days")
    with together():
        turns = [
            OnCallTurn(scope_code=by.low, day=day, shift=code, organisation_id=unit_id)
            for day in chosen
            for code in shifts
        ]
        OnCallTurn.objects.bulk_create(
            turns,
            update_conflicts=True,
            unique_fields=["scope_code", "day", "shift"],
            update_fields=["organisation"],
        )
        audit.record(
            "cases.rota", "cases.OnCallTurn", unit_id, scope_code=by.low,
            values={"first": str(first), "last": str(last), "days": days, "shift": shift},
        )  # fmt: skip
    return len(turns)


def clear_turn(*, by: Actor, turn_id: int) -> None:
    """Takes one turn off the rota of the post's area; one of another area stays."""
    by.require("cases.rota")
    with together():
        count, _each = OnCallTurn.objects.filter(pk=turn_id, scope_code=by.low).delete()
        if count:
            audit.record("cases.clear_turn", "cases.OnCallTurn", turn_id, scope_code=by.low)
