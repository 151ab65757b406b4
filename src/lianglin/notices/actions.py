"""Putting a message into the outbox; reading those to one's post."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import override
from procrastinate.contrib.django import app

from lianglin.access.actor import Actor
from lianglin.kit import clock, discovery
from lianglin.kit import messages as port
from lianglin.kit.domain import Notice
from lianglin.notices import queries, rules
from lianglin.notices.models import Channel, LastRead, Message

DELIVER_TASK = "notices_deliver"
"""Name of the task (in tasks.py) that sends one message."""


def put(message: port.Message) -> None:
    """Writes a message into the outbox and defers its delivery, both in the running transaction.

    A second one with the same ``once`` is dropped. ``context["link"]`` (a path) is where an in-app message leads;
    a text message or mail gives it after the site's address (LIANGLIN_PUBLIC_URL).
    Raises LookupError for an undeclared code or a placeholder that was not given, ValueError without a recipient.
    """
    if not (message.post_id if message.channel == Channel.IN_APP else message.address):
        raise ValueError(
            f"The message “{message.code}” ({message.channel}) has no recipient. Give a post or an address."
        )
    notice = declared(message.code)
    now = clock.now()
    in_app = message.channel == Channel.IN_APP
    context = message.context if in_app else rules.outside(message.context, settings.PUBLIC_URL)
    made = Message(
        code=message.code,
        channel=message.channel,
        language=message.language,
        scope_code=message.scope_code,
        case_id=message.case_id,
        post_id=message.post_id,
        address=message.address or None,
        body=_text(notice, "zh-hans" if in_app else message.language, context),
        body_en=_text(notice, "en", context) if in_app else "",
        link=str(message.context.get("link", "")),
        state=Message.State.SENT if in_app else Message.State.QUEUED,
        next_try_at=None if in_app else now,
        once=message.once or None,
        created_at=now,
        sent_at=now if in_app else None,
    )
    # Not save(): it reads the row back, and who may write a message may not always read it.
    Message._base_manager.bulk_create([made], ignore_conflicts=True)
    if not in_app:
        app.configure_task(DELIVER_TASK, queue="notices").defer(key=str(made.key))


def declared(code: str) -> Notice:
    """The message declared under this code in a manifest; LookupError when there is none."""
    for notice in discovery.each("notices"):
        if notice.code == code:
            return notice
    raise LookupError(f"No manifest declares the message “{code}”. Add a Notice to the domain that sends it.")


def _text(notice: Notice, language: str, context: Any) -> str:
    with override(language):  # lazy values of the context speak the recipient's language
        return rules.fill_in(notice, language, context)


def mark_read(*, by: Actor) -> None:
    """All messages to the actor's post that are there now count as read."""
    by.require("notices.inbox")
    LastRead.objects.update_or_create(post_id=by.post_id, defaults={"read_at": clock.now()})
    transaction.on_commit(partial(queries.forget_waiting, by.post_id))
