"""Subscriptions to published cases: asked for, confirmed by whoever owns the address, served, ended.

What goes out stands on the public page already.
"""

from __future__ import annotations

import json
import secrets
import uuid
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Max
from django.urls import reverse
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from lianglin.access import audit
from lianglin.access.actor import Actor, job
from lianglin.access.transaction import acting, together
from lianglin.appeals.actions import webhook_calls
from lianglin.appeals.models import PublishedCase, Subscription, WebhookDelivery
from lianglin.appeals.queries.publication import published
from lianglin.appeals.queries.subjects import title_of
from lianglin.appeals.rules import subscribing
from lianglin.appeals.rules.subscribing import Subject
from lianglin.kit import clock, messages
from lianglin.kit.crypto import match_key
from lianglin.kit.errors import Forbidden, Refused

CALL_TASK = "appeals_call_webhook"
"""Name of the task (in tasks.py) that makes one call."""
State, Channel = Subscription.State, Subscription.Channel
Call = WebhookDelivery.State


@dataclass(frozen=True)
class Asked:
    """A new webhook's token and secret, shown once."""

    token: str
    secret: str


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
        webhook_calls.checked(url)
    except webhook_calls.Unwanted:
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
        subject=subject.key, scope_code=subject.area, channel=channel, address=address,
        address_match=match_key(address, "subscription"), secret=secret or None, token=token,
        token_digest=match_key(token, "subscription-token"), language=get_language() or "zh-hans",
        made_at=now, renewed_at=now,
    )  # fmt: skip
    made.save(force_insert=True)
    return made, True


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
        one.sent_until = PublishedCase.objects.aggregate(last=Max("pk"))["last"] or 0
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
    """Sends what is new for one subscription, twenty cases at most; returns how many."""
    by.require("system")
    subject = subscribing.subject_of(one.subject)
    fresh = published(area=subject.area, item_class=subject.item_class).filter(pk__gt=one.sent_until)
    rows = list(fresh.order_by("pk")[: subscribing.AT_ONCE])
    if not rows:
        return 0
    with together(), override(one.language):
        if one.channel == Channel.EMAIL:
            _mail(one, rows)
        else:
            _queue(
                one, "cases", {"type": "cases", "subject": one.subject, "cases": [_shown(r) for r in rows]}
            )
        one.sent_until = rows[-1].pk
        one.save(update_fields=["sent_until"])
    return len(rows)


def _mail(one: Subscription, rows: list[PublishedCase]) -> None:
    lines = [f"· {row.label} · {row.place_label} {_address(row)}" for row in rows]
    messages.send(
        messages.Message(
            code="appeals.subscription_news", channel="email", scope_code=one.scope_code,
            address=str(one.address), language=one.language,
            context={
                "subject": _titled(one), "count": len(rows), "lines": "\n".join(lines), "link": _link(one),
            },
            once=f"subscription-news:{one.pk}:{rows[-1].pk}",
        )
    )  # fmt: skip


def _shown(row: PublishedCase) -> dict[str, Any]:
    """A case as a program is told of it: what stands on its page, and where that is."""
    return {
        "number": row.number, "url": _address(row), "item_code": row.item_code, "item": row.item_name,
        "community_code": row.scope_code, "place": row.place, "outcome": row.outcome, "text": row.text,
        "answer": row.answer, "opened_at": row.opened_at.isoformat(), "closed_at": row.closed_at.isoformat(),
        "sample": row.sample,
    }  # fmt: skip


def _address(row: PublishedCase) -> str:
    return f"{settings.PUBLIC_URL}{reverse('appeals:closed_case', args=[row.number])}"


def _link(one: Subscription) -> str:
    return reverse("appeals:subscription", args=[one.token])


def _titled(one: Subscription) -> str:
    subject = subscribing.subject_of(one.subject)
    with override(one.language):
        return title_of(subject.area, subject.item_class)


def _queue(one: Subscription, kind: str, body: dict[str, Any]) -> None:
    now = clock.now()
    made = WebhookDelivery.objects.create(
        subscription=one, key=uuid.uuid4(), scope_code=one.scope_code, kind=kind, body=body, made_at=now,
        host=str(webhook_calls.checked(str(one.address)).hostname)[:120], next_try_at=now,
    )  # fmt: skip
    app.configure_task(CALL_TASK, queue="notices").defer(key=str(made.key))


def deliver(key: str, *, by: Actor) -> None:
    """Makes one call, if it still waits; a failure waits longer each time, the last one lies open to the desk."""
    by.require("system")
    found = WebhookDelivery.objects.select_for_update(skip_locked=True, of=("self",))
    call = found.filter(key=key, state=Call.QUEUED).select_related("subscription").first()
    if call is None:
        return
    one = call.subscription
    try:
        answer = _called(one, call)
        if call.kind == "verify" and call.body["challenge"] not in answer:
            raise webhook_calls.Failed("challenge")
    except webhook_calls.Unwanted as refused:
        _give_up(call, one, refused.code)
    except webhook_calls.Failed as failed:
        call.tries += 1
        wait = subscribing.wait_after(call.tries)
        if wait is None:
            _give_up(call, one, failed.code)
            return
        call.error, call.next_try_at = failed.code, clock.now() + wait
        call.save(update_fields=["tries", "error", "next_try_at"])
        later = app.configure_task(
            CALL_TASK, queue="notices", schedule_in={"seconds": int(wait.total_seconds())}
        )
        later.defer(key=key)
    else:
        call.state, call.error, call.next_try_at, call.ended_at = Call.SENT, "", None, clock.now()
        call.save(update_fields=["state", "error", "next_try_at", "ended_at"])
        if call.kind == "verify":
            _activate(one)


def _called(one: Subscription, call: WebhookDelivery) -> str:
    body = json.dumps(call.body, ensure_ascii=False, sort_keys=True).encode()
    stamp = clock.now().isoformat(timespec="seconds")
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Lianglin-Webhook/1",
        "Idempotency-Key": str(call.key),
        "X-Lianglin-Timestamp": stamp,
        "X-Lianglin-Signature": subscribing.signature(str(one.secret), stamp, body),
    }
    return webhook_calls.call(str(one.address), body, headers)


def _give_up(call: WebhookDelivery, one: Subscription, code: str) -> None:
    call.state, call.error, call.next_try_at, call.ended_at = Call.DEAD, code, None, clock.now()
    call.save(update_fields=["state", "tries", "error", "next_try_at", "ended_at"])
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
            if found.kind == "cases":
                Subscription._base_manager.filter(pk=found.subscription_id).update(state=State.ACTIVE)
            app.configure_task(CALL_TASK, queue="notices").defer(key=str(found.key))
        audit.record("appeals.webhook.again", "appeals.WebhookDelivery", pk, scope_code=found.scope_code)
