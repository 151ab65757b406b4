"""A nightly work in a process of its own that is killed in the middle of a step."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from typing import Any

import psycopg
from django.db import connection
from django.db.models.functions import Now

from lianglin.access.models import WorkRun
from lianglin.people import tasks as people_tasks
from lianglin.people.models import NameKey, Resident
from lianglin.project import embedded
from tests import world as worlds
from tests.world import HERE


def test_a_process_killed_in_the_middle_of_a_step(
    transactional_db: None,
    owner_connection: psycopg.Connection,
) -> None:
    worlds.build()
    Resident._base_manager.update(name="")
    NameKey._base_manager.all().delete()
    for name, count in (("", people_tasks.LOOKED_AT), ("王示例", 5)):  # the first step has nothing to write
        rows = [Resident(scope_code=HERE, name=name) for _person in range(count)]
        Resident._base_manager.bulk_create(rows, batch_size=2000)
    owner_connection.execute("begin")
    owner_connection.execute("lock table people_namekey in share row exclusive mode")  # an insert waits
    running = _nightly()
    _until(lambda: bool(_waiting()))
    running.send_signal(signal.SIGKILL)
    running.wait(20)
    cut_off = WorkRun.objects.get()
    assert (cut_off.state, cut_off.cursor is None) == (WorkRun.State.RUNNING, False)
    owner_connection.execute("rollback")
    _until(lambda: not _waiting())
    assert _nightly().wait(200) == 1  # whether it was killed or only thinks, nobody can tell yet
    assert WorkRun.objects.get().state == WorkRun.State.RUNNING
    WorkRun.objects.update(held_until=Now() - timedelta(seconds=1))  # a minute later
    assert _nightly().wait(200) == 0
    row = WorkRun.objects.get()
    assert (row.pk, row.state, row.error) == (cut_off.pk, WorkRun.State.DONE, "")
    named = Resident._base_manager.exclude(name="")
    assert NameKey._base_manager.values("resident_id").distinct().count() == named.count()


def _nightly() -> subprocess.Popen[bytes]:
    where = connection.settings_dict
    return subprocess.Popen(
        [sys.executable, "-m", "lianglin.project.cli", "nightly", "--only", "people_name_keys", "--now"],
        env={**os.environ, "DATABASE_URL": embedded.url(dbname=where["NAME"], host=where["HOST"])},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def _waiting() -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select pid from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
        )
        return cursor.fetchall()


def _until(true: Any) -> None:
    end = time.monotonic() + 120
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)
