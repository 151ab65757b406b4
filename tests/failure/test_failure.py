"""Nothing lost, nothing twice: processes killed, the same request twice, two people at once."""

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
from tests.failure.system import CSRF, Answer, System, session

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


def test_an_upload_of_200_mb_is_refused_and_hurts_nobody(system: System) -> None:
    size = 200 * 1024**2
    edge = "edge"
    head = (
        f'--{edge}\r\nContent-Disposition: form-data; name="photos"; filename="big.jpg"\r\n'
        "Content-Type: image/jpeg\r\n\r\n"
    ).encode()
    tail = f"\r\n--{edge}--\r\n".encode()
    block = b"\xff\xd8\xff\xe0" + bytes(2**20 - 4)
    sent = http.client.HTTPConnection("127.0.0.1", system.port, timeout=60)
    sent.putrequest("POST", "/report/photo/")
    for name, value in {
        "Content-Type": f"multipart/form-data; boundary={edge}",
        "Content-Length": str(len(head) + size + len(tail)),
        "Cookie": f"csrftoken={CSRF}",
        "X-CSRFToken": CSRF,
    }.items():
        sent.putheader(name, value)
    sent.endheaders(head)
    status = 0
    try:
        for number in range(200):
            sent.send(block)
            if number % 50 == 0:
                assert system.ask("GET", "/healthz", timeout=5).status == 200
        sent.send(tail)
        status = sent.getresponse().status
    except (BrokenPipeError, ConnectionResetError):
        pass  # refused before all of it was taken
    finally:
        sent.close()
    assert status < 500, system.log()
    peak = max(process.memory_info().rss for process in system.web_workers())
    assert peak < 400 * 1024**2, peak
    assert system.ask("GET", "/readyz").status == 200


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
