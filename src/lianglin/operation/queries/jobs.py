"""The queues as counts; failed jobs by task, never their arguments."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection

from lianglin.operation import rules

SHOWN = 50
LAST = 2**62


class Queue(NamedTuple):
    """One queue and state: how many jobs, and how long the oldest that is due has waited."""

    queue: str
    state: str
    jobs: int
    seconds: float


class Worker(NamedTuple):
    """One worker process and the seconds since its heartbeat."""

    number: int
    seconds: float

    @property
    def alive(self) -> bool:
        """Whether it gave a sign of life lately."""
        return self.seconds <= rules.STALLED_AFTER


@dataclass(frozen=True)
class Failed:
    """A job that was given up. ``kinds``: what its task failed with (ids of kinds of errors)."""

    id: int
    task: str
    queue: str
    attempts: int
    at: datetime | None


def _rows(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values))
        return cursor.fetchall()


def queues() -> list[Queue]:
    """Every queue by state."""
    rows = _rows("select * from operation_queues()")
    return [Queue(queue, state, jobs, max(float(seconds or 0), 0.0)) for queue, state, jobs, seconds in rows]


def workers() -> list[Worker]:
    """Worker processes that the database knows."""
    return [Worker(number, float(seconds)) for number, seconds in _rows("select * from operation_workers()")]


def stalled() -> int:
    """Jobs whose worker is gone."""
    return _rows("select operation_stalled(%s)", timedelta(seconds=rules.STALLED_AFTER))[0][0]


def failed(behind: int = LAST, most: int = SHOWN) -> list[Failed]:
    """Jobs that were given up, newest first, behind the number ``behind``."""
    return [Failed(*row) for row in _rows("select * from operation_failed_jobs(%s, %s)", behind, most)]


def run_again(job_id: int) -> str:
    """Puts a failed job back into its queue; the name of its task, "" when there is nothing to put back."""
    return _rows("select operation_run_again(%s)", job_id)[0][0]


def server() -> dict[str, Any]:
    """Figures of the database server."""
    found = _rows("select operation_server()")[0][0]
    return json.loads(found) if isinstance(found, str) else found


def applied() -> set[tuple[str, str]]:
    """Migrations that the database has, as (app, name)."""
    return {(app, name) for app, name in _rows("select * from operation_applied()")}
