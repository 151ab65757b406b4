"""A receipt from the POST that made it to the page that shows it once, encrypted in the session."""

from __future__ import annotations

import base64
import json
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from lianglin.cases.actions import Opened
from lianglin.kit.crypto import decrypt, encrypt

RECEIPT_KEY = "recorded"
_COLUMN = "session.recorded"


def keep(request: HttpRequest, receipt: dict[str, Any]) -> str:
    """Keeps ``number`` and ``secret``; the address of the page that shows them."""
    request.session[RECEIPT_KEY] = base64.b64encode(encrypt(json.dumps(receipt), _COLUMN)).decode()
    return reverse("appeals:recorded")


def to_receipt(request: HttpRequest, made: Opened) -> str:
    """The receipt of an appeal that was just opened."""
    return keep(request, {"number": made.case.number, "secret": made.secret})


def taken(request: HttpRequest) -> dict[str, Any] | None:
    """What was kept, once."""
    kept = request.session.pop(RECEIPT_KEY, None)
    return None if kept is None else json.loads(decrypt(base64.b64decode(kept), _COLUMN))
