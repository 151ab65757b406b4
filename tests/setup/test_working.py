"""The worker: what a job defers belongs to what the job writes."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.contrib.django.utils import connector_params

from lianglin.access import actor as actors
from lianglin.access import policies
from lianglin.access.transaction import acting
from lianglin.notices.actions import DELIVER_TASK
from lianglin.project import working
from lianglin.project.working import Fetching

pytestmark = pytest.mark.django_db
KEY = "of-a-job-that-fails"


class FailedError(Exception):
    """What ends a job of these tests."""


def waiting() -> int:
    """Jobs that a worker would find now."""
    return ProcrastinateJob.objects.filter(args__key=KEY).count()


def work(fails: bool) -> None:
    """A job that defers another one, and may fail then."""
    with acting(actors.job()):
        app.configure_task(DELIVER_TASK, queue="notices").defer(key=KEY)
        if fails:
            raise FailedError


def in_a_worker(*calls: Callable[[], None]) -> None:
    """Calls one after the other in a thread of a running worker, whose own connections are open; their Django's is closed."""

    def job() -> None:
        try:
            for call in calls:
                call()
        finally:
            connection.close()

    async def worker() -> None:
        async with app.open_async():
            await asyncio.to_thread(job)

    with app.replace_connector(Fetching(kwargs=connector_params())):
        run(worker())


def run(what: Coroutine[Any, Any, None]) -> None:
    """In a thread of its own: a browser's loop may run in the thread of the tests."""
    with ThreadPoolExecutor(1) as outside:
        outside.submit(asyncio.run, what).result()


def test_what_a_job_defers_comes_and_goes_with_what_it_writes() -> None:
    def tidy() -> None:
        with connection.cursor() as cursor:
            cursor.execute("delete from procrastinate_jobs where args->>'key' = %s", [KEY])

    with pytest.raises(FailedError):
        in_a_worker(lambda: work(fails=True))
    assert waiting() == 0, "nobody takes up what was rolled back"
    try:
        in_a_worker(lambda: work(fails=False))
        assert waiting() == 1
    finally:
        in_a_worker(tidy)


def test_postgresql_gives_up_what_a_killed_worker_asked_for() -> None:
    """A statement that runs on for a process that is gone would keep its step locked, and the night waiting."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select setconfig from pg_db_role_setting s join pg_roles r on r.oid = s.setrole where r.rolname = %s",
            [policies.WORKER],
        )
        assert cursor.fetchall() == [(["client_connection_check_interval=10s"],)]


@pytest.mark.parametrize("signals", [1, 2])
def test_a_job_is_finished_though_another_lane_has_nothing_to_finish(
    monkeypatch: pytest.MonkeyPatch, signals: int
) -> None:
    finished: list[str] = []
    handlers: dict[int, Callable[[], None]] = {}

    async def lane(*, name: str, **_options: Any) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            if name == "busy":
                await asyncio.sleep(0.06)  # a second cancellation would end it here
            finished.append(name)
            raise

    async def told() -> None:
        loop = asyncio.get_running_loop()
        monkeypatch.setattr(loop, "add_signal_handler", handlers.__setitem__)
        for turn in range(signals):
            loop.call_later(0.02 * (turn + 1), lambda: handlers[signal.SIGTERM]())
        await working._run({"idle": ([], 1), "busy": ([], 1)})

    monkeypatch.setattr(working, "app", SimpleNamespace(open_async=AsyncExitStack, run_worker_async=lane))
    run(told())
    assert finished == ["idle", "busy"]
