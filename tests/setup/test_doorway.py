"""Bodies wait outside until they are whole; whoever sends slowly holds up nobody else."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

import pytest

from lianglin.project import doorway
from lianglin.project.doorway import Doorway


def read_back(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response("200 OK", [])
    return [environ["wsgi.input"].read()] if "wsgi.input" in environ else [b"page"]


def ask(door: Doorway, sent: Any = None, address: str = "203.0.113.7", **more: Any) -> tuple[str, bytes]:
    """Status and body of one request."""
    given: list[str] = []
    environ = {"REMOTE_ADDR": address, **more}
    if sent is not None:
        environ |= {"wsgi.input": sent, "CONTENT_LENGTH": "9"}
    answer = door(environ, lambda status, headers: given.append(status))
    text = b"".join(answer)
    if close := getattr(answer, "close", None):
        close()
    return given[0], text


class Held:
    """A sender who stops in the middle until let go."""

    def __init__(self) -> None:
        self.begun, self.go = threading.Event(), threading.Event()

    def read(self, _size: int) -> bytes:
        self.begun.set()
        self.go.wait(30)
        return b""


@pytest.fixture
def held() -> Iterable[Callable[[Doorway, str], None]]:
    """Starts a sender that stops; all go on at the end."""
    senders: list[tuple[Held, threading.Thread]] = []

    def begin(door: Doorway, address: str) -> None:
        sender = Held()
        thread = threading.Thread(target=ask, args=(door, sender, address))
        senders.append((sender, thread))
        thread.start()
        assert sender.begun.wait(10)

    yield begin
    for sender, _thread in senders:
        sender.go.set()
    for _sender, thread in senders:
        thread.join(10)


@pytest.mark.parametrize("size", [1, doorway.CHUNK, doorway.IN_MEMORY + 1, 3 * doorway.IN_MEMORY])
def test_a_body_arrives_whole(size: int) -> None:
    sent = bytes(range(256)) * (size // 256 + 1)
    assert ask(Doorway(read_back, places=1), BytesIO(sent[:size])) == ("200 OK", sent[:size])


def test_a_body_in_chunks_is_taken_in_too() -> None:
    door = Doorway(read_back, places=1)
    answer = ask(door, **{"wsgi.input": BytesIO(b"abc"), "HTTP_TRANSFER_ENCODING": "chunked"})
    assert answer == ("200 OK", b"abc")


def test_senders_that_stop_take_no_place(held: Callable[[Doorway, str], None]) -> None:
    door = Doorway(read_back, places=1)
    for number in range(doorway.FROM_ONE_ADDRESS - 1):
        held(door, f"203.0.113.{number % 2}")
    assert ask(door)[0] == "200 OK"
    assert ask(door, BytesIO(b"x"))[0] == "200 OK"


def test_one_address_leaves_room_for_the_others(held: Callable[[Doorway, str], None]) -> None:
    door = Doorway(read_back, places=1)
    for _ in range(doorway.FROM_ONE_ADDRESS):
        held(door, "203.0.113.1")
    assert ask(door, BytesIO(b"x"), "203.0.113.1")[0].startswith("429")
    assert ask(door, BytesIO(b"x"), "203.0.113.2")[0] == "200 OK"
    assert ask(door, address="203.0.113.1")[0] == "200 OK"


def test_many_addresses_leave_room_for_pages(held: Callable[[Doorway, str], None]) -> None:
    door = Doorway(read_back, places=1)
    for number in range(doorway.WAITING):
        held(door, f"203.0.113.{number}")
    assert ask(door, BytesIO(b"x"), "198.51.100.1")[0].startswith("503")
    assert ask(door)[0] == "200 OK"


def test_a_forwarded_address_counts_behind_declared_proxies_only(
    held: Callable[[Doorway, str], None], settings: Any
) -> None:
    door = Doorway(read_back, places=1)
    for _ in range(doorway.FROM_ONE_ADDRESS):
        held(door, "203.0.113.1")
    forwarded = {"HTTP_X_FORWARDED_FOR": "198.51.100.9"}
    assert ask(door, BytesIO(b"x"), "203.0.113.1", **forwarded)[0].startswith("429")
    settings.TRUSTED_PROXIES = 1
    assert ask(door, BytesIO(b"x"), "203.0.113.1", **forwarded)[0] == "200 OK"


def test_whoever_trickles_is_told_and_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 10_000, 5))
    monkeypatch.setattr(doorway.time, "monotonic", lambda: float(next(clock)))
    door = Doorway(read_back, places=1)

    class Trickle:
        def read(self, _size: int) -> bytes:
            return b"x"

    for _ in range(2 * doorway.FROM_ONE_ADDRESS):
        status, words = ask(door, Trickle())
        assert status.startswith("408")
    assert "too slowly" in words.decode()


def test_a_sender_who_hangs_up_is_forgotten() -> None:
    class Gone:
        def read(self, _size: int) -> bytes:
            raise ConnectionResetError

    door = Doorway(read_back, places=1)
    for _ in range(2 * doorway.FROM_ONE_ADDRESS):
        with pytest.raises(ConnectionResetError):
            ask(door, Gone())
    assert ask(door, BytesIO(b"x"))[0] == "200 OK"


def test_a_place_is_given_back_when_the_application_fails() -> None:
    def broken(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        raise RuntimeError

    door = Doorway(broken, places=1)
    for sent in (None, BytesIO(b"x"), None):
        with pytest.raises(RuntimeError):
            ask(door, sent)


def test_a_line_that_is_long_enough_turns_pages_away_at_once_and_nothing_else() -> None:
    go, inside = threading.Event(), threading.Semaphore(0)

    def slow(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        inside.release()
        go.wait(30)
        return read_back(environ, start_response)

    door, answers = Doorway(slow, places=1), list[str]()
    more = {"PATH_INFO": "/healthz"}
    asked = [{}] * (doorway.LINE + 1) + [more] + [{"sent": BytesIO(b"x")}]
    threads = [
        threading.Thread(target=lambda given=given: answers.append(ask(door, **given)[0])) for given in asked
    ]
    threads[0].start()
    assert inside.acquire(timeout=10)
    for thread in threads[1:]:
        thread.start()
    for _ in range(1000):
        if door._in_line == doorway.LINE + 1:
            break
        threading.Event().wait(0.01)
    status, words = ask(door)
    assert (status[:3], "ten seconds" in words.decode()) == ("503", True)
    go.set()
    for thread in threads:
        thread.join(10)
    assert answers == ["200 OK"] * len(asked)
    assert ask(door)[0] == "200 OK"
