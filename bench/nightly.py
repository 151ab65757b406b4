"""What a night costs: every nightly work of a city of N residents, step by step, in the order of the night.

Run: ``.venv/bin/python -m bench.nightly [--residents N] [--nights 2] [--only NAME] [--data FOLDER]``. Prints one JSON
object as its last line. The first night after the loading does what no night has done before (all matches, all
figures); ``nightly_s`` is the last night, a usual one; a kept folder goes on with the next night, so that ``--nights 1``
there measures a usual one, too. CPU is of this process and the database's; memory is the most
that this process held, and that the database's processes held of their own. ``for_the_city`` is not measured: each
work's seconds times 9.2 million over N, for reading beside a run at full size. A server and a folder of its own; stops
by itself. Goal: 9.2 million residents within two hours on two cores.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import psutil
import psycopg

from bench._nightly_load import CITY
from bench.appeals_api import cpu_seconds, family
from bench.machine import yardstick_ms

GOAL_S = 7200


def main() -> None:
    """Loads, then measures in a process that has the worker's rights."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--residents", type=int, default=20_000)
    options.add_argument("--nights", type=int, default=2)
    options.add_argument("--seals", type=int, default=500, help="seals of the audit; a city makes 144 a day")
    options.add_argument("--only", help="one work of the plan")
    options.add_argument("--data", type=Path, help="keep and reuse the loaded database in this folder")
    options.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.inside:
        print(json.dumps(measure(chosen)))
        return
    with tempfile.TemporaryDirectory(prefix="bench-nightly-") as temporary:
        data = (chosen.data or Path(temporary)).resolve()
        os.environ.update(LIANGLIN_DATA=str(data), LIANGLIN_DEMO="1", LIANGLIN_LOG_LEVEL="WARNING")
        if not (data / "loaded").exists():
            loading = [sys.executable, "-m", "bench._nightly_load", str(chosen.residents), str(chosen.seals)]
            subprocess.run(loading, check=True, stdout=subprocess.DEVNULL)
            (data / "loaded").touch()
        command = [sys.executable, "-m", "bench.nightly", "--inside", "--residents", str(chosen.residents)]
        command += ["--nights", str(chosen.nights), *(["--only", chosen.only] if chosen.only else [])]
        environ = {**os.environ, "LIANGLIN_DATABASE_ROLE": "worker"}
        ran = subprocess.run(command, env=environ, stdout=subprocess.PIPE, text=True, check=True)
        print(ran.stdout.strip().splitlines()[-1])


class Held:
    """Samples the memory that the database's processes hold of their own, until the end of the block."""

    def __init__(self, postmaster: int) -> None:
        self.postmaster, self.most, self.over = postmaster, 0, threading.Event()
        self.thread = threading.Thread(target=self._watch)

    def _watch(self) -> None:
        while not self.over.wait(0.5):
            self.most = max(self.most, sum(_own_bytes(pid) for pid in family(self.postmaster)))

    def __enter__(self) -> Held:
        self.thread.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self.over.set()
        self.thread.join()


def _own_bytes(pid: int) -> int:
    try:
        held = psutil.Process(pid).memory_info()
    except psutil.Error:
        return 0
    return held.rss - held.shared


def measure(chosen: argparse.Namespace) -> dict[str, Any]:
    """So many nights, one after the other; the last one counts."""
    from lianglin.project import attach, environment

    env = environment.current()
    with attach.running(env):
        attach.setup_django()
        from bench._nightly_load import counts

        postmaster = int((env.data / "pg" / "cluster" / "postmaster.pid").read_text().splitlines()[0])
        nights: list[dict[str, dict[str, Any]]] = []
        with Held(postmaster) as held:
            for number in range(chosen.nights):
                if number or (env.data / "worked").exists():
                    _a_day_passes(env.data)
                nights.append(_night_through(postmaster, chosen.only))
                (env.data / "worked").touch()
        rows = _as_owner(counts)
    last = {name: one["seconds"] for name, one in nights[-1].items()}
    share = CITY / chosen.residents
    return {
        "residents": chosen.residents,
        "rows": rows,
        "works": nights[-1],
        "first_night_s": round(sum(one["seconds"] for one in nights[0].values()), 1),
        "nightly_s": round(sum(last.values()), 1),
        "nightly_cpu_s": round(sum(one["cpu_s"] for one in nights[-1].values()), 1),
        "goal_s": GOAL_S,
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "database_memory_mb": round(held.most / 1024**2),
        "for_the_city": {
            "extrapolated": True,
            "seconds": round(sum(last.values()) * share),
            "works": {name: round(seconds * share) for name, seconds in last.items()},
        },
        "yardstick_ms": yardstick_ms(),
    }


def _a_day_passes(data: Path) -> None:
    """The demo's clock, a day on: what runs out the next night runs out then."""
    from lianglin.project import embedded

    with psycopg.connect(embedded.address(data / "pg", dbname="lianglin"), autocommit=True) as admin:
        admin.execute("update kit_democlock set offset_seconds = offset_seconds + 86400")


def _as_owner(function: Any) -> Any:
    from lianglin.access import runs

    with runs.as_background():
        return function()


def _night_through(postmaster: int, only: str | None) -> dict[str, dict[str, Any]]:
    from lianglin.access import night, runs

    found = {}
    for name, work in night.works().items():
        if only and name != only:
            continue
        steps: list[float] = []
        begun, before = time.monotonic(), cpu_seconds(family(postmaster) | {os.getpid()})
        marked = begun

        def mark(_row: Any, steps: list[float] = steps) -> None:
            nonlocal marked
            steps.append(time.monotonic() - marked)
            marked = time.monotonic()

        row = runs.run(work, report=mark)
        found[name] = {
            "state": row.state, "error": row.error, "seconds": round(time.monotonic() - begun, 2), "steps": len(steps),
            "longest_step_s": round(max(steps, default=0), 2), "rows": row.rows,
            "cpu_s": round(cpu_seconds(family(postmaster) | {os.getpid()}) - before, 2),
        }  # fmt: skip
        print(name, found[name], file=sys.stderr, flush=True)
    return found


if __name__ == "__main__":
    main()
