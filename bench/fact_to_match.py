"""What it costs to match one household anew after a fact of it changed, with every measure that ships.

Run: ``.venv/bin/python -m bench.fact_to_match [--residents N] [--times N]``. Prints one JSON object as its last line:
``fact_to_match_ms`` is CPU of this process per household (read, run, compare, write, audit), in a transaction of its own;
``household_ms`` the same without writing. A sample city in a folder of its own; stops by itself.
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
from typing import Any

from bench.machine import yardstick_ms


def main() -> None:
    """Builds the sample city and starts the measured process; passes its line on."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--residents", type=int, default=3_000)
    options.add_argument("--times", type=int, default=200)
    options.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.inside:
        print(json.dumps({**measure(chosen.times), "yardstick_ms": yardstick_ms()}))
        return
    print(json.dumps(in_a_city(chosen.residents, chosen.times)))


def in_a_city(residents: int = 3_000, times: int = 200) -> dict[str, Any]:
    """Builds a sample city in a folder of its own and measures there, in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="bench-match-") as data:
        own = {"LIANGLIN_DATA": data, "LIANGLIN_DEMO": "1", "LIANGLIN_DATABASE_ROLE": "owner"}
        environ = os.environ | own
        started = [sys.executable, "-m"]
        build = [*started, "lianglin.project.cli", "city", "build", "--residents", str(residents)]
        subprocess.run(build, env=environ, stdout=subprocess.DEVNULL, check=True)
        command = [*started, "bench.fact_to_match", "--inside", "--times", str(times)]
        ran = subprocess.run(command, env=environ, stdout=subprocess.PIPE, text=True, check=True)
        return json.loads(ran.stdout.strip().splitlines()[-1])


def measure(times: int) -> dict[str, object]:
    """Flips one fact of many households and matches each anew, as the event's task does."""
    from lianglin.project import attach, environment

    with attach.running(environment.current()):
        attach.setup_django()
        from lianglin.access.actor import TOP, job
        from lianglin.access.transaction import acting
        from lianglin.benefits.actions import matching
        from lianglin.benefits.queries import population, programs
        from lianglin.facts.actions import NewFact, record
        from lianglin.kit import clock
        from lianglin.people.models import Household

        homes = list(Household._base_manager.order_by("id").values_list("id", "scope_code")[: times + 10])
        spent, read, written = list[float](), list[float](), 0
        for number, (household, scope) in enumerate(homes):
            with acting(job(scope, scope + TOP)) as by:
                fact = NewFact(
                    "household",
                    household,
                    "household.assistance",
                    ("dibao", "dibao_edge")[number % 2],
                    clock.today(),
                    "visit",
                )
                record([fact], by=by)
            begun = time.process_time()
            with acting(job(scope, scope + TOP)) as by:
                found = matching.match_household(household, by=by)
            if number >= 10:
                spent.append((time.process_time() - begun) * 1000)
                written += found is not None and found.new + found.changed + found.gone > 0
            begun = time.process_time()
            with acting(job(scope, scope + TOP)) as by:
                program = programs.program()
                home = population.home(household, words=program.package.vocabulary, actor=by)
                if home is not None:
                    programs.bind(program, clock.today()).home(home.population).rows()
            if number >= 10:
                read.append((time.process_time() - begun) * 1000)
    return {
        "fact_to_match_ms": round(statistics.median(spent), 2),
        "fact_to_match_p95_ms": round(sorted(spent)[int(len(spent) * 0.95)], 2),
        "household_ms": round(statistics.median(read), 2),
        "households": len(spent),
        "households_with_changes": written,
        "measures": len(program.package.measures),
    }


if __name__ == "__main__":
    main()
