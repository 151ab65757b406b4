"""Long background work in steps: each a transaction of its own, and a cursor that says where to go on.

A step's rows and the cursor behind them commit together, so that a worker that is killed loses the step it was at and
nothing else, and so that no transaction is long enough to hold back vacuum. One process at a time works on a name
(access.leases); one that is killed is taken over. What a step does must be right when it is done twice.
"""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import (
    DatabaseError,
    InterfaceError,
    OperationalError,
    close_old_connections,
    connection,
    transaction,
)
from django.db.models.functions import Now

from lianglin.access import actor, leases
from lianglin.access.actor import Actor
from lianglin.access.leases import Busy
from lianglin.access.run_models import WorkRun
from lianglin.access.transaction import acting
from lianglin.kit import clock
from lianglin.kit.errors import HouseError
from lianglin.kit.models import DemoClock

FRESH = timedelta(hours=20)
"""A run that was cut off is taken up again for so long; after that the work begins anew."""
Step = Callable[[Any], "Stepped"]
Report = Callable[[WorkRun], None]


@dataclass(frozen=True)
class Stepped:
    """What one step did. ``cursor`` None: nothing is left.

    ``failed``: it was the last, and something could not be done; with a cursor, that is where a later call goes on.
    """

    cursor: Any = None
    done: int = 0
    total: int | None = None
    rows: int = 0
    failed: bool = False


@dataclass(frozen=True)
class Work:
    """Work in steps. ``open`` is asked once in a process, as the background role, for the function of a step.

    That function is given the cursor (None at the beginning). ``own``: its steps open their own transactions.
    ``skip``: the cursor behind a step that failed, where the others can be done without it.
    """

    name: str
    open: Callable[[], Step]
    own: bool = False
    skip: Callable[[Any], Any] | None = None


@contextmanager
def as_background() -> Iterator[Actor]:
    """One transaction as the background role, by the demo's clock where there is one."""
    with transaction.atomic(), acting(actor.job()) as by:
        if settings.DEMO:
            seconds = DemoClock.objects.values_list("offset_seconds", flat=True).first()
            clock.set_offset(timedelta(seconds=seconds or 0))
        yield by


def run(work: Work, *, seconds: float | None = None, report: Report | None = None) -> WorkRun:
    """Goes on with this work, or begins it: to its end, or for so many seconds (then the run's state is "running").

    A step that fails is left out where ``work.skip`` knows how; else the run is failed, and the next call within
    :data:`FRESH` begins at that step. A lost connection is raised: the job of the caller is tried again.
    """
    if not connection.in_atomic_block:  # a test calls it inside its own transaction
        close_old_connections()
    with leases.holder() as mine:
        with as_background():
            row = _taken_up(work.name, mine)
        try:
            step = _opened(work, row)
            until = None if seconds is None else time.monotonic() + seconds
            while step and row.state == WorkRun.State.RUNNING and (until is None or time.monotonic() < until):
                _one_step(work, row, step)
                if report:
                    report(row)
        finally:
            _freed(row)
    return row


def ordered(work: Work) -> WorkRun | None:
    """The work to its end, as a job of its own; None where another process is at it, which goes on by itself."""
    try:
        return run(work)
    except Busy:
        return None


def _freed(row: WorkRun) -> None:
    """The next process need not wait until the lease is over; where the server is gone, it does."""
    with suppress(DatabaseError, InterfaceError), as_background():
        leases.free(row)


def _taken_up(name: str, mine: str) -> WorkRun:
    now = clock.now()
    leases.only_one(name)
    row = leases.newest(name, mine)
    unfinished = row is not None and row.state != WorkRun.State.DONE
    if row is not None and unfinished and row.started_at > now - FRESH:
        row.state, row.ended_at = WorkRun.State.RUNNING, None
        row.save(update_fields=["state", "ended_at"])
    else:
        WorkRun.objects.filter(name=name, state=WorkRun.State.RUNNING).update(
            state=WorkRun.State.FAILED, ended_at=now, error="overdue"
        )
        row = WorkRun.objects.create(name=name, started_at=now, stepped_at=now)
    leases.take(row, mine)
    return row


def _opened(work: Work, row: WorkRun) -> Step | None:
    """The function of a step; without one the run is failed, as with a step that fails, and whoever called goes on."""
    try:
        with as_background():
            return work.open()
    except Exception as error:
        if _is_gone(error):
            raise
        _failed(replace(work, skip=None), row, None, error, time.monotonic())
    return None


def _is_gone(error: Exception) -> bool:
    """Whether the server went away: nothing can be written down now."""
    lost = connection.connection is None or connection.connection.closed
    return isinstance(error, OperationalError | InterfaceError) and bool(lost)


def _one_step(work: Work, row: WorkRun, step: Step) -> None:
    begun, before = time.monotonic(), row.cursor
    try:
        stepped = step(before) if work.own else None
        with as_background():
            leases.held(row)
            _kept(row, step(before) if stepped is None else stepped, begun)
    except Busy:
        raise
    except Exception as error:  # one broken row must not cost the city its night
        if _is_gone(error):
            raise
        _failed(work, row, before, error, begun)


def _kept(row: WorkRun, stepped: Stepped, begun: float) -> None:
    now, over = clock.now(), stepped.cursor is None or stepped.failed
    fields: dict[str, Any] = {
        "cursor": stepped.cursor,
        "stepped_at": now,
        "done": row.done + stepped.done,
        "rows": row.rows + stepped.rows,
        "total": row.total if stepped.total is None else stepped.total,
        "milliseconds": row.milliseconds + round(1000 * (time.monotonic() - begun)),
    }
    if over:
        fields["ended_at"] = now
        fields["state"] = WorkRun.State.FAILED if stepped.failed else WorkRun.State.DONE
        fields["error"] = row.error if stepped.failed else ""
    _written(row, fields)


def _written(row: WorkRun, fields: dict[str, Any]) -> None:
    """Writes the fields into the row, which this process holds for another while, and into ``row``."""
    WorkRun.objects.filter(pk=row.pk).update(**fields, held_until=Now() + leases.LEASE)
    for name, value in fields.items():
        setattr(row, name, value)


def _failed(work: Work, row: WorkRun, before: Any, error: Exception, begun: float) -> None:
    """Writes down what kind of error it was (never its text, which may name a person)."""
    with as_background():
        leases.held(row)
        now, spent = clock.now(), round(1000 * (time.monotonic() - begun))
        fields: dict[str, Any] = {
            "error": code_of(error),
            "stepped_at": now,
            "milliseconds": row.milliseconds + spent,
        }
        if work.skip is None:
            fields |= {"state": WorkRun.State.FAILED, "ended_at": now}
        else:
            fields["cursor"] = work.skip(before)
        _written(row, fields)


def code_of(error: Exception) -> str:
    """A short code of an error without its words."""
    cause = error.__cause__
    inner = type(cause).__name__ if cause is not None and not isinstance(error, HouseError) else ""
    return (f"{type(error).__name__}.{inner}" if inner else type(error).__name__)[:60]


# --- the two shapes that most work has ---------------------------------------------------------------------


def pieces(
    name: str, listed: Callable[[], Sequence[str]], do: Callable[[str], int], *, own: bool = False
) -> Work:
    """Work over a list of keys (places, months, tables), one a step, in the order of the keys.

    ``do`` says how many rows it touched. A piece that fails is tried once more at the end; if it fails again the run is
    failed, with all the others done, and a call within :data:`FRESH` does what was lost and nothing else.
    """

    def open_() -> Step:
        keys = sorted(listed())
        return lambda cursor: _piece(keys, do, cursor or {})

    return Work(name, open_, own, skip=_left_out(listed))


def _piece(keys: list[str], do: Callable[[str], int], cursor: dict[str, Any]) -> Stepped:
    left, index = list(cursor.get("left", [])), bisect_right(keys, cursor["at"]) if "at" in cursor else 0
    if index < len(keys):
        rows = do(keys[index])
        more = index + 1 < len(keys) or left
        return Stepped({**cursor, "at": keys[index]} if more else None, 1, len(keys), rows)
    if not left:
        lost = cursor.get("lost")
        return Stepped({"at": cursor["at"], "left": lost} if lost else None, 0, len(keys), failed=bool(lost))
    rows = do(left[0]) if left[0] in keys else 0
    more = left[1:] or cursor.get("lost")
    return Stepped({**cursor, "left": left[1:]} if more else None, 1, len(keys), rows)


def _left_out(listed: Callable[[], Sequence[str]]) -> Callable[[Any], Any]:
    def skip(cursor: Any) -> Any:
        cursor = cursor or {}
        keys, left = sorted(listed()), list(cursor.get("left", []))
        index = bisect_right(keys, cursor["at"]) if "at" in cursor else 0
        if index < len(keys):
            return {**cursor, "at": keys[index], "left": [*left, keys[index]]}
        return {**cursor, "left": left[1:], "lost": [*cursor.get("lost", []), left[0]]}

    return skip


def batches(name: str, do: Callable[[], int]) -> Work:
    """Work on what is due, some rows a step, until a step finds nothing more (erasing, closing)."""

    def step(cursor: Any) -> Stepped:
        rows = do()
        return Stepped({"more": True} if rows else None, rows, rows=rows)

    return Work(name, lambda: step)


def along(name: str, do: Callable[[Any], tuple[int, Any]]) -> Work:
    """A walk over a table in the order of its key: ``do(behind)`` says how many rows it touched and where to go on."""

    def step(cursor: Any) -> Stepped:
        rows, behind = do(cursor)
        return Stepped(behind, rows, rows=rows)

    return Work(name, lambda: step)
