"""Changing tables that are in use: never wait long for a lock, since everybody who reads the table waits behind.

A statement that gets no lock within two seconds gives up, says who is in its way, waits outside, and tries again.
Each migration is one transaction, so what was done stays done and the next try goes on behind it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from django.db import OperationalError, connection
from psycopg.errors import DeadlockDetected, LockNotAvailable

from lianglin.project.errors import Busy

LOCK_SECONDS = 2.0
"""Longest that a reader waits behind us."""
PAUSES = (1.0, 2.0, 5.0, 10.0, *(20.0,) * 30)
"""Seconds between the tries: ten minutes in all."""
LOOKS = 0.2
BLOCKERS = """
select b.pid, coalesce(a.usename, ''), coalesce(a.application_name, ''), coalesce(a.state, ''),
    coalesce(extract(epoch from clock_timestamp() - a.xact_start), 0)
from unnest(pg_blocking_pids(%s)) b(pid) left join pg_stat_activity a on a.pid = b.pid
"""


@dataclass(frozen=True)
class Blocker:
    """A session that holds what we wait for. Of its statement nothing is told: it may hold what people wrote."""

    pid: int
    user: str
    program: str
    state: str
    seconds: float

    def __str__(self) -> str:
        who = self.program or self.user or "unknown"
        return f"session {self.pid} ({who}, {self.state or 'state unknown'}, its transaction open for {self.seconds:.0f} s)"


class Watch:
    """Sees, over a connection of its own, who is in the way of another session while that waits."""

    def __init__(self, where: str, pid: int) -> None:
        self.last: tuple[Blocker, ...] = ()
        self._where, self._pid = where, pid
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, name="lock-watch", daemon=True)

    def _look(self) -> None:
        try:
            with psycopg.connect(self._where, autocommit=True, connect_timeout=5) as eyes:
                while not self._over.wait(LOOKS):
                    found = tuple(Blocker(*row) for row in eyes.execute(BLOCKERS, [self._pid]))
                    self.last = found or self.last
        except psycopg.Error:
            return  # it is told less, and goes on all the same

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *ignored: object) -> None:
        self._over.set()
        self._thread.join(5)


def patiently(
    step: Callable[[], object],
    *,
    where: str,
    say: Callable[[str], None],
    pauses: tuple[float, ...] = PAUSES,
    lock_seconds: float = LOCK_SECONDS,
) -> None:
    """Runs ``step`` on Django's connection until it got its locks; ``where`` is an address to watch from.

    Raises Busy with who is in the way when it got none in the end. ``step`` must be able to run again.
    """
    for pause in (*pauses, None):
        with _short_waits(lock_seconds) as pid, Watch(where, pid) as watch:
            try:
                step()
                return
            except OperationalError as error:
                if not isinstance(error.__cause__, LockNotAvailable | DeadlockDetected):
                    raise
        who = "; ".join(map(str, watch.last)) or "another session"
        if pause is None:
            raise Busy(
                f"A table is in use all the time: {who}. Nothing is half done. Wait until it ends, or end it "
                "(select pg_terminate_backend(PID)), and run “lianglin migrate” again."
            )
        say(f"A table is in use by {who}. Trying again in {pause:.0f} s.")
        time.sleep(pause)


@contextmanager
def _short_waits(seconds: float) -> Iterator[int]:
    """Short waits for locks on Django's connection, none for statements; gives the number of its session."""
    connection.ensure_connection()
    with connection.cursor() as cursor:
        cursor.execute(f"set lock_timeout = {int(seconds * 1000)}")
        cursor.execute("set statement_timeout = 0")
        cursor.execute("select pg_backend_pid()")
        pid = cursor.fetchone()[0]
    yield pid
    if connection.connection is not None and connection.is_usable():
        with connection.cursor() as cursor:
            cursor.execute("set lock_timeout = 0")
