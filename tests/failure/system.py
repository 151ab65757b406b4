"""The whole system as processes of its own, on the test's database, to be hurt."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import psutil
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from lianglin.access.models import Post
from lianglin.access.queries import POST_KEY, POSTS_KEY, PROVED_KEY
from tests.started import free_port

CSRF = "c" * 32


@dataclass
class Answer:
    """What came back over the wire."""

    status: int
    text: str

    def json(self) -> Any:
        return json.loads(self.text)


@dataclass
class System:
    """Web and worker with their logs in ``logs``. Kill them as you like; :meth:`stop` ends what is left."""

    logs: Path
    environ: Mapping[str, str]
    port: int = field(default_factory=free_port)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, command: str, program: Sequence[str] | None = None) -> None:
        """Starts `lianglin serve` or `lianglin worker`; in its place ``program``, Python's arguments."""
        with (self.logs / f"{command}.log").open("ab") as log:
            self.processes[command] = subprocess.Popen(
                [sys.executable, *(program or ("-m", "lianglin.project.cli", command))],
                env={**os.environ, **self.environ, "PORT": str(self.port)},
                stdout=log, stderr=log,
            )  # fmt: skip

    def stop(self) -> None:
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            process.wait(40)

    def kill(self, command: str) -> None:
        """kill -9 of the process itself."""
        self.processes[command].kill()
        self.processes[command].wait(20)

    def web_workers(self) -> list[psutil.Process]:
        """The processes that answer requests."""
        return psutil.Process(self.processes["serve"].pid).children()

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        timeout: float = 30,
    ) -> Answer:
        """One request; raises OSError or HTTPException when the connection breaks."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            data = None if body is None else json.dumps(body).encode()
            given = {"Content-Type": "application/json"} if data else {}
            connection.request(method, path, data, {**given, **(headers or {})})
            response = connection.getresponse()
            return Answer(response.status, response.read().decode())
        finally:
            connection.close()

    def wait(self, *, ready: bool = True, timeout: float = 60) -> None:
        """Until it answers (``ready``: database, migrations and worker too)."""
        end = time.monotonic() + timeout
        while True:
            try:
                answer = self.ask("GET", "/readyz" if ready else "/healthz", timeout=3)
                if answer.status == 200:
                    return
            except (OSError, http.client.HTTPException):
                pass
            assert time.monotonic() < end, self.log()
            time.sleep(0.1)

    def log(self) -> str:
        """The ends of the logs, for a failed assertion."""
        return "\n".join(f"== {path.name}\n{path.read_text()[-3000:]}" for path in self.logs.glob("*.log"))


def session(post_id: int) -> dict[str, str]:
    """Headers of somebody logged in, acting in this post."""
    post = Post.objects.select_related("account").get(pk=post_id)
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(post.account_id)
    store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    store[HASH_SESSION_KEY] = post.account.get_session_auth_hash()
    store[POST_KEY], store[POSTS_KEY] = post.pk, 1
    store[PROVED_KEY] = "2026-01-01T00:00:00+00:00"
    store.create()
    cookies = f"{settings.SESSION_COOKIE_NAME}={store.session_key}; {settings.CSRF_COOKIE_NAME}={CSRF}"
    return {"Cookie": cookies, "X-CSRFToken": CSRF}
