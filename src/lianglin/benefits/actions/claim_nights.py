"""What the background does with claims: looks again in time, ends what has run out, closes what is no longer needed."""

from __future__ import annotations

from datetime import timedelta

from lianglin.access import actions as access
from lianglin.access.actor import Actor
from lianglin.access.transaction import together
from lianglin.benefits.actions.claim_notice import take_down
from lianglin.benefits.models import Claim, Match
from lianglin.benefits.rules import claims as rules
from lianglin.benefits.rules.claims_config import settings
from lianglin.cases import actions as cases
from lianglin.cases.models import Case
from lianglin.cases.rules import SUBJECT
from lianglin.kit import clock

AT_ONCE = 100
MATCHES = {
    "declined": Match.State.DECLINED,
    "refused": Match.State.NOT_ELIGIBLE,
    "withdrawn": Match.State.DECLINED,
    "offered": Match.State.CLAIMED,
}
"""What a match says after its claim has come to a state."""


def bring_to_recertify(*, by: Actor) -> int:
    """Benefits that are to be looked at within the days ahead wait for the community from now on; none is stopped."""
    horizon = clock.today() + timedelta(days=settings().recertify_ahead_days)
    seen = Claim.objects.visible_to(by, purpose=by.work_purpose)
    due = list(
        seen.filter(running=True, recertify_on__lte=horizon, case__state="paid")
        .order_by("recertify_on")
        .values_list("pk", flat=True)[:AT_ONCE]
    )
    return sum(_moved(case_id, "recertify_due", by) for case_id in due)


def finish_over(*, by: Actor) -> int:
    """What was granted until a day that is over, with no further look, has ended."""
    seen = Claim.objects.visible_to(by, purpose=by.work_purpose)
    over = list(
        seen.filter(running=True, recertify_on__isnull=True, period_to__lt=clock.today(), case__state="paid")
        .order_by("pk")
        .values_list("pk", flat=True)[:AT_ONCE]
    )
    done = 0
    for case_id in over:
        if _moved(case_id, "finish", by):
            seen.filter(pk=case_id).update(running=False)
            done += 1
    return done


def _moved(case_id: int, move: str, by: Actor) -> bool:
    with together():
        case = cases.lock(case_id, by=by)
        if case.state != "paid":
            return False
        cases.move(case, move, by=by)
    return True


def follow(case_id: int, *, by: Actor) -> None:
    """After a claim has ended: nothing of it stands in public, the authority's access ends, the match says so."""
    seen = Claim.objects.visible_to(by, purpose=by.work_purpose).select_related("case")
    claim = seen.filter(pk=case_id).first()
    if claim is None:
        return
    case: Case = claim.case
    if rules.LIFECYCLE.state(case.state).final:
        take_down(case, by=by)
        ends = clock.now() + timedelta(days=settings().closed_access_days)
        quick = case.state == "declined" or (case.state == "withdrawn" and claim.decided_at is None)
        access.take_back(
            subject=SUBJECT, subject_id=case.pk, scope_code=case.scope_code, by=by, ends_at=clock.now() if quick else ends
        )  # fmt: skip
    if claim.match_id is not None and case.state in MATCHES:
        matches = Match.objects.visible_to(by, purpose=by.work_purpose)
        matches.filter(pk=claim.match_id, claim_case_id=case.pk).exclude(state=MATCHES[case.state]).update(
            state=MATCHES[case.state], state_at=clock.now()
        )
