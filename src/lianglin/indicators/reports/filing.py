"""A report as a file: asked for with what it is for, made in the background, fetched, erased (decision 0051)."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.utils.translation import gettext as _
from django.utils.translation import override
from procrastinate.contrib.django import app

from lianglin.access import audit
from lianglin.access.actor import Actor
from lianglin.access.transaction import together
from lianglin.indicators.reports import official, word
from lianglin.indicators.reports.actions import READ, purpose, still_may
from lianglin.indicators.reports.building import LANGUAGE
from lianglin.indicators.reports.layout import Paper, paper
from lianglin.indicators.reports.models import Report, ReportFile
from lianglin.kit import clock
from lianglin.kit.errors import Forbidden, Refused
from lianglin.kit.signs import local_dt

MAKE_FILE_TASK = "make_report_file"
KEPT = timedelta(hours=48)
AT_ONCE = 5
SUBJECT = "indicators.ReportFile"
State = ReportFile.State
READABLE = (Report.State.DRAFT, Report.State.ISSUED, Report.State.REPLACED)


def ask_file(report: Report, *, by: Actor, file_format: str, reason: str) -> ReportFile:
    """Asks for a file of a report as it stands; refused without saying what for, or while five others still wait."""
    by.require(READ)
    if file_format not in ReportFile.Format.values:
        raise Refused(_("Choose Word or PDF."), field="format")
    if report.state not in READABLE:
        raise Refused(_("The report is still being made. Wait until it is there."))
    if len(reason.strip()) < 2:
        raise Refused(
            _("Say in a few words what the file is for; it stands on every page of it."), field="reason"
        )
    own = ReportFile.objects.visible_to(by, purpose=purpose(by))
    if own.filter(state=State.ASKED).count() >= AT_ONCE:
        raise Refused(_("Five files are still being made for your post. Wait until one is ready."))
    with together():
        now = clock.now()
        made = ReportFile(
            key=uuid4(), report=report, post_id=by.post_id, organisation_id=by.organisation_id, format=file_format,
            purpose=reason.strip()[:120], asked_at=now, expires_at=now + KEPT,
        )  # fmt: skip
        made.save(force_insert=True)
        audit.record(
            "indicators.report.file", SUBJECT, made.pk, scope_code=report.scope_code,
            values={"report": str(report.key), "format": file_format, "reason": made.purpose},
        )  # fmt: skip
        app.configure_task(MAKE_FILE_TASK, queue="events").defer(key=str(made.key))
    return made


def make_file(*, key: str, by: Actor) -> ReportFile | None:
    """Makes a file that waits, of nothing but what the report holds; the asker's rights are looked at anew."""
    waiting = ReportFile.objects.visible_to(by, purpose=by.work_purpose).filter(key=key, state=State.ASKED)
    found = waiting.select_for_update(of=("self",)).select_related("report", "post__organisation").first()
    if found is None:
        return None
    if still_may(found.post, found.report.scope_code) is None:
        found.state = State.REFUSED
    else:
        with override(LANGUAGE):
            write = word.document if found.format == ReportFile.Format.DOCX else official.document
            found.content, found.state = write(_paper(found)), State.READY
    found.save(update_fields=["state", "content"])
    return found


def _paper(found: ReportFile) -> Paper:
    who = f"{found.post.organisation.label} · {found.post.label}"
    mark = f"{who} · {local_dt(found.asked_at)} · 用途：{found.purpose}"
    return paper(found.report, mark=mark)


def fetch(key: UUID, *, by: Actor) -> tuple[ReportFile, bytes]:
    """The file, for the post that asked, while it is kept and its rights are still those; the fetching is audited."""
    own = ReportFile.objects.visible_to(by, purpose=purpose(by)).filter(key=key)
    found = own.select_related("report", "post").first()
    if (
        found is None
        or found.post_id != by.post_id
        or not by.may(READ)
        or not by.covers(found.report.scope_code)
    ):
        raise Forbidden(_("This file is not your post's, or your post may no longer read what is in it."))
    if found.state != State.READY or found.content is None or found.expires_at <= clock.now():
        raise Refused(_("This file is not ready, or it was erased. Ask for it again from the report."))
    with together():
        audit.record("indicators.report.fetch", SUBJECT, found.pk, scope_code=found.report.scope_code)
        found.fetched += 1
        found.save(update_fields=["fetched"])
    return found, bytes(found.content)


def erase_old(*, by: Actor, now: datetime) -> int:
    """Empties the files whose time is over; returns how many."""
    rows = ReportFile.objects.visible_to(by, purpose=by.work_purpose).filter(
        expires_at__lte=now, state__in=(State.READY, State.ASKED)
    )
    return rows.update(content=None, state=State.ERASED)
