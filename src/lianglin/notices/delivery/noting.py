"""What the background writes down of a message: each try, and what the gateway or the mailbox says afterwards."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from lianglin.access.actor import job
from lianglin.access.transaction import acting, together
from lianglin.kit import clock
from lianglin.notices.delivery.words import REASONS
from lianglin.notices.models import Channel, Delivery, Letter, Message, Recipient

log = logging.getLogger("lianglin.notices")
State = Delivery.State
ADDRESS_KEPT = timedelta(days=3)
"""How long the address of a message that was given up stays, so that it can be sent again."""
RECIPIENT_KEPT = timedelta(days=30)
_STATES = {
    Message.State.QUEUED: State.WAITING,
    Message.State.SENT: State.SENT,
    Message.State.FAILED: State.FAILED,
    Message.State.REFUSED: State.REFUSED,
    Message.State.FOLDED: State.JOINED,
}
NOT_WANTED = "not_wanted"
"""The code of a message that its recipient did not want: no failure."""


@dataclass(frozen=True)
class Said:
    """What a gateway says about one message: the key it was given, whether it arrived, why not (a code), and when."""

    key: str
    delivered: bool
    code: str = ""
    at: datetime | None = None


def tried(message: Message, masked: str) -> None:
    """Writes down how a try of a message ended, in the transaction of that try."""
    state = State.UNWANTED if message.error == NOT_WANTED else _STATES[Message.State(message.state)]
    if state == State.WAITING and message.waits:
        state = State.HELD
    over = state in (State.FAILED, State.REFUSED)
    values = {
        "state": state,
        "channel": message.channel,  # a wish may have chosen another way since it was held
        "tries": message.tries,
        "error": message.error,
        "next_try_at": message.next_try_at,
        "sent_at": message.sent_at,
        "ended_at": clock.now() if over else None,
    }
    made, _new = Delivery._base_manager.update_or_create(
        key=message.key, defaults=values, create_defaults={**values, **_same(message)}
    )
    if masked:
        Recipient._base_manager.get_or_create(
            pk=made.pk, defaults={"scope_code": message.scope_code, "masked": masked, "at": clock.now()}
        )


def _same(message: Message) -> dict[str, object]:
    """What a delivery has from its message."""
    return {
        "code": message.code,
        "channel": message.channel,
        "scope_code": message.scope_code,
        "case_id": message.case_id,
        "created_at": message.created_at,
    }


def for_paper(message: Message) -> tuple[str, str]:
    """Words and page of a message for paper. A link that is the recipient's alone stands on none: whoever prints reads it."""
    if not message.paper_link or not message.link:
        return message.body, message.link
    return message.body.replace(message.link, message.paper_link), message.paper_link


def lay_out(message: Message, title: str) -> Letter:
    """A message on paper is laid out to be printed; its delivery is that somebody hands it over."""
    made, _new = Delivery._base_manager.update_or_create(
        key=message.key, defaults={"state": State.TO_PRINT, "next_try_at": None, **_same(message)}
    )
    text, link = for_paper(message)
    letter, _new = Letter._base_manager.get_or_create(
        pk=made.pk,
        defaults={
            "scope_code": message.scope_code, "case_id": message.case_id, "title": title[:80], "text": text,
            "language": message.language, "link": link, "made_at": clock.now(),
        },
    )  # fmt: skip
    return letter


def receive(said: Iterable[Said]) -> int:
    """Takes down what a gateway says; unknown keys are ignored, and so is what was said before. How many counted.

    Only a message that the house sent by text message or mail can be said to have arrived. The first word counts: a
    second one that says otherwise changes nothing, except that "delivered" corrects "not delivered".
    """
    count = 0
    with together(), acting(job()):
        for one in said:
            count += _heard(one)
    return count


def _heard(said: Said) -> bool:
    try:
        key = uuid.UUID(said.key)
    except ValueError:
        return False
    seen = Delivery.objects.visible_to(job(), purpose="system").select_for_update(no_key=True)
    found = seen.filter(key=key, channel__in=(Channel.SMS, Channel.EMAIL)).first()
    if found is None or found.sent_at is None:
        return False
    wanted = State.DELIVERED if said.delivered else State.FAILED
    if found.state == wanted or found.state not in (State.SENT, State.FAILED):
        return False
    found.state, found.ended_at = wanted, _when(said.at, found.sent_at)
    found.error = "" if said.delivered else (said.code if said.code in REASONS else "operator")
    found.save(update_fields=["state", "ended_at", "error"])
    return True


def _when(at: datetime | None, sent_at: datetime) -> datetime:
    """The instant a gateway gives, within reason: not before the sending, not in the future."""
    now = clock.now()
    return min(max(at or now, sent_at), now)


def tidy(by_now: datetime) -> None:
    """Forgets what has run out: addresses of messages given up."""
    actor = job()
    given_up = Message.objects.visible_to(actor, purpose="system").filter(
        state=Message.State.FAILED, address__isnull=False, created_at__lt=by_now - ADDRESS_KEPT
    )
    # The last try lies a day behind the writing at most: it counts from there.
    stale = Delivery.objects.visible_to(actor, purpose="system").filter(
        state=State.FAILED, ended_at__lt=by_now - ADDRESS_KEPT
    )
    given_up.filter(key__in=stale.values("key")).update(address=None, resident_id=None, variants=None)
