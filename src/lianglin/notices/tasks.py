"""Sending what lies in the outbox, and tidying up."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import override
from procrastinate.contrib.django import app

from lianglin.access import runs
from lianglin.access.tasks import NIGHTLY, RETRY, as_job
from lianglin.access.transaction import running
from lianglin.kit import clock
from lianglin.notices import queries, rules
from lianglin.notices.actions import DELIVER_TASK, declared
from lianglin.notices.adapters import adapter_for
from lianglin.notices.adapters.base import Adapter, Outgoing, Undeliverable, Unreachable
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
LEASE = timedelta(minutes=5)
"""How long nobody else sends a message that is being sent: some times what a gateway or a mail server may take."""
WRITTEN = ("state", "tries", "next_try_at", "sent_at", "error", "address", "sending_until")
COUNTED = timedelta(days=2)
"""How long one knows which messages went to one address."""
KEPT, KEPT_IN_DEMO = timedelta(days=365), timedelta(days=30)


@app.task(name=DELIVER_TASK, queue="notices", retry=RETRY)
def deliver(key: str) -> None:
    """Sends one message, if it still waits and nobody else is at it. Runs any number of times and sends once.

    It is taken up (a transaction), handed over (none is open while a gateway is awaited), and its outcome written down
    (a transaction). A worker killed in between leaves it waiting; after LEASE it goes out again under the same key, by
    which the gateway knows it.
    """
    taken = _taken(key)
    if taken is not None:
        _noted(taken, _handed_over(taken))


@dataclass(frozen=True)
class Taken:
    """A message that this process sends."""

    key: str
    adapter: Adapter
    message: Outgoing


@dataclass(frozen=True)
class Outcome:
    """How a try ended: the state the message is in, and the code of why it did not go out."""

    state: Message.State
    error: str = ""


SENT = Outcome(Message.State.SENT)


def _waiting(key: str) -> Message | None:
    """The message, locked; None where it waits no more, or somebody holds it."""
    actor = running().actor
    seen = Message.objects.visible_to(actor, purpose=actor.work_purpose).select_for_update(skip_locked=True)
    return seen.filter(key=key, state=Message.State.QUEUED).first()


@as_job
def _taken(key: str) -> Taken | None:
    """What is to be handed over to somebody outside; None for all else, which this transaction brings to its end."""
    message, now = _waiting(key), clock.now()
    if message is None or message.next_try_at is None or message.next_try_at > now + SLACK:
        return None
    if message.sending_until and message.sending_until > now:  # by another, or by a worker that was killed
        _try_again(message, message.sending_until - now)
        return None
    if message.tries > len(
        rules.WAITS
    ):  # whoever took it up was killed, each time: it is not taken up for ever
        _write(message, Outcome(Message.State.QUEUED, "lost"), "")
        return None
    if not arriving.ready(message, running().actor, SLACK):
        return None
    if message.channel == Channel.PAPER:
        noting.lay_out(message, str(declared(message.code).label))
        _write(message, SENT, "")
        return None
    adapter = adapter_for(message.channel)
    shown = "" if message.channel == Channel.WEBHOOK else masked(_outgoing(message))
    if adapter is None:
        _write(message, Outcome(Message.State.REFUSED, "no_adapter"), shown)
        return None
    taken = Taken(key, adapter, _outgoing(message))
    if adapter.at_home:
        _write(message, _handed_over(taken), shown)
        return None
    message.tries, message.sending_until = message.tries + 1, now + LEASE
    message.save(update_fields=["tries", "sending_until", "address", *arriving.FIELDS])
    return taken


def _handed_over(taken: Taken) -> Outcome:
    try:
        taken.adapter.deliver(taken.message)
    except Undeliverable as refused:
        return Outcome(Message.State.REFUSED, refused.code)
    except Unreachable as failed:
        return Outcome(Message.State.QUEUED, failed.code)
    return SENT


@as_job
def _noted(taken: Taken, outcome: Outcome) -> None:
    message = _waiting(taken.key)
    if message is None:
        return
    if outcome.state != Message.State.QUEUED:
        message.tries -= 1  # it counts those that failed
    _write(message, outcome, masked(taken.message))


def _write(message: Message, outcome: Outcome, shown: str) -> None:
    """Writes down how a try ended, and forgets the address once it is not needed any more."""
    message.state, message.error, message.sending_until = outcome.state, outcome.error, None
    wait = rules.wait_after(message.tries) if outcome.state == Message.State.QUEUED else None
    if wait is not None:
        message.next_try_at = clock.now() + wait
        _try_again(message, wait)
    elif outcome.state == Message.State.QUEUED:
        message.state, message.next_try_at = Message.State.FAILED, None
        # the address stays for some days (noting.ADDRESS_KEPT), so that it can be sent again
    else:
        message.sent_at = clock.now() if outcome.state == Message.State.SENT else None
        arriving.forget(message)
    if message.channel != Channel.PAPER:
        noting.tried(message, shown)
    message.save(update_fields=[*WRITTEN, *arriving.FIELDS])
    log.info("message %s: %s %s", message.key, message.state, message.error)


def _outgoing(message: Message) -> Outgoing:
    with override(message.language):  # the subject of a mail is read with its text
        title = str(capfirst(declared(message.code).label))
    return Outgoing(
        key=str(message.key),
        channel=message.channel,
        address=str(message.address or ""),
        title=title,
        text=message.body,
        language=message.language,
        stop_url=arriving.stop_url(message),
    )


def _try_again(message: Message, wait: timedelta) -> None:
    seconds = max(int(wait.total_seconds()), 1)
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
