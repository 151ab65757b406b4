"""What claims do in the background: telling claimants, closing access, notices that come down, benefits looked at again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app

from lianglin.access import runs
from lianglin.access.actor import job
from lianglin.access.tasks import as_job
from lianglin.access.transaction import running
from lianglin.benefits.actions import claim_nights, claim_notice
from lianglin.benefits.models import Claim
from lianglin.benefits.rules import claims as rules
from lianglin.kit import messages
from lianglin.kit.events import CaseMoved
from lianglin.kit.ids import group_case_number
from lianglin.kit.signs import local_dt_lazy
from lianglin.people.models import Resident

TO_CLAIMANT = {
    "open": "claim_offered", "file": "claim_filed", "ask_more": "claim_returned", "grant": "claim_granted",
    "confirm": "claim_granted", "refuse": "claim_refused", "pay": "claim_paid", "pay_once": "claim_paid",
    "recertify_due": "claim_recertify", "end": "claim_ended",
}  # fmt: skip
"""Which text message follows a move."""


def tell_claimant(event: CaseMoved) -> None:
    """Sends the claimant a text message, where a mobile number may be used; never which benefit it is."""
    code = TO_CLAIMANT.get(event.move, "") if event.kind == rules.KIND else ""
    if not code:
        return
    actor = job()
    seen = Claim.objects.visible_to(actor, purpose=actor.work_purpose).select_related("case")
    claim = seen.filter(pk=event.case_id).first()
    phone = _phone(claim) if claim is not None else ""
    if claim is None or not phone.startswith("1"):
        return
    messages.send(
        messages.Message(
            code=f"benefits.{code}", channel="sms", scope_code=claim.scope_code, case_id=claim.pk, address=phone,
            context=_words(claim, event), once=f"benefits.{code}:{claim.pk}:{event.at}",
            resident_id=claim.resident_id,
        )
    )  # fmt: skip


def _phone(claim: Claim) -> str:
    if claim.resident_id is None:
        return ""
    seen = Resident.objects.visible_to(job(), purpose="system")
    person = seen.filter(pk=claim.resident_id, ended_on__isnull=True).first()
    return (person.phone or "") if person else ""


def _words(claim: Claim, event: CaseMoved) -> dict[str, Any]:
    """The last day is the one that this move set: the claim may have gone on before its event is told of."""
    due = datetime.fromisoformat(event.due_at) if event.due_at else None
    return {
        "number": group_case_number(claim.case.number),
        "link": reverse("benefits:own"),
        "due": local_dt_lazy(due, "date") if due else _("the date on the page"),
        "until": local_dt_lazy(claim.review_until, "date")
        if claim.review_until
        else _("the date on the page"),
    }


def close_access(event: CaseMoved) -> None:
    """What follows from a move that ends a claim."""
    if event.kind == rules.KIND:
        claim_nights.follow(event.case_id, by=job())


@app.periodic(cron="12 16 * * *")
@app.task(name="benefits_notices_over", queue="events", queueing_lock="benefits_notices_over")
@as_job
def notices_over(timestamp: int) -> int:
    """Just after midnight: notices whose last day is over lose their names."""
    return claim_notice.take_down_over(by=running().actor)


def _look_again() -> int:
    """What is to be looked at again waits for the community; what was granted until a day that is over ends."""
    actor = running().actor
    return max(claim_nights.bring_to_recertify(by=actor), claim_nights.finish_over(by=actor))


LOOK_AGAIN = runs.batches("benefits_look_again", _look_again)
