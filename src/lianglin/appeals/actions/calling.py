"""Who calls next: a caller takes the first call that waits, keeps it for half an hour, agrees another time."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from lianglin.access import audit
from lianglin.access.actor import Actor
from lianglin.access.transaction import together
from lianglin.appeals.models import CallPlan
from lianglin.appeals.queries import calls
from lianglin.appeals.rules.grading import HOLD_MINUTES
from lianglin.cases import actions as cases
from lianglin.cases.models import Case
from lianglin.cases.rules import SUBJECT
from lianglin.kit import clock
from lianglin.kit.errors import Refused

CALL = "appeals.call_back"
FARTHEST = timedelta(days=14)


def take_next_call(*, by: Actor) -> Case:
    """Keeps the first call that waits, and that nobody else keeps, for this post; Refused where there is none."""
    by.require(CALL)
    with together():
        free = calls.free(by).order_by("due_at", "id").values_list("pk", flat=True)
        for case_id in list(free[:5]):
            case = cases.lock(case_id, by=by)
            plan = _plan(case, by)
            if case.state == "settled" and _is_free(plan, by):
                plan.caller_id, plan.held_until = by.post_id, clock.now() + timedelta(minutes=HOLD_MINUTES)
                plan.save(update_fields=["caller", "held_until"])
                audit.record("appeals.take_call", SUBJECT, case.pk, scope_code=case.scope_code)
                return case
    raise Refused(_("No call waits now."))


def _is_free(plan: CallPlan, by: Actor) -> bool:
    now = clock.now()
    kept = plan.held_until is not None and plan.held_until > now and plan.caller_id != by.post_id
    return not kept and (plan.next_at is None or plan.next_at <= now)


def _plan(case: Case, by: Actor) -> CallPlan:
    seen = CallPlan.objects.visible_to(by, purpose=by.work_purpose)
    found = seen.select_for_update(of=("self",), no_key=True).filter(pk=case.pk).first()
    if found is None:
        found = CallPlan(case=case, scope_code=case.scope_code)
        found.save(force_insert=True)
    return found


def plan_next(case: Case, next_at: datetime | None, *, by: Actor) -> None:
    """After a call that gave no answer: the time agreed for the next one, or none; the caller's half hour is over."""
    now = clock.now()
    if next_at is not None and not now < next_at <= now + FARTHEST:
        raise Refused(_("The next call lies ahead, within 14 days."), field="next_at")
    if (
        next_at is None
        and not CallPlan.objects.visible_to(by, purpose=by.work_purpose).filter(pk=case.pk).exists()
    ):
        return
    plan = _plan(case, by)
    plan.caller_id, plan.held_until, plan.next_at = None, None, next_at
    plan.save(update_fields=["caller", "held_until", "next_at"])
