"""`lianglin demo` as a person runs it: the first start, the second, and every way of ending it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from lianglin.project import demo, environment, postmaster
from lianglin.project.errors import DiskFull
from tests.failure.system import free_port

pytestmark = pytest.mark.xdist_group("starts")  # one worker fills the small city once
SMALL = "3000"  # residents: enough for one community, so that the test is about starting
PATIENCE = 280  # seconds: a hang, not a promise


class Demo:
    """One run of the command."""

    def __init__(self, data: Path, port: int | None = None) -> None:
        self.data, self.port, self.lines = data, port or free_port(), []
        kept = {name: value for name, value in os.environ.items() if not name.startswith("LIANGLIN_")}
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "lianglin.project.cli", "demo", "--residents", SMALL],
            env={**kept, "LIANGLIN_DATA": str(data), "PORT": str(self.port), "LANG": "C.UTF-8", "COLUMNS": "160"},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)

    @property
    def text(self) -> str:
        return "".join(self.lines)

    def wait(self) -> None:
        """Until the address is printed. How long it takes is what ``bench.demo_start`` says."""
        while f"http://localhost:{self.port}" not in self.text:
            assert self.process.poll() is None, self.text
            assert time.monotonic() - self.began < PATIENCE, self.text
            time.sleep(0.05)

    def fills(self) -> list[str]:
        """The bars of what was loaded into the city."""
        return re.findall(r"^ *(\w+) +━", self.text, re.MULTILINE)

    def __enter__(self) -> Demo:
        return self

    def __exit__(self, *failure: object) -> None:
        if self.process.poll() is None:
            self.end(signal.SIGTERM)
        self.reader.join(10)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def page(self, path: str = "/") -> int:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"http://127.0.0.1:{self.port}{path}", timeout=20) as answer:
            return answer.status

    def end(self, sign: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(sign)
        status = self.process.wait(60)
        self.reader.join(10)
        return status

    def processes(self) -> list[psutil.Process]:
        """The run's children and the database's processes that are alive."""
        own = [
            process
            for process in psutil.process_iter(["cmdline", "environ", "status"])
            if process.info["status"] != psutil.STATUS_ZOMBIE
            and (process.info["environ"] or {}).get("LIANGLIN_DATA") == str(self.data)
        ]
        return own + postmaster.processes(self.data / "pg" / "cluster")


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="ll-demo-", dir="/tmp"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="module")
def first(folder: Path) -> str:
    """What the first start printed; the folder holds the small city afterwards."""
    with Demo(folder) as run:
        run.wait()
        assert {"places", "people"} <= set(run.fills())
        assert run.page() == 200
        assert run.page("/readyz") == 200
        assert run.end(signal.SIGINT) == 0
    assert postmaster.until(lambda: not run.processes(), 20)
    return run.text


def test_prints_the_address_and_a_login_per_kind_of_user(first: str) -> None:
    assert len(re.findall(r"lianglin-demo", first)) >= 5


def test_the_second_start_fills_nothing_and_keeps_the_data(first: str, folder: Path) -> None:
    secrets = (folder / environment.SECRETS_FILE).read_text()
    with Demo(folder) as run:
        run.wait()
        assert run.fills() == []
        assert run.page() == 200
        assert run.end(signal.SIGTERM) == 128 + signal.SIGTERM
    assert (folder / environment.SECRETS_FILE).read_text() == secrets
    assert postmaster.until(lambda: not run.processes(), 20)


def test_kill_9_leaves_nothing_running_and_the_next_start_works(first: str, folder: Path) -> None:
    with Demo(folder) as run:
        run.wait()
        run.end(signal.SIGKILL)
    assert postmaster.until(lambda: not run.processes(), 40), run.processes()
    with Demo(folder) as again:
        again.wait()
        assert again.fills() == []


def test_a_killed_database_comes_back(first: str, folder: Path) -> None:
    with Demo(folder) as run:
        run.wait()
        server = postmaster.find(folder / "pg" / "cluster")
        assert server is not None
        server.kill()
        assert postmaster.until(lambda: "started again" in run.text, 30), run.text
        assert run.page() == 200


def test_killed_while_it_fills_the_city(folder: Path, city_map: Path) -> None:
    """The next start begins anew and ends with a whole city."""
    shutil.copytree(city_map, folder / "interrupted" / "city")
    with Demo(folder / "interrupted") as run:
        assert postmaster.until(lambda: (folder / "interrupted" / "pg" / "cluster").exists(), 60), run.text
        time.sleep(4)
        assert "http://" not in run.text
        run.end(signal.SIGKILL)
    with Demo(folder / "interrupted") as again:
        again.wait()
        assert again.page() == 200


def test_a_busy_port_is_a_sentence_and_nothing_is_touched(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with Demo(folder / "busy", taken.getsockname()[1]) as run:
            assert run.end(signal.SIGCONT) == 1  # a signal without effect: it ends by itself
    assert re.fullmatch(r"lianglin: Port \d+ on 127.0.0.1 cannot be used .*PORT=\d+\.\n", run.text)
    assert not (folder / "busy" / "pg").exists()


def test_a_full_disk_is_a_sentence(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10**9, 10**9, 5 * 2**20))
    env = environment.read({"LIANGLIN_DEMO": "1", "LIANGLIN_DATA": str(folder / "full")})
    with pytest.raises(DiskFull, match="5 MB left"):
        demo._require_space(env, 60_000)
