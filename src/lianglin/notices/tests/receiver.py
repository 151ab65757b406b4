"""A program of another office on this machine: answers as it is told, slowly, broken, or with a redirect."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Receiver(ThreadingHTTPServer):
    """``statuses`` are given in turn, the last one again and again."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.statuses = [204]
        self.said = b""
        self.retry_after = ""
        self.sleeps = 0.0
        self.dribbles = False
        self.heard: list[tuple[dict[str, str], bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook?of=lianglin"


class _Answer(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        mine: Any = self.server
        body = self.rfile.read(int(self.headers["Content-Length"]))
        mine.heard.append((dict(self.headers), body))
        time.sleep(mine.sleeps)
        if mine.dribbles:
            self._dribble()
            return
        self.send_response(mine.statuses.pop(0) if len(mine.statuses) > 1 else mine.statuses[0])
        self.send_header("Location", f"http://127.0.0.1:{mine.server_port}/elsewhere")
        if mine.retry_after:
            self.send_header("Retry-After", mine.retry_after)
        self.end_headers()
        self.wfile.write(mine.said)

    def _dribble(self) -> None:
        """A byte now and then: each one within the limit of a read, all of them without an end."""
        try:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            for _time in range(200):
                self.wfile.write(b"a")
                time.sleep(0.05)
        except OSError:
            return

    def log_message(self, *_args: Any) -> None:
        """Says nothing."""


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver that listens until the block ends."""
    made = Receiver()
    serving = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
    serving.start()
    try:
        yield made
    finally:
        made.shutdown()
        serving.join()
        made.server_close()
