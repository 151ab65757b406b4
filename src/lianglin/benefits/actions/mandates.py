"""Who acts for somebody with a claim (代办): recorded on papers, dated, ended; it opens nobody's data to anybody."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils.translation import gettext as _

from lianglin.access import audit
from lianglin.access.actor import Actor
from lianglin.access.transaction import together
from lianglin.benefits.actions.claims import on_claim
from lianglin.benefits.models import Claim, Mandate
from lianglin.benefits.queries import claims as queries
from lianglin.benefits.rules import claims as rules
from lianglin.cases import actions as cases
from lianglin.cases.models import Case
from lianglin.kit import clock
from lianglin.kit.errors import Conflict, Forbidden, Refused
from lianglin.people.queries import guardians
from lianglin.people.queries import residents as people

SUBJECT = "benefits.Mandate"


def record(
    *,
    by: Actor,
    resident_id: int,
    kind: str,
    papers: str,
    agent_name: str,
    from_on: date,
    to_on: date | None,
    sample: bool = False,
) -> Mandate:
    """Records an authorisation that was shown; a written one for a year at most, a guardian's only where one is kept."""
    if by.role != "job":
        by.require(rules.ACCOMPANY)
    person = people.resident(resident_id, actor=by)
    if person is None:
        raise Forbidden(_("There is no such person in the area of your current post."))
    if kind not in dict(rules.MANDATE_KINDS) or papers not in dict(rules.MANDATE_PAPERS):
        raise Refused(_("Choose one of the listed answers."), field="kind")
    guardian = _guardianship(resident_id, by) if kind == "guardian" else None
    if not agent_name.strip():
        raise Refused(_("Write the name of the person who acts."), field="agent_name")
    if kind != "guardian":
        _must_be_dated(from_on, to_on)
    made = Mandate(
        scope_code=person.scope_code, resident_id=resident_id, kind=kind, papers=papers, agent_name=agent_name.strip()[:60],
        guardianship_id=guardian, from_on=from_on, to_on=to_on, recorded_at=clock.now(), post_id=by.post_id, sample=sample,
    )  # fmt: skip
    with together():
        made.save(force_insert=True)
        audit.record(
            "benefits.mandate", SUBJECT, made.pk, scope_code=made.scope_code, values={"resident": resident_id}
        )
    return made


def _guardianship(resident_id: int, by: Actor) -> int:
    held = guardians.in_force(resident_id, actor=by)
    if not held:
        raise Refused(
            _("No guardianship of this person is kept today. Record it in the person's file first."),
            field="kind",
        )
    return held[0].pk


def _must_be_dated(from_on: date, to_on: date | None) -> None:
    if to_on is None:
        raise Refused(_("A written authorisation names its last day."), field="to_on")
    if to_on < from_on or to_on < clock.today():
        raise Refused(
            _("The last day lies before the first, or is over. Compare the two days."), field="to_on"
        )
    if to_on - from_on > timedelta(days=rules.MOST_MANDATE_DAYS):
        raise Refused(
            _("A written authorisation is given for a year at most, and again after that."), field="to_on"
        )


def end(mandate_id: int, *, by: Actor) -> None:
    """The person takes the authorisation back, or it ends for another reason; from today nobody acts under it."""
    if by.role != "job":
        by.require(rules.ACCOMPANY)
    with together():
        seen = Mandate.objects.visible_to(by, purpose=by.work_purpose)
        found = seen.select_for_update(of=("self",), no_key=True).filter(pk=mandate_id).first()
        if found is None:
            raise Forbidden(_("There is no such authorisation in the area of your current post."))
        if found.ended_on is not None:
            raise Conflict(_("This authorisation has ended already."))
        found.ended_on = clock.today() - timedelta(days=1)
        found.save(update_fields=["ended_on"])
        audit.record("benefits.mandate_end", SUBJECT, found.pk, scope_code=found.scope_code)


@on_claim
def act_under(
    case: Case, claim: Claim, *, by: Actor, mandate: Mandate | None, seen_version: int | None = None
) -> Case:
    """Says that the claim is seen to by who holds an authorisation of the claimant, or by nobody any more."""
    by.require(rules.ACCOMPANY)
    cases.must_be_as_seen(case, seen_version)
    if mandate is not None:
        held = {one.pk for one in queries.mandates(claim.resident_id or 0, by)}
        if mandate.pk not in held:
            raise Refused(
                _("This authorisation is not the claimant's, or is not in force today."), field="mandate"
            )
    claim.mandate = mandate
    claim.agent = mandate.agent_name if mandate is not None else ""
    claim.save(update_fields=["mandate", "agent"])
    words = (
        _("somebody acts for the claimant, by authorisation")
        if mandate
        else _("nobody acts for the claimant any more")
    )
    cases.remark(case, by=by, note=words, code="remark", data={"mandate": mandate.pk if mandate else None})
    return case
