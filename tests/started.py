"""`lianglin demo` as a process of its own: started, read, and ended in every way there is."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import psutil

from lianglin.project import postmaster

SMALL = "3000"  # residents: enough for one community, so that the tests are about what is done with it
PATIENCE = 280  # seconds: a hang, not a promise


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Started:
    """One run of the command."""

    def __init__(self, data: Path, port: int | None = None, residents: str = SMALL) -> None:
        self.patience = (
            PATIENCE + int(residents) / 200
        )  # a whole city takes a quarter of an hour, and twice that at times
        self.data, self.port, self.lines = data, port or free_port(), []
        self.url = f"http://localhost:{self.port}"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("LIANGLIN_")}
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "lianglin.project.cli", "demo", "--residents", residents],
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
        """What it printed until now."""
        return "".join(self.lines)

    def wait(self) -> None:
        """Until the address is printed. How long it takes is what ``bench.demo_start`` says."""
        while self.url not in self.text:
            assert self.process.poll() is None, self.text
            assert time.monotonic() - self.began < self.patience, self.text
            time.sleep(0.05)

    def fills(self) -> list[str]:
        """What was loaded into the city, by package."""
        return re.findall(r"^Filling (\w+)", self.text, re.MULTILINE)

    def __enter__(self) -> Started:
        return self

    def __exit__(self, *failure: object) -> None:
        if self.process.poll() is None:
            self.end(signal.SIGTERM)
        self.reader.join(10)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def page(self, path: str = "/") -> int:
        """The status of an answer."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"http://127.0.0.1:{self.port}{path}", timeout=20) as answer:
            return answer.status

    def end(self, sign: signal.Signals = signal.SIGINT) -> int:
        """Sends the signal and waits; the exit status."""
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


def fill(folder: Path) -> str:
    """A first start from an empty folder, ended by Ctrl-C; what it printed. The folder holds the small city then."""
    with Started(folder) as run:
        run.wait()
        assert {"places", "people"} <= set(run.fills())
        assert run.page() == 200
        assert run.page("/readyz") == 200
        assert run.end(signal.SIGINT) == 0
    assert postmaster.until(lambda: not run.processes(), 20)
    return run.text


def copy(filled: Path, to: Path) -> None:
    """A copy of an ended demo's data folder in a place where nothing is yet, with whom each file belongs to."""
    subprocess.run(["cp", "-a", str(filled), str(to)], check=True)
