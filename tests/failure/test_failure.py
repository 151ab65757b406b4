"""Nothing lost, nothing twice: processes killed, the same request twice, two people at once."""

from __future__ import annotations

import http.client
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from django.db import connection

from lianglin.access import audit
from lianglin.appeals.models import Appeal
from lianglin.cases.models import Case, Receipt, Step
from tests import world as worlds
from tests.failure.system import Answer, System, session

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


def test_the_same_post_twice_makes_one_case(system: System, world: worlds.World) -> None:
    key = str(uuid.uuid4())
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: post_until_taken(system, report(world), key), range(4)))
    assert {answer.status for answer in answers} == {201}, [answer.text for answer in answers]
    assert len({answer.text for answer in answers}) == 1
    assert Case._base_manager.count() == 1
    assert_whole()


def test_two_people_on_one_case(system: System, world: worlds.World) -> None:
    number = post(system, report(world), str(uuid.uuid4())).json()["number"]
    people = [world.actors[f"community-{world.codes()[0]}"], world.actors[f"street-{world.codes()[0][:9]}"]]
    case = Case._base_manager.get(number=number)
    start = threading.Barrier(2)

    def accept(headers: dict[str, str]) -> Answer:
        start.wait()
        path = f"{REPORTS}{number}/moves/accept"
        return system.ask("POST", path, {"seen_version": case.version}, headers=headers)

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(accept, [session(person.post_id) for person in people if person.post_id]))
    assert sorted(answer.status for answer in answers) == [200, 409], [answer.text for answer in answers]
    assert Step._base_manager.filter(case=case, move="accept").count() == 1
    assert_whole()


@pytest.mark.parametrize("whom", ["worker processes", "the whole web"])
def test_kill_9_of_the_web_during_posts(system: System, world: worlds.World, whom: str) -> None:
    texts = {str(uuid.uuid4()): f"楼道灯不亮了，第{number}次" for number in range(24)}

    def hurt() -> None:
        time.sleep(0.25)
        if whom == "worker processes":
            for process in system.web_workers():
                process.kill()  # granian starts others
        else:
            system.kill("serve")
            system.start("serve")

    hurting = threading.Thread(target=hurt)
    with ThreadPoolExecutor(4) as pool:
        hurting.start()
        answers = list(
            pool.map(lambda entry: post_until_taken(system, report(world, entry[1]), entry[0]), texts.items())
        )
        hurting.join()
    assert {answer.status for answer in answers} == {201}, [answer.text for answer in answers]
    assert {answer.json()["number"] for answer in answers} == set(
        Case._base_manager.values_list("number", flat=True)
    )
    assert sorted(Appeal._base_manager.values_list("text", flat=True)) == sorted(texts.values())
    assert_whole()


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
    system.start("worker")
    assert until(lambda: jobs("doing", "todo") == 0, 150), system.log()
    assert jobs("failed") == 0
    assert_whole()
