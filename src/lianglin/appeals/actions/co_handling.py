"""Units that handle an appeal with the lead: ordered, answered, ended. Each sees the case while its order lasts."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from lianglin.access import actions as access
from lianglin.access import audit
from lianglin.access.actor import Actor
from lianglin.access.models import Organisation
from lianglin.appeals.actions.asking import on_case
from lianglin.appeals.actions.duty_list import must_be_on_the_list
from lianglin.appeals.actions.objecting import lapse
from lianglin.appeals.models import CoOrder
from lianglin.appeals.queries import orders
from lianglin.appeals.queries.terms import term
from lianglin.cases import actions as cases
from lianglin.cases.actions.steps import make_known
from lianglin.cases.models import Case
from lianglin.cases.rules import SUBJECT
from lianglin.kit import clock
from lianglin.kit.calendar import calendar
from lianglin.kit.errors import Conflict, Refused

WITH_A_LEAD = frozenset({"dispatched", "handling", "paused"})
"""States in which a unit is in the lead and others can be called in."""
LONGEST = 60


@on_case
def order_co_handling(
    case: Case,
    *,
    by: Actor,
    unit: Organisation,
    note: str,
    days: int | None = None,
    seen_version: int | None = None,
) -> Case:
    """Orders one more unit to help the lead, within so many working days (else the limit of the area)."""
    by.require("appeals.dispatch")
    cases.must_be_as_seen(case, seen_version)
    if case.state not in WITH_A_LEAD:
        raise Conflict(_("There is no unit in the lead now. Dispatch the appeal first."))
    if days is not None and not 1 <= days <= LONGEST:
        raise Refused(_("A co-handler has 1 to %(n)d working days.") % {"n": LONGEST}, field="days")
    order_from(case, unit, note, by, days)
    return case


def order_from(case: Case, unit: Organisation, task: str, by: Actor, days: int | None = None) -> CoOrder:
    """Writes one order on a locked case and lets the unit see it."""
    if not unit.active:
        raise Refused(_("This unit no longer takes orders. Choose another."), field="unit")
    if unit.pk == case.owner_id:
        raise Refused(_("This unit is in the lead already."), field="unit")
    must_be_on_the_list(case, unit)
    if any(one.unit_id == unit.pk for one in orders.open_co_orders(case, by)):
        raise Conflict(_("This unit has an open co-handling order for the appeal already."))
    now = clock.now()
    limit = (days, "working_days") if days else term("co_handling", case.scope_code, clock.today())
    due = calendar().add(now, *limit)
    made = CoOrder(
        case=case,
        scope_code=case.scope_code,
        unit=unit,
        task=task.strip(),
        ordered_at=now,
        ordered_post_id=by.post_id,
        due_at=due.at,
        provisional=due.provisional,
    )
    made.save(force_insert=True)
    access.give(
        subject=SUBJECT, subject_id=case.pk, organisation=unit, scope_code=case.scope_code,
        reason="co_handling", by=by,
    )  # fmt: skip
    step = cases.remark(case, by=by, note=task, data={"unit": unit.pk}, code="co_order")
    make_known(case, "co_order", step.at)
    return made


@on_case
def answer_co_order(case: Case, *, by: Actor, note: str, seen_version: int | None = None) -> Case:
    """The co-handler answers its own order; the lead and the dispatcher read it, the appellant does not."""
    by.require("appeals.handle")
    if not note.strip():
        raise Refused(_("The answer is empty. Write what was done."), field="note")
    mine = next((one for one in orders.open_co_orders(case, by) if one.unit_id == by.organisation_id), None)
    if mine is None:
        raise Conflict(_("Your unit has no open co-handling order for this appeal."))
    mine.state, mine.answered_at, mine.answer = CoOrder.State.ANSWERED, clock.now(), note.strip()
    mine.save(update_fields=["state", "answered_at", "answer"])
    cases.remark(case, by=by, note=note, public=False, data={"unit": by.organisation_id}, code="co_answer")
    return case


def must_be_answered(case: Case, without: str, by: Actor) -> list[CoOrder]:
    """The open orders that the lead's answer goes past; refused while there are some and nothing is said of them."""
    waiting = orders.open_co_orders(case, by)
    if waiting and not without.strip():
        raise Refused(
            _("Not answered yet: %(units)s. Wait for it, or say why you answer without.")
            % {"units": ", ".join(one.unit.label for one in waiting)},
            field="without",
        )
    return waiting


def end_orders(case: Case, by: Actor) -> None:
    """The lead has changed, or the answer was accepted: co-handlers are done and see the case no longer."""
    found = orders.co_orders(by).filter(case_id=case.pk)
    units = set(found.values_list("unit_id", flat=True))
    if not units:
        return
    found.filter(state=CoOrder.State.ORDERED).update(state=CoOrder.State.ENDED)
    _take_back(case, units - {case.owner_id}, by)
    audit.record("appeals.end_co_orders", SUBJECT, case.pk, scope_code=case.scope_code)


@on_case
def end_what_was_asked(case: Case, *, by: Actor) -> Case:
    """Ends what still waits on an appeal that no unit works on any more; leaves one that goes on. Idempotent."""
    state = case.lifecycle.state(case.state)
    if state.final or state.follows:
        end_orders(case, by)
        lapse(case, by)
    return case


def _take_back(case: Case, units: Iterable[int | None], by: Actor) -> None:
    for unit_id in units:
        access.take_back(
            subject=SUBJECT, subject_id=case.pk, scope_code=case.scope_code, by=by, organisation_id=unit_id
        )
