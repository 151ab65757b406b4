"""Pure rules of webhooks: how a call is signed, when it is tried again, which event a move is, and what is said of it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import random
import re
import secrets
import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

VERSION = "v1"
EVENTS = {
    "case.opened": _("a case is opened"),
    "case.moved": _("a case moves on"),
    "case.settled": _("a case is settled"),
    "case.closed": _("a case comes to its end"),
    "case.left": _("a case is taken from the unit"),
}
"""What can be subscribed to; "notice" and "test" come without being chosen."""
TYPE = "lianglin.{event}." + VERSION
NAMES = uuid.UUID("6f1b3a52-5a0e-5c35-9d8e-0d8f6a2f7c11")
"""Name space of the numbers of events: the same move gives the same number, however often it is told."""

PREFIX = "whsec_"
OVERLAP = timedelta(days=7)
"""How long calls are signed with the secret before, too."""
WAITS = tuple(
    timedelta(seconds=seconds) for seconds in (5, 60, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
"""After the first, second … failed try; after the last one the call is given up, three days and a quarter later."""
JITTER = 0.2
DISABLED_AFTER = timedelta(days=5)
"""An endpoint that took nothing over for so long, although it was tried, is not called any more."""
KEPT = timedelta(days=30)
SAID = 500


def new_secret() -> str:
    """A secret as Standard Webhooks writes it: 32 random bytes in base64 behind ``whsec_``."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def signature(secret: str, event_id: str, timestamp: int, body: bytes) -> str:
    """``v1,`` and the base64 HMAC-SHA256 over ``id.timestamp.body`` (Standard Webhooks 1.0.0)."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    mac = hmac.new(key, f"{event_id}.{timestamp}.".encode() + body, hashlib.sha256)
    return f"v1,{base64.b64encode(mac.digest()).decode()}"


def headers(secrets_in_force: Sequence[str], event_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers of one try. While a secret is being changed there are two signatures, the new one first."""
    return {
        "Content-Type": "application/cloudevents+json; charset=utf-8",
        "User-Agent": "Lianglin-Webhook/1",
        "webhook-id": event_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signature(one, event_id, timestamp, body) for one in secrets_in_force),
    }


def wait_after(tries: int, retry_after: int = 0) -> timedelta | None:
    """How long to wait after so many failed tries, a fifth more or less; None: give up. The other side may ask for more."""
    if tries > len(WAITS):
        return None
    seconds = WAITS[tries - 1].total_seconds() * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - spreads load
    return timedelta(seconds=max(seconds, min(retry_after, 86_400)))


def printable(text: str) -> str:
    """The beginning of an answer as it may be kept: printable characters alone, of a page its words."""
    if text.lstrip().startswith("<"):
        text = " ".join(re.sub(r"(?s)<(style|script)\b.*?</\1>|<[^>]*>", " ", text).split())
    return "".join(sign if sign.isprintable() else " " for sign in text)[:SAID].strip()


def event_id(*parts: object) -> uuid.UUID:
    """The number of an event: the same for the same parts."""
    return uuid.uuid5(NAMES, "\n".join(map(str, parts)))


def cloud_event(
    event: str, number: uuid.UUID, *, source: str, time: str, subject: str, data: dict[str, Any]
) -> dict[str, Any]:
    """A CloudEvent 1.0 in structured mode. ``time``: RFC 3339; ``source``: the site's address."""
    return {
        "specversion": "1.0",
        "id": str(number),
        "source": source or "lianglin",
        "type": TYPE.format(event=event),
        "subject": subject,
        "time": time,
        "datacontenttype": "application/json",
        "dataschema": f"{source}/messages/webhooks/schema/{VERSION}.json",
        "data": data,
    }
