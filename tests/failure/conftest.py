"""A running system with a small city, per test: on the run's server, or on one that may be killed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection, connections

from lianglin.project import embedded
from lianglin.project.embedded import Server
from tests import roles
from tests import world as worlds
from tests.assessed import assess, put_days
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


@pytest.fixture
def own_server(transactional_db: None) -> Iterator[Server]:
    """An embedded server for this test alone, migrated; Django looks at it meanwhile."""
    data = Path(tempfile.mkdtemp(prefix="ll-own-", dir="/tmp"))
    wrappers = [connections[alias] for alias in roles.ALIASES]
    before = [dict(wrapper.settings_dict) for wrapper in wrappers]
    try:
        with Server.start(data / "pg") as server:
            migrate = [sys.executable, "-m", "lianglin.project.cli", "migrate"]
            subprocess.run(migrate, env={**os.environ, "LIANGLIN_DATA": str(data)}, check=True, timeout=120)
            put_days(server.dsn(dbname="lianglin"))
            assess(server.dsn(dbname="lianglin"))
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
