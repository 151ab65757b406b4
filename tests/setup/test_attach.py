"""An existing PostgreSQL (DATABASE_URL): who may not prepare it, or finds it away or empty, is told so.

That it is prepared and used by roles of our own alone: tests/failure/test_upgrade.py.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from lianglin.project import database, embedded, environment
from lianglin.project.embedded import Server


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A PostgreSQL that this installation did not make (here: another embedded one)."""
    with Server.start(tmp_path_factory.mktemp("elsewhere") / "pg", settings={"fsync": "off"}) as server:
        yield server


def lianglin(*words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "lianglin.project.cli", *words],
        env={**os.environ, **environ}, capture_output=True, text=True, timeout=120,
    )  # fmt: skip


def test_a_user_who_may_not_prepare_is_told(elsewhere: Server, tmp_path: Path) -> None:
    with psycopg.connect(elsewhere.dsn(), autocommit=True) as admin:
        admin.execute("create role somebody login")
    ran = lianglin("migrate", DATABASE_URL=elsewhere.dsn("somebody", "other"), LIANGLIN_DATA=str(tmp_path))
    assert ran.returncode == 1
    assert "may not prepare the database" in ran.stderr
    assert ran.stderr.count("\n") == 1


@pytest.mark.parametrize("command", ["migrate", "serve", "worker"])
def test_a_database_that_does_not_answer_is_a_sentence(tmp_path: Path, command: str) -> None:
    url = f"postgresql://somebody:secret@/x?host={tmp_path}"
    ran = lianglin(command, DATABASE_URL=url, LIANGLIN_DATA=str(tmp_path), PORT="8765")
    assert ran.returncode == 1
    assert "cannot be reached" in ran.stderr
    assert "secret" not in ran.stderr
    assert ran.stderr.count("\n") == 1


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_an_empty_database_asks_for_migrate(elsewhere: Server, tmp_path: Path, command: str) -> None:
    url = elsewhere.dsn(dbname="nothing_there")
    ran = lianglin(command, DATABASE_URL=url, LIANGLIN_DATA=str(tmp_path), PORT="8765")
    assert ran.returncode == 1
    assert "lianglin migrate" in ran.stderr
    assert ran.stderr.count("\n") == 1


def env(**given: str) -> environment.Environment:
    return environment.read({**{k: v for k, v in os.environ.items() if k.startswith("LIANGLIN_")}, **given})


def test_web_processes_get_no_administrators_password() -> None:
    full = env(DATABASE_URL="postgresql://boss:secret@db.example:5433/our_city?sslmode=require")
    bare = database.bare_url(full)
    assert "boss" not in bare
    assert "secret" not in bare
    entry = database.django_database(env(DATABASE_URL=bare))
    assert (entry["HOST"], entry["PORT"], entry["NAME"], entry["USER"]) == (
        "db.example", "5433", "our_city", "lianglin_app",
    )  # fmt: skip
    assert entry["OPTIONS"]["sslmode"] == "require"
    assert len(entry["PASSWORD"]) == 64


def test_the_embedded_servers_address(tmp_path: Path) -> None:
    entry = database.django_database(env(LIANGLIN_DATA=str(tmp_path)))
    assert entry["HOST"] == str(tmp_path / "pg")
    assert embedded.address(tmp_path / "pg").startswith("postgresql://lianglin_admin@/postgres?host=")
