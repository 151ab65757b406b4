"""Which transactions the running statement sees: behind the oldest one, nothing new can appear any more."""

from __future__ import annotations

from typing import Literal

from django.db import connection


def end(which: Literal["xmin", "xmax"]) -> int:
    """The oldest transaction still running (``xmin``), or the first one that had not begun (``xmax``)."""
    with connection.cursor() as cursor:
        cursor.execute(f"select pg_snapshot_{which}(pg_current_snapshot())::text::bigint")
        return int(cursor.fetchone()[0])
