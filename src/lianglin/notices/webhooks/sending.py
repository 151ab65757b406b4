"""Calling: one endpoint at a time, the calls of one case in order, briefly, in a queue of its own, so that a slow one holds nobody up.

A call is three steps: it is taken up (a transaction), made (none is open while a foreign machine is awaited), and its
outcome is written onto the endpoint as it stands then (a transaction).
"""

from __future__ import annotations

import json
import logging
import time
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from procrastinate.contrib.django import app

from lianglin.access.models import Post
from lianglin.access.tasks import RETRY, as_job
from lianglin.kit import clock, messages, outbound
from lianglin.notices.models import WebhookCall, WebhookEndpoint, WebhookSecret
from lianglin.notices.webhooks import queries, queueing, rules

log = logging.getLogger("lianglin.notices")
Call, Run = WebhookCall.State, WebhookEndpoint.Run
AT_ONCE, FAILURES_AT_ONCE = 50, 3
"""Calls of one run of the task, and failures after which it stops and lets others go first."""
GONE = 410
LEASE = timedelta(seconds=60)
"""How long nobody else calls an endpoint that is being called: some times what the longest call may take."""


@dataclass(frozen=True)
class Taken:
    """A call that this process makes: what is sent where, signed with which secrets; until when it is its own."""

    endpoint_id: int
    call_id: int
    number: str
    url: str
    body: bytes
    secrets: tuple[str, ...]
    until: datetime


@dataclass(frozen=True)
class Outcome:
    """How a call ended: the answer, or the code of why there is none. ``final``: it is never tried again."""

    answer: outbound.Answer | None = None
    code: str = ""
    final: bool = False
    millis: int = 0


@app.task(name=queueing.DRAIN_TASK, queue=queueing.QUEUE, retry=RETRY)
def drain(endpoint_id: int) -> int:
    """Makes the calls that are due for one endpoint, the oldest first, each in a transaction of its own; how many."""
    made = failures = 0
    while made < AT_ONCE and failures < FAILURES_AT_ONCE:
        ended = call_next(endpoint_id)
        if ended is None:
            return made
        made, failures = made + 1, failures + (not ended)
    again(endpoint_id)
    return made


@as_job
def again(endpoint_id: int) -> None:
    """Comes back to an endpoint for which more is due."""
    queueing.drain(endpoint_id)


def call_next(endpoint_id: int) -> bool | None:
    """One call: True when it was taken over, False when not, None when nothing is due or somebody else is at it.

    A worker killed in between leaves it as it was; after LEASE it is made again under the same number.
    """
    taken = _take(endpoint_id)
    if taken is None:
        return None
    begun = time.monotonic()
    try:
        answer = _send(taken)
    except outbound.Unwanted as refused:
        ended = Outcome(None, refused.code, final=True)
    except outbound.Unanswered as silent:
        ended = Outcome(None, silent.code)
    else:
        code = "" if 200 <= answer.status < 300 else f"status_{answer.status}"
        ended = Outcome(answer, code, answer.status == GONE)
    return _note(taken, replace(ended, millis=int((time.monotonic() - begun) * 1000)))


@as_job
def _take(endpoint_id: int) -> Taken | None:
    now = clock.now()
    until = now + LEASE
    if not queries.ready(now).filter(pk=endpoint_id).update(called_until=until):
        return None
    endpoint, call = queries.locked(endpoint_id), queries.next_call(endpoint_id, now)
    if call is None:
        _free(endpoint, until)
        return None
    body = json.dumps(call.body, ensure_ascii=False, sort_keys=True).encode()
    return Taken(endpoint_id, call.pk, str(call.event_id), endpoint.url, body, _secrets(endpoint), until)


def _free(endpoint: WebhookEndpoint, until: datetime) -> None:
    """Lets others call it, unless somebody else is at it meanwhile."""
    WebhookEndpoint._base_manager.filter(pk=endpoint.pk, called_until=until).update(called_until=None)


def inside() -> tuple[outbound.Network, ...]:
    """The networks of the house that may be called all the same."""
    return outbound.networks(settings.WEBHOOK_INSIDE)


def _send(taken: Taken) -> outbound.Answer:
    parts = outbound.checked(taken.url, inside())
    if settings.DEMO and not str(parts.hostname).startswith("127."):
        raise outbound.Unwanted("demo")
    if not taken.secrets:
        raise outbound.Unwanted("ended")  # a moment ago, while this call was taken up
    stamp = int(time.time())  # the receiver checks it against its own clock, not against the demo's
    headers = rules.headers(taken.secrets, taken.number, stamp, taken.body)
    return outbound.post(taken.url, taken.body, headers, inside=inside())


def _secrets(endpoint: WebhookEndpoint) -> tuple[str, ...]:
    """What a call is signed with: the secret, and for some days after a change the one before."""
    kept = WebhookSecret._base_manager.filter(pk=endpoint.pk).first()
    if kept is None:
        return ()
    before = kept.before if (endpoint.secret_before_until or clock.now()) > clock.now() else None
    return tuple(str(secret) for secret in (kept.secret, before) if secret)


@as_job
def _note(taken: Taken, ended: Outcome) -> bool:
    """Writes the outcome onto call and endpoint as they stand now: what people did during the call stays."""
    endpoint = queries.locked(taken.endpoint_id)
    _free(endpoint, taken.until)
    call = WebhookCall._base_manager.select_for_update(no_key=True).filter(pk=taken.call_id).first()
    if call is not None and not ended.code:
        _accepted(endpoint, call, ended)
    elif call is not None and call.state == Call.QUEUED:  # else it was ended during the call
        _failed(endpoint, call, ended)
    return not ended.code


def _save(call: WebhookCall, ended: Outcome) -> None:
    call.error, call.tried_at, call.millis = ended.code, clock.now(), ended.millis
    call.status = ended.answer.status if ended.answer else None
    call.save(
        update_fields=["state", "tries", "error", "status", "said", "next_try_at", "tried_at", "millis"]
    )
    log.info("webhook call %s: %s %s", call.event_id, call.state, call.error)


def _accepted(endpoint: WebhookEndpoint, call: WebhookCall, ended: Outcome) -> None:
    call.state, call.said, call.next_try_at = Call.SENT, "", None
    _save(call, ended)
    endpoint.last_ok_at, endpoint.failing_since, endpoint.wait_until = clock.now(), None, None
    endpoint.save(update_fields=["last_ok_at", "failing_since", "wait_until"])


def _failed(endpoint: WebhookEndpoint, call: WebhookCall, ended: Outcome) -> None:
    now, answer = clock.now(), ended.answer
    call.tries = min(call.tries + 1, 999)
    call.said = rules.printable(answer.text) if answer else ""
    wait = None if ended.final else rules.wait_after(call.tries, answer.retry_after if answer else 0)
    call.state, call.next_try_at = (Call.DEAD, None) if wait is None else (Call.QUEUED, now + wait)
    _save(call, ended)
    if ended.code == "demo":
        return
    endpoint.failing_since = since = endpoint.failing_since or now
    if (
        answer is None and wait is not None
    ):  # nobody is there: what else waits for it need not be tried before
        endpoint.wait_until = call.next_try_at
    if ended.code == f"status_{GONE}" or now - since >= rules.DISABLED_AFTER:
        _disable(endpoint)
    endpoint.save(update_fields=["failing_since", "wait_until"])


def _disable(endpoint: WebhookEndpoint) -> None:
    """Stops calling, and tells those who keep it; what somebody paused or ended during the call stays as they left it."""
    if not WebhookEndpoint._base_manager.filter(pk=endpoint.pk, run=Run.ON).update(run=Run.DISABLED):
        return
    posts = Post.objects.in_force().filter(pk__in=(endpoint.proposed_post_id, endpoint.decided_post_id))
    owners = posts.values_list("pk", flat=True)
    if endpoint.unit_id:
        unit = Post.objects.in_force().filter(organisation_id=endpoint.unit_id, role_code="unit_handler")
        owners = {*owners, *unit.values_list("pk", flat=True)}
    for post_id in owners:
        messages.send(
            messages.Message(
                code="notices.webhook_disabled", channel="in_app", post_id=post_id, scope_code=endpoint.scope_code,
                context={"name": endpoint.name, "link": reverse("notices:webhook", args=[endpoint.pk])},
                once=f"webhook_disabled:{endpoint.pk}:{clock.now().isoformat()}:{post_id}",
            )
        )  # fmt: skip


@app.periodic(cron="* * * * *")
@app.task(name="notices_webhook_sweep", queue=queueing.QUEUE, queueing_lock="notices_webhook_sweep")
@as_job
def sweep(timestamp: int) -> None:
    """Has those endpoints called for which something is due: tries that wait, and what lost its task."""
    for endpoint_id in queries.endpoints_due(clock.now()):
        queueing.drain(endpoint_id)


@app.periodic(cron="50 3 * * *")
@app.task(name="notices_webhook_tidy", queue=queueing.QUEUE, queueing_lock="notices_webhook_tidy")
@as_job
def tidy(timestamp: int) -> None:
    """Forgets secrets that are not good any more. Calls that were kept long enough go at night (notices.tasks)."""
    now = clock.now()
    past = WebhookEndpoint._base_manager.filter(secret_before_until__lt=now)
    WebhookSecret._base_manager.filter(endpoint__in=past).update(before=None)
    past.update(secret_before_until=None)
