"""Public notice of a claim (公示): the least data, for some working days; then the name is gone."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext as _

from lianglin.access import audit
from lianglin.access.actor import Actor
from lianglin.access.transaction import together
from lianglin.benefits.actions.claims import on_claim
from lianglin.benefits.models import Claim, NoticeObjection, PublicNotice
from lianglin.benefits.queries import claim_functions
from lianglin.benefits.rules.claims_config import settings
from lianglin.cases import actions as cases
from lianglin.cases.models import Case
from lianglin.kit import clock
from lianglin.kit.calendar import calendar
from lianglin.kit.errors import Conflict, Forbidden, Refused
from lianglin.people.rules import mask_name

SUBJECT = "benefits.PublicNotice"
WINDOW = timedelta(hours=1)
"""An hour, in which one address may object ten times."""
AT_ONCE = 500
"""Notices a nightly run takes down in one go; what is left is taken a minute later."""


@on_claim
def publish(
    case: Case, claim: Claim, *, by: Actor, note: str = "", seen_version: int | None = None
) -> PublicNotice:
    """Puts a filed claim on public notice, where the rule of its measure asks for that."""
    rule = settings().notice(claim.measure.code)
    if rule is None:
        raise Refused(
            _("The rule of this benefit asks for no public notice: nothing about it is made public.")
        )
    if by.organisation_id != case.owner_id:
        raise Forbidden(_("Only the authority that the claim was filed with decides it."))
    cases.move(
        case,
        "publish",
        by=by,
        seen_version=seen_version,
        note=note,
        limit=(rule.working_days, "working_days"),
    )
    now = clock.now()
    made = PublicNotice(
        case=case, scope_code=case.scope_code, community_name=case.community.name,
        community_name_en=case.community.name_en, measure_id=claim.measure_id, name_shown=mask_name(claim.applicant),
        amount_fen=claim.expected_fen if rule.amounts else None, from_on=clock.today(),
        to_on=clock.local(calendar().add(now, rule.working_days, "working_days").at).date(), office=case.owner,
        post_id=by.post_id, sample=case.sample,
    )  # fmt: skip
    made.save(force_insert=True)
    audit.record("benefits.notice", SUBJECT, made.pk, scope_code=case.scope_code, values={"case": case.pk})
    return made


def _without_name(found: PublicNotice, state: str) -> None:
    found.state, found.name_shown, found.amount_fen, found.ended_at = state, "", None, clock.now()
    found.save(update_fields=["state", "name_shown", "amount_fen", "ended_at"])
    audit.record(
        f"benefits.notice_{state}",
        SUBJECT,
        found.pk,
        scope_code=found.scope_code,
        values={"case": found.case_id},
    )


def _shown(case: Case, by: Actor) -> PublicNotice | None:
    seen = PublicNotice.objects.visible_to(by, purpose=by.work_purpose)
    return seen.filter(case_id=case.pk, state=PublicNotice.State.SHOWN).first()


@on_claim
def stop(case: Case, _claim: Claim, *, by: Actor, note: str, seen_version: int | None = None) -> Case:
    """Takes a notice down before its time, with a reason."""
    cases.move(case, "stop_notice", by=by, seen_version=seen_version, note=note)
    found = _shown(case, by)
    if found is not None:
        _without_name(found, PublicNotice.State.STOPPED)
    return case


def take_down(case: Case, *, by: Actor) -> bool:
    """Takes down what stands in public about a claim that has ended; for the authority and the background."""
    if by.role not in ("handler", "job"):
        return False
    found = _shown(case, by)
    if found is not None:
        _without_name(found, PublicNotice.State.STOPPED)
    return found is not None


def take_down_over(*, by: Actor) -> int:
    """Every night: notices whose last day is over lose their names, and their claims go on. Idempotent."""
    seen = PublicNotice.objects.visible_to(by, purpose=by.work_purpose)
    over = list(
        seen.filter(state=PublicNotice.State.SHOWN, to_on__lt=clock.today())
        .order_by("to_on", "id")
        .values_list("pk", "case_id")[:AT_ONCE]
    )
    for pk, case_id in over:
        with together():
            case = cases.lock(case_id, by=by)
            found = seen.select_for_update(of=("self",), no_key=True).get(pk=pk)
            if found.state != PublicNotice.State.SHOWN:
                continue
            _without_name(found, PublicNotice.State.ENDED)
            if case.state == "public":
                cases.move(case, "notice_over", by=by)
    return len(over)


def object_to(pk: int, *, by: Actor, text: str, contact: str = "") -> None:
    """Anybody says what is wrong about a notice, with or without a way to reach them."""
    if len(text.strip()) < 5:
        raise Refused(_("Say in at least five characters what is not right."), field="text")
    with together():
        if not claim_functions.object_to_notice(pk, text.strip(), contact.strip()):
            raise Conflict(_("This notice has ended; nothing stands in public any more. Call 12345 instead."))
        audit.record("benefits.notice_objection", SUBJECT, pk)


@on_claim
def answer_objection(case: Case, _claim: Claim, *, by: Actor, objection_id: int, answer: str) -> None:
    """The authority answers an objection, before it decides."""
    if by.organisation_id != case.owner_id:
        raise Forbidden(_("Only the authority that the claim was filed with decides it."))
    if len(answer.strip()) < 5:
        raise Refused(_("Say in at least five characters what was found."), field="answer")
    seen = NoticeObjection.objects.visible_to(by, purpose=by.work_purpose)
    found = seen.select_for_update(of=("self",), no_key=True).filter(pk=objection_id, case_id=case.pk).first()
    if found is None:
        raise Forbidden(_("There is no such objection to this claim."))
    found.answer, found.answered_at, found.post_id = answer.strip(), clock.now(), by.post_id
    found.save(update_fields=["answer", "answered_at", "post_id"])
    audit.record(
        "benefits.objection_answered", "benefits.NoticeObjection", found.pk, scope_code=case.scope_code,
        values={"case": case.pk},
    )  # fmt: skip
