"""What stands between the server and the application, so that slow senders hold up nobody but themselves.

A request takes one of the few places to work at (each has a database connection) only when its body has arrived
whole. Bodies that are still arriving wait outside: so many from one address, so many in all, each at a least pace.
Pages without a body always find a thread. Headers that trickle in are cut off by granian itself.

When more is asked for than can be answered, the line in front of the places stays short: whoever asks for a page beyond
it is told so at once. Without that every answer comes too late, to somebody who has given up, and none is of use.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from typing import Any

from lianglin.kit.throttle import address_in
from lianglin.project import gauges

WAITING = 80
"""Bodies that one process takes in at the same time."""
SPARE = 16
"""Threads of a process beyond those: for whoever sends no body."""
FROM_ONE_ADDRESS = 16
"""Of the bodies that one process takes in, those from one address: an office, or one attacker."""
LINE = 48
"""Pages of a process that wait for a place: about a second's work. Who sends a body is not turned away for it."""
WATCHED = ("/healthz", "/readyz", "/metrics")
"""What programs that watch over it ask. They are never turned away: a process that has much to do is not ill."""
PATIENCE = 20.0
"""Seconds that any body may take."""
PACE = 4096
"""Bytes that each further second has to bring, on the average: an old telephone on a bad line brings more."""
IN_MEMORY = 512 * 1024
"""Bytes from which a body is kept in a file."""
CHUNK = 64 * 1024

Environ = dict[str, Any]
Start = Callable[..., Any]
Answer = Iterable[bytes]


class Refused(Exception):
    """What is not taken in: a WSGI status, words for whoever sent it, and seconds until it is worth another try."""

    def __init__(self, status: str, reason: str, chinese: str, english: str, *, seconds: int = 60) -> None:
        super().__init__(status)
        self.status, self.reason, self.words = status, reason, f"{chinese}\n{english}\n"
        self.seconds = seconds


def _too_many() -> Refused:
    return Refused(
        "503 Service Unavailable",
        "full",
        "现在提交的人太多，请过一分钟再试。",
        "Too much arrives at the moment. Try again in a minute.",
    )


def _busy() -> Refused:
    return Refused(
        "503 Service Unavailable",
        "busy",
        "现在打开网页的人太多，请过十秒钟再试。",
        "Too many pages are asked for at the moment. Try again in ten seconds.",
        seconds=10,
    )


def _too_many_from_there() -> Refused:
    return Refused(
        "429 Too Many Requests",
        "address",
        "您所在的网络同时提交得太多，请过一分钟再试。",
        "Too much arrives from your network at the same time. Try again in a minute.",
    )


def _too_slow() -> Refused:
    return Refused(
        "408 Request Timeout",
        "slow",
        "传得太慢，没有收到。请换个信号好的地方再试。",
        "It arrived too slowly and was not taken. Try again where the line is better.",
    )


class Doorway:
    """A WSGI application around another one. ``places``: requests that are worked on at the same time."""

    def __init__(self, application: Callable[[Environ, Start], Answer], *, places: int) -> None:
        self._application = application
        self._places = threading.BoundedSemaphore(places)
        self._lock = threading.Lock()
        self._arriving: Counter[str] = Counter()
        self._in_line = 0

    def __call__(self, environ: Environ, start_response: Start) -> Answer:
        if not _has_body(environ):
            try:
                self._stand_in_line(environ.get("PATH_INFO", ""))
            except Refused as refused:
                return _refusal(refused, start_response)
            try:
                return self._application(environ, start_response)
            finally:
                self._places.release()
        try:
            with self._waiting(address_in(environ)):
                body = _whole(environ["wsgi.input"], time.monotonic)
        except Refused as refused:
            return _refusal(refused, start_response)
        environ["wsgi.input"] = body
        try:
            with self._places:
                return _Closing(self._application(environ, start_response), body)
        except BaseException:
            body.close()
            raise

    def _stand_in_line(self, path: str) -> None:
        """Takes a place, after those who came before."""
        if self._places.acquire(blocking=False):
            return
        with self._lock:
            if self._in_line >= LINE and path not in WATCHED:
                raise _busy()
            self._in_line += 1
        try:
            self._places.acquire()
        finally:
            with self._lock:
                self._in_line -= 1

    @contextmanager
    def _waiting(self, address: str) -> Iterator[None]:
        with self._lock:
            if self._arriving.total() >= WAITING:
                raise _too_many()
            if self._arriving[address] >= FROM_ONE_ADDRESS:
                raise _too_many_from_there()
            self._arriving[address] += 1
        try:
            yield
        finally:
            with self._lock:
                self._arriving[address] -= 1
                if not self._arriving[address]:
                    del self._arriving[address]


def _has_body(environ: Environ) -> bool:
    return environ.get("CONTENT_LENGTH") not in (None, "", "0") or "HTTP_TRANSFER_ENCODING" in environ


def _whole(sent: Any, now: Callable[[], float]) -> SpooledTemporaryFile[bytes]:
    """The body, in memory or in a file when it is large. Raises :class:`Refused` when it comes too slowly."""
    body: SpooledTemporaryFile[bytes] = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - closed with the answer
    begun, size = now(), 0
    try:
        while chunk := sent.read(CHUNK):
            size += len(chunk)
            if now() - begun > PATIENCE + size / PACE:
                raise _too_slow()
            body.write(chunk)
        body.seek(0)
    except BaseException:
        body.close()
        raise
    return body


def _refusal(refused: Refused, start_response: Start) -> Answer:
    gauges.REJECTED.labels(refused.reason).inc()
    said = refused.words.encode()
    headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(said))),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
        ("Retry-After", str(refused.seconds)),
        ("Connection", "close"),
    ]
    start_response(refused.status, headers)
    return [said]


class _Closing:
    """An answer that lets go of the request's file when it has been sent."""

    def __init__(self, answer: Answer, body: Any) -> None:
        self._answer, self._body = answer, body

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._answer)

    def close(self) -> None:
        try:
            if close := getattr(self._answer, "close", None):
                close()
        finally:
            self._body.close()
