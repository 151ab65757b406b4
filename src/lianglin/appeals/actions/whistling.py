"""A street calls departments (吹哨); they arrive and answer (报到); afterwards both sides say how it was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from lianglin.access import actions as access
from lianglin.access import audit
from lianglin.access.actor import Actor
from lianglin.access.models import Organisation
from lianglin.access.transaction import together
from lianglin.appeals.actions.asking import known
from lianglin.appeals.actions.duty_list import must_not_be_a_community
from lianglin.appeals.models import WhistleCall, WhistleUnit
from lianglin.appeals.queries import recipients
from lianglin.appeals.queries.orders import co_orders
from lianglin.appeals.queries.whistles import SUBJECT
from lianglin.appeals.rules import whistling
from lianglin.cases import actions as cases
from lianglin.cases.models import Case
from lianglin.cases.rules import SUBJECT as CASE
from lianglin.kit import clock, messages
from lianglin.kit.errors import Conflict, Forbidden, Refused
from lianglin.kit.signs import local_dt_lazy

CALL, ANSWER = "appeals.dispatch", "appeals.handle"


def call(
    *,
    by: Actor,
    units: Sequence[Organisation],
    place_text: str,
    text: str,
    arrive_by: datetime,
    case: Case | None = None,
) -> WhistleCall:
    """Calls departments to a place (or to an appeal's), to be there by a time; each is told and sees the call."""
    by.require(CALL)
    now = clock.now()
    if not units or len(units) > whistling.MOST_UNITS:
        raise Refused(_("Choose one to %(n)d units.") % {"n": whistling.MOST_UNITS}, field="units")
    if not now < arrive_by <= now + timedelta(days=whistling.LONGEST_DAYS):
        raise Refused(
            _("The time to be there lies ahead, within %(n)d days.") % {"n": whistling.LONGEST_DAYS},
            field="arrive_by",
        )
    for unit in units:
        must_not_be_a_community(unit)
        if not unit.active:
            raise Refused(_("This unit no longer takes orders. Choose another."), field="units")
    with together():
        made = WhistleCall(
            scope_code=case.scope_code if case else by.low,
            case=case,
            place_text=place_text.strip(),
            text=text.strip(),
            street_id=by.organisation_id,
            called_post_id=by.post_id,
            called_at=now,
            arrive_by=arrive_by,
        )
        made.save(force_insert=True)
        for unit in units:
            WhistleUnit(call=made, scope_code=made.scope_code, unit=unit).save(force_insert=True)
            access.give(
                subject=SUBJECT, subject_id=made.pk, organisation=unit, scope_code=made.scope_code,
                reason="whistle", by=by,
            )  # fmt: skip
            _tell(made, unit)
        if case is not None:
            _show_case(made, case, units, by)
        audit.record("appeals.whistle", SUBJECT, made.pk, scope_code=made.scope_code)
    return made


def _show_case(made: WhistleCall, case: Case, units: Sequence[Organisation], by: Actor) -> None:
    """The departments see the appeal while the call runs: until the street has said how it was, or so many days after."""
    held = cases.lock(case.pk, by=by)
    for unit in units:
        access.give(
            subject=CASE, subject_id=held.pk, organisation=unit, scope_code=held.scope_code, reason="whistle", by=by,
            until=made.arrive_by + timedelta(days=whistling.LONGEST_DAYS),
        )  # fmt: skip
    cases.remark(held, by=by, note=made.text, public=False, code="whistle", data={"call": made.pk})


def _end_sight(held: WhistleUnit, by: Actor) -> None:
    """The call is over for a unit: it sees the appeal no longer, unless it leads it, helps, or is called to it again."""
    case = held.call.case
    if case is None or case.owner_id == held.unit_id:
        return
    helping = co_orders(by).filter(case_id=case.pk, unit_id=held.unit_id).exists()
    again = WhistleUnit.objects.visible_to(by, purpose=by.work_purpose).filter(
        call__case_id=case.pk, unit_id=held.unit_id, came=""
    )
    if not (helping or again.exclude(pk=held.pk).exists()):
        access.take_back(
            subject=CASE, subject_id=case.pk, scope_code=case.scope_code, by=by, organisation_id=held.unit_id
        )


def _tell(made: WhistleCall, unit: Organisation) -> None:
    for post_id in recipients.posts_of(unit.pk):
        messages.send(
            messages.Message(
                code="appeals.whistle",
                channel="in_app",
                scope_code=made.scope_code,
                post_id=post_id,
                context={
                    "until": local_dt_lazy(made.arrive_by, "short"),
                    "link": reverse("appeals:whistle", args=[made.pk]),
                },
                once=f"whistle:{made.pk}:{post_id}",
            )
        )


def arrive(*, by: Actor, call_id: int) -> WhistleUnit:
    """The own unit is there."""
    with together():
        mine = _own(call_id, by)
        if mine.arrived_at is not None:
            raise Conflict(_("The arrival of your unit is recorded already."))
        mine.arrived_at = clock.now()
        mine.save(update_fields=["arrived_at"])
        audit.record("appeals.whistle_arrived", SUBJECT, call_id, scope_code=mine.scope_code)
    return mine


def answer(*, by: Actor, call_id: int, text: str, warranted: str, note: str = "") -> WhistleUnit:
    """What the own unit did, and whether the call was warranted; "not for this unit" needs a reason."""
    known(warranted, whistling.WARRANTED, "warranted")
    if not text.strip():
        raise Refused(_("Write what was done."), field="text")
    if warranted == "no" and not note.strip():
        raise Refused(_("Write why, and whose matter it is."), field="note")
    with together():
        mine = _own(call_id, by)
        if mine.answered_at is not None:
            raise Conflict(_("Your unit has answered this call already."))
        mine.answer, mine.answered_at = text.strip(), clock.now()
        mine.warranted, mine.warranted_note = warranted, note.strip()
        mine.save(update_fields=["answer", "answered_at", "warranted", "warranted_note"])
        audit.record("appeals.whistle_answered", SUBJECT, call_id, scope_code=mine.scope_code)
    return mine


def assess(*, by: Actor, call_id: int, unit_id: int, came: str, helped: str, note: str = "") -> WhistleUnit:
    """Whether a unit came and helped, says the street; once the time to be there has passed or the unit has answered."""
    by.require(CALL)
    known(came, whistling.CAME, "came")
    known(helped, whistling.HELPED, "helped")
    if "no" in (came, helped) and not note.strip():
        raise Refused(_("Write what was missing."), field="note")
    with together():
        rows = WhistleUnit.objects.visible_to(by, purpose=by.work_purpose).select_for_update(
            of=("self",), no_key=True
        )
        held = rows.select_related("call__case").filter(call_id=call_id, unit_id=unit_id).first()
        if held is None or held.call.street_id != by.organisation_id:
            raise Forbidden(_("The street that called says whether the unit came."))
        if held.answered_at is None and clock.now() < held.call.arrive_by:
            raise Conflict(_("The time to be there has not passed yet."))
        held.came, held.helped, held.street_note = came, helped, note.strip()
        held.save(update_fields=["came", "helped", "street_note"])
        _end_sight(held, by)
        audit.record("appeals.whistle_assessed", SUBJECT, call_id, scope_code=held.scope_code)
    return held


def _own(call_id: int, by: Actor) -> WhistleUnit:
    by.require(ANSWER)
    rows = WhistleUnit.objects.visible_to(by, purpose=by.work_purpose).select_for_update(no_key=True)
    mine = rows.filter(call_id=call_id, unit_id=by.organisation_id).first()
    if mine is None:
        raise Forbidden(_("Your unit was not called there."))
    return mine
