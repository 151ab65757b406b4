"""A running system with a small city, per test: on the run's server, or on one that may be killed."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection, connections

from lianglin.project import binaries, database, embedded
from lianglin.project.embedded import Server
from tests import roles
from tests import world as worlds
from tests.failure.system import System


@pytest.fixture
def world(transactional_db: None) -> worlds.World:
    """Communities, offices and posts, committed."""
    return worlds.build()


@pytest.fixture
def system(world: worlds.World, tmp_path: Path) -> Iterator[System]:
    """Web (two processes) and worker, ready, on this test's own database."""
    where = connection.settings_dict
    made = System(tmp_path, {"DATABASE_URL": embedded.url(dbname=where["NAME"], host=where["HOST"])})
    try:
        made.start("serve")
        made.start("worker")
        made.wait()
        yield made
    finally:
        made.stop()


def copy(origin: Server, target: Server, name: str) -> None:
    """The roles of one server and one of its databases, written into another, empty one."""
    programs = binaries.find_programs()
    for program, *words in (
        ("pg_dumpall", "--roles-only", "--dbname", origin.dsn()),
        ("pg_dump", "--create", "--dbname", origin.dsn(dbname=name)),
    ):
        written = subprocess.run(
            [str(programs / program), *words], capture_output=True, check=True, timeout=60
        )
        read = [str(programs / "psql"), "--quiet", "--no-psqlrc", "--dbname", target.dsn()]
        done = subprocess.run(read, input=written.stdout, capture_output=True, check=True, timeout=60)
        told = [
            line for line in done.stderr.splitlines() if f'"{embedded.ADMIN}" already'.encode() not in line
        ]
        assert told == [], told


@pytest.fixture
def own_server(transactional_db: None, postgres: Server) -> Iterator[Server]:
    """An embedded server for this test alone, with a copy of the migrated template; Django looks at it meanwhile."""
    data = Path(tempfile.mkdtemp(prefix="ll-own-", dir="/tmp"))
    wrappers = [connections[alias] for alias in roles.ALIASES]
    before = [dict(wrapper.settings_dict) for wrapper in wrappers]
    try:
        with Server.start(data / "pg") as server:
            copy(postgres, server, database.NAME)
            for wrapper in wrappers:
                wrapper.close()
                wrapper.settings_dict.update(HOST=str(data / "pg"), NAME="lianglin")
            yield server
    finally:
        for wrapper, settings in zip(wrappers, before, strict=True):
            wrapper.close()
            wrapper.settings_dict.update(settings)
        shutil.rmtree(data)


@pytest.fixture
def own_system(own_server: Server, tmp_path: Path) -> Iterator[tuple[System, worlds.World]]:
    """The same as ``system``, on its own server, with its world."""
    world = worlds.build()
    made = System(tmp_path, {"LIANGLIN_DATA": str(own_server.home.parent)})
    try:
        made.start("serve")
        made.start("worker")
        made.wait()
        yield made, world
    finally:
        made.stop()
