"""Watching what actions leave behind, and letting two people act at once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier, Event
from time import monotonic, sleep
from typing import Any

import pytest
from django.db import connection, connections, transaction

from lianglin.access.transaction import current_actor, together
from lianglin.kit.errors import HouseError

WRITTEN = (
    "cases_case", "cases_step", "cases_clock", "cases_receipt", "appeals_appeal", "appeals_appellant",
    "appeals_callback", "access_grant", "access_auditentry", "access_audithead", "procrastinate_jobs",
    "kit_idempotentrequest",
)  # fmt: skip


@contextmanager
def as_administrator() -> Iterator[None]:
    """The test's own eyes inside of ``acting``: the database's administrator, until the end of the block."""
    with connection.cursor() as cursor:
        cursor.execute("select current_setting('role'), set_config('role', 'none', true)")
        role = cursor.fetchone()[0]
        yield
        cursor.execute("select set_config('role', %s, true)", [role])


def traces() -> dict[str, tuple[int, int]]:
    """Per table that an action writes: how many rows, and a sum over their contents. Equal means: nothing was left."""
    with as_administrator(), connection.cursor() as cursor:
        sums = ", ".join(
            f"(select array[count(*), coalesce(sum(hashtext(t::text)::bigint), 0)] from {table} t)"
            for table in WRITTEN
        )
        cursor.execute(f"select {sums}")
        return dict(zip(WRITTEN, map(tuple, cursor.fetchone()), strict=True))


@contextmanager
def refused(kind: type[HouseError], **says: str) -> Iterator[None]:
    """The block is refused with these words (``field``, ``code``); nothing of it is left, nor who acts changed.

    Inside of ``acting`` the transaction around goes on, as in a view that shows its form again.
    """
    before, who = traces(), current_actor()
    with pytest.raises(kind) as caught, together() if who else transaction.atomic():
        yield
    assert {name: getattr(caught.value, name) for name in says} == says
    assert str(caught.value.message)
    assert current_actor() == who
    assert traces() == before


def events() -> list[dict[str, Any]]:
    """The events that wait for their delivery, oldest first."""
    with as_administrator(), connection.cursor() as cursor:
        cursor.execute(
            "select args::text from procrastinate_jobs where task_name = 'deliver_event' order by id"
        )
        return [json.loads(args)["data"] for (args,) in cursor.fetchall()]


def forget_tries() -> None:
    """Empties the counters of tries, which stand in a connection of their own and outlive a test."""
    with connection.cursor() as cursor:
        cursor.execute("delete from kit_throttle")


def in_turn(first: Callable[[], Any], second: Callable[[], Any]) -> tuple[Any, Any]:
    """Two people at once, each on a real connection: ``first`` holds its locks until ``second`` waits for them.

    Both run inside a transaction of their own. Returns what each returned or raised. Needs ``transactional_db``.
    """
    ready, go_on = Event(), Event()

    def hold() -> Any:
        with transaction.atomic():
            made = first()
            ready.set()
            assert go_on.wait(30)
        return made

    with ThreadPoolExecutor(2) as people:
        one = people.submit(_alone, hold)
        assert ready.wait(30) or one.result()
        two = people.submit(_alone, second)
        _until_somebody_waits(two)
        go_on.set()
        return one.result(30), two.result(30)


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Runs each at the same instant on a connection of its own; what each returned or raised."""
    barrier = Barrier(len(works))

    def start(work: Callable[[], Any]) -> Any:
        barrier.wait(30)
        return work()

    with ThreadPoolExecutor(len(works)) as people:
        return list(people.map(lambda work: _alone(lambda: start(work)), works))


def _alone(work: Callable[[], Any]) -> Any:
    try:
        return work()
    except Exception as error:
        return error
    finally:
        connections.close_all()


def _until_somebody_waits(other: Future[Any]) -> None:
    deadline = monotonic() + 20
    while monotonic() < deadline and not other.done():
        with connection.cursor() as cursor:
            cursor.execute(
                "select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
            )
            if cursor.fetchone():
                return
        sleep(0.01)
    assert other.done(), "the second neither waited nor ended"
