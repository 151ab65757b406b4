"""Keeping figures current: what time alone changes (limits that pass), and what no event tells of."""

from __future__ import annotations

from datetime import date

from procrastinate.contrib.django import app

from lianglin.access import runs
from lianglin.access.actor import job
from lianglin.access.tasks import NIGHTLY, RETRY, as_job
from lianglin.indicators import actions, queries
from lianglin.indicators.reports import actions as reports
from lianglin.indicators.reports import filing
from lianglin.indicators.reports.designs import actions as designs
from lianglin.indicators.reports.own import actions as layouts
from lianglin.indicators.reports.schedules import running
from lianglin.indicators.reports.sending import actions as sending
from lianglin.indicators.reports.sending import overtaken
from lianglin.indicators.values import counted, writing
from lianglin.kit import clock
from lianglin.kit.period import Period

THIS_MONTH = "figures_of_this_month"
FINAL_AFTER = 3
"""Months a published figure may still move; then it stands as it was printed."""


@app.periodic(cron="*/10 * * * *")
@app.task(name=THIS_MONTH, queue="events", queueing_lock=THIS_MONTH)
@as_job
def this_month(timestamp: int = 0) -> None:
    """Counts the running month anew, everywhere: limits pass without anybody moving a case."""
    actions.refresh(by=job(), codes=[], span=Period.month_of(clock.today()))


@app.task(name="figures_of_the_last_months", queue=NIGHTLY, queueing_lock="figures_of_the_last_months")
def last_months(timestamp: int = 0) -> None:
    """Counts the last months anew (late call-backs, extensions) and publishes those that are over."""
    runs.ordered(COUNT)
    runs.ordered(PUBLISH)
    runs.ordered(THIN)


def _months() -> dict[str, Period]:
    return {month.start.isoformat(): month for month in actions.last_months(FINAL_AFTER + 1)}


def _parts() -> list[str]:
    """Each function that computes figures, in each month: a step of the night."""
    asked = dict.fromkeys(source for source in map(counted.source, queries.figures_of()) if source)
    return [f"{month} {function}" for month in _months() for function in asked]


def _count_part(part: str) -> int:
    month, _space, function = part.partition(" ")
    codes = [indicator.code for indicator in queries.figures_of() if counted.source(indicator) == function]
    return actions.refresh(by=job(), codes=codes, span=Period.month_of(date.fromisoformat(month)))


def _publish_month(month: str) -> int:
    return actions.publish(by=job(), months=[Period.month_of(date.fromisoformat(month))])


COUNT = runs.pieces("figures_of_the_last_months", _parts, _count_part)
PUBLISH = runs.pieces("figures_published", lambda: list(_months()), _publish_month)
THIN = runs.pieces("figures_thinned", lambda: ["all"], lambda _piece: writing.thin(by=job()))


def time_has_passed() -> None:
    """Asks for the running month to be counted anew, in the running transaction (the demo's clock was advanced)."""
    lock = f"{THIS_MONTH} {clock.now().isoformat()}"  # its own, so that one already waiting is no error
    app.configure_task(THIS_MONTH, queue="events", queueing_lock=lock).defer(timestamp=0)


@app.task(name=reports.MAKE_TASK, queue="events", retry=RETRY)
@as_job
def make_report(key: str) -> None:
    """Counts one report that a post asked for."""
    running.tell_draft(reports.make(key=key, by=job()), by=job())


@app.task(name=filing.MAKE_FILE_TASK, queue="events", retry=RETRY)
@as_job
def make_report_file(key: str) -> None:
    """Makes one file of a report that a post asked for."""
    filing.make_file(key=key, by=job())


@app.periodic(cron="*/20 * * * *")
@app.task(name="erase_report_files", queue="events", queueing_lock="erase_report_files")
@as_job
def erase_report_files(timestamp: int) -> int:
    """Empties the files whose time is over."""
    return filing.erase_old(by=job(), now=clock.now())


@app.task(name=layouts.CHECK_TASK, queue="events", retry=RETRY)
@as_job
def check_report_layout(key: str) -> None:
    """Looks for mistakes in one Word template and renders its preview."""
    layouts.check(key=key, by=job())


@app.periodic(cron="10 * * * *")
@app.task(name="look_at_report_schedules", queue="events", queueing_lock="look_at_report_schedules")
@as_job
def look_at_report_schedules(timestamp: int) -> int:
    """Runs the schedules that are due; what an outage kept from running, once."""
    return running.look(by=job())


@app.task(name=running.RUN_TASK, queue="events", retry=RETRY)
@as_job
def run_report_schedule(key: str) -> None:
    """Asks for the drafts of one schedule."""
    running.run(key=key, by=job())


@app.task(name=sending.OPENED_TASK, queue="events", retry=RETRY)
@as_job
def note_report_opened(key: str, post: str, at: str) -> None:
    """The receipt of one copy."""
    sending.note_opened(key=key, post=post, at=at, by=job())


@app.task(name=overtaken.TASK, queue="events", retry=RETRY)
@as_job
def mark_report_overtaken(key: str) -> None:
    """Has the copies of a report say that it was replaced or withdrawn."""
    overtaken.mark(key=key, by=job())


@app.task(name=designs.PREVIEW_TASK, queue="events", retry=RETRY)
@as_job
def preview_report_design(key: str) -> None:
    """Counts the preview of a composed kind of report."""
    designs.preview(key=key, by=job())
