"""A report as a file: asked for with what it is for, made in the background, fetched, erased (decision 0051)."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import DatabaseError, transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import override
from procrastinate.contrib.django import app

from lianglin.access import audit
from lianglin.access.actor import Actor
from lianglin.access.transaction import together
from lianglin.indicators.reports import excel, official, word
from lianglin.indicators.reports.actions import READ, purpose, still_may
from lianglin.indicators.reports.building import LANGUAGE
from lianglin.indicators.reports.layout import Paper, paper
from lianglin.indicators.reports.models import Report, ReportFile
from lianglin.indicators.reports.own import actions as layouts
from lianglin.indicators.reports.own import names
from lianglin.indicators.reports.own.kitchen import Unfilled
from lianglin.indicators.reports.own.models import ReportLayout
from lianglin.kit import clock
from lianglin.kit.errors import Forbidden, Refused
from lianglin.kit.signs import local_dt

MAKE_FILE_TASK = "make_report_file"
KEPT = timedelta(hours=48)
AT_ONCE = 5
GIVEN_UP = timedelta(hours=1)
"""A file that was not made until then holds up no other: its worker ended, or nobody works."""
FAILED = "failed"
"""Why a file was not made: an error of ours, which is in the log."""
SUBJECT = "indicators.ReportFile"
State = ReportFile.State
_log = logging.getLogger(__name__)
READABLE = (Report.State.DRAFT, Report.State.ISSUED, Report.State.REPLACED, Report.State.RECALLED)


def ask_file(report: Report, *, by: Actor, file_format: str, reason: str, own: bool = False) -> ReportFile:
    """Asks for a file of a report as it stands; refused without saying what for, or while five others still wait.

    ``own``: Word in the template of the office that made the report, as it is in force today; PDF and Excel are
    always in the standard layout.
    """
    by.require(READ)
    if file_format not in ReportFile.Format.values:
        raise Refused(_("Choose Word, PDF or Excel."), field="format")
    if report.state not in READABLE:
        raise Refused(_("The report is still being made. Wait until it is there."))
    if len(reason.strip()) < 2:
        raise Refused(
            _("Say in a few words what the file is for; it stands on every page of it."), field="reason"
        )
    template = _template(report, by) if own and file_format == ReportFile.Format.DOCX else None
    waiting = ReportFile.objects.visible_to(by, purpose=purpose(by)).filter(
        state=State.ASKED, asked_at__gt=clock.now() - GIVEN_UP
    )
    if waiting.count() >= AT_ONCE:
        raise Refused(_("Five files are still being made for your post. Wait until one is ready."))
    with together():
        now = clock.now()
        made = ReportFile(
            key=uuid4(), report=report, post_id=by.post_id, organisation_id=by.organisation_id, format=file_format,
            purpose=reason.strip()[:120], asked_at=now, expires_at=now + KEPT, layout=template,
        )  # fmt: skip
        made.save(force_insert=True)
        audit.record(
            "indicators.report.file", SUBJECT, made.pk, scope_code=report.scope_code,
            values={"report": str(report.key), "format": file_format, "reason": made.purpose},
        )  # fmt: skip
        app.configure_task(MAKE_FILE_TASK, queue="events").defer(key=str(made.key))
    return made


def _template(report: Report, by: Actor) -> ReportLayout:
    found = layouts.in_force(by, organisation_id=report.organisation_id, definition=report.definition)
    if found is None:
        raise Refused(
            _("No template of the office is in force for this report. Choose the standard layout."),
            field="own",
        )
    return found


def make_file(*, key: str, by: Actor) -> ReportFile | None:
    """Makes a file that waits, of nothing but what the report holds; the asker's rights are looked at anew.

    An error of ours is written down and said to the asker, who may ask again; the database's own is tried again later.
    """
    waiting = ReportFile.objects.visible_to(by, purpose=by.work_purpose).filter(key=key, state=State.ASKED)
    found = (
        waiting.select_for_update(of=("self",))
        .select_related("report__organisation", "post__organisation")
        .first()
    )
    if found is None:
        return None
    if still_may(found.post, found.report.scope_code) is None:
        found.state = State.REFUSED
        found.error = {"code": "rights"}
    else:
        try:
            with transaction.atomic(), override(LANGUAGE):
                found.content, found.state = _written(found), State.READY
        except Unfilled as error:
            found.state, found.error = State.REFUSED, error.flaw.kept()
        except DatabaseError:
            raise
        except Exception:
            _log.exception("report file not made")
            found.state, found.error = State.REFUSED, {"code": FAILED}
    found.save(update_fields=["state", "content", "error"])
    return found


def _written(found: ReportFile) -> bytes:
    paper = _paper(found)
    if found.layout is not None:
        return layouts.fill(bytes(found.layout.content), names.served(found.report, paper), paper)
    if found.format == ReportFile.Format.XLSX:
        return excel.document(found.report, paper)
    return word.document(paper) if found.format == ReportFile.Format.DOCX else official.document(paper)


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
        found.fetched = F("fetched") + 1
        found.save(update_fields=["fetched"])
    return found, bytes(found.content)


def erase_old(*, by: Actor, now: datetime) -> int:
    """Empties the files whose time is over; returns how many."""
    rows = ReportFile.objects.visible_to(by, purpose=by.work_purpose).filter(
        expires_at__lte=now, state__in=(State.READY, State.ASKED)
    )
    return rows.update(content=None, state=State.ERASED)
