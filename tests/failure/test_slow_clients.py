"""Clients that never finish what they send, against the real server: everybody else is served."""

from __future__ import annotations

import socket
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from lianglin.project import doorway
from tests import world as worlds
from tests.failure.system import System

HEAD = b"GET / HTTP/1.1\r\nHost: localhost\r\n"
BODY = (
    b"POST /appeals/report/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 100000\r\n\r\ntext="
)


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


def report(system: System, world: worlds.World) -> int:
    body = {
        "text": "楼道灯不亮了，三天没人来",
        "community": world.codes()[0],
        "name": "李示例",
        "phone": "15400000001",
    }
    return system.ask("POST", "/api/v1/appeals/", body, headers={"Idempotency-Key": str(uuid.uuid4())}).status


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
        assert report(system, world) == 201
    assert set(answered(system)) == {200}
    with unfinished(system, BODY, 8 * doorway.FROM_ONE_ADDRESS) as senders:
        assert set(answered(system)) == {200}
        refused = sum(1 for sender in senders if told(sender).startswith(b"HTTP/1.1 429"))
        assert refused >= (8 - len(system.web_workers())) * doorway.FROM_ONE_ADDRESS
