"""Sending what lies in the outbox, and tidying up."""

from __future__ import annotations

import logging
from datetime import timedelta

from procrastinate.contrib.django import app

from lianglin.access.tasks import RETRY, as_job
from lianglin.access.transaction import running
from lianglin.kit import clock
from lianglin.notices import queries, rules
from lianglin.notices.actions import DELIVER_TASK, declared
from lianglin.notices.adapters import adapter_for
from lianglin.notices.adapters.base import Outgoing, Undeliverable, Unreachable
from lianglin.notices.models import DemoMessage, Draft, Message

log = logging.getLogger("lianglin.notices")
LATE = timedelta(minutes=10)
"""A message that waits this long past its time has lost its task; the sweep gives it another."""
SLACK = timedelta(seconds=30)
"""Clocks of two machines differ: a task may come a little before its message's time."""
KEPT, KEPT_IN_DEMO = timedelta(days=365), timedelta(days=30)


@app.task(name=DELIVER_TASK, queue="notices", retry=RETRY)
@as_job
def deliver(key: str) -> None:
    """Sends one message, if it still waits and nobody else is at it. Runs any number of times and sends once.

    The row stays locked until the outcome is written. Should the worker be killed between the gateway's yes and
    that commit, the next try carries the same key, by which the gateway knows the message.
    """
    actor = running().actor
    message = (
        Message.objects.visible_to(actor, purpose=actor.work_purpose)
        .select_for_update(skip_locked=True)
        .filter(key=key, state=Message.State.QUEUED, next_try_at__lte=clock.now() + SLACK)
        .first()
    )
    if message is None:
        return
    _send(message)
    message.save(update_fields=["state", "tries", "next_try_at", "sent_at", "error", "address"])
    log.info("message %s: %s %s", message.key, message.state, message.error)


def _send(message: Message) -> None:
    """One try; sets state, next try and error, and forgets the address once it is not needed any more."""
    adapter = adapter_for(message.channel)
    try:
        if adapter is None:
            raise Undeliverable("no_adapter")
        adapter.deliver(_outgoing(message))
    except Undeliverable as refused:
        message.state, message.error = Message.State.REFUSED, refused.code
    except Unreachable as failed:
        message.tries, message.error = message.tries + 1, failed.code
        wait = rules.wait_after(message.tries)
        if wait is not None:
            message.next_try_at = clock.now() + wait
            _try_again(message, wait)
            return
        message.state = Message.State.FAILED
    else:
        message.state, message.sent_at, message.error = Message.State.SENT, clock.now(), ""
    message.address, message.next_try_at = None, None


def _outgoing(message: Message) -> Outgoing:
    return Outgoing(
        key=str(message.key),
        channel=message.channel,
        address=str(message.address or ""),
        title=str(declared(message.code).label),
        text=message.body,
        language=message.language,
    )


def _try_again(message: Message, wait: timedelta) -> None:
    seconds = int(wait.total_seconds())
    app.configure_task(DELIVER_TASK, queue="notices", schedule_in={"seconds": seconds}).defer(
        key=str(message.key)
    )


@app.periodic(cron="*/10 * * * *")
@app.task(name="notices_sweep", queue="notices", queueing_lock="notices_sweep")
@as_job
def sweep(timestamp: int) -> None:
    """Gives a task to every message that waits without one (its worker was lost for good)."""
    for message in queries.due(clock.now() - LATE, running().actor):
        app.configure_task(DELIVER_TASK, queue="notices").defer(key=str(message.key))


@app.periodic(cron="40 3 * * *")
@app.task(name="notices_tidy", queue="notices", queueing_lock="notices_tidy")
@as_job
def tidy(timestamp: int) -> None:
    """Deletes drafts that ran out and messages that were kept long enough."""
    actor, now = running().actor, clock.now()
    Draft.objects.visible_to(actor, purpose=actor.work_purpose).filter(expires_at__lte=now).delete()
    Message.objects.visible_to(actor, purpose=actor.work_purpose).filter(created_at__lt=now - KEPT).delete()
    DemoMessage.objects.filter(at__lt=now - KEPT_IN_DEMO).delete()
