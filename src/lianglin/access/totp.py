"""One-time codes by time (RFC 6238: HMAC-SHA-1, 6 digits, 30 seconds) and recovery codes. Pure."""

from __future__ import annotations

import base64
import hmac
import secrets
from urllib.parse import quote

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

STEP, DIGITS, SECRET_BYTES = 30, 6, 20
DRIFT = 1
"""Steps before and after now that are taken: a phone's clock may be off by half a minute (RFC 6238, 5.2)."""
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Recovery codes hold no signs that look alike."""
RECOVERY_CODES, RECOVERY_LENGTH = 10, 10


def new_secret() -> str:
    """160 random bits in base32, as authenticator apps take them."""
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()


def code_at(secret: str, step: int) -> str:
    """The code of a time step."""
    made = TOTP(base64.b32decode(secret), DIGITS, SHA1(), STEP)  # noqa: S303 - what RFC 6238 and the apps use
    return made.generate(step * STEP).decode()


def step_of(secret: str, code: str, *, seconds: float, after: int = 0) -> int | None:
    """The time step whose code this is, within the drift and later than ``after`` (the last one used); else None.

    ``seconds`` since 1970 UTC.
    """
    now = int(seconds // STEP)
    found = None
    for step in range(now - DRIFT, now + DRIFT + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), code.encode()) and step > after:
            found = step
    return found


def address(secret: str, *, account: str, issuer: str) -> str:
    """The otpauth address that a QR code hands to an authenticator app."""
    label = f"{quote(issuer)}:{quote(account)}"
    return f"otpauth://totp/{label}?secret={secret}&issuer={quote(issuer)}&digits={DIGITS}&period={STEP}"


def recovery_code() -> str:
    """Ten signs in two groups, 49 bits."""
    signs = "".join(secrets.choice(ALPHABET) for _sign in range(RECOVERY_LENGTH))
    return f"{signs[:5]}-{signs[5:]}"


def plain(code: str) -> str:
    """What was typed without spaces and dashes, in small letters."""
    return "".join(code.split()).replace("-", "").lower()
