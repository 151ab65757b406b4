"""Issuing with sending, sending again, withdrawing, who opened it. A copy is a copy: it widens nobody's area."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from hashlib import sha256
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
from lianglin.indicators.reports.sending import overtaken
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
        if found.corrects is not None:
            overtaken.mark_later(found.corrects.key)
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
    there = list(ReportCopy.objects.visible_to(by, purpose=purpose(by)).filter(report=report))
    held = {(one.organisation_id, one.channel): one.key for one in there}
    mails = {one.organisation_id: one for one in there if one.channel == Channel.EMAIL}
    paper = asdict(layout.paper(report, mark=""))
    made = 0
    for one in to:
        key = held.get((one.organisation_id, Channel.IN_APP))
        if key is None:
            key = _into_the_house(report, by, one.organisation_id, paper)
            made += 1
        if one.address:
            made += _mailed(report, by, one, mails.get(one.organisation_id), key)
    audit.record(
        "indicators.report.send", SUBJECT, report.pk, scope_code=report.scope_code,
        values={"offices": sorted(one.organisation_id for one in to), "new": made},
    )  # fmt: skip
    return made


def _mailed(report: Report, by: Actor, to: Receiver, before: ReportCopy | None, key: UUID) -> int:
    """The mail with the link, once to each address; another address than before takes its place."""
    if before is not None and before.address == to.address:
        return 0
    if before is None:
        _copy(report, by, to.organisation_id, Channel.EMAIL, address=to.address).save(force_insert=True)
    else:
        before.address, before.sent_at, before.post_id = to.address, clock.now(), by.post_id
        before.save(update_fields=["address", "sent_at", "post"])
    messages.send(messages.Message(
        "indicators.correction_mailed" if report.corrects_id else "indicators.report_mailed", "email", report.scope_code,
        _told(report, key), address=to.address, once=mail_key(report, to.organisation_id, to.address),
    ))  # fmt: skip
    return 1


def mail_key(report: Report, organisation: int, address: str) -> str:
    """Under which the mail of a copy is known in the outbox."""
    return f"report:{report.key}:{organisation}:{sha256(address.lower().encode()).hexdigest()[:16]}"


def _into_the_house(report: Report, by: Actor, organisation: int, paper: dict[str, object]) -> UUID:
    copy = _copy(report, by, organisation, Channel.IN_APP)
    copy.save(force_insert=True)
    received = ReceivedReport(
        key=copy.key, report_key=report.key, organisation_id=organisation, scope_code=report.scope_code,
        title=report.figures["title"][:200], sender=report.issuer, paper=paper, sent_at=copy.sent_at,
        version=report.version, corrects=report.corrects.key if report.corrects else None, why=report.why,
    )  # fmt: skip
    # Not save(): it reads the row back, and the sender does not see what another office holds.
    ReceivedReport._base_manager.bulk_create([received], ignore_conflicts=True)
    for post in readers(organisation):
        messages.send(messages.Message(
            "indicators.report_corrected" if report.corrects_id else "indicators.report_received",
            "in_app", report.scope_code, _told(report, copy.key), post_id=post.pk,
            once=f"report:{report.key}:{post.pk}",
        ))  # fmt: skip
    return copy.key


def _told(report: Report, key: UUID) -> dict[str, str]:
    return {
        "title": str(report.figures["title"])[:80],
        "sender": report.issuer,
        "version": str(report.version),
        "why": report.why.rstrip("。."),
        "link": reverse("indicators:received", args=[key]),
    }


def handed_over(key: UUID, *, by: Actor, signed_by: str) -> ReportCopy:
    """Notes that the sheets of one office were handed over, and which post there signed for them. Once."""
    by.require(ISSUE)
    if not signed_by.strip():
        raise Refused(_("Write who signed for it: the post, like “registry”."), field="signed_by")
    with together():
        rows = ReportCopy.objects.visible_to(by, purpose=purpose(by)).filter(key=key, channel=Channel.PAPER)
        found = rows.select_for_update().first()
        if found is None:
            raise Forbidden(_("There is no such report in the area of your current post."))
        if found.opened_at is not None:
            raise Conflict(_("It was noted as handed over already."))
        found.opened_at, found.opened_by = clock.now(), signed_by.strip()[:80]
        found.save(update_fields=["opened_at", "opened_by"])
        audit.record("indicators.report.handed_over", SUBJECT, found.report_id, scope_code=found.scope_code)
    return found


def recall(key: UUID, *, by: Actor, why: str) -> Report:
    """Withdraws an issued report and tells every office that holds it, on the ways on which it got it (not on paper)."""
    with together():
        found = actions.recall(key, by=by, why=why)
        copies = ReportCopy.objects.visible_to(by, purpose=purpose(by)).filter(report=found)
        held = {one.organisation_id: one.key for one in copies if one.channel == Channel.IN_APP}
        office, _post = actions.signing(by)  # the issuing one, or one above it
        for one in copies:
            key_there = held.get(one.organisation_id, one.key)  # no office reads the link of another's copy
            context = {**_told(found, key_there), "sender": office, "why": found.recalled_why.rstrip("。.")}
            if one.channel == Channel.EMAIL:
                messages.send(messages.Message(
                    "indicators.recall_mailed", "email", found.scope_code, context, address=one.address,
                    once=f"recalled:{mail_key(found, one.organisation_id, one.address)}",
                ))  # fmt: skip
            elif one.channel == Channel.IN_APP:
                for post in readers(one.organisation_id):
                    messages.send(messages.Message(
                        "indicators.report_recalled", "in_app", found.scope_code, context, post_id=post.pk,
                        once=f"recalled:{found.key}:{post.pk}",
                    ))  # fmt: skip
        overtaken.mark_later(found.key)
    return found


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
