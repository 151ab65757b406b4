"""Reads over messages: a post's own, what is due, the demo's phone; and drafts by their key."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection
from django.db.models import Q, QuerySet

from lianglin.access.actor import Actor
from lianglin.kit import clock
from lianglin.kit.crypto import decrypt, encrypt
from lianglin.kit.fresh import Fresh
from lianglin.notices.models import Channel, DemoMessage, LastRead, Message, ReadMessage

_DRAFT = "notices.Draft.content"
MOST = 100
_counts = Fresh(seconds=20)
"""Unread messages by post."""


def to_post(actor: Actor) -> QuerySet[Message]:
    """The messages to the actor's post. Page it by ("-id")."""
    purpose = (
        actor.work_purpose
        if actor.work_purpose in actor.purposes
        else min(actor.purposes, default=actor.work_purpose)
    )  # the protection officer's post handles no cases, but is told of things
    return Message.objects.visible_to(actor, purpose=purpose).filter(channel=Channel.IN_APP)


def read_until(actor: Actor) -> datetime | None:
    """Until when the actor's post has read its messages; None: nothing yet."""
    return LastRead.objects.filter(post_id=actor.post_id).values_list("read_at", flat=True).first()


def unread(actor: Actor) -> int:
    """How many of the newest 100 messages came to the actor's post since it last read them."""
    since = read_until(actor)
    newest = to_post(actor).order_by("-id").values_list("id", "created_at")[:MOST]
    fresh = [pk for pk, at in newest if since is None or at > since]
    return len(fresh) - len(read_singly(actor, fresh)) if fresh else 0


def read_singly(actor: Actor, ids: Sequence[int]) -> set[int]:
    """Which of these messages the actor's post has read one by one."""
    seen = ReadMessage.objects.filter(post_id=actor.post_id, message_id__in=ids)
    return set(seen.values_list("message_id", flat=True))


def waiting(actor: Actor) -> int:
    """``unread`` for the navigation of every page, at most twenty seconds old."""
    return _counts.get(actor.post_id, lambda: unread(actor))


def forget_waiting(post_id: int | None) -> None:
    """Lets the next page of this post count again."""
    _counts.forget(post_id)


def due(before: datetime, actor: Actor, limit: int = 500) -> list[Message]:
    """Messages whose next try was due before that time and that nobody is sending, the longest waiting first."""
    free = Q(sending_until__isnull=True) | Q(sending_until__lt=clock.now())
    waiting = Message.objects.visible_to(actor, purpose=actor.work_purpose).filter(state=Message.State.QUEUED)
    return list(waiting.filter(free, next_try_at__lt=before).order_by("next_try_at")[:limit])


def in_demo() -> QuerySet[DemoMessage]:
    """What the demo's phone shows. Page it by ("-id")."""
    return DemoMessage.objects.all()


def save_draft(digest: str, text: str, until: datetime) -> None:
    """Keeps a draft, encrypted, under the digest of its key."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select notices_draft_save(%s, %s, %s, %s)", [digest, encrypt(text, _DRAFT), clock.now(), until]
        )


def load_draft(digest: str) -> str | None:
    """The draft under this digest, if there is one that has not run out."""
    with connection.cursor() as cursor:
        cursor.execute("select notices_draft_load(%s, %s)", [digest, clock.now()])
        stored = cursor.fetchone()[0]
    return None if stored is None else decrypt(stored, _DRAFT)


def discard_draft(digest: str) -> None:
    """Forgets the draft under this digest."""
    with connection.cursor() as cursor:
        cursor.execute("select notices_draft_discard(%s)", [digest])
