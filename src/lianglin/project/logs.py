"""Structured logs: one JSON object a line, and no personal data in any of them.

What people type, look at or are called stands in paths, queries, exception texts and SQL; so a line holds
route names, numbers of requests and posts, and of an exception its type and where it arose.
"""

from __future__ import annotations

import json
import logging
import secrets
import time
import traceback
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse

OUR_OWN = ("lianglin", "_granian", "granian")
"""Loggers whose finished messages are known to hold nothing personal."""

request_id: ContextVar[str] = ContextVar("request_id", default="")
log = logging.getLogger("lianglin.request")


class JsonFormatter(logging.Formatter):
    """A record as one line: at, level, logger, event, request, and what ``extra={"data": …}`` gave."""

    def format(self, record: logging.LogRecord) -> str:
        """The line; foreign messages lose their values, exceptions their text."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "event": event(record),
        }
        if request_id.get():
            line["request"] = request_id.get()
        line.update(getattr(record, "data", {}))
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            line["trace"] = [
                f"{frame.filename.rpartition('site-packages/')[2]}:{frame.lineno} {frame.name}"
                for frame in traceback.extract_tb(record.exc_info[2])[-12:]
            ]
        return json.dumps(line, ensure_ascii=False, default=str)


def event(record: logging.LogRecord) -> str:
    """What happened, in words that hold no values of others."""
    if record.name.split(".")[0] in OUR_OWN:
        return record.getMessage().partition("\n")[0]  # granian appends tracebacks, whose texts hold values
    action = getattr(record, "action", None)  # procrastinate's messages hold a task's arguments
    if action:
        return str(action)
    if status := getattr(record, "status_code", None):
        return f"answered {status}"
    if record.name.startswith(("django.security", "procrastinate")):
        return record.name
    return str(record.msg) if record.args or "%" in str(record.msg) else f"{record.module}:{record.lineno}"


class RequestLog:
    """Gives each request a number, answers it in X-Request-ID and logs one line: route, status, ms, post."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Logs the request when it is answered; static files and health checks at DEBUG only."""
        token = request_id.set(secrets.token_hex(8))
        began = time.perf_counter()
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = request_id.get()
            route = request.resolver_match.view_name if request.resolver_match else ""
            quiet = not route or route in ("healthz", "readyz", "metrics")
            data = {
                "method": request.method,
                "route": route,
                "status": response.status_code,
                "ms": round((time.perf_counter() - began) * 1000, 1),
                "post": getattr(getattr(request, "actor", None), "post_id", None),
            }
            log.log(
                logging.DEBUG if quiet and response.status_code < 400 else logging.INFO,
                "request",
                extra={"data": data},
            )
        finally:
            request_id.reset(token)
        return response
