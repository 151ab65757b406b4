"""A system that nobody kills: the same request twice, two people at once, too much sent, and too slowly.

One for all of these: none of them does it harm, which is what they are about. Each finds what the one before it left.
"""

from __future__ import annotations

import http.client
import socket
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.db import connection

from lianglin.cases.models import Case, Step
from lianglin.project import doorway, embedded
from tests import world as worlds
from tests.failure.system import CSRF, Answer, System, session
from tests.failure.test_failure import REPORTS, assert_whole, post, post_until_taken, report

pytestmark = pytest.mark.xdist_group("unhurt")  # one worker starts it once
HEAD = b"GET / HTTP/1.1\r\nHost: localhost\r\n"
BODY = (
    b"POST /appeals/report/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 100000\r\n\r\ntext="
)


@pytest.fixture(scope="module")
def both(committed: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[System, worlds.World]]:
    """Web (two processes) and worker, ready, on this process's database, and the world in it."""
    world = worlds.build()
    where = connection.settings_dict
    database = embedded.url(dbname=where["NAME"], host=where["HOST"])
    made = System(tmp_path_factory.mktemp("logs"), {"DATABASE_URL": database})
    try:
        made.start("serve")
        made.start("worker")
        made.wait()
        yield made, world
    finally:
        made.stop()


@pytest.fixture
def system(both: tuple[System, worlds.World]) -> System:
    return both[0]


@pytest.fixture
def world(both: tuple[System, worlds.World]) -> worlds.World:
    return both[1]


def test_the_same_post_twice_makes_one_case(system: System, world: worlds.World) -> None:
    before = Case._base_manager.count()
    key = str(uuid.uuid4())
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: post_until_taken(system, report(world), key), range(4)))
    assert {answer.status for answer in answers} == {201}, [answer.text for answer in answers]
    assert len({answer.text for answer in answers}) == 1
    assert Case._base_manager.count() == before + 1
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


@contextmanager
def unfinished(system: System, beginning: bytes, count: int) -> Iterator[list[socket.socket]]:
    """So many connections that send a beginning and nothing more."""
    made = [socket.create_connection(("127.0.0.1", system.port), timeout=20) for _ in range(count)]
    try:
        for connection in made:
            connection.sendall(beginning)
        yield made
    finally:
        for connection in made:
            connection.close()


def answered(system: System) -> list[int]:
    """What pages answer, several times, since each of the web's processes takes its turn."""
    return [system.ask("GET", "/appeals/track/", timeout=20).status for _ in range(12)]


def told(sender: socket.socket) -> bytes:
    """What a connection was answered by now."""
    sender.settimeout(0.05)
    try:
        return sender.recv(100)
    except TimeoutError:
        return b""


def test_slow_clients_hold_up_nobody(system: System, world: worlds.World) -> None:
    with unfinished(system, HEAD, 200):
        assert set(answered(system)) == {200}
    with unfinished(system, BODY, doorway.FROM_ONE_ADDRESS - 2):
        assert set(answered(system)) == {200}
        assert post(system, report(world), str(uuid.uuid4())).status == 201
    assert set(answered(system)) == {200}
    with unfinished(system, BODY, 8 * doorway.FROM_ONE_ADDRESS) as senders:
        assert set(answered(system)) == {200}
        refused = sum(1 for sender in senders if told(sender).startswith(b"HTTP/1.1 429"))
        assert refused >= (8 - len(system.web_workers())) * doorway.FROM_ONE_ADDRESS
