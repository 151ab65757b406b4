"""The gateway's word on what arrived: a small HTTP interface of ours, proved by a token.

    POST /messages/receipts/sms/
    Authorization: Bearer <LIANGLIN_SMS_RECEIPT_TOKEN>
    Content-Type: application/json

    {"id": "<key that came with the message>", "status": "delivered", "at": "2026-11-28T09:30:00+08:00"}
    {"id": "…", "status": "failed", "code": "no_such_number"}        or a list of up to 200 of them

204: taken down. The same word twice counts once; keys that the house did not send, and words it does not know, are
ignored and not told apart. 401: wrong token. 404: no token is set. Codes: switched_off, no_such_number, blocked; any
other becomes "operator".
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from lianglin.kit import throttle
from lianglin.notices.delivery import noting

MOST, LARGEST = 200, 64 * 1024
WRONG, WINDOW = 20, timedelta(minutes=15)
STATUSES = {"delivered": True, "failed": False}


@csrf_exempt  # a program, which proves itself by its token
@require_POST
def sms(request: HttpRequest) -> HttpResponse:
    """What a gateway for text messages says about messages it took over."""
    if not settings.SMS_RECEIPT_TOKEN:
        raise Http404
    given = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    if not hmac.compare_digest(given.encode(), settings.SMS_RECEIPT_TOKEN.encode()):
        throttle.hit("sms-receipt", throttle.client_address(request), limit=WRONG, window=WINDOW)
        answer = HttpResponse(status=401)
        answer["WWW-Authenticate"] = 'Bearer realm="lianglin receipts"'
        return answer
    if int(request.headers.get("Content-Length") or 0) > LARGEST:
        return HttpResponse(status=413)
    try:
        said = list(_read(json.loads(request.body)))
    except (ValueError, TypeError, RecursionError):
        return HttpResponse(status=400)
    noting.receive(said)
    return HttpResponse(status=204)


def _read(sent: Any) -> Iterator[noting.Said]:
    """The words in a body; ValueError for what is none."""
    rows: list[Any] = sent if isinstance(sent, list) else [sent]
    if len(rows) > MOST:
        raise ValueError("too many at once")
    for row in rows:
        if not isinstance(row, dict):
            raise ValueError("not an object")
        status = row.get("status")
        if status not in STATUSES:
            continue
        yield noting.Said(
            key=str(row.get("id", ""))[:40],
            delivered=STATUSES[status],
            code=str(row.get("code", ""))[:40],
            at=_instant(row.get("at")),
        )


def _instant(value: Any) -> datetime | None:
    """An ISO instant with its zone; anything else counts as not given."""
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo is not None else None
