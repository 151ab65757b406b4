"""Who is at a long work: a lease in its row, which behaves the same behind a pooler that changes connections.

A step holds the row of its run locked until it commits, so that nobody else can be at the same step. Between steps, and
while a step opens transactions of its own, the row says until when it is held; a thread of the process prolongs it. A
process that is killed prolongs nothing, its locks go with its connection, and after :data:`LEASE` the work is taken over.
Times are the database's own: machines need not agree on the hour, and the demo's clock moves nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from secrets import token_hex

from django.db import DatabaseError, connection
from django.db.models import Q
from django.db.models.functions import Now

from lianglin.access import actor
from lianglin.access.run_models import WorkRun
from lianglin.access.transaction import acting

LEASE = timedelta(seconds=60)
BEAT = 15.0
"""Seconds between two prolongings: three may be late."""
_mine: ContextVar[str] = ContextVar("lianglin_holder", default="")


class Busy(Exception):
    """Another process is at this work now, or took it over meanwhile."""


@contextmanager
def holder() -> Iterator[str]:
    """A name for whoever works in the block, the same for works that a work calls; what it holds is kept held."""
    if inherited := _mine.get():
        yield inherited
        return
    name, over = token_hex(8), threading.Event()
    token = _mine.set(name)
    beats = (
        None if connection.in_atomic_block else threading.Thread(target=_beat, args=(name, over), daemon=True)
    )
    try:
        if beats:
            beats.start()
        yield name
    finally:
        over.set()
        if beats:
            beats.join()
        _mine.reset(token)


def only_one(name: str) -> None:
    """In the running transaction: whoever else takes up this work waits for its end, also where there is no row yet."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"lianglin.run.{name}"])


def newest(name: str, mine: str) -> WorkRun | None:
    """The newest run of a work, locked. Raises :class:`Busy` where another process is at it."""
    rows = WorkRun.objects.filter(name=name).order_by("-id")
    found = rows.annotate(held=Q(held_until__gt=Now())).first()
    if found is None:
        return None
    if found.holder not in ("", mine) and found.held:
        raise Busy(name)
    locked = rows.filter(pk=found.pk, holder=found.holder).select_for_update(skip_locked=True).first()
    if locked is None:  # at a step, or taken this very moment
        raise Busy(name)
    return locked


def take(row: WorkRun, mine: str) -> None:
    """The row is held from now on, and the run is running."""
    WorkRun.objects.filter(pk=row.pk).update(holder=mine, held_until=Now() + LEASE)
    row.holder = mine


def held(row: WorkRun) -> WorkRun:
    """The row, locked until the end of the transaction. Raises :class:`Busy` when another process took it over."""
    found = WorkRun.objects.select_for_update().filter(pk=row.pk, holder=row.holder).first()
    if found is None:
        raise Busy(row.name)
    return found


def free(row: WorkRun) -> None:
    """Nobody holds it any more; of one that was taken over it says nothing."""
    WorkRun.objects.filter(pk=row.pk, holder=row.holder).update(holder="", held_until=None)


def abandoned(name: str) -> bool:
    """Whether the newest run of a work is not over, and nobody holds it."""
    row = WorkRun.objects.filter(name=name).order_by("-id").annotate(held=Q(held_until__gt=Now())).first()
    return row is not None and row.state == WorkRun.State.RUNNING and not row.held


def _beat(name: str, over: threading.Event) -> None:
    """Prolongs what the process holds, on a connection of this thread; rows that a step has locked need none."""
    try:
        while not over.wait(BEAT):
            try:
                with acting(actor.job()):
                    _prolong(name)
            except DatabaseError:  # the step's own connection says what is wrong
                connection.close()
    finally:
        connection.close()


def _prolong(name: str) -> None:
    free_rows = WorkRun.objects.filter(holder=name).select_for_update(skip_locked=True)
    WorkRun.objects.filter(pk__in=list(free_rows.values_list("pk", flat=True))).update(
        held_until=Now() + LEASE
    )
