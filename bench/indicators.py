"""What figures cost: one move refreshed, the nightly pass over the last months, a dashboard page; beside two peers.

Run: ``.venv/bin/python -m bench.indicators [--appeals N] [--rounds N] [--data FOLDER]``. Prints one JSON object as its last
line. ``--appeals 20000`` takes about a minute. Peers in the same run: a materialized view of the counts of one month by
community, refreshed after a move, and counting them on the fly in SQL.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

from bench.appeals_api import BUSY, Operation, Visitor, _serving, family, load, round_of
from bench.machine import yardstick_ms

MONTHS = 4
"""Months of the nightly pass: the running one and those that may still move."""
VIEW = """
create materialized view bench_counts as select scope_code, date_trunc('month', opened_at at time zone 'Asia/Shanghai') as month,
    count(*) as received, count(*) filter (where settled_at is not null) as settled from cases_case group by 1, 2
"""
FLY = """
select count(*), count(*) filter (where settled_at is not null) from cases_case
where scope_code = %s and opened_at >= '2026-11-01 00:00+08' and opened_at < '2026-12-01 00:00+08'
"""


def main() -> None:
    """Loads, measures inside and over HTTP, prints."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--appeals", type=int, default=1_000_000)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--requests", type=int, default=60, help="dashboard pages per round")
    options.add_argument("--port", type=int, default=8974)
    options.add_argument("--data", type=Path, help="keep and reuse the loaded database in this folder")
    options.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.inside:
        print(json.dumps(_inside(chosen.rounds)))
        return
    with tempfile.TemporaryDirectory(prefix="bench-indicators-") as temporary:
        data = (chosen.data or Path(temporary)).resolve()
        os.environ.update(
            LIANGLIN_DATA=str(data),
            LIANGLIN_DEMO="1",
            PORT=str(chosen.port),
            LIANGLIN_WEB_WORKERS="2",
            LIANGLIN_LOG_LEVEL="WARNING",
        )
        seconds = load(data, chosen.appeals)
        found = {"appeals": chosen.appeals, "rounds": chosen.rounds, "load_seconds": seconds}
        print(json.dumps(found | _measure(data, chosen) | {"yardstick_ms": yardstick_ms()}))


def _measure(data: Path, chosen: argparse.Namespace) -> dict[str, Any]:
    from lianglin.project.embedded import Server

    with Server.start(data / "pg") as server:
        command = [sys.executable, "-m", "bench.indicators", "--inside", "--rounds", str(chosen.rounds)]
        environ = {**os.environ, "LIANGLIN_DATABASE_ROLE": "owner"}
        ran = subprocess.run(command, env=environ, stdout=subprocess.PIPE, text=True, check=True)
        found = json.loads(ran.stdout.splitlines()[-1]) | _peers(server.dsn(dbname="lianglin"), chosen.rounds)
        postmaster = int((data / "pg" / "cluster" / "postmaster.pid").read_text().splitlines()[0])
        with _serving(chosen.port) as web:
            street = Visitor(chosen.port).log_in("bench-street")
            page = Operation(
                "dashboard",
                [street.again() for _ in range(4)],
                lambda visitor, _n: visitor.ask("GET", "/figures/?month=2026-11")[0],
            )
            round_of(page, 20, lambda: {os.getpid()}, 0)  # to warm up
            page.cpu.clear()
            page.p95.clear()
            for number in range(chosen.rounds):
                round_of(page, chosen.requests, lambda: family(web.pid) | family(postmaster), 1000 * number)
    return found | {
        "dashboard_cpu_ms": round(statistics.median(page.cpu), 2),
        "dashboard_p95_ms": round(statistics.median(page.p95), 1),
        "goals": {"dashboard_cpu_ms": 25},
    }


def _inside(rounds: int) -> dict[str, float]:
    """One community's month after a move, and the nightly pass, as the background does them."""
    from lianglin.project import attach, environment

    with attach.running(environment.current()):
        attach.setup_django()
        from lianglin.access.actor import job
        from lianglin.access.transaction import acting
        from lianglin.indicators import actions
        from lianglin.kit import clock
        from lianglin.kit.clock import CITY_ZONE
        from lianglin.kit.period import Period

        clock.set_offset(datetime(2026, 11, 20, 10, tzinfo=CITY_ZONE) - clock.now())
        month = Period.month(2026, 11)
        months = actions.last_months(MONTHS)
        span = Period(months[0].start, months[-1].end)

        def nightly() -> None:
            with acting(job()) as system:
                actions.refresh(by=system, codes=[], span=span)
                actions.publish(by=system, months=months)

        def refreshed() -> None:
            with acting(job()) as system:
                actions.refresh(by=system, codes=[], span=month, scope_codes=[BUSY])

        first = _seconds(nightly)
        again = statistics.median(_seconds(nightly) for _ in range(max(1, rounds // 2)))
        refreshed()
        one = statistics.median(_seconds(refreshed) for _ in range(10 * rounds))
    return {
        "refresh_ms": round(1000 * one, 2),
        "nightly_s": round(again, 2),
        "nightly_first_s": round(first, 2),
    }


def _peers(dsn: str, rounds: int) -> dict[str, float]:
    """The same question asked of a materialized view and of the rows, two counts of one figure each."""
    with psycopg.connect(dsn, autocommit=True) as admin:
        admin.execute("drop materialized view if exists bench_counts")
        admin.execute(VIEW)
        view = statistics.median(
            _seconds(lambda: admin.execute("refresh materialized view bench_counts")) for _ in range(rounds)
        )
        fly = statistics.median(
            _seconds(lambda: admin.execute(FLY, [BUSY]).fetchall()) for _ in range(10 * rounds)
        )
        admin.execute("drop materialized view bench_counts")
    return {"peer_view_refresh_ms": round(1000 * view, 2), "peer_on_the_fly_ms": round(1000 * fly, 2)}


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
