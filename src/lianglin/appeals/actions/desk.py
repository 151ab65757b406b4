"""What the community and the dispatcher do: accept, answer on the spot, refuse, pass on, dispatch, check, settle."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from lianglin.access import actions as access
from lianglin.access.actor import Actor
from lianglin.access.models import Organisation
from lianglin.appeals import rules
from lianglin.appeals.actions.advising import note_advice, particulars
from lianglin.appeals.actions.asking import known, on_case, order_limit, show
from lianglin.appeals.actions.co_handling import end_orders, order_from
from lianglin.appeals.actions.duty_list import must_be_on_the_list
from lianglin.appeals.actions.item_advice import note_item_advice
from lianglin.appeals.actions.knowledge import note_use
from lianglin.appeals.actions.objecting import lapse, rule, ruling_on
from lianglin.appeals.actions.similarity_rows import follow_item
from lianglin.appeals.models import Appeal, Item
from lianglin.appeals.queries.dispatching import advice_for
from lianglin.appeals.rules.advised import Advised
from lianglin.cases import actions as cases
from lianglin.cases.models import Case
from lianglin.cases.queries.on_call import on_call
from lianglin.cases.rules import SUBJECT
from lianglin.files.prepare import Prepared
from lianglin.kit import clock
from lianglin.kit.errors import Refused


@on_case
def accept(
    case: Case,
    *,
    by: Actor,
    item: Item | None = None,
    seen_version: int | None = None,
    note: str = "",
    advised: Advised | None = None,
) -> Case:
    """The community receives the appeal: it is ours to bring forward; the item may be corrected.

    ``advised``: the items that were suggested, kept beside the one that stands now.
    An item that is urgent makes the appeal so from now on, its running limit too; the contrary lengthens no promise.
    """
    hurried = item is not None and bool(item.urgent_hours) and not case.urgent
    if item is not None:
        Appeal.objects.visible_to(by, purpose=by.work_purpose).filter(pk=case.pk).update(item=item)
        follow_item(case, item, by=by)
    cases.move(
        case,
        "accept",
        by=by,
        seen_version=seen_version,
        note=note,
        data={"item": item.code} if item else None,
        changes={"assignee_id": by.post_id} | ({"urgent": True} if hurried else {}),
    )
    cases.note_assignment(case, by=by)
    if advised is not None:
        note_item_advice(case, advised, item or Item.objects.filter(appeals__case_id=case.pk).first(), by=by)
    if hurried:
        cases.hurry(case)
    return case


@on_case
def answer_now(
    case: Case,
    *,
    by: Actor,
    outcome: str,
    note: str,
    photos: Sequence[Prepared] = (),
    seen_version: int | None = None,
    entry: int | None = None,
) -> Case:
    """Answers on the spot: recorded, never dispatched. Pictures as with a unit's answer.

    ``entry``: the version of the knowledge base it rests on; kept with the answer.
    """
    known(outcome, rules.OUTCOMES, "outcome")
    cases.move(
        case,
        "answer_now",
        by=by,
        seen_version=seen_version,
        note=note,
        data={"outcome": outcome, **note_use(case, entry, note)},
        changes={"outcome": outcome},
    )
    lapse(case, by)
    show(case, photos, by=by)
    return case


@on_case
def refuse(case: Case, *, by: Actor, ground: str, note: str, seen_version: int | None = None) -> Case:
    """Does not accept the appeal, on one of the lawful grounds, naming in the note where to turn instead."""
    known(ground, rules.REFUSAL_GROUNDS, "ground")
    cases.move(case, "refuse", by=by, seen_version=seen_version, note=note, data={"ground": ground})
    lapse(case, by)
    return case


@on_case
def redirect(case: Case, *, by: Actor, to: str, note: str, seen_version: int | None = None) -> Case:
    """Passes the appeal on to a body outside this platform; the resident is told which."""
    cases.move(case, "redirect", by=by, seen_version=seen_version, note=note, data={"to": to.strip()})
    lapse(case, by)
    return case


@on_case
def dispatch(
    case: Case,
    *,
    by: Actor,
    unit: Organisation,
    note: str = "",
    co_units: Sequence[Organisation] = (),
    seen_version: int | None = None,
) -> Case:
    """Gives the order to one responsible unit: grants it the case and starts the item's clock.

    A unit that had the order before (it objected, or the case was reopened) sees the case no longer. What the rules
    in force advised is kept with the order, taken or not. Where a unit objected, the order is the ruling on it
    (see actions/objecting.py). ``co_units`` are called in to help, within the limit of the area.
    """
    cases.expect(case, "dispatch", by=by, seen_version=seen_version)
    if not unit.active:
        raise Refused(_("This unit no longer takes orders. Choose another."), field="unit")
    must_be_on_the_list(case, unit)
    before, advice, ruling = case.owner_id, advice_for(case, by), ruling_on(case, unit, note, by)
    cases.move(
        case,
        "dispatch",
        by=by,
        seen_version=seen_version,
        note=note,
        data={"unit": unit.pk, **particulars(advice)},
        limit=order_limit(case),
        changes={"owner": unit, "assignee": None},
    )
    note_advice(advice, case, unit)
    rule(ruling, case, by)
    _grant_alone(case, unit, before, by)
    for helper in co_units:
        order_from(case, helper, note, by)
    return case


@on_case
def call_out(case: Case, *, by: Actor) -> Case:
    """Gives an urgent appeal that waits for a unit to the one on call for its place, day and night; else leaves it.

    For the background alone (decision 0052): no post has the duty. Idempotent.
    """
    unit = None
    if case.urgent and case.state in rules.LIFECYCLE.move("call_out").sources:
        unit = on_call(case.scope_code, clock.now())
    if unit is None or not unit.active:
        return case
    before = case.owner_id
    cases.move(
        case,
        "call_out",
        by=by,
        data={"unit": unit.pk},
        limit=order_limit(case),
        changes={"owner": unit, "assignee": None},
    )
    _grant_alone(case, unit, before, by)
    return case


def _grant_alone(case: Case, unit: Organisation, before: int | None, by: Actor) -> None:
    """The unit sees the case from now on, and one that had it before no longer."""
    if before is not None:
        end_orders(case, by)
    if before not in (None, unit.pk):
        access.take_back(
            subject=SUBJECT, subject_id=case.pk, scope_code=case.scope_code, by=by, organisation_id=before
        )
    access.give(
        subject=SUBJECT,
        subject_id=case.pk,
        organisation=unit,
        scope_code=case.scope_code,
        reason="dispatch",
        by=by,
    )


@on_case
def extend(case: Case, *, by: Actor, days: int, note: str, seen_version: int | None = None) -> Case:
    """The dispatcher approves more working days; the resident sees the reason."""
    cases.extend(case, by=by, days=days, note=note, duty="appeals.dispatch", seen_version=seen_version)
    return case


@on_case
def send_back(case: Case, *, by: Actor, note: str, seen_version: int | None = None) -> Case:
    """The dispatcher does not accept the answer; the unit goes on, on an urgent one in its item's hours again."""
    limit = order_limit(case) if case.urgent else None
    cases.move(case, "send_back", by=by, seen_version=seen_version, note=note, limit=limit)
    return case


@on_case
def settle(case: Case, *, by: Actor, note: str = "", seen_version: int | None = None) -> Case:
    """办结: the dispatcher accepts the answer; the call-back is due within three working days."""
    cases.move(case, "settle", by=by, seen_version=seen_version, note=note)
    end_orders(case, by)
    return case
