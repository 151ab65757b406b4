"""Putting a message into the outbox; reading those to one's post."""

from __future__ import annotations

from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from lianglin.access.actor import Actor
from lianglin.kit import clock, discovery, site
from lianglin.kit import messages as port
from lianglin.kit.crypto import match_key
from lianglin.kit.domain import Notice
from lianglin.kit.errors import Forbidden
from lianglin.notices import queries, rules
from lianglin.notices.models import Channel, LastRead, Message, ReadMessage
from lianglin.notices.wording import speaking

BOTH = ("zh-hans", "en")
"""An in-app message is kept in both languages."""
DELIVER_TASK = "notices_deliver"
"""Name of the task (in tasks.py) that sends one message."""


def put(message: port.Message) -> None:
    """Writes a message into the outbox and defers its delivery, both in the running transaction.

    A second one with the same ``once`` is dropped. ``context["link"]`` (a path) is where an in-app message leads;
    a text message or mail gives it after the site's address (LIANGLIN_PUBLIC_URL).
    Raises LookupError for an undeclared code or a placeholder that was not given, ValueError without a recipient.
    """
    if not _recipient(message):
        raise ValueError(
            f"The message “{message.code}” ({message.channel}) has no recipient. Give a post or an address."
        )
    notice = declared(message.code)
    now = clock.now()
    in_app = message.channel == Channel.IN_APP
    context = message.context if in_app else rules.outside(message.context, site.address())
    said = {
        variant: speaking.speak(notice, variant, message.scope_code, context)
        for variant in (BOTH if in_app else speaking.variants_of(notice))
    }
    language = "zh-hans" if in_app or message.language not in said else message.language
    made = Message(
        code=message.code,
        channel=message.channel,
        language=message.language,
        scope_code=message.scope_code,
        case_id=message.case_id,
        post_id=message.post_id,
        address=message.address or None,
        body=said[language].text,
        body_en=said["en"].text if in_app else "",
        link=str(message.context.get("link", "")),
        paper_link=message.paper_link,
        state=Message.State.SENT if in_app else Message.State.QUEUED,
        next_try_at=None if in_app else now,
        once=message.once or None,
        created_at=now,
        sent_at=now if in_app else None,
        text_version=said[language].version_id,
        variant="" if in_app else language,
        variants=None if in_app else said,
        resident_id=None if in_app else message.resident_id,
        address_match=None if in_app else match_of(message.address),
        urgent=message.urgent or notice.kind == "urgent",
    )
    # Not save(): it reads the row back, and who may write a message may not always read it.
    Message._base_manager.bulk_create([made], ignore_conflicts=True)
    if not in_app:
        app.configure_task(DELIVER_TASK, queue="notices").defer(key=str(made.key))


def _recipient(message: port.Message) -> object:
    """Whom it is for. A letter is for whoever the case is about: the community knows where it is handed over."""
    if message.channel == Channel.IN_APP:
        return message.post_id
    return message.case_id if message.channel == Channel.PAPER else message.address


def declared(code: str) -> Notice:
    """The message declared under this code in a manifest; LookupError when there is none."""
    for notice in discovery.each("notices"):
        if notice.code == code:
            return notice
    raise LookupError(f"No manifest declares the message “{code}”. Add a Notice to the domain that sends it.")


def match_of(address: str) -> bytes:
    """The keyed digest by which a number or mailbox is known again."""
    return match_key(address.strip().lower(), "notice")


def mark_read(*, by: Actor) -> None:
    """All messages to the actor's post that are there now count as read."""
    by.require("notices.inbox")
    LastRead.objects.update_or_create(post_id=by.post_id, defaults={"read_at": clock.now()})
    ReadMessage.objects.filter(post_id=by.post_id).delete()
    transaction.on_commit(partial(queries.forget_waiting, by.post_id))


def read_one(*, by: Actor, message_id: int) -> Message:
    """One message to the actor's post counts as read; Forbidden for anybody else's."""
    by.require("notices.inbox")
    found = queries.to_post(by).filter(pk=message_id).first()
    if found is None:
        raise Forbidden(_("There is no such message to your current post."))
    ReadMessage.objects.bulk_create(
        [ReadMessage(post_id=by.post_id, message_id=found.pk)], ignore_conflicts=True
    )
    transaction.on_commit(partial(queries.forget_waiting, by.post_id))
    return found
