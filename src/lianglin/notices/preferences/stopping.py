"""How a stop link names an address: short enough for a text message, telling nobody which, and not to be made up."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode
from collections.abc import Iterator

from django.conf import settings
from django.utils.crypto import constant_time_compare

SALT = "lianglin.notices.stop"
NAMED, SIGNED = 9, 6
"""Bytes of the name and of its signature, fifteen together: twenty characters of base64 without padding."""


def named(address_match: bytes) -> bytes:
    """The beginning of an address's keyed digest. Among ten million addresses two share one once in 10^8 cities."""
    return address_match[:NAMED]


def signature(name: bytes, secret: str = "") -> bytes:
    """What only this house can put behind a name: a link that somebody made up stops nothing."""
    key = f"{SALT}:{secret or settings.SECRET_KEY}"
    return hmac.digest(key.encode(), name, "sha256")[:SIGNED]


def address_of(token: str) -> bytes | None:
    """The address that a stop link names; None for a link that is not ours."""
    try:
        given = urlsafe_b64decode(token.encode("ascii"))
    except ValueError:
        return None
    name, signed = given[:NAMED], given[NAMED:]
    ours = any(constant_time_compare(signature(name, key), signed) for key in _keys())
    return name if len(given) == NAMED + SIGNED and ours else None


def _keys() -> Iterator[str]:
    yield settings.SECRET_KEY
    yield from settings.SECRET_KEY_FALLBACKS
