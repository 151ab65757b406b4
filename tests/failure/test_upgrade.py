"""An upgrade that is cut off goes on at the next run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from lianglin.project.embedded import Server

NAME = "our_city"
MIGRATE = [sys.executable, "-m", "lianglin.project.cli", "migrate"]
EACH = 30
"""Migrations that a run may apply before it is killed: at whatever the next one is doing."""


@pytest.fixture
def elsewhere() -> Iterator[Server]:
    """A PostgreSQL that this installation did not make (here: another embedded one)."""
    data = Path(tempfile.mkdtemp(prefix="ll-own-", dir="/tmp"))
    try:
        with Server.start(data / "pg", settings={"fsync": "off"}) as server:
            yield server
    finally:
        shutil.rmtree(data, ignore_errors=True)


def applied(server: Server) -> int:
    """How many migrations the database knows; 0 before there is one."""
    try:
        with psycopg.connect(server.dsn(dbname=NAME)) as connection:
            row = connection.execute("select count(*) from django_migrations").fetchone()
    except (psycopg.OperationalError, psycopg.errors.UndefinedTable):
        return 0
    return int((row or (0,))[0])


def test_the_upgrade_killed_again_and_again(elsewhere: Server, tmp_path: Path) -> None:
    """On an existing PostgreSQL (DATABASE_URL), which is prepared, harmless when run once more, and ours alone."""
    url = elsewhere.dsn(dbname=NAME)
    environ = {**os.environ, "DATABASE_URL": url, "LIANGLIN_DATA": str(tmp_path)}
    log = tmp_path / "log"
    killed = 0
    ended = None
    while ended is None:
        before = applied(elsewhere)
        with log.open("w") as out:
            run = subprocess.Popen(MIGRATE, env=environ, stdout=out, stderr=out)
            while (ended := run.poll()) is None and applied(elsewhere) < before + EACH:
                time.sleep(0.1)
            if ended is None:
                run.kill()
                run.wait()
                killed += 1
    assert ended == 0, log.read_text()
    assert applied(elsewhere) > EACH * killed
    assert killed >= 3
    again = subprocess.run(MIGRATE, env=environ, capture_output=True, text=True, timeout=120)
    assert again.returncode == 0, again.stderr
    assert not (tmp_path / "pg").exists(), "no server of our own"
    with psycopg.connect(elsewhere.dsn("lianglin_app", NAME)) as connection:
        owner, privileged = connection.execute(
            "select tableowner, (select bool_or(rolsuper or rolbypassrls or rolcreaterole) from pg_roles"
            " where rolname like 'lianglin%' and rolname <> 'lianglin_admin')"
            " from pg_tables where tablename = 'access_account'"
        ).fetchone() or ("", True)
        assert owner == "lianglin_owner"
        assert not privileged
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("create temporary table t (x int)")
