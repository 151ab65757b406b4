"""While a restored database is closed, every page says so: people erased since the backup are not erased again yet.

The database itself refuses the web's login role (project/backups/closing.py); this only finds out that it does, and
answers 503 with words instead of an error. It costs a request nothing while the database is open: asked is once at
the start, then only after a request failed on its connection.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import psycopg
from django.http import HttpRequest, HttpResponse, JsonResponse
from psycopg.conninfo import make_conninfo

from lianglin.project import database, environment
from lianglin.project.environment import Environment

ALWAYS = ("/healthz", "/static/")
ASK_AGAIN = 5.0
LOCKED = "select not rolcanlogin from pg_roles where rolname = %s"
PAGE = """<!doctype html>
<html lang="zh-Hans"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>系统正在恢复 · Being restored</title></head><body><main>
<h1>系统正在恢复，请稍后再来</h1>
<p>数据刚从备份中恢复，正在核对已删除的个人信息，核对完成之前不开放访问。</p>
<p>恢复后，请看一看您最近提交的诉求和资料还在不在；不在的，请再提交一次。急事请拨打 12345。</p>
<h2 lang="en">Being restored, please come back later</h2>
<p lang="en">The data was restored from a backup. Until what people had erased is erased again, nobody is let in.
Then please look whether what you sent last is still there, and send it again if it is not. For urgent matters call 12345.</p>
</main></body></html>
"""


def is_closed(env: Environment) -> bool:
    """Whether the database refuses this process's role because it was restored and not opened yet."""
    try:
        psycopg.connect(_as(env, env.database_role)).close()
    except psycopg.OperationalError:
        return is_locked(env)
    return False


def is_locked(env: Environment) -> bool:
    """Whether the catalogue says that this process's role may not log in, as the owner reads it.

    The refusal itself has no code that a client is given, and its words are in the server's language.
    """
    try:
        with psycopg.connect(_as(env, "owner")) as connection:
            row = connection.execute(LOCKED, [database.login(env.database_role)]).fetchone()
    except psycopg.OperationalError:  # nobody is let in: it is down, not closed
        return False
    return bool(row and row[0])


def _as(env: Environment, role: str) -> str:
    parameters = {
        **database.address(env),
        "user": database.login(role),
        "password": database.password(env, role),
    }
    return make_conninfo(**{**parameters, "connect_timeout": "5"})


class Watch:
    """What this process knows of it: asked for at most every few seconds, and not at all before :meth:`begin`."""

    def __init__(self, ask: Callable[[], bool]) -> None:
        self._ask_database, self._lock = ask, threading.Lock()
        self._begun, self._asked, self.closed = False, float("-inf"), False

    def begin(self) -> None:
        """A web process starts: from now on it is asked."""
        self._begun = True
        self.ask()

    def ask(self) -> bool:
        """Whether the database is closed."""
        with self._lock:
            if self._begun and time.monotonic() - self._asked > ASK_AGAIN:
                self.closed = self._ask_database()
                self._asked = time.monotonic()
            return self.closed


watch = Watch(lambda: is_closed(environment.current()))
"""Begun by web.py; tests and commands ask nothing."""


class Closed:
    """Outermost but for the log: no page and no session while the database is closed, no cost while it is open."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse], state: Watch = watch) -> None:
        self.get_response, self._watch = get_response, state

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer, or the page that says why there is none."""
        if request.path.startswith(ALWAYS):
            return self.get_response(request)
        if self._watch.closed and self._watch.ask():
            return refusal(request)
        response = self.get_response(
            request
        )  # whatever went wrong with the database has become a 500 or 503 here
        if response.status_code >= 500 and self._watch.ask():
            return refusal(request)
        return response


def refusal(request: HttpRequest) -> HttpResponse:
    """503 for people, and in the form that programs read."""
    if request.path == "/readyz":
        parts = {"database": False, "migrations": False, "worker": False, "restored": False}
        return JsonResponse(parts, status=503)
    if request.path.startswith("/api/"):
        detail = (
            "The data was restored from a backup and is closed until what was erased since is erased again."
        )
        body = {"type": "about:blank", "title": "Closed", "status": 503, "detail": detail}
        answer: HttpResponse = JsonResponse(body, status=503, content_type="application/problem+json")
    else:
        answer = HttpResponse(PAGE, status=503)
    answer["Retry-After"] = "300"
    answer["Cache-Control"] = "no-store"
    return answer
