"""The same POST twice does its work once (Idempotency-Key, draft-ietf-httpapi-idempotency-key-header)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from lianglin.kit import clock
from lianglin.kit.crypto import decrypt, encrypt
from lianglin.kit.errors import Conflict, HouseError

_COLUMN = "kit.IdempotentRequest.response"
_STATUS = "\0status"
SHORTEST, LONGEST = 16, 100


def once(
    *, who: str, key: str, body: bytes, produce: Callable[[], tuple[int, dict[str, Any]]]
) -> tuple[int, dict[str, Any]]:
    """What ``produce`` answers, or the stored answer when ``who`` sent the same key and body before.

    Key and answer are written in the transaction of the work itself: a crash leaves neither. A second request
    that comes while the first still runs waits for it. ``key`` has 16 to 100 characters; "" means no key.
    The same key with another body is refused.
    """
    if not key:
        return produce()
    if not SHORTEST <= len(key) <= LONGEST:
        raise HouseError(
            _("An Idempotency-Key has 16 to 100 characters; a random UUID does well."),
            field="Idempotency-Key",
        )
    name = hashlib.sha256(f"{who}\0{key}".encode()).hexdigest()
    stored = begin(name, hashlib.sha256(body).digest())
    if stored is not None:
        return stored.pop(_STATUS), stored
    status, answer = produce()
    end(name, status, answer)
    return status, answer


def begin(name: str, digest: bytes = b"") -> dict[str, Any] | None:
    """None when this is the first request of the name (64 hexadecimal digits), else what it answered.

    Waits while the first still runs. Errors: Conflict with another ``digest``, or when the first has not ended.
    """
    with connection.cursor() as cursor:
        cursor.execute("select * from kit_idempotent_begin(%s, %s, %s)", [name, digest, clock.now()])
        fresh, same, status, stored = cursor.fetchone() or (False, True, None, None)
    if fresh:
        return None
    if not same:
        raise Conflict(
            _("This Idempotency-Key was used for another request. Use a new key for a new request.")
        )
    if status is None:
        raise Conflict(_("The first request with this key has not ended. Ask again in a moment."))
    return {**json.loads(decrypt(stored or b"", _COLUMN)), _STATUS: status}


def end(name: str, status: int, answer: dict[str, Any]) -> None:
    """Keeps what the first request answered, encrypted."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select kit_idempotent_end(%s, %s::smallint, %s)",
            [name, status, encrypt(json.dumps(answer, ensure_ascii=False), _COLUMN)],
        )


def forget(name: str) -> None:
    """What has begun in this transaction may be asked again."""
    with connection.cursor() as cursor:
        cursor.execute("select kit_idempotent_forget(%s)", [name])
