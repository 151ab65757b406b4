"""Text messages through a gateway that speaks HTTP.

The interface is small on purpose, so that a city's gateway (or a few lines in front of it) can offer it:

    POST <LIANGLIN_SMS_URL>
    Authorization: Bearer <LIANGLIN_SMS_TOKEN>
    Idempotency-Key: <key of the message, the same on every try>
    Content-Type: application/json

    {"id": "<key>", "to": "13800000000", "text": "…", "language": "zh-hans"}

2xx: taken over. 408, 425, 429, 5xx and silence: tried again for about a day. Any other answer: never. What was
seen under the same Idempotency-Key must not be sent a second time.
"""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from lianglin.kit.ids import clean_phone
from lianglin.notices.adapters.base import Outgoing, Undeliverable, Unreachable

RESERVED = "154"
"""Sample people have numbers of this prefix, which was not given out to anybody: nothing ever goes there."""
TIMEOUT_SECONDS = 10.0
TRY_LATER = (408, 425, 429)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would carry token, number and text to somebody else."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        """Follows none: the 3xx answer counts as a refusal."""


class HttpSms:
    """Sends through the gateway at ``url`` (https, or http on this machine). Logs neither number nor text."""

    at_home = False

    def __init__(self, url: str, token: str) -> None:
        parts = urlsplit(url)
        if parts.scheme != "https" and (parts.scheme, parts.hostname) not in (
            ("http", "127.0.0.1"),
            ("http", "localhost"),
        ):
            raise ImproperlyConfigured(
                "LIANGLIN_SMS_URL must begin with https:// (http:// only on this machine)."
            )
        self.url, self.token = url, token

    def deliver(self, message: Outgoing) -> None:
        """Hands the message to the gateway."""
        request = urllib.request.Request(  # noqa: S310 - the scheme was checked
            self.url,
            data=json.dumps(
                {
                    "id": message.key,
                    "to": mobile(message.address),
                    "text": message.text,
                    "language": message.language,
                },
                ensure_ascii=False,
            ).encode(),
            headers={
                "Authorization": f"Bearer {self.token}",
                "Content-Type": "application/json; charset=utf-8",
                "Idempotency-Key": message.key,
            },
            method="POST",
        )
        try:
            with urllib.request.build_opener(_NoRedirect).open(request, timeout=TIMEOUT_SECONDS):
                return
        except urllib.error.HTTPError as answer:
            answer.close()
            later = answer.code >= 500 or answer.code in TRY_LATER
            raise (Unreachable if later else Undeliverable)(f"http_{answer.code}") from None
        except (OSError, http.client.HTTPException):
            raise Unreachable("gateway") from None


def mobile(address: str) -> str:
    """The number to send to; Undeliverable for a sample person's, a fixed line's, and what is no number."""
    try:
        number = clean_phone(address)
    except ValueError:
        raise Undeliverable("no_number") from None
    if number.startswith(RESERVED):
        raise Undeliverable("reserved_number")
    if not number.startswith("1"):
        raise Undeliverable("no_mobile")
    return number
