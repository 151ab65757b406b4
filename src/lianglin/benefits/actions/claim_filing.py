"""A claim goes to the authority: filed, completed after it asked once, looked at again when its time has come."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils.translation import gettext as _

from lianglin.access import actions as access
from lianglin.access.actor import Actor
from lianglin.access.models import Organisation
from lianglin.benefits.actions import claim_papers as papers
from lianglin.benefits.actions.claims import on_claim
from lianglin.benefits.models import Claim, ClaimMaterial
from lianglin.benefits.queries import claims as queries
from lianglin.benefits.rules.claims_config import months_on, settings
from lianglin.cases import actions as cases
from lianglin.cases.models import Case
from lianglin.cases.rules import SUBJECT
from lianglin.kit import clock
from lianglin.kit.errors import Refused

USUAL_MONTHS = 12
"""Until a benefit is looked at again, where its rule says nothing (sample)."""


def _let_see(case: Case, unit: Organisation, by: Actor) -> None:
    """The authority sees this claim and no other, for some time."""
    until = clock.now() + timedelta(days=settings().grant_access_days)
    access.give(
        subject=SUBJECT, subject_id=case.pk, organisation=unit, scope_code=case.scope_code, reason="claim", by=by, until=until
    )  # fmt: skip


@on_claim
def file(
    case: Case,
    claim: Claim,
    *,
    by: Actor,
    unit: Organisation,
    note: str = "",
    seen_version: int | None = None,
) -> Case:
    """Files the claim, complete, with the authority in charge. What was known and not asked again is counted."""
    cases.expect(case, "file", by=by, seen_version=seen_version)
    if not queries.units(case).filter(pk=unit.pk).exists():
        raise Refused(_("This unit decides no claims of this place. Choose another."), field="unit")
    held = papers.must_be_complete(case.pk, by=by)
    cases.move(case, "file", by=by, note=note, data={"unit": unit.pk}, changes={"owner": unit})
    _let_see(case, unit, by)
    claim.filed_at = clock.now()
    claim.reused = sum(one.state == ClaimMaterial.State.CONFIRMED for one in held)
    claim.asked = len(held) - claim.reused
    claim.save(update_fields=["filed_at", "reused", "asked"])
    return case


@on_claim
def complete(case: Case, claim: Claim, *, by: Actor, note: str = "", seen_version: int | None = None) -> Case:
    """What the authority missed is there: it goes on, by the resident or at the desk."""
    code = "hand_in" if by.role == "resident" else "complete"
    cases.expect(case, code, by=by, seen_version=seen_version)
    held = papers.must_be_complete(case.pk, by=by)
    cases.move(case, code, by=by, note=note)
    claim.asked = len(held) - claim.reused
    claim.save(update_fields=["asked"])
    return case


@on_claim
def recertify(
    case: Case,
    claim: Claim,
    *,
    by: Actor,
    note: str,
    recertify_on: date | None = None,
    seen_version: int | None = None,
) -> Case:
    """Looked at again, with what was seen: it goes on, and is looked at again later."""
    months = queries.said_by(claim.version).recertify_months or USUAL_MONTHS
    following = recertify_on or months_on(clock.today(), months)
    if following <= clock.today():
        raise Refused(_("The next look lies ahead: give a later day."), field="recertify_on")
    cases.move(case, "recertify", by=by, seen_version=seen_version, note=note)
    claim.recertify_on = following
    claim.save(update_fields=["recertify_on"])
    if case.owner is not None:
        _let_see(case, case.owner, by)
    return case
