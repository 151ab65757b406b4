"""Background work of the ground: delivering events, sealing the audit, sweeping what has run out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.conf import settings
from django.db import close_old_connections, connection, transaction
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from lianglin.access import actor, audit, rotation
from lianglin.access.governance import changes, keys, upkeep
from lianglin.access.models import AuditHead, AuditSeal, KeyOrder
from lianglin.access.transaction import acting
from lianglin.kit import clock, events
from lianglin.kit.models import DemoClock

RETRY = RetryStrategy(max_attempts=8, exponential_wait=4)


def as_job(function: Callable[..., Any]) -> Callable[..., Any]:
    """Runs a task's body in one transaction as the job role. Tasks are idempotent: a retried one may run again."""

    @wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        if not connection.in_atomic_block:  # a test calls a task inside its own transaction
            close_old_connections()  # one that a restart of the database broke
        with transaction.atomic(), acting(actor.job()):
            if settings.DEMO:
                seconds = DemoClock.objects.values_list("offset_seconds", flat=True).first()
                clock.set_offset(timedelta(seconds=seconds or 0))
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
    """Seals the audit's heads, unless nothing was written since the last seal."""
    last = AuditSeal.objects.order_by("-id").first()
    heads = {head.chain: [head.seq, bytes(head.hash).hex()] for head in AuditHead.objects.all()}
    if last is None or last.heads != heads:
        audit.seal()


@app.periodic(cron="30 19 * * *")
@app.task(name="verify_audit", queue="events", queueing_lock="verify_audit")
@as_job
def verify_audit(timestamp: int) -> int:
    """Verifies the whole audit, every night at half past three in the city; how many places do not fit."""
    return upkeep.check().findings


@app.periodic(cron="0 20 * * *")
@app.task(name="cut_audit", queue="events", queueing_lock="cut_audit")
def cut_audit(timestamp: int) -> int:
    """Cuts what has run out (LIANGLIN_AUDIT_MONTHS), a batch a transaction; how many entries."""
    if not connection.in_atomic_block:
        close_old_connections()
    done = upkeep.cut_old()
    return done.removed if done else 0


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


@app.periodic(cron="40 19 * * *")
@app.task(name="count_keys", queue="events", queueing_lock="count_keys")
@as_job
def count_keys(timestamp: int) -> int:
    """Counts what rests under which key, every night at twenty to four in the city."""
    return keys.count()


@app.periodic(cron="*/10 * * * *")
@app.task(name="rotate_keys", queue="events", queueing_lock="rotate_keys")
def rotate_keys(timestamp: int) -> int:
    """Brings encrypted values to the newest key, a minute at a time; once a night it looks through all of them."""
    if not connection.in_atomic_block:
        close_old_connections()
    night = clock.local(clock.now()).hour == 3
    return rotation.run(seconds=60, again=night).changed
