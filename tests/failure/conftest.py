"""A running system with a small city, per test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from lianglin.project import embedded
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
