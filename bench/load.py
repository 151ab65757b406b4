"""The traffic of bench/traffic.md against a running city: how much it bears, and how many cores a whole city needs.

Run: ``.venv/bin/python -m bench.load [--residents N] [--minutes 5] [--data FOLDER]``. Prints one JSON object as its last
line. Web (granian), worker and PostgreSQL as in service, loopback only, stops by itself.

First each kind of request alone, for its CPU. Then requests in the model's proportions, started at fixed times
whether or not earlier ones were answered (a slow answer delays none, so its wait is not hidden); the rate goes up until
95 of 100 are no longer answered within 300 ms or one in a hundred fails (``rate_at_limit``: the last step before). A short
step promises too much, because what a change leaves to the background is paid later: the rate is then held for
``--minutes`` a step below, and another step below, until it stays within the same two goals (``holds``; ``rate`` and all
other figures are of the last one).
CPU of web, database and worker by process accounting; this process's own apart. ``cores_for_city`` = the model's peak
rate x CPU per request / 0.6.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import psutil

from bench import _traffic as traffic
from bench._load_client import Client, Taken
from bench._load_people import People
from bench.appeals_api import Visitor, cpu_seconds, family
from bench.machine import yardstick_ms

GOAL_MS, MOST_ERRORS = 300.0, 0.01
FIRST, FASTER = 4.0, 1.25
ALONE = 30
"""Requests of each kind alone, one after the other."""


def main() -> None:
    """Loads a city, serves it, measures, prints."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--residents", type=int, default=60_000)
    options.add_argument(
        "--minutes", type=float, default=5.0, help="how long the rate below the limit is held"
    )
    options.add_argument("--step", type=float, default=20.0, help="seconds of each step on the way up")
    options.add_argument("--rate", type=float, help="hold this many requests a second, without the way up")
    options.add_argument("--workers", type=int, default=2, help="web processes")
    options.add_argument("--most", type=float, default=400.0, help="requests a second that are not passed")
    options.add_argument("--port", type=int, default=8975)
    options.add_argument("--data", type=Path, help="keep and reuse the loaded database in this folder")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-load-") as temporary:
        data = (chosen.data or Path(temporary)).resolve()
        os.environ.update(
            LIANGLIN_DATA=str(data), LIANGLIN_DEMO="1", PORT=str(chosen.port), LIANGLIN_LOG_LEVEL="WARNING",
            LIANGLIN_WEB_WORKERS=str(chosen.workers), LIANGLIN_TRUSTED_PROXIES="1",  # each comes from an address of its own
        )  # fmt: skip
        build = ["city", "build", "--residents", str(chosen.residents)]
        subprocess.run(
            [sys.executable, "-m", "lianglin.project.cli", *build], stdout=subprocess.DEVNULL, check=True
        )
        with serving(data, chosen) as system:
            print(json.dumps(measure(system, chosen)))


class System:
    """The processes that serve, and what they have used."""

    def __init__(
        self, data: Path, web: subprocess.Popen[bytes], worker: subprocess.Popen[bytes], dsn: str
    ) -> None:
        self.web, self.worker, self.dsn = web.pid, worker.pid, dsn
        self.postmaster = int((data / "pg" / "cluster" / "postmaster.pid").read_text().splitlines()[0])

    def cpu(self) -> dict[str, float]:
        """Seconds of CPU until now, by part."""
        return {
            "web": cpu_seconds(family(self.web)),
            "database": cpu_seconds(family(self.postmaster)),
            "worker": cpu_seconds(family(self.worker)),
            "generator": cpu_seconds({os.getpid()}),
        }

    def web_mb(self) -> float:
        """What the web processes hold of their own."""
        return sum(psutil.Process(pid).memory_full_info().uss for pid in family(self.web)) / 1024**2


@contextmanager
def serving(data: Path, chosen: argparse.Namespace) -> Iterator[System]:
    """Database, web and worker, until the end of the block."""
    from lianglin.project.embedded import Server

    lianglin = [sys.executable, "-m", "lianglin.project.cli"]
    with Server.start(data / "pg") as server:
        web = subprocess.Popen([*lianglin, "serve"], stderr=subprocess.DEVNULL)
        worker = subprocess.Popen([*lianglin, "worker"], stderr=subprocess.DEVNULL)
        try:
            _until_ready(chosen.port)
            yield System(data, web, worker, server.dsn(dbname="lianglin"))
        finally:
            for process in (web, worker):
                process.terminate()
            for process in (web, worker):
                process.wait(60)


def _until_ready(port: int) -> None:
    """Web and worker both; twice a minute's patience, as they start beside each other."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        try:
            if Visitor(port).ask("GET", "/readyz")[0] == 200:
                return
        except OSError:
            pass
        time.sleep(0.5)
    raise SystemExit("the web server did not get ready within two minutes")


def spent(system: System, during: Callable[[], Any]) -> tuple[Any, dict[str, float]]:
    """What a call returns, and the seconds of CPU by part that went by meanwhile."""
    before = system.cpu()
    made = during()
    time.sleep(0.1)
    return made, {part: value - before[part] for part, value in system.cpu().items()}


def measure(system: System, chosen: argparse.Namespace) -> dict[str, Any]:
    """Each kind alone, then the way up, then the hold."""
    mix = traffic.mix()
    people = People(chosen.port, system.dsn, mix)
    alone = {kind: _alone(system, chosen.port, people, kind) for kind in mix}
    limit, steps = (None, []) if chosen.rate else _way_up(chosen, people)
    held, holds = chosen.rate or max((limit or 0) / FASTER, FIRST / 2), []
    while True:
        stocked = people.stock(round(held * 60 * chosen.minutes * mix["move"] * 1.2))
        with _watched(system) as memory:
            taken, cpu = spent(system, partial(_run, chosen.port, people, held, 60 * chosen.minutes))
        holds.append(_step(held, taken))
        print(holds[-1], file=sys.stderr, flush=True)
        if chosen.rate or held < FIRST or _within(taken, held, 60 * chosen.minutes):
            break
        held /= FASTER
    count = max(len(taken.seconds), 1)
    own = cpu.pop("generator")
    cpu_ms = {part: round(1000 * value / count, 2) for part, value in cpu.items()}
    peak = traffic.peak_rate()
    return {
        "residents": chosen.residents,
        "minutes": chosen.minutes,
        "rate": round(held, 1),
        "p50_ms": round(taken.p(0.5), 1),
        "p95_ms": round(taken.p(0.95), 1),
        "p99_ms": round(taken.p(0.99), 1),
        "requests": count,
        "errors": taken.failed,
        "errors_by_kind": taken.errors,
        "rate_at_limit": limit and round(limit, 1),
        "steps": steps,
        "holds": holds,
        "cpu_ms": round(sum(cpu_ms.values()), 2),
        "cpu_ms_by_part": cpu_ms,
        "generator_cpu_ms": round(1000 * own / count, 2),
        "generator_share": round(own / max(own + sum(cpu.values()), 0.001), 3),
        "latest_start_ms": round(1000 * taken.late, 1),
        "city_rate": round(peak, 1),
        "cores_for_city": round(traffic.cores(peak, sum(cpu_ms.values())), 1),
        "memory_growth_mb": round(memory[-1] - memory[0], 1),
        "web_memory_mb": round(memory[0]),
        "web_memory_mb_by_minute": [round(one) for one in memory],
        "appeals_reported_to_be_moved": stocked,
        "mix": {kind: round(share, 4) for kind, share in mix.items()},
        "kinds": {
            kind: {"cpu_ms": alone.get(kind), "p95_ms": round(1000 * sorted(all_)[int(0.95 * len(all_))], 1), "n": len(all_)}
            for kind, all_ in sorted(taken.kinds.items())
        },
        "yardstick_ms": yardstick_ms(),
    }  # fmt: skip


def _way_up(chosen: argparse.Namespace, people: People) -> tuple[float, list[dict[str, float]]]:
    """The last rate within the goals, and what each step was like."""
    rate, limit, steps = FIRST, 0.0, []
    while rate <= chosen.most:
        taken = _run(chosen.port, people, rate, chosen.step)
        steps.append(_step(rate, taken))
        print(steps[-1], file=sys.stderr, flush=True)
        if not _within(taken, rate, chosen.step):
            break
        limit, rate = rate, rate * FASTER
    return limit, steps


@contextmanager
def _watched(system: System) -> Iterator[list[float]]:
    """What the web processes hold at the beginning of the block, at each minute of it and at its end, in MB."""
    seen, over = [system.web_mb()], threading.Event()

    def watch() -> None:
        while not over.wait(60):
            seen.append(system.web_mb())

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    try:
        yield seen
    finally:
        over.set()
        watching.join()
        seen.append(system.web_mb())


def _alone(system: System, port: int, people: People, kind: str) -> float:
    """CPU of one kind of request alone, without the generator's."""
    _run(port, people, 20, 0.3, [kind])  # to warm up
    taken, cpu = spent(system, lambda: _run(port, people, 10, ALONE / 10, [kind]))
    if taken.failed:
        print(f"{kind}: {taken.errors}", file=sys.stderr)
    return round(1000 * (cpu["web"] + cpu["database"]) / ALONE, 1)


def _run(port: int, people: People, rate: float, seconds: float, kinds: list[str] | None = None) -> Taken:
    async def run() -> Taken:
        client = Client(port)
        try:
            return await client.run(rate, seconds, people.stream(kinds))
        finally:
            client.close()

    return asyncio.run(run())


def _within(taken: Taken, rate: float, seconds: float) -> bool:
    return taken.p(0.95) <= GOAL_MS and taken.failed <= MOST_ERRORS * rate * seconds


def _step(rate: float, taken: Taken) -> dict[str, float]:
    return {"rate": round(rate, 1), "p95_ms": round(taken.p(0.95), 1), "errors": taken.failed}


if __name__ == "__main__":
    main()
