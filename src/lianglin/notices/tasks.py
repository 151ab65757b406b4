"""Sending what lies in the outbox, and tidying up."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from procrastinate.contrib.django import app

from lianglin.access import runs
from lianglin.access.tasks import NIGHTLY, RETRY, as_job
from lianglin.access.transaction import running
from lianglin.kit import clock
from lianglin.notices import queries, rules
from lianglin.notices.actions import DELIVER_TASK, declared
from lianglin.notices.adapters import adapter_for
from lianglin.notices.adapters.base import Outgoing, Undeliverable, Unreachable
from lianglin.notices.adapters.demo import masked
from lianglin.notices.delivery import noting
from lianglin.notices.models import Channel, Delivery, DemoMessage, Draft, Message, Recipient, WebhookCall
from lianglin.notices.preferences import arriving, mails
from lianglin.notices.webhooks import rules as webhooks
from lianglin.notices.webhooks import sending
from lianglin.notices.wording import actions as wording

__all__ = ["deliver", "sending", "sweep", "tidy"]  # sending: procrastinate finds tasks through this module

log = logging.getLogger("lianglin.notices")
LATE = timedelta(minutes=10)
"""A message that waits this long past its time has lost its task; the sweep gives it another."""
SLACK = timedelta(seconds=30)
"""Clocks of two machines differ: a task may come a little before its message's time."""
COUNTED = timedelta(days=2)
"""How long one knows which messages went to one address."""
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
    if message is None or not arriving.ready(message, actor, SLACK):
        return
    shown = "" if message.channel in (Channel.PAPER, Channel.WEBHOOK) else masked(_outgoing(message))
    _send(message)
    if message.channel != Channel.PAPER:
        noting.tried(message, shown)
    message.save(
        update_fields=["state", "tries", "next_try_at", "sent_at", "error", "address", *arriving.FIELDS]
    )
    log.info("message %s: %s %s", message.key, message.state, message.error)


def _send(message: Message) -> None:
    """One try; sets state, next try and error, and forgets the address once it is not needed any more."""
    if message.channel == Channel.PAPER:
        noting.lay_out(message, str(declared(message.code).label))
        message.state, message.sent_at = Message.State.SENT, clock.now()
        arriving.forget(message)
        return
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
        message.state, message.next_try_at = Message.State.FAILED, None
        return  # the address stays for some days (noting.ADDRESS_KEPT), so that it can be sent again
    else:
        message.state, message.sent_at, message.error = Message.State.SENT, clock.now(), ""
    arriving.forget(message)


def _outgoing(message: Message) -> Outgoing:
    return Outgoing(
        key=str(message.key),
        channel=message.channel,
        address=str(message.address or ""),
        title=str(declared(message.code).label),
        text=message.body,
        language=message.language,
        stop_url=arriving.stop_url(message),
    )


def _try_again(message: Message, wait: timedelta) -> None:
    seconds = int(wait.total_seconds())
    app.configure_task(DELIVER_TASK, queue="notices", schedule_in={"seconds": seconds}).defer(
        key=str(message.key)
    )


@app.periodic(cron="* * * * *")
@app.task(name="notices_sweep", queue="notices", queueing_lock="notices_sweep")
@as_job
def sweep(timestamp: int) -> None:
    """Gives a task to every message that waits without one (its worker was lost for good)."""
    for message in queries.due(clock.now() - LATE, running().actor):
        app.configure_task(DELIVER_TASK, queue="notices").defer(key=str(message.key))


@app.task(name="notices_tidy", queue=NIGHTLY, queueing_lock="notices_tidy")
def tidy(timestamp: int) -> None:
    """Deletes drafts that ran out and messages that were kept long enough."""
    runs.ordered(TIDY)


TIDIED = 5_000
"""Rows that one transaction deletes."""


def _tidy_some() -> int:
    actor, now = running().actor, clock.now()
    drafts = Draft.objects.visible_to(actor, purpose=actor.work_purpose)
    messages = Message.objects.visible_to(actor, purpose=actor.work_purpose)
    noting.tidy(now)
    told = messages.filter(address_match__isnull=False, created_at__lt=now - COUNTED)
    told.exclude(state=Message.State.QUEUED).update(address_match=None)
    deliveries = Delivery.objects.visible_to(actor, purpose=actor.work_purpose)
    return max(
        _delete_some(deliveries, created_at__lt=now - KEPT),
        _delete_some(drafts, expires_at__lte=now),
        _delete_some(messages, created_at__lt=now - KEPT),
        _delete_some(WebhookCall._base_manager.all(), made_at__lt=now - webhooks.KEPT),
        _delete_some(
            Recipient.objects.visible_to(actor, purpose="system"), at__lt=now - noting.RECIPIENT_KEPT
        ),
        _delete_some(DemoMessage.objects.all(), at__lt=now - KEPT_IN_DEMO),
    )


def _delete_some(rows: QuerySet[Any], **due: Any) -> int:
    some = list(
        rows.filter(**due).order_by(next(iter(due)).partition("__")[0]).values_list("pk", flat=True)[:TIDIED]
    )
    if some:
        rows.filter(pk__in=some).delete()
    return len(some)


TIDY = runs.batches("notices_tidy", _tidy_some)


@app.periodic(cron="10 6 * * *")
@app.task(name="notices_check_texts", queue="notices", queueing_lock="notices_check_texts")
@as_job
def check_texts(timestamp: int) -> int:
    """Sets aside edited texts that no longer fit their message after an update, and tells who writes them; how many."""
    return wording.set_aside_unfit(by=running().actor)


@app.periodic(cron="*/10 * * * *")
@app.task(name="notices_staff_mails", queue="notices", queueing_lock="notices_staff_mails")
@as_job
def staff_mails(timestamp: int) -> int:
    """Mails staff that messages wait, as each of them has chosen; how many mails."""
    return mails.tell_staff(by=running().actor)
