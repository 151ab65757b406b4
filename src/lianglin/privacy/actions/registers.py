"""Keeping the registers: processors, sharing, impact assessments."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from lianglin.access import audit
from lianglin.access.actor import Actor
from lianglin.access.transaction import together
from lianglin.kit import clock, discovery, live
from lianglin.kit.errors import Conflict, Forbidden, Refused
from lianglin.privacy import rules
from lianglin.privacy.models import Assessment, Processor, Sharing


def record_processor(*, by: Actor, **given: Any) -> Processor:
    """Enters a body that processes data for the city, with its contract."""
    by.require("privacy.register")
    if given.get("to_on") and given["to_on"] < given["from_on"]:
        raise Refused(_("The contract ends before it begins. Correct one of the two days."), field="to_on")
    with together():
        made = Processor.objects.create(**given)
        audit.record("privacy.processor", "privacy.Processor", made.pk, values=given)
    return made


def record_sharing(*, by: Actor, **given: Any) -> Sharing:
    """Enters one giving of data to another body; never changed afterwards."""
    by.require("privacy.register")
    if given["shared_on"] > clock.today():
        raise Refused(
            _("This day has not come yet. Enter the giving once it has happened."), field="shared_on"
        )
    with together():
        made = Sharing.objects.create(**given, recorded_at=clock.now(), recorded_by_id=by.post_id)
        audit.record("privacy.sharing", "privacy.Sharing", made.pk, values=given)
    return made


def assess(
    *, by: Actor, domain: str, necessity: str, risks: str, measures: str, result: str, valid_until: date
) -> Assessment:
    """Writes an impact assessment; it counts once another post has approved it."""
    by.require("privacy.assess")
    if domain not in {found.code for found in discovery.manifests() if found.assess}:
        raise Refused(_("This service needs no impact assessment."), field="domain")
    if result not in dict(rules.RESULTS):
        raise Refused(_("Choose one of the listed answers."), field="result")
    if valid_until <= clock.today():
        raise Refused(
            _("The assessment would have run out already. Choose a later day."), field="valid_until"
        )
    with together():
        made = Assessment.objects.create(
            domain=domain,
            necessity=necessity,
            risks=risks,
            measures=measures,
            result=result,
            valid_until=valid_until,
            made_at=clock.now(),
            made_by_id=by.post_id,
        )
        audit.record(
            "privacy.assess", "privacy.Assessment", made.pk, values={"domain": domain, "result": result}
        )
    return made


def approve(assessment_id: int, *, by: Actor) -> Assessment:
    """Another post approves: from now on the service is live, if the result lets it."""
    by.require("privacy.approve")
    with together():
        found = _locked(assessment_id)
        if found.approved_at or found.withdrawn_at:
            raise Conflict(_("This assessment was decided already. Look at it again."))
        if found.made_by_id == by.post_id:
            raise Forbidden(_("Whoever wrote an assessment cannot approve it. Let another post read it."))
        found.approved_at, found.approved_by_id = clock.now(), by.post_id
        found.save(update_fields=["approved_at", "approved_by_id"])
        audit.record("privacy.approve", "privacy.Assessment", found.pk, values={"domain": found.domain})
    live.forget()
    return found


def withdraw_assessment(assessment_id: int, *, by: Actor) -> Assessment:
    """The assessment no longer holds (the processing has changed): the service closes until there is a new one."""
    by.require("privacy.assess")
    with together():
        found = _locked(assessment_id)
        if found.withdrawn_at:
            raise Conflict(_("This assessment was decided already. Look at it again."))
        found.withdrawn_at = clock.now()
        found.save(update_fields=["withdrawn_at"])
        audit.record("privacy.withdraw", "privacy.Assessment", found.pk, values={"domain": found.domain})
    live.forget()
    return found


def _locked(assessment_id: int) -> Assessment:
    found = Assessment.objects.select_for_update().filter(pk=assessment_id).first()
    if found is None:
        raise Refused(_("There is no such assessment."))
    return found
