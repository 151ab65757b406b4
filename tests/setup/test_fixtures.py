"""The test set-up itself: each piece of code is in the database who it claims to be."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
import pytest_socket
from django.db import connection, connections, transaction
from django.test import Client

from lianglin.access import actor as actors
from lianglin.access.models import Account, Organisation
from lianglin.access.transaction import acting
from lianglin.kit import clock


def who(alias: str = "default") -> tuple[str, str]:
    with connections[alias].cursor() as cursor:
        cursor.execute("select session_user, current_user")
        return cursor.fetchone()


def test_outside_of_requests_a_test_is_the_administrator(db: None) -> None:
    assert who() == ("lianglin_admin", "lianglin_admin")


def test_the_role_ends_with_its_block(db: None) -> None:
    with acting(actors.public()):
        assert who()[1] == "lianglin_public"
    assert who()[1] == "lianglin_admin"
    with pytest.raises(RuntimeError), transaction.atomic(), acting(actors.public()):
        raise RuntimeError
    assert who()[1] == "lianglin_admin"


def test_a_request_is_the_login_role(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    monkeypatch.setattr("lianglin.project.health.known_migrations", lambda: seen.append(who()) or frozenset())
    Client().get("/readyz")
    assert seen == [("lianglin_app", "lianglin_app")]
    assert who() == ("lianglin_admin", "lianglin_admin")


def test_a_request_on_a_new_connection_is_the_login_role(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    monkeypatch.setattr("lianglin.project.health.known_migrations", lambda: seen.append(who()) or frozenset())
    connection.close()
    Client().get("/readyz")
    assert seen == [("lianglin_app", "lianglin_app")]


def apart_in_requests(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Who the first statement on the connection apart is, and the next, in each of two requests."""
    seen: list[tuple[str, str]] = []
    monkeypatch.setattr(
        "lianglin.project.health.known_migrations",
        lambda: seen.extend([who("apart"), who("apart")]) or frozenset(),
    )
    for _request in range(2):
        Client().get("/readyz")
        assert who("apart") == ("lianglin_admin", "lianglin_admin"), "the test is itself again"
    return seen


def test_a_request_is_the_login_role_apart(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert apart_in_requests(monkeypatch) == [("lianglin_app", "lianglin_app")] * 4


def test_a_request_is_the_login_role_on_a_new_connection_apart(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    connections["apart"].close()
    assert apart_in_requests(monkeypatch) == [("lianglin_app", "lianglin_app")] * 4


@pytest.mark.parametrize("turn", [1, 2])
def test_a_transactional_test_leaves_nothing_behind(transactional_db: None, turn: int) -> None:
    assert not Organisation.objects.exists()
    Organisation.objects.create(code="x", name="x", kind="city")


def test_real_connections_see_what_is_committed(
    transactional_db: None,
    connect_as: Callable[[str], psycopg.Connection],
    owner_connection: psycopg.Connection,
) -> None:
    Account.objects.create_user("somebody", None, name="x", created_at=clock.now())
    assert owner_connection.execute("select count(*) from access_account").fetchone() == (1,)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connect_as("worker").execute("update access_account set name = 'y'")


def test_the_network_is_closed() -> None:
    import socket

    with pytest.raises((pytest_socket.SocketConnectBlockedError, UserWarning)), socket.socket() as outside:
        outside.connect(("192.0.2.1", 80))


@pytest.mark.xdist_group("starts")
def test_a_group_stays_with_one_worker(request: pytest.FixtureRequest) -> None:
    """Else each worker fills a demo city of its own: an update of pytest took the mark away, and nobody saw it."""
    assert request.node.nodeid.endswith("@starts") == request.config.getoption("loadgroup", False)


def test_the_pictures_of_the_readme_can_be_taken_without_the_tests_settings() -> None:
    """The command that its page names begins outside of pytest: nothing it reads may need Django's settings."""
    bare = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", "import tests.journeys.pictures"],
        cwd=Path(__file__).parents[2],
        env=bare,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stderr
