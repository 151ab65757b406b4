"""The one statement with which a process hands on what it counted: on a connection of its own, through a function."""

from __future__ import annotations

import json
from typing import Any

from django.db import connections

from lianglin.kit.throttle import APART


def note(entries: list[dict[str, Any]], requests: int, release: str) -> None:
    """Adds the counts; a transaction that failed takes none of them along. DatabaseError when it cannot."""
    one = connections[APART]
    try:
        with one.cursor() as cursor:
            text = json.dumps(entries, ensure_ascii=False)
            cursor.execute("select operation_note(%s::jsonb, %s, %s)", [text, requests, release])
    finally:
        if not one.in_atomic_block:
            one.close()  # back to the pool, or away: the next time is seconds off
