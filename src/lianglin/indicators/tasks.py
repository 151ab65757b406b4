"""Keeping figures current: what time alone changes (limits that pass), and what no event tells of."""

from __future__ import annotations

from procrastinate.contrib.django import app

from lianglin.access.actor import job
from lianglin.access.tasks import RETRY, as_job
from lianglin.indicators import actions
from lianglin.indicators.reports import actions as reports
from lianglin.indicators.reports import filing
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


@app.periodic(cron="25 3 * * *")
@app.task(name="figures_of_the_last_months", queue="events", queueing_lock="figures_of_the_last_months")
@as_job
def last_months(timestamp: int = 0) -> None:
    """Counts the last months anew (late call-backs, extensions) and publishes those that are over."""
    months = actions.last_months(FINAL_AFTER + 1)
    actions.refresh(by=job(), codes=[], span=Period(months[0].start, months[-1].end))
    actions.publish(by=job(), months=months)


def time_has_passed() -> None:
    """Asks for the running month to be counted anew, in the running transaction (the demo's clock was advanced)."""
    lock = f"{THIS_MONTH} {clock.now().isoformat()}"  # its own, so that one already waiting is no error
    app.configure_task(THIS_MONTH, queue="events", queueing_lock=lock).defer(timestamp=0)


@app.task(name=reports.MAKE_TASK, queue="events", retry=RETRY)
@as_job
def make_report(key: str) -> None:
    """Counts one report that a post asked for."""
    reports.make(key=key, by=job())


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
