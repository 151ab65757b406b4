"""How long the demo takes to answer: the first start (a city is filled), then later ones (it is there).

Run: ``.venv/bin/python -m bench.demo_start [--residents N] [--starts N]``. Everything must be installed already: what
``make demo`` downloads on a fresh machine depends on the network. Prints one JSON object as its last line: seconds
from the command to the printed address, and the machine's yardstick beside them. The goals: 240 and 10 seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.machine import yardstick_ms


def main() -> None:
    """Starts in a folder of its own, stops by itself."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--residents", type=int, default=60_000)
    options.add_argument("--starts", type=int, default=3, help="later starts, of which the median counts")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-demo-start-") as data:
        first, stopped = start(Path(data), chosen.residents)
        later = [start(Path(data), chosen.residents) for _ in range(chosen.starts)]
    report = {
        "residents": chosen.residents,
        "first_start_s": round(first, 1),
        "first_start_goal_s": 240,
        "second_start_s": round(statistics.median(took for took, _stop in later), 1),
        "second_start_goal_s": 10,
        "stop_s": round(statistics.median([stopped, *(stop for _took, stop in later)]), 1),
        "yardstick_ms": yardstick_ms(),
    }
    print(json.dumps(report))


def start(data: Path, residents: int) -> tuple[float, float]:
    """Seconds until the address is printed, and seconds that Ctrl-C takes afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("LIANGLIN_")}
    environ |= {"LIANGLIN_DATA": str(data / "data"), "PORT": str(port), "LANG": "C.UTF-8", "COLUMNS": "160"}
    command = [sys.executable, "-m", "lianglin.project.cli", "demo", "--residents", str(residents)]
    begun = time.monotonic()
    with subprocess.Popen(
        command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as run:
        assert run.stdout is not None
        said = []
        for line in run.stdout:
            said.append(line)
            if f"http://localhost:{port}" in line:
                break
        else:
            raise SystemExit("The demo did not start:\n" + "".join(said))
        ready = time.monotonic() - begun
        run.send_signal(signal.SIGINT)
        begun = time.monotonic()
        run.stdout.read()
    return ready, time.monotonic() - begun


if __name__ == "__main__":
    main()
