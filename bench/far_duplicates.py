"""How long a city is looked through for one ID number in two districts (the nightly `find_far`), and how it is planned.

Run: ``.venv/bin/python -m bench.far_duplicates [--residents N]``. Loads a made-up city, gives one person in a hundred
a second file in another district, and looks twice: the second time everything is known. As the background role. Prints
one JSON object as its last line, the plan before it. A server and a folder of its own; stops by itself.
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
from typing import Any

from bench.machine import yardstick_ms

ONE_IN = 100
COPIES = """
insert into people_resident (scope_code, name, sex, born_on, id_match, sample)
select o.scope_code, r.name, r.sex, r.born_on, r.id_match, true
from people_resident r cross join lateral (
    select min(scope_code) as scope_code from places_community where left(scope_code, 6) <> left(r.scope_code, 6)
) o where r.id %% %s = 0 and r.id_match is not null
"""


def main() -> None:
    """Starts the measured process with settings of its own and passes its output on."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--residents", type=int, default=1_000_000)
    options.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.inside:
        print(json.dumps(measure(chosen.residents)))
        return
    with tempfile.TemporaryDirectory(prefix="bench-far-") as data:
        environ = {**os.environ, "LIANGLIN_DATA": data, "LIANGLIN_DEMO": "1", "LIANGLIN_DATABASE_ROLE": "owner"}  # fmt: skip
        command = [
            *(sys.executable, "-m", "bench.far_duplicates"),
            *("--inside", "--residents", str(chosen.residents)),
        ]
        ran = subprocess.run(command, env=environ, stdout=subprocess.PIPE, text=True, check=True)
        print(ran.stdout.strip())


def measure(residents: int) -> dict[str, Any]:
    """Loads the city and times the two looks."""
    from lianglin.project import attach, environment

    env = environment.current()
    with attach.running(env):
        attach.migrate(env)
        _load(residents, env.data)
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(COPIES, [ONE_IN])
            copies = cursor.rowcount
            cursor.execute("analyze people_resident")
            cursor.execute("select count(*) from people_resident")
            persons = cursor.fetchone()[0]
        print(_plan())
        before = _peak_mb()
        first_s, found = _look()
        again_s, known = _look()
        grown = _peak_mb() - before
        assert (found, known) == (copies, 0), (copies, found, known)
    return {
        "residents": persons,
        "pairs": found,
        "first_s": round(first_s, 1),
        "again_s": round(again_s, 1),
        "python_memory_grown_mb": round(grown),
        "yardstick_ms": yardstick_ms(),
    }


def _load(residents: int, data: Path) -> None:
    from lianglin.kit import clock, discovery
    from lianglin.kit.seeding import SeedContext

    context = SeedContext(
        residents=residents, seed=1, data=Path(data), until=clock.now(), report=lambda what, share: None
    )
    for manifest in discovery.manifests():
        if manifest.code in ("places", "access", "people"):
            discovery.resolve(manifest.seed)(context)


def _look() -> tuple[float, int]:
    from lianglin.access.actor import job
    from lianglin.access.transaction import acting
    from lianglin.people.queries import duplicates

    begun = time.perf_counter()
    with acting(job()):
        found = duplicates.find_far()
    return time.perf_counter() - begun, found


def _plan() -> str:
    from django.db import connection

    from lianglin.access.actor import job
    from lianglin.access.transaction import acting
    from lianglin.kit import clock
    from lianglin.kit.restricted import BEHIND_DIGITS
    from lianglin.people.queries import duplicates

    with acting(job()), connection.cursor() as cursor:
        cursor.execute(f"explain {duplicates._FAR}", {"now": clock.now(), "high": BEHIND_DIGITS})
        return "\n".join(row[0] for row in cursor.fetchall())


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
