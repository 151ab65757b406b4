"""The stage clocks of a case: started, stopped, paused, resumed as a move says."""

from __future__ import annotations

from datetime import datetime, timedelta

from lianglin.cases.models import Case, Clock
from lianglin.kit import clock, discovery
from lianglin.kit.calendar import calendar
from lianglin.kit.domain import Move
from lianglin.kit.writing import insert, update


def open_clock(case: Case) -> Clock | None:
    return Clock._base_manager.filter(case_id=case.pk, stopped_at__isnull=True).order_by("-id").first()


def new_clock(case: Case, stage: str, limit: tuple[int, str] | None, now: datetime) -> Clock:
    declared = case.lifecycle.limit(stage)
    usual = (declared.urgent_hours, "hours") if case.urgent and declared.urgent_hours else None
    amount, unit = limit or usual or _by_rows(case, stage) or (declared.amount, declared.unit)
    due = calendar().add(now, amount, unit)
    return Clock(
        case=case,
        scope_code=case.scope_code,
        stage=stage,
        amount=amount,
        unit=unit,
        started_at=now,
        due_at=due.at,
        provisional=due.provisional,
    )


def _by_rows(case: Case, stage: str) -> tuple[int, str] | None:
    """What dated rows of the domain set for the stage, if it keeps any."""
    asked = case.lifecycle.limits_by
    return discovery.resolve(asked)(case, stage) if asked else None


def run_clocks(case: Case, wanted: Move, limit: tuple[int, str] | None, now: datetime) -> None:
    """Stops, pauses, resumes and starts stage clocks as the move says; sets the case's due date."""
    running = None
    if wanted.stops or wanted.pauses or wanted.resumes:
        running = open_clock(case)
        if running and running.stage in wanted.stops:
            _resume(running, now)
            running.stopped_at = now
            update(running, "stopped_at", "due_at", "provisional", "paused_at", "paused_seconds")
            case.due_at, case.due_provisional = None, False
        elif running and wanted.pauses:
            running.paused_at = now
            update(running, "paused_at")
            case.due_at, case.due_provisional = None, False
        elif running and wanted.resumes:
            _resume(running, now)
            update(running, "due_at", "provisional", "paused_at", "paused_seconds")
            case.due_at, case.due_provisional = running.due_at, running.provisional
    if wanted.starts and not _runs_already(running, wanted.starts):
        started = new_clock(case, wanted.starts, limit, now)
        insert(started)
        case.due_at, case.due_provisional = started.due_at, started.provisional


def _runs_already(running: Clock | None, stage: str) -> bool:
    """Whether the promise of this stage stands: a move that starts it gives no new one then."""
    return running is not None and running.stage == stage and running.stopped_at is None


def _resume(running: Clock, now: datetime) -> None:
    """Moves the due date by the working time that the pause took; a pause over a holiday took none."""
    if running.paused_at is None:
        return
    days = calendar()
    if running.unit in ("hours", "days"):
        paused = (now - running.paused_at).total_seconds()
        running.due_at += timedelta(seconds=paused)
    elif paused := days.working_seconds(running.paused_at, now):
        due = days.add_working_hours(running.due_at, paused / 3600)
        running.due_at, running.provisional = due.at, due.provisional
    running.paused_seconds += int(paused)
    running.paused_at = None


def keep_promise(case: Case, stage: str) -> None:
    """The stage that runs again on a locked case is due when it was due before it stopped: nobody gained time."""
    running = open_clock(case)
    before = (
        Clock._base_manager.filter(case_id=case.pk, stage=stage, stopped_at__isnull=False)
        .order_by("-id")
        .first()
    )
    if running is None or before is None or running.stage != stage:
        return
    running.due_at, running.provisional = before.due_at, before.provisional
    update(running, "due_at", "provisional")
    case.due_at, case.due_provisional = running.due_at, running.provisional
    update(case, "due_at", "due_provisional")


def hurry(case: Case) -> None:
    """A locked case has become urgent: its running stage is due in the hours of an urgent one from now, if that is sooner."""
    running = open_clock(case)
    if running is None or running.paused_at is not None:
        return
    wanted = new_clock(case, running.stage, None, clock.now())
    if wanted.due_at >= running.due_at:
        return
    running.amount, running.unit = wanted.amount, wanted.unit
    running.due_at, running.provisional = wanted.due_at, wanted.provisional
    update(running, "amount", "unit", "due_at", "provisional")
    case.due_at, case.due_provisional = running.due_at, running.provisional
    update(case, "due_at", "due_provisional")
