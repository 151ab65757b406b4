"""While a restored database is closed: 503 with words, for people and programs, and open again by itself."""

from __future__ import annotations

import json

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from lianglin.project import closed
from lianglin.project.closed import Closed, Watch


class Database:
    """Says whether it is closed, and counts how often it was asked."""

    def __init__(self) -> None:
        self.closed, self.asked = True, 0

    def ask(self) -> bool:
        self.asked += 1
        return self.closed


@pytest.fixture
def database() -> Database:
    return Database()


def answer(database: Database, path: str, *, status: int = 200, begun: bool = True) -> HttpResponse:
    def page(request: HttpRequest) -> HttpResponse:
        return HttpResponse("the page", status=status)

    watch = Watch(database.ask)
    if begun:
        watch.begin()
    return Closed(page, watch)(RequestFactory().get(path))


def test_a_page_says_why_and_when_to_come_back(database: Database) -> None:
    given = answer(database, "/appeals/track/")
    assert (given.status_code, given["Retry-After"]) == (503, "300")
    assert "正在恢复" in given.content.decode()
    assert "restored" in given.content.decode()
    assert "请再提交一次" in given.content.decode(), (
        "what came in after the restored moment is lost: no promise"
    )
    assert "no-store" in given["Cache-Control"]


def test_programs_and_the_watchman_are_told_in_their_form(database: Database) -> None:
    problem = answer(database, "/api/v1/appeals/")
    assert (problem.status_code, problem["Content-Type"]) == (503, "application/problem+json")
    assert json.loads(problem.content)["status"] == 503
    ready = answer(database, "/readyz")
    assert (ready.status_code, json.loads(ready.content)["restored"]) == (503, False)
    assert answer(database, "/healthz").status_code == 200, "the process lives"


def test_an_open_database_costs_nothing_and_an_error_stays_one(database: Database) -> None:
    database.closed = False
    assert answer(database, "/").content == b"the page"
    assert database.asked == 1, "once, at the start"
    assert answer(database, "/", status=500).status_code == 500
    assert answer(database, "/", status=500, begun=False).content == b"the page"


def test_closed_under_a_running_web_and_opened_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closed, "ASK_AGAIN", -1.0)
    database.closed, status = False, 200
    watch = Watch(database.ask)
    watch.begin()
    gate = Closed(lambda request: HttpResponse(status=status), watch)
    database.closed, status = True, 500  # restored under it: its connections fail
    assert gate(RequestFactory().get("/")).status_code == 503
    database.closed, status = False, 200
    assert gate(RequestFactory().get("/")).status_code == 200
