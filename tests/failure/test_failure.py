"""Nothing lost, nothing twice: web, database and worker killed while people send."""

from __future__ import annotations

import http.client
import signal
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psutil
import psycopg
import pytest
from django.db import connection, connections

from lianglin.access import audit
from lianglin.appeals.models import Appeal
from lianglin.cases.models import Case, Receipt, Step
from lianglin.project import postmaster
from lianglin.project.embedded import Server
from tests import world as worlds
from tests.failure.system import Answer, System

REPORTS = "/api/v1/appeals/"


def report(world: worlds.World, text: str = "楼道灯不亮了，三天没人来") -> dict[str, Any]:
    return {"text": text, "community": world.codes()[0], "name": "李示例", "phone": "15400000001"}


def post(system: System, body: Any, key: str) -> Answer:
    return system.ask("POST", REPORTS, body, headers={"Idempotency-Key": key})


def post_until_taken(system: System, body: Any, key: str) -> Answer:
    """Sends again, as a careful client does, until there is an answer."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            answer = post(system, body, key)
            if answer.status not in (409, 500, 502, 503):
                return answer
        except (OSError, http.client.HTTPException):
            pass
        time.sleep(0.1)
    raise AssertionError(system.log())


def assert_whole() -> None:
    """Every case has its appeal, its receipt and its first step; the audit has no gap."""
    cases = set(Case._base_manager.values_list("pk", flat=True))
    assert set(Appeal._base_manager.values_list("pk", flat=True)) == cases
    assert set(Receipt._base_manager.values_list("case_id", flat=True)) == cases
    assert set(Step._base_manager.values_list("case_id", flat=True)) == cases
    assert list(audit.verify()) == []


def test_kill_9_of_the_web_during_posts(system: System, world: worlds.World) -> None:
    """Of the processes that answer; then of the whole web."""

    def kill_workers() -> None:
        for process in system.web_workers():
            process.kill()  # granian starts others

    def kill_all() -> None:
        system.kill("serve")
        system.start("serve")

    texts: dict[str, str] = {}
    for hurt in (kill_workers, kill_all):
        new = {str(uuid.uuid4()): f"楼道灯不亮了，{hurt.__name__}，第{number}次" for number in range(16)}
        texts |= new
        hurting = threading.Timer(0.25, hurt)
        with ThreadPoolExecutor(4) as pool:
            hurting.start()
            answers = list(
                pool.map(
                    lambda entry: post_until_taken(system, report(world, entry[1]), entry[0]), new.items()
                )
            )
            hurting.join()
        assert {answer.status for answer in answers} == {201}, [answer.text for answer in answers]
        assert {answer.json()["number"] for answer in answers} <= set(
            Case._base_manager.values_list("number", flat=True)
        )
    assert sorted(Appeal._base_manager.values_list("text", flat=True)) == sorted(texts.values())
    assert_whole()


@pytest.mark.parametrize("how", ["killed", pytest.param("stopped", marks=pytest.mark.deep)])
def test_the_database_restarted_during_posts(
    own_system: tuple[System, worlds.World], own_server: Server, how: str
) -> None:
    system, world = own_system
    texts = {str(uuid.uuid4()): f"楼道灯不亮了，第{number}次" for number in range(24)}

    def hurt() -> None:
        time.sleep(0.25)
        server = postmaster.find(own_server.cluster)
        assert server is not None
        server.send_signal(signal.SIGKILL if how == "killed" else signal.SIGINT)
        psutil.wait_procs([server], timeout=20)
        assert own_server.revive()

    hurting = threading.Thread(target=hurt)
    with ThreadPoolExecutor(4) as pool:
        hurting.start()
        answers = list(
            pool.map(lambda entry: post_until_taken(system, report(world, entry[1]), entry[0]), texts.items())
        )
        hurting.join()
    connection.close()
    connections["apart"].close()
    assert {answer.status for answer in answers} == {201}, [answer.text for answer in answers]
    assert sorted(Appeal._base_manager.values_list("text", flat=True)) == sorted(texts.values())
    assert_whole()
    assert until(lambda: ready_when_watched_over(system), 150), system.log()
    assert until(lambda: ready_when_watched_over(system) and jobs("doing", "todo") == 0, 150), system.log()
    assert jobs("failed") == 0, system.log()


def ready_when_watched_over(system: System) -> bool:
    """Ready; and a worker that ended, however late after the blow, is started again (as the demo and a supervisor do)."""
    if system.processes["worker"].poll() is not None:
        system.start("worker")
    try:
        return system.ask("GET", "/readyz", timeout=3).status == 200
    except (OSError, http.client.HTTPException):
        return False


def jobs(*states: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from procrastinate_jobs where status::text = any(%s)", [list(states)])
        return cursor.fetchone()[0]


def until(condition: Callable[[], bool], timeout: float) -> bool:
    end = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def test_a_worker_killed_mid_task(
    system: System, world: worlds.World, owner_connection: psycopg.Connection
) -> None:
    """The job it was doing is put back and done, by the next worker, once."""
    owner_connection.execute("begin")
    owner_connection.execute("lock table indicators_indicatorvalue in exclusive mode")
    assert post(system, report(world), str(uuid.uuid4())).status == 201
    assert until(lambda: jobs("doing") >= 1, 20), system.log()
    system.kill("worker")
    owner_connection.execute("rollback")
    assert jobs("doing") >= 1
    owner_connection.execute(
        "update procrastinate_workers set last_heartbeat = now() - interval '1 minute'"
    )  # without waiting for it
    system.start("worker")
    assert until(lambda: jobs("doing", "todo") == 0, 150), system.log()
    assert jobs("failed") == 0
    assert_whole()
