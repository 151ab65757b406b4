"""How fast a city of N residents is loaded, and in how much memory: places and people, by COPY, encryption included.

Run: ``.venv/bin/python -m bench.city_load [--residents N]``. Prints one JSON object as its last line. A server and a
folder of its own; stops by itself.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def main() -> None:
    """Starts the measured process with settings of its own and passes its line on."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--residents", type=int, default=1_000_000)
    options.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.inside:
        print(json.dumps(measure(chosen.residents)))
        return
    with tempfile.TemporaryDirectory(prefix="bench-city-") as data:
        environ = {
            **os.environ,
            "LIANGLIN_DATA": data,
            "LIANGLIN_DEMO": "1",
            "LIANGLIN_DATABASE_ROLE": "owner",
        }
        command = [sys.executable, "-m", "bench.city_load", "--inside", "--residents", str(chosen.residents)]
        ran = subprocess.run(command, env=environ, stdout=subprocess.PIPE, text=True, check=True)
        print(ran.stdout.strip().splitlines()[-1])


def measure(residents: int) -> dict[str, object]:
    """Migrates an empty database and runs the seeds of places, staff and people, each timed."""
    from lianglin.project import attach, environment

    env = environment.current()
    with attach.running(env):
        attach.migrate(env)
        from django.db import connection

        from lianglin.kit import clock, discovery
        from lianglin.kit.seeding import SeedContext

        context = SeedContext(
            residents=residents,
            seed=1,
            data=Path(env.data),
            until=clock.now(),
            report=lambda what, share: None,
        )
        seconds = {}
        for manifest in discovery.manifests():
            if manifest.code in ("places", "access", "people"):
                begun = time.monotonic()
                discovery.resolve(manifest.seed)(context)
                seconds[manifest.code] = round(time.monotonic() - begun, 1)
        with connection.cursor() as cursor:
            counts = {table: _count(cursor, table) for table in TABLES}
    rows = sum(counts[table] for table in TABLES if table.startswith("people_"))
    return {
        "residents": counts["people_resident"],
        "rows": counts,
        "seconds": seconds,
        "people_rows_per_second": round(rows / seconds["people"]),
        "residents_per_second": round(counts["people_resident"] / seconds["people"]),
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


TABLES = ("places_building", "places_dwelling", "people_household", "people_resident", "people_membership")


def _count(cursor: object, table: str) -> int:
    cursor.execute(f"select count(*) from {table}")  # pyright: ignore[reportAttributeAccessIssue]
    return cursor.fetchone()[0]  # pyright: ignore[reportAttributeAccessIssue]


if __name__ == "__main__":
    main()
