"""What cases do in the background: making files, erasing them, leaving nothing with a post that ended."""

from __future__ import annotations

from datetime import date

from procrastinate.contrib.django import app

from lianglin.access.tasks import RETRY, as_job
from lianglin.access.transaction import running
from lianglin.cases.actions import exporting, working_days
from lianglin.cases.actions.standing_in import hand_over
from lianglin.cases.queries.standing_in import ended_with_work
from lianglin.kit import clock


@app.task(name=exporting.MAKE_TASK, queue="events", retry=RETRY)
@as_job
def make_export(key: str) -> None:
    """Makes one file that a post asked for."""
    exporting.make(key=key, by=running().actor)


@app.periodic(cron="*/20 * * * *")
@app.task(name="erase_exports", queue="events", queueing_lock="erase_exports")
@as_job
def erase_exports(timestamp: int) -> int:
    """Empties the files whose time is over."""
    return exporting.erase_old(by=running().actor, now=clock.now())


@app.task(name=working_days.RECOUNT_TASK, queue="events", retry=RETRY)
@as_job
def recount_deadlines(first: str, gained: list[str], lost: list[str]) -> int:
    """Counts open deadlines anew after an edit of the working calendar; how many came earlier."""
    given = {
        name: [date.fromisoformat(day) for day in days] for name, days in (("gained", gained), ("lost", lost))
    }
    return working_days.recount(first=date.fromisoformat(first), by=running().actor, **given)


@app.periodic(cron="35 * * * *")
@app.task(name="return_left_cases", queue="events", queueing_lock="return_left_cases")
@as_job
def return_left_cases(timestamp: int) -> int:
    """Nothing stays with a post that ended without a successor: its open work goes back to its unit; how many cases.

    A post whose end was approved with a successor is left to the handover of the access package. Idempotent.
    """
    count = 0
    for post in ended_with_work(clock.today()):
        count += len(hand_over(from_post=post, to_post=None, by=running().actor).lines)
    return count
