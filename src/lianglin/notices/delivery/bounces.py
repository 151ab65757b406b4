"""A mail that came back (RFC 3464): which message of ours it was. Pure, standard library."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.message import Message
from typing import Any

from lianglin.notices.delivery.noting import Said

_OURS = re.compile(r"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@", re.I)
_BROKEN = (ValueError, LookupError, AttributeError, TypeError, RecursionError, AssertionError)


def read(raw: bytes) -> Said | None:
    """What a report of delivery says of a message of ours; None for any other mail, and for one that is only late.

    Our Message-ID, which nobody can guess, stands in the headers that the report brings back.
    """
    try:
        return _read(message_from_bytes(raw, policy=policy.compat32))
    except _BROKEN:
        return None


def _read(message: Message) -> Said | None:
    if message.get_content_type() != "multipart/report":
        return None
    actions = {str(block.get("Action", "")).strip().lower() for block in _blocks(message)}
    key = next((found for part in message.walk() if (found := _ours(part))), "")
    if not key or "failed" not in actions:
        return None
    return Said(key=key, delivered=False, code="bounced")


def _blocks(message: Message) -> list[Message]:
    """The groups of fields of the report, one for each recipient."""
    found: list[Message] = []
    for part in message.walk():
        inside: Any = part.get_payload()
        if part.get_content_type() == "message/delivery-status" and isinstance(inside, list):
            found.extend(inside)
    return found


def _ours(part: Message) -> str:
    """The key of our message in the headers that came back, as a mail or as text."""
    kind = part.get_content_type()
    text = ""
    if kind == "message/rfc822":
        inside: Any = part.get_payload()
        text = str(inside[0].get("Message-ID", "")) if isinstance(inside, list) and inside else ""
    elif kind == "text/rfc822-headers":
        brought: Any = part.get_payload(decode=True)
        lines = brought.decode(errors="replace") if isinstance(brought, bytes) else ""
        named = re.search(r"(?im)^message-id:\s*(<[^>]+>)", lines)
        text = named[1] if named else ""
    found = _OURS.search(text)
    return found[1].lower() if found else ""
