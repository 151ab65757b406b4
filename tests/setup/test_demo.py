"""`lianglin demo` as a person runs it: the first start, the second, and every way of ending it."""

from __future__ import annotations

import re
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lianglin.project import demo, environment, postmaster
from lianglin.project.errors import DiskFull
from tests.started import Started, copy

pytestmark = pytest.mark.xdist_group("starts")  # one after the other: each is a whole system


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="ll-demo-", dir="/tmp"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="module")
def first(folder: Path, filled_demo: Path) -> str:
    """What the run's first start printed; the folder is a copy of what it filled."""
    folder.rmdir()
    copy(filled_demo, folder)
    return filled_demo.with_suffix(".log").read_text(encoding="utf-8")


def test_prints_the_address_and_a_login_per_kind_of_user(first: str) -> None:
    assert len(re.findall(r"lianglin-demo", first)) >= 5


def test_kill_9_leaves_nothing_running(first: str, folder: Path) -> None:
    with Started(folder) as run:
        run.wait()
        run.end(signal.SIGKILL)
    assert postmaster.until(lambda: not run.processes(), 40), run.processes()


def test_the_next_start_fills_nothing_outlives_its_database_and_ends_cleanly(
    first: str, folder: Path
) -> None:
    secrets = (folder / environment.SECRETS_FILE).read_text()
    with Started(folder) as run:
        run.wait()
        assert run.fills() == []
        assert run.page() == 200
        server = postmaster.find(folder / "pg" / "cluster")
        assert server is not None
        server.kill()
        assert postmaster.until(lambda: "started again" in run.text, 30), run.text
        assert run.page() == 200
        assert run.end(signal.SIGTERM) == 128 + signal.SIGTERM
    assert (folder / environment.SECRETS_FILE).read_text() == secrets
    assert postmaster.until(lambda: not run.processes(), 20)


@pytest.mark.deep  # make test kills a filling in tests/setup/test_city.py
def test_killed_while_it_fills_the_city(folder: Path, city_map: Path) -> None:
    """The next start begins anew and ends with a whole city."""
    shutil.copytree(city_map, folder / "interrupted" / "city")
    with Started(folder / "interrupted") as run:
        assert postmaster.until(lambda: (folder / "interrupted" / "pg" / "cluster").exists(), 60), run.text
        time.sleep(4)
        assert "http://" not in run.text
        run.end(signal.SIGKILL)
    with Started(folder / "interrupted") as again:
        again.wait()
        assert again.page() == 200


def test_a_busy_port_is_a_sentence_and_nothing_is_touched(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with Started(folder / "busy", taken.getsockname()[1]) as run:
            assert run.end(signal.SIGCONT) == 1  # a signal without effect: it ends by itself
    assert re.fullmatch(r"lianglin: Port \d+ on 127.0.0.1 cannot be used .*PORT=\d+\.\n", run.text)
    assert not (folder / "busy" / "pg").exists()


def test_a_full_disk_is_a_sentence(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10**9, 10**9, 5 * 2**20))
    env = environment.read({"LIANGLIN_DEMO": "1", "LIANGLIN_DATA": str(folder / "full")})
    with pytest.raises(DiskFull, match="5 MB left"):
        demo._require_space(env, 60_000)
