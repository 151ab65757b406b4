"""Subscriptions to published cases and to problem classes: asked for, confirmed by whoever owns the address, served, ended.

What goes out stands on the public page already.
"""

from __future__ import annotations

import json
import secrets
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from lianglin.access import audit
from lianglin.access.actor import Actor, job
from lianglin.access.tasks import as_job
from lianglin.access.transaction import acting, together
from lianglin.appeals.models import Subscription, WebhookDelivery
from lianglin.appeals.queries import problem_news, subscription_news
from lianglin.appeals.queries.subjects import title_of
from lianglin.appeals.queries.subscription_news import News
from lianglin.appeals.rules import subscribing
from lianglin.appeals.rules.subscribing import Subject
from lianglin.kit import clock, messages, outbound
from lianglin.kit.crypto import match_key
from lianglin.kit.errors import Forbidden, Refused

CALL_TASK = "appeals_call_webhook"
"""Name of the task (in tasks.py) that makes one call."""
LEASE = timedelta(seconds=60)
"""How long nobody else makes a call that is being made: some times what the longest one may take."""
INSIDE: tuple[outbound.Network, ...] = ()
"""Anybody may give an address here, so none inside the house is ever called; tests alone name one."""
State, Channel = Subscription.State, Subscription.Channel
Call = WebhookDelivery.State


@dataclass(frozen=True)
class Asked:
    """A new webhook's token and secret, shown once."""

    token: str
    secret: str


@dataclass(frozen=True)
class Taken:
    """A call that this process makes. ``challenge``: the word that the answer has to hold, "" for any answer."""

    key: str
    url: str
    body: bytes
    headers: dict[str, str]
    challenge: str


def ask_by_mail(subject: Subject, *, email: str) -> None:
    """Writes a subscription down and mails the link that confirms it. The answer tells nobody whether it was there."""
    with together(), acting(job()):
        one, new = _row(subject, Channel.EMAIL, email.strip().lower(), "")
        if not new and one.state == State.ACTIVE:
            return
        messages.send(
            messages.Message(
                code="appeals.subscription_asked", channel="email", scope_code=one.scope_code,
                address=str(one.address), language=one.language,
                context={"subject": _titled(one), "link": _link(one)},
                once=f"subscription:{one.pk}:{clock.today().isoformat()}",
            )
        )  # fmt: skip


def ask_by_webhook(subject: Subject, *, url: str) -> Asked:
    """Writes it down and asks the address, with a word that it has to say back; Refused for one that may not be called."""
    try:
        outbound.checked(url, INSIDE)
    except outbound.Unwanted:
        raise Refused(
            _("Give an https:// address with a name on the open internet, port 443 or 8443."), field="url"
        ) from None
    secret = secrets.token_urlsafe(32)
    with together(), acting(job()):
        one, new = _row(subject, Channel.WEBHOOK, url, secret)
        if not new:
            raise Refused(_("This address is subscribed to it already. End that one first."), field="url")
        _queue(
            one, "verify", {"type": "verify", "challenge": secrets.token_urlsafe(24), "subject": one.subject}
        )
        return Asked(str(one.token), secret)


def _row(subject: Subject, channel: str, address: str, secret: str) -> tuple[Subscription, bool]:
    seen = _seen().filter(address_match=match_key(address, "subscription"), subject=subject.key)
    found = seen.first()
    if found is not None:
        return found, False
    token, now = secrets.token_urlsafe(24), clock.now()
    made = Subscription(
        subject=subject.key, scope_code=_area_of(subject), channel=channel, address=address,
        address_match=match_key(address, "subscription"), secret=secret or None, token=token,
        token_digest=match_key(token, "subscription-token"), language=get_language() or "zh-hans",
        made_at=now, renewed_at=now,
    )  # fmt: skip
    made.save(force_insert=True)
    return made, True


def _area_of(subject: Subject) -> str:
    """The area under which it is kept; Refused for a class that residents are not told of."""
    if subject.problem is None:
        return subject.area
    found = problem_news.shown(subject.problem)
    if found is None:
        raise Refused(
            _("Residents are not told of this problem class now. There is nothing to subscribe to.")
        )
    return found.scope_code


def _seen() -> Any:
    return Subscription.objects.visible_to(job(), purpose="system")


def by_token(token: str) -> Subscription | None:
    """The subscription whose link this is; None for none."""
    with acting(job()):
        return _seen().filter(token_digest=match_key(token, "subscription-token")).first()


def confirm_mail(token: str) -> bool:
    """Whoever opened the mail wants it; also keeps it for another year. False: there is no such subscription.

    A program's address confirms itself, by its answer.
    """
    with together(), acting(job()):
        one = _by(token)
        if one is None:
            return False
        if one.channel == Channel.EMAIL or one.state == State.ACTIVE:
            _activate(one)
    return True


def _activate(one: Subscription) -> None:
    now = clock.now()
    one.renewed_at = now
    if one.state != State.ACTIVE:
        one.state, one.confirmed_at = State.ACTIVE, one.confirmed_at or now
        one.sent_until = subscription_news.latest(subscribing.subject_of(one.subject))
    one.save(update_fields=["state", "confirmed_at", "renewed_at", "sent_until"])


def end(token: str) -> bool:
    """Deletes it with its address."""
    with together(), acting(job()):
        one = _by(token)
        if one is not None:
            one.delete()
    return one is not None


def _by(token: str) -> Subscription | None:
    digest = match_key(token, "subscription-token")
    return _seen().select_for_update().filter(token_digest=digest).first()


# --- serving, in the background ----------------------------------------------------------------------------


def serve(one: Subscription, *, by: Actor) -> int:
    """Sends what is new for one subscription, twenty cases or events at most; returns how many."""
    by.require("system")
    subject = subscribing.subject_of(one.subject)
    with together(), override(one.language):
        news = subscription_news.fresh(subject, one.sent_until)
        if news is None:
            return 0
        if one.channel == Channel.EMAIL:
            _mail(one, news)
        else:
            _queue(one, news.kind, {"type": news.kind, "subject": one.subject, **news.body})
        one.sent_until = news.last
        one.save(update_fields=["sent_until"])
    return news.count


def _mail(one: Subscription, news: News) -> None:
    messages.send(
        messages.Message(
            code=news.notice, channel="email", scope_code=one.scope_code,
            address=str(one.address), language=one.language,
            context={
                "subject": _titled(one), "count": news.count, "lines": "\n".join(news.lines),
                "link": _link(one),
            },
            once=f"subscription-news:{one.pk}:{news.last}",
        )
    )  # fmt: skip


def _link(one: Subscription) -> str:
    return reverse("appeals:subscription", args=[one.token])


def _titled(one: Subscription) -> str:
    with override(one.language):
        return title_of(subscribing.subject_of(one.subject))


def _queue(one: Subscription, kind: str, body: dict[str, Any]) -> None:
    now = clock.now()
    made = WebhookDelivery.objects.create(
        subscription=one, key=uuid.uuid4(), scope_code=one.scope_code, kind=kind, body=body, made_at=now,
        host=str(outbound.checked(str(one.address), INSIDE).hostname)[:120], next_try_at=now,
    )  # fmt: skip
    app.configure_task(CALL_TASK, queue="notices").defer(key=str(made.key))


def deliver(key: str) -> None:
    """Makes one call, if it still waits and nobody else is at it; no transaction is open while the program is awaited.

    A failure waits longer each time, the last one lies open to the desk. A worker killed in between leaves it as it was;
    after LEASE it is made again under the same key.
    """
    taken = _take(key)
    if taken is None:
        return
    try:
        answer = outbound.post(taken.url, taken.body, taken.headers, inside=INSIDE)
    except outbound.Unwanted as refused:
        _note(taken, refused.code, final=True)
    except outbound.Unanswered as silent:
        _note(taken, silent.code)
    else:
        _note(taken, _fault(taken, answer))


def _fault(taken: Taken, answer: outbound.Answer) -> str:
    """What is wrong with an answer, as a code; "" when the call was taken over."""
    if not 200 <= answer.status < 300:
        return f"status_{answer.status}"
    return "" if taken.challenge in answer.text else "challenge"


def _waiting(key: str) -> WebhookDelivery | None:
    """The call, locked, with its subscription; None where it waits no more, or somebody holds it."""
    found = WebhookDelivery.objects.select_for_update(skip_locked=True, of=("self",))
    return found.filter(key=key, state=Call.QUEUED).select_related("subscription").first()


@as_job
def _take(key: str) -> Taken | None:
    call, now = _waiting(key), clock.now()
    if call is None:
        return None
    if call.called_until and call.called_until > now:  # by another, or by a worker that was killed
        _call_later(key, call.called_until - now)
        return None
    call.called_until = now + LEASE
    call.save(update_fields=["called_until"])
    one, body = call.subscription, json.dumps(call.body, ensure_ascii=False, sort_keys=True).encode()
    stamp = now.isoformat(timespec="seconds")
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Lianglin-Webhook/1",
        "Idempotency-Key": str(call.key),
        "X-Lianglin-Timestamp": stamp,
        "X-Lianglin-Signature": subscribing.signature(str(one.secret), stamp, body),
    }
    challenge = str(call.body["challenge"]) if call.kind == "verify" else ""
    return Taken(key, str(one.address), body, headers, challenge)


@as_job
def _note(taken: Taken, fault: str, *, final: bool = False) -> None:
    """Writes down how the call ended, if it still waits: its subscription may have been ended meanwhile."""
    call, now = _waiting(taken.key), clock.now()
    if call is None:
        return
    one, call.called_until = call.subscription, None
    if not fault:
        call.state, call.error, call.next_try_at, call.ended_at = Call.SENT, "", None, now
        call.save(update_fields=["state", "error", "next_try_at", "ended_at", "called_until"])
        if call.kind == "verify":
            _activate(one)
        return
    call.tries += not final
    wait = None if final else subscribing.wait_after(call.tries)
    if wait is None:
        _give_up(call, one, fault)
        return
    call.error, call.next_try_at = fault, now + wait
    call.save(update_fields=["tries", "error", "next_try_at", "called_until"])
    _call_later(taken.key, wait)


def _call_later(key: str, wait: timedelta) -> None:
    seconds = max(int(wait.total_seconds()), 1)
    app.configure_task(CALL_TASK, queue="notices", schedule_in={"seconds": seconds}).defer(key=key)


def _give_up(call: WebhookDelivery, one: Subscription, code: str) -> None:
    call.state, call.error, call.next_try_at, call.ended_at = Call.DEAD, code, None, clock.now()
    call.save(update_fields=["state", "tries", "error", "next_try_at", "ended_at", "called_until"])
    Subscription._base_manager.filter(pk=one.pk).update(state=State.DEAD)


def try_again(pk: int, *, by: Actor) -> None:
    """A call that was given up is made again, and its subscription lives on if it succeeds."""
    by.require("appeals.publish")
    with together():
        found = WebhookDelivery.objects.filter(pk=pk, state=Call.DEAD).first()
        if found is None or not by.covers(found.scope_code):
            raise Forbidden(_("There is no such call in the area of your current post."))
        with acting(job()):
            WebhookDelivery.objects.filter(pk=pk).update(
                state=Call.QUEUED, tries=0, error="", next_try_at=clock.now(), ended_at=None
            )
            if found.kind != "verify":
                Subscription._base_manager.filter(pk=found.subscription_id).update(state=State.ACTIVE)
            app.configure_task(CALL_TASK, queue="notices").defer(key=str(found.key))
        audit.record("appeals.webhook.again", "appeals.WebhookDelivery", pk, scope_code=found.scope_code)
