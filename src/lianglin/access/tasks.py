"""Background work of the ground: delivering events, sealing the audit, sweeping what has run out."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any

from django.db import close_old_connections, connection, transaction
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from lianglin.access import actor, audit, leases, night, rotation, runs
from lianglin.access.governance import changes, keys
from lianglin.access.models import KeyOrder, WorkRun
from lianglin.access.transaction import acting
from lianglin.kit import clock, events

RETRY = RetryStrategy(max_attempts=8, exponential_wait=4)
NIGHTLY, NIGHT = "nightly", "night"
"""The queue of the nightly work, which a city gives a worker of its own, and the job that goes on with it."""


def as_job(function: Callable[..., Any]) -> Callable[..., Any]:
    """Runs a task's body in one transaction as the job role. Tasks are idempotent: a retried one may run again."""

    @wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        if not connection.in_atomic_block:  # a test calls a task inside its own transaction
            close_old_connections()  # one that a restart of the database broke
        with runs.as_background():
            return function(*args, **kwargs)

    return run


@app.task(name=events.DELIVER_TASK, queue="events", retry=RETRY)
@as_job
def deliver(name: str, data: dict[str, Any]) -> None:
    """Delivers one event to its listeners."""
    events.deliver(name, data)


@app.periodic(cron="* * * * *")
@app.task(name="retry_stalled", queue="events", queueing_lock="retry_stalled", pass_context=True)
async def retry_stalled(context: JobContext, timestamp: int) -> None:
    """Puts back the jobs of a worker that was killed: it can no longer say that they did not end."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs():
        await manager.retry_job(job)


@app.periodic(cron="*/10 * * * *")
@app.task(name="seal_audit", queue="events", queueing_lock="seal_audit")
@as_job
def seal_audit(timestamp: int) -> None:
    """Seals the heads of the chains that grew since the last seal, once a day all."""
    audit.seal_what_moved()


@app.periodic(cron="0 17 * * *")
@app.task(name="night_begins", queue=NIGHTLY, queueing_lock="night_begins")
def night_begins(timestamp: int) -> None:
    """One o'clock at night in the city: all nightly work, one after the other (access.night)."""
    go_on_with_the_night()


@app.task(name=NIGHT, queue=NIGHTLY, queueing_lock=NIGHT, retry=RETRY)
def go_on_with_the_night() -> None:
    """A share of the night's work; the rest is a job of its own, so that others come in between."""
    with suppress(runs.Busy):  # whoever is at it goes on by itself
        if night.go_on().state == WorkRun.State.RUNNING:
            _order_night()


@app.periodic(cron="* * * * *")
@app.task(name="night_watch", queue="events", queueing_lock="night_watch")
@as_job
def night_watch(timestamp: int) -> bool:
    """Sees to a night that stands still: its job was lost, or whoever held it was killed. Whether there was one."""
    still = leases.abandoned(night.NAME)
    if still:
        _order_night()
    return still


def _order_night() -> None:
    with suppress(AlreadyEnqueued), runs.as_background():
        app.configure_task(NIGHT, queue=NIGHTLY, queueing_lock=NIGHT).defer()


@app.periodic(cron="5 * * * *")
@app.task(name="hand_over_work", queue="events", queueing_lock="hand_over_work")
@as_job
def hand_over_work(timestamp: int) -> int:
    """Passes on the open work of posts whose last day is over."""
    return changes.hand_over_due()


@app.task(name=keys.TASK, queue="events")
def key_order(order_id: int) -> bool:
    """An order of the security officer: a minute of rotation at a time until all is done, then a count."""
    if not connection.in_atomic_block:
        close_old_connections()
    with transaction.atomic(), acting(actor.job()):
        kind = (
            KeyOrder.objects.filter(pk=order_id, done_at__isnull=True).values_list("kind", flat=True).first()
        )
    if kind is None:
        return False
    done = kind != KeyOrder.Kind.ROTATE or rotation.run(seconds=60, again=True).finished
    with transaction.atomic(), acting(actor.job()):
        if done:
            keys.finish(order_id)
        else:
            app.configure_task(keys.TASK, queue="events").defer(order_id=order_id)
    return done


@app.periodic(cron="*/10 * * * *")
@app.task(name="rotate_keys", queue="events", queueing_lock="rotate_keys")
def rotate_keys(timestamp: int) -> int:
    """Brings encrypted values to the newest key, a minute at a time; once a night it looks through all of them."""
    if not connection.in_atomic_block:
        close_old_connections()
    night = clock.local(clock.now()).hour == 3
    return rotation.run(seconds=60, again=night).changed
