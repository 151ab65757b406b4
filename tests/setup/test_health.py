"""/healthz says that the process lives, /readyz that it can work; neither says more."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

from lianglin.project import doorway, health


def beat(seconds_ago: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into procrastinate_workers (last_heartbeat) values (now() - make_interval(secs => %s))",
            [seconds_ago],
        )


def test_healthz_needs_no_database() -> None:
    answer = Client().get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert "Set-Cookie" not in answer.headers


def test_who_watches_asks_a_machine_by_its_address(db: None, settings: Any) -> None:
    """A proxy, a container's health check and Prometheus know no name of the city; who asks for a page must."""
    settings.ALLOWED_HOSTS = ["lianglin.example.org"]
    for path in doorway.WATCHED:
        assert Client().get(path, headers={"Host": "10.0.0.7:8000"}).status_code != 400, path
    assert Client().get("/healthz", headers={"Host": "10.0.0.7:8000"}).status_code == 200
    assert Client().get("/", headers={"Host": "10.0.0.7:8000"}).status_code == 400


def test_readyz_with_everything_there(db: None) -> None:
    beat(5)
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()) == (
        200,
        {"database": True, "migrations": True, "worker": True},
    )


def test_readyz_without_a_worker(db: None) -> None:
    beat(300)
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["worker"]) == (503, False)


def test_readyz_before_a_migration(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "known_migrations", lambda: frozenset({"access.9999_not_yet"}))
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["migrations"]) == (503, False)


def test_readyz_without_a_database(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise OperationalError

    with monkeypatch.context() as without:
        without.setattr(connection, "cursor", broken)
        answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()) == (
        503,
        {"database": False, "migrations": False, "worker": False},
    )
