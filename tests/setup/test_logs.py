"""Logs are JSON lines, and nothing personal reaches them."""

from __future__ import annotations

import json
import logging
import sys

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import ResolverMatch

from lianglin.project.logs import JsonFormatter, RequestLog

NAME = "王示例"


def line(record: logging.LogRecord) -> dict:
    text = JsonFormatter().format(record)
    assert "\n" not in text
    return json.loads(text)


def record(name: str, message: str, *args: object, **extra: object) -> logging.LogRecord:
    made = logging.LogRecord(name, logging.ERROR, __file__, 1, message, args, None)
    made.__dict__.update(extra)
    return made


def test_our_own_lines_say_what_they_say() -> None:
    assert line(record("lianglin.cases", "moved %s", 7))["event"] == "moved 7"


@pytest.mark.parametrize(
    "foreign",
    [
        record("django.request", "Not Found: %s", f"/cases/{NAME}"),
        record("django.security.SuspiciousOperation", f"bad {NAME}"),
        record("procrastinate.worker", f"Starting job send({NAME})", action="start_job"),
        record("procrastinate.worker", f"Starting job send({NAME})"),
        record("anything", f"text with {NAME}"),
        record("_granian.utils", f"Application callable raised an exception\nValueError: {NAME}"),
    ],
    ids=lambda found: found.name,
)
def test_foreign_lines_lose_their_values(foreign: logging.LogRecord) -> None:
    assert NAME not in JsonFormatter().format(foreign)


def test_an_exception_is_logged_by_type_and_place_only() -> None:
    try:
        raise ValueError(NAME)
    except ValueError:
        failed = record("django.request", "Internal Server Error: %s", "/x")
        failed.exc_info = sys.exc_info()
    said = line(failed)
    assert said["error"] == "ValueError"
    assert "test_an_exception_is_logged" in said["trace"][-1]
    assert NAME not in json.dumps(said, ensure_ascii=False)


def test_a_request_is_one_line_with_its_route(caplog: pytest.LogCaptureFixture) -> None:
    def answer(request: object) -> HttpResponse:
        request.resolver_match = ResolverMatch(
            answer, (), {"number": "X"}, url_name="case", namespaces=["cases"]
        )
        return HttpResponse()

    with caplog.at_level(logging.INFO, "lianglin.request"):
        response = RequestLog(answer)(RequestFactory().get(f"/cases/{NAME}?q={NAME}"))
    assert len(response.headers["X-Request-ID"]) == 16
    (made,) = caplog.records
    said = line(made)
    assert {key: said[key] for key in ("method", "route", "status", "post")} == {
        "method": "GET", "route": "cases:case", "status": 200, "post": None,
    }  # fmt: skip
    assert NAME not in json.dumps(said, ensure_ascii=False)
