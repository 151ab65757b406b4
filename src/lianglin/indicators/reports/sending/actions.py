"""Issuing with sending, sending again, who opened it. A copy is a copy: it widens nobody's area."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from uuid import UUID, uuid4

from django.urls import reverse
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from lianglin.access import audit
from lianglin.access.actor import Actor
from lianglin.access.transaction import together
from lianglin.indicators.reports import actions, layout
from lianglin.indicators.reports.actions import ISSUE, purpose
from lianglin.indicators.reports.models import Report
from lianglin.indicators.reports.sending.going import going
from lianglin.indicators.reports.sending.models import ReceivedReport, ReportCopy
from lianglin.indicators.reports.sending.offices import RECEIVE, Receiver, offices, readers
from lianglin.kit import clock, messages
from lianglin.kit.errors import Conflict, Forbidden, Refused

OPENED_TASK = "note_report_opened"
SUBJECT = "indicators.ReportCopy"
MOST = 100
"""Offices in one sending."""
Channel = ReportCopy.Channel


def issue(key: UUID, *, by: Actor, seen: int, document_number: str = "", copied_to: str = "") -> Report:
    """Issues a report and sends it where its schedule, or the version that it corrects, was to go; see going.py."""
    with together():
        found = actions.issue(key, by=by, seen=seen, document_number=document_number, copied_to=copied_to)
        planned = going(found, by)
        if planned.to:
            _sent(found, by, planned.to)
        if planned.left_out:
            audit.record(
                "indicators.report.left_out", SUBJECT, found.pk, scope_code=found.scope_code,
                values={"offices": sorted(planned.left_out)},
            )  # fmt: skip
    return found


def send(key: UUID, *, by: Actor, to: Sequence[Receiver], printed: int = 0) -> int:
    """Sends an issued report to offices (or notes copies on paper); how many copies are new. Sending twice does nothing."""
    by.require(ISSUE)
    if not to:
        raise Refused(_("Choose at least one office."), field="offices")
    if len(to) > MOST:
        raise Refused(_("At most a hundred offices at once. Choose fewer."), field="offices")
    allowed = {one.pk for one in offices(by)}
    if any(one.organisation_id not in allowed for one in to):
        raise Refused(_("You cannot send to one of these offices."), field="offices")
    with together():
        rows = Report.objects.visible_to(by, purpose=purpose(by)).filter(key=key)
        found = rows.select_for_update(of=("self",)).select_related("organisation").first()
        if found is None:
            raise Forbidden(_("There is no such report in the area of your current post."))
        if found.state != Report.State.ISSUED:
            raise Conflict(_("Only an issued report is sent. Look at it again."))
        return _printed(found, by, to, printed) if printed else _sent(found, by, to)


def _printed(report: Report, by: Actor, to: Iterable[Receiver], number: int) -> int:
    made = 0
    for one in to:
        there = ReportCopy.objects.visible_to(by, purpose=purpose(by)).filter(
            report=report, organisation_id=one.organisation_id, channel=Channel.PAPER
        )
        if there.update(number=number, sent_at=clock.now(), post_id=by.post_id):
            continue
        made += 1
        _copy(report, by, one.organisation_id, Channel.PAPER, number=number).save(force_insert=True)
    audit.record(
        "indicators.report.printed", SUBJECT, report.pk, scope_code=report.scope_code,
        values={"offices": sorted(one.organisation_id for one in to), "copies": number},
    )  # fmt: skip
    return made


def _copy(report: Report, by: Actor, organisation: int, channel: str, **more: object) -> ReportCopy:
    return ReportCopy(
        key=uuid4(), report=report, scope_code=report.scope_code, organisation_id=organisation, channel=channel,
        post_id=by.post_id, sent_at=clock.now(), **more,
    )  # fmt: skip


def _sent(report: Report, by: Actor, to: Iterable[Receiver]) -> int:
    """In the house to every office, and by mail where it has an address; only what is not there yet."""
    there = ReportCopy.objects.visible_to(by, purpose=purpose(by)).filter(report=report)
    held = {(one.organisation_id, one.channel): one.key for one in there}
    paper = asdict(layout.paper(report, mark=""))
    made = 0
    for one in to:
        key = held.get((one.organisation_id, Channel.IN_APP))
        if key is None:
            key = _into_the_house(report, by, one.organisation_id, paper)
            made += 1
        if one.address and (one.organisation_id, Channel.EMAIL) not in held:
            _copy(report, by, one.organisation_id, Channel.EMAIL, address=one.address).save(force_insert=True)
            context = _told(report, key)
            messages.send(messages.Message(
                "indicators.report_received", "email", report.scope_code, context, address=one.address,
                once=f"report:{report.key}:{one.organisation_id}:mail",
            ))  # fmt: skip
            made += 1
    audit.record(
        "indicators.report.send", SUBJECT, report.pk, scope_code=report.scope_code,
        values={"offices": sorted(one.organisation_id for one in to), "new": made},
    )  # fmt: skip
    return made


def _into_the_house(report: Report, by: Actor, organisation: int, paper: dict[str, object]) -> UUID:
    copy = _copy(report, by, organisation, Channel.IN_APP)
    copy.save(force_insert=True)
    received = ReceivedReport(
        key=copy.key, report_key=report.key, organisation_id=organisation, scope_code=report.scope_code,
        title=report.figures["title"][:200], sender=report.issuer, paper=paper, sent_at=copy.sent_at,
    )  # fmt: skip
    # Not save(): it reads the row back, and the sender does not see what another office holds.
    ReceivedReport._base_manager.bulk_create([received], ignore_conflicts=True)
    for post in readers(organisation):
        messages.send(messages.Message(
            "indicators.report_received", "in_app", report.scope_code, _told(report, copy.key), post_id=post.pk,
            once=f"report:{report.key}:{post.pk}",
        ))  # fmt: skip
    return copy.key


def _told(report: Report, key: UUID) -> dict[str, str]:
    return {
        "title": str(report.figures["title"])[:80],
        "sender": report.issuer,
        "link": reverse("indicators:received", args=[key]),
    }


def opened(received: ReceivedReport, *, by: Actor) -> None:
    """Notes in the background that somebody of the office opened it, once; the sender reads the post, not the name."""
    by.require(RECEIVE)
    if received.opened_at is None:
        app.configure_task(OPENED_TASK, queue="events").defer(
            key=str(received.key), post=by.title[:80], at=clock.now().isoformat()
        )


def note_opened(*, key: str, post: str, at: str, by: Actor) -> None:
    """The receipt, on both sides. Idempotent: the first opening stands."""
    held = ReceivedReport.objects.visible_to(by, purpose=by.work_purpose).filter(key=key)
    found = held.select_for_update(of=("self",)).filter(opened_at=None).first()
    if found is None:
        return
    held.update(opened_at=at)
    ReportCopy.objects.visible_to(by, purpose=by.work_purpose).filter(key=key, opened_at=None).update(
        opened_at=at, opened_by=post
    )
