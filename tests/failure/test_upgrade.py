"""An upgrade that is cut off goes on at the next run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg

from lianglin.project.embedded import Server

MIGRATE = [sys.executable, "-m", "lianglin.project.cli", "migrate"]
EACH = 25
"""Migrations that a run may apply before it is killed: at whatever the next one is doing."""


def applied(server: Server) -> int:
    """How many migrations the database knows; 0 before there is one."""
    try:
        with psycopg.connect(server.dsn(dbname="lianglin")) as connection:
            row = connection.execute("select count(*) from django_migrations").fetchone()
    except (psycopg.OperationalError, psycopg.errors.UndefinedTable):
        return 0
    return int((row or (0,))[0])


def test_the_upgrade_killed_again_and_again(tmp_path: Path) -> None:
    data = Path(tempfile.mkdtemp(prefix="ll-own-", dir="/tmp"))
    log = tmp_path / "log"
    killed = 0
    try:
        with Server.start(data / "pg") as server:
            ended = None
            while ended is None:
                before = applied(server)
                with log.open("w") as out:
                    run = subprocess.Popen(
                        MIGRATE, env={**os.environ, "LIANGLIN_DATA": str(data)}, stdout=out, stderr=out
                    )
                    while (ended := run.poll()) is None and applied(server) < before + EACH:
                        time.sleep(0.02)
                    if ended is None:
                        run.kill()
                        run.wait()
                        killed += 1
            assert ended == 0, log.read_text()
            assert applied(server) > EACH * killed
    finally:
        shutil.rmtree(data, ignore_errors=True)
    assert killed >= 3
