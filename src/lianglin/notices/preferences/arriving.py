"""The last look at a message before it goes out: whether, when, by which way and in which words.

Wishes are looked up here, in the worker, so that putting a message into the outbox costs nothing more.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from procrastinate.contrib.django import app

from lianglin.access.actor import Actor
from lianglin.kit import clock, discovery, site
from lianglin.kit.domain import Notice
from lianglin.notices.actions import DELIVER_TASK, declared
from lianglin.notices.adapters import adapter_for
from lianglin.notices.delivery import noting
from lianglin.notices.models import Channel, Message
from lianglin.notices.preferences import groups, hours, queries, stopping
from lianglin.notices.preferences.models import Wish
from lianglin.notices.wording import speaking

FIELDS = (
    "channel", "language", "body", "variant", "variants", "text_version", "waits", "folded_into", "resident_id",
)  # fmt: skip
"""Columns that :func:`ready` may change in a message that goes on."""
DIGEST = "notices.digest"
NOT_WANTED = "not_wanted"
DISTURBING = (Channel.SMS, Channel.EMAIL)
"""Ways that reach a person at the hour of sending: wishes, quiet hours and the day's number are theirs alone."""


def ready(message: Message, actor: Actor, slack: timedelta) -> bool:
    """Whether the locked message goes out now; else it is saved as waiting, joined with another, or not wanted.

    What was tried already only waits for the day: its way and words stay those the gateway saw under its key.
    """
    if message.channel == Channel.WEBHOOK:
        return True  # for a program: how a resident wishes to be told is none of its business
    notice, now = declared(message.code), clock.now()
    wish = queries.for_message(message, actor)
    if message.urgent or message.channel not in DISTURBING:
        if message.tries == 0:
            _choose(message, wish, notice)
        return True
    if message.tries == 0 and not _is_wanted(message, notice, wish, actor):
        _drop(message, Message.State.REFUSED, NOT_WANTED)
        return False
    if message.tries == 0 and message.waits and (later := _overtaken(message, notice, wish, actor)):
        message.folded_into = later
        _drop(message, Message.State.FOLDED)
        return False
    quiet = queries.quiet_of(wish)
    until = hours.next_allowed(now + slack, quiet)
    if until > now + slack:
        _hold(message, until, message.waits or Message.Waits.NIGHT)
        return False
    if message.tries:
        message.waits = ""
        return True
    if queries.sent_today(message, now, actor) >= settings.MESSAGES_A_DAY:
        _hold(message, hours.tomorrow(now, quiet), Message.Waits.MANY)
        return False
    _choose(message, wish, notice)
    if message.waits == Message.Waits.MANY and message.channel in DISTURBING:
        _join(message, queries.held_for_many(message, now + slack, actor), wish, actor)
    message.waits = ""
    return True


def _is_wanted(message: Message, notice: Notice, wish: Wish | None, actor: Actor) -> bool:
    group = groups.group_of(notice)
    if not group:
        return True
    if wish is not None and (wish.way == Wish.Way.LEAST or group in wish.off):
        return False
    return notice.kind != "voluntary" or not queries.has_stopped(message.address_match, actor)


def _overtaken(message: Message, notice: Notice, wish: Wish | None, actor: Actor) -> int | None:
    """A step is overtaken by what is told later of how the matter stands and is wanted; a right only by the same, told anew."""
    codes = [message.code]
    if notice.kind == "steps":
        codes = [one.code for one in discovery.each("notices") if _tells_more(one, wish)]
    return queries.later_of_matter(message, codes, actor)


def _tells_more(later: Notice, wish: Wish | None) -> bool:
    off = wish.off if wish is not None else ()
    return later.kind == "right" or (later.kind == "steps" and groups.group_of(later) not in off)


def _hold(message: Message, until: datetime, why: str) -> None:
    message.waits, message.next_try_at = why, until
    message.save(update_fields=["waits", "next_try_at"])
    noting.tried(message, "")
    seconds = max(int((until - clock.now()).total_seconds()), 1)
    task = app.configure_task(DELIVER_TASK, queue="notices", schedule_in={"seconds": seconds})
    task.defer(key=str(message.key))


def _drop(message: Message, state: str, error: str = "") -> None:
    message.state, message.error = state, error
    forget(message)
    message.save(update_fields=["state", "error", "address", "next_try_at", *FIELDS])
    noting.tried(message, "")


def forget(message: Message) -> None:
    """What nobody needs once a message is sent, joined or given up."""
    message.address, message.next_try_at = None, None
    message.variants, message.resident_id, message.waits = None, None, ""


def _choose(message: Message, wish: Wish | None, notice: Notice) -> None:
    """The way and the words that suit the person; without a wish those of the sender."""
    if wish is not None and message.channel == Channel.SMS and not message.urgent:
        _way(message, wish)  # what is urgent neither waits for paper nor for a mailbox
    said = message.variants or {}
    if wish is not None and said:
        message.language = wish.language if wish.language in said else "zh-hans"
        variant = (
            "elder" if wish.elder and message.language == "zh-hans" and "elder" in said else message.language
        )
        message.body, message.text_version = said[variant]
        message.variant = variant
    if notice.kind == "voluntary" and message.channel in DISTURBING and said:  # once, also when sent again
        message.body += stop_line(message)
    message.variants = None


def _way(message: Message, wish: Wish) -> None:
    """Another way than a text message, where there is one; a wish that cannot be met leaves the text message."""
    if wish.way == Wish.Way.EMAIL and wish.email and adapter_for(Channel.EMAIL) is not None:
        message.channel, message.address = Channel.EMAIL, wish.email
    elif wish.way == Wish.Way.PAPER and message.case_id:
        message.channel = Channel.PAPER


def stop_line(message: Message) -> str:
    """How one stops such messages: by an answer to a text message, or by a link."""
    link = {"link": f"{site.address()}{_stop_path(message)}"}
    with override(message.language):
        if message.channel == Channel.EMAIL:
            return "\n\n" + _("To get no more of these messages, open %(link)s") % link
        return _(" To stop: answer TD or open %(link)s") % link


def _stop_path(message: Message) -> str:
    return reverse("notices:stop", args=[stop_token(bytes(message.address_match or b""))])


def stop_url(message: Message) -> str:
    """Where a mail program stops such mails by one click; "" for what is not voluntary, and without LIANGLIN_PUBLIC_URL."""
    voluntary = message.channel == Channel.EMAIL and declared(message.code).kind == "voluntary"
    known = voluntary and message.address_match is not None and site.address()
    return f"{site.address()}{_stop_path(message)}" if known else ""


def stop_token(address_match: bytes) -> str:
    """The signed name of an address in a link, twenty characters: a text message has no room for more."""
    named = stopping.named(address_match)
    return urlsafe_b64encode(named + stopping.signature(named)).decode()


def _route(wish: Wish | None) -> tuple[str, str]:
    """The way and the mailbox that a wish names."""
    return (wish.way, str(wish.email or "").lower()) if wish is not None else ("", "")


def _join(message: Message, others: list[Message], wish: Wish | None, actor: Actor) -> None:
    """Puts all that waits for one address into one message; nothing of it is left out."""
    parts = [(message.pk, message.body)]
    for other in others:
        notice, own = declared(other.code), queries.for_message(other, actor)
        if _route(own) != _route(wish):
            continue  # somebody else at the same number, who is told another way or at another mailbox
        if not _is_wanted(other, notice, own, actor):
            _drop(other, Message.State.REFUSED, NOT_WANTED)
            continue
        later = _overtaken(other, notice, own, actor)
        _choose(other, own, notice)
        if not later:
            parts.append((other.pk, other.body))
        other.folded_into = later or message.pk
        _drop(other, Message.State.FOLDED)
    if len(parts) == 1:
        return
    lines = "\n".join(f"{place}. {text}" for place, (_pk, text) in enumerate(sorted(parts), start=1))
    context = {"count": len(parts), "lines": lines}
    variant = message.variant or "zh-hans"
    message.body, message.text_version = speaking.speak(
        declared(DIGEST), variant, message.scope_code, context
    )
