"""What somebody can subscribe to, as one typed key; how long to wait between tries; how a call is signed.

A subject is a kind and a value, perhaps narrowed: "area:230103001", "area:230103001|class:0206", "problem:12". A new kind
is one more row of :data:`KINDS` and one more reader (queries/subscription_news.py).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import timedelta

KINDS = {
    "area": re.compile(r"(\d{4,12})?"),
    "class": re.compile(r"\d{2,6}"),
    "problem": re.compile(r"[1-9]\d{0,17}"),
}
"""The kinds of subject and the form of their values. "area" comes first, empty for the whole city; "class" narrows it;
"problem" stands alone: a problem class that residents are told of."""
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360, 720))
"""Between the tries of a call; after the last it is given up."""
PENDING_KEPT = timedelta(days=3)
KEPT = timedelta(days=366)
"""A subscription ends a year after the last sign that it is wanted."""
AT_ONCE = 20
"""Cases or events in one mail or one call; the rest comes with the next."""


@dataclass(frozen=True)
class Subject:
    """What a subscription is about."""

    area: str = ""
    item_class: str = ""
    problem: int | None = None

    @property
    def key(self) -> str:
        """The key under which it is kept."""
        if self.problem is not None:
            return f"problem:{self.problem}"
        return f"area:{self.area}" + (f"|class:{self.item_class}" if self.item_class else "")


def subject_of(key: str) -> Subject:
    """The subject of a key; ValueError for one that no reader knows."""
    parts = {kind: value for kind, _colon, value in (part.partition(":") for part in key.split("|"))}
    if not parts.keys() <= KINDS.keys() or ("area" not in parts and parts.keys() != {"problem"}):
        raise ValueError(f"No subject of this kind: {key}")
    if "problem" in parts and len(parts) > 1:
        raise ValueError(f"No subject of this kind: {key}")
    if any(not KINDS[kind].fullmatch(value) for kind, value in parts.items()):
        raise ValueError(f"A subject of another form: {key}")
    if "problem" in parts:
        return Subject(problem=int(parts["problem"]))
    return Subject(parts["area"], parts.get("class", ""))


def wait_after(tries: int) -> timedelta | None:
    """How long to wait after so many failed tries; None: give up."""
    return WAITS[tries - 1] if tries <= len(WAITS) else None


def signature(secret: str, stamp: str, body: bytes) -> str:
    """HMAC-SHA256 over the time of sending and the body: whoever keeps the secret can tell a true call, and an old one."""
    mac = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256)
    return f"sha256={mac.hexdigest()}"
