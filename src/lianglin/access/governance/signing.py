"""The city's signing keys (Ed25519): the newest signs, all verify. LIANGLIN_SIGNING_KEYS."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from lianglin.access.governance import anchors
from lianglin.kit.errors import Refused


def can_sign() -> bool:
    """Whether there is a key."""
    return bool(settings.SIGNING_KEYS)


def newest() -> tuple[int, bytes]:
    """Number and private key of the one that signs; Refused without one."""
    ring: dict[int, bytes] = settings.SIGNING_KEYS
    if not ring:
        raise Refused(
            _(
                "There is no signing key. Make one with “lianglin audit key --new” and put it into LIANGLIN_SIGNING_KEYS."
            )
        )
    return max(ring), ring[max(ring)]


def public_keys() -> dict[int, bytes]:
    """The public key of every number of the ring."""
    return {number: anchors.public_of(private) for number, private in settings.SIGNING_KEYS.items()}


def seal_signature(value: bytes) -> tuple[int | None, bytes | None]:
    """Key number and signature of a seal's hash; nothing without a key."""
    if not can_sign():
        return None, None
    number, private = newest()
    return number, anchors.sign(private, anchors.SEAL, value)


def seal_is_signed(number: int | None, signature: bytes | None, value: bytes) -> bool | None:
    """Whether a seal's signature is right; None when it has none or its key is not in the ring."""
    public = public_keys().get(number or 0)
    if public is None or signature is None:
        return None
    return anchors.is_signed(public, bytes(signature), anchors.SEAL, value)
