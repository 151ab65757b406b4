"""A web process that holds too much memory is replaced, and who asks or reports meanwhile notices nothing."""

from __future__ import annotations

import time
import uuid
from pathlib import Path

import pytest
from django.db import connection

from lianglin.cases.models import Case
from lianglin.project import embedded
from tests import world as worlds
from tests.failure.system import System
from tests.failure.test_failure import post, report

TOO_HEAVY = """
from dataclasses import replace
from lianglin.project import environment, web
web.WEIGHED = 1
web.serve(replace(environment.current(), web_memory=64))  # less than any of them needs
"""


@pytest.mark.deep
def test_the_only_process_is_replaced_and_nobody_notices(world: worlds.World, tmp_path: Path) -> None:
    where = connection.settings_dict
    database = embedded.url(dbname=where["NAME"], host=where["HOST"])
    system = System(tmp_path, {"DATABASE_URL": database, "LIANGLIN_WEB_WORKERS": "1"})
    try:
        system.start("serve", ["-c", TOO_HEAVY])
        system.wait(ready=False)
        seen, reported, asked = {one.pid for one in system.web_workers()}, 0, 0
        begun = time.monotonic()
        while len(seen) < 4:
            assert time.monotonic() < begun + 90, system.log()
            assert system.ask("GET", "/appeals/track/").status == 200
            if time.monotonic() > begun + 4 * reported:  # slower than what a network may report
                assert post(system, report(world), str(uuid.uuid4())).status == 201
                reported += 1
            seen |= {one.pid for one in system.web_workers()}
            asked += 1
        assert asked > reported > 3
        assert Case._base_manager.count() == reported
    finally:
        system.stop()
