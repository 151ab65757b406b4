"""A copy that counts no more says so: the sender replaced what it is a copy of, or withdrew it."""

from __future__ import annotations

from uuid import UUID

from procrastinate.contrib.django import app

from lianglin.access.actor import Actor
from lianglin.indicators.reports.models import Report
from lianglin.indicators.reports.sending.models import ReceivedReport

TASK = "mark_report_overtaken"


def mark_later(key: UUID) -> None:
    """Has the copies of a report marked, in the background: the sender may not write what another office holds."""
    app.configure_task(TASK, queue="events").defer(key=str(key))


def mark(*, key: str, by: Actor) -> int:
    """Marks the copies of a report that was replaced or withdrawn; how many. Idempotent."""
    rows = Report.objects.visible_to(by, purpose=by.work_purpose)
    found = rows.filter(key=key).first()
    if found is None:
        return 0
    newer = rows.filter(corrects=found, issued_at__isnull=False).first()
    held = ReceivedReport.objects.visible_to(by, purpose=by.work_purpose).filter(report_key=found.key)
    if newer is not None:
        return held.update(ended_at=newer.issued_at, ended_why=newer.why, ended_by=newer.key)
    if found.state == Report.State.RECALLED:
        return held.update(ended_at=found.recalled_at, ended_why=found.recalled_why, ended_by=None)
    return 0
