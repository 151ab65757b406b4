"""What matching measures to everybody costs: 1,000,000 persons × 272 measures with masks, against others in the same run.

Run: ``PYTHONPATH=src build/bench/bin/python -m bench.eligibility [--persons N] [--peers N] [--city N, 0 to skip] [--seed N]`` after
``make bench-needs``. Prints one JSON object as its last line. The city and the measures are made (bench/_eligibility_city.py).

A decision is one measure for one subject: persons for a person's measure, households for a household's. What is counted is
``decisions``; a measure's conditions, its failed and its unknown ones among them, belong to the decision. Each engine gives
answers and masks: ours as bit planes (two bits per condition, from which ``masks()`` unpacks; ``dense_ns`` is what it costs
more to write two uint32 for every decision), Polars and DuckDB as numbers, OpenFisca the failed ones only, since it knows no
unknown facts, zen-engine neither. All counts are compared first; a difference ends the run.

ns_*: CPU nanoseconds per decision, medians; numpy and numba over all persons, polars, duckdb and openfisca over ``--peers``
persons, zen over a sample of measures that need no aggregate. ns_limit: reading every column and writing the planes once, which
is what memory alone costs. shipped_*: the package that ships, over a made city with all of the registry's facts; DuckDB must
give the same counts for each of its measures. peak_mb: of the process that ran Numba, with the population. city_*: the city in pieces on two
processes, wall time of matching (making the pieces left out; city_cpu_s: of both), rows kept are those with the answer MAY. household_us_*: one
household, all measures; numpy stands for the path without Numba. fact_to_match_ms: a changed fact matched anew in its own
transaction, in a small sample city, see bench/fact_to_match.py.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import numpy as np

from bench import _eligibility_city as made
from bench import _eligibility_package as shipped
from bench import _eligibility_peers as peers
from bench import _eligibility_zen as zen
from bench import fact_to_match
from bench.machine import yardstick_ms
from lianglin.engines.eligibility import sql
from lianglin.engines.eligibility.package import Package
from lianglin.engines.eligibility.population import Population
from lianglin.engines.eligibility.program import Backend, Bound, compile_package

CITY = 9_200_000
PIECE = 200_000
ROUNDS = 5


def main() -> None:
    """Runs each stage in a process of its own, so that memory is measured apart, and joins their lines."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--persons", type=int, default=1_000_000)
    options.add_argument("--peers", type=int, default=100_000)
    options.add_argument("--city", type=int, default=CITY)
    options.add_argument("--seed", type=int, default=made.SEED)
    options.add_argument("--stage", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.stage:
        print(json.dumps(STAGES[chosen.stage](chosen)))
        return
    found: dict[str, Any] = {"persons": chosen.persons, "measures": made.MEASURES, "seed": chosen.seed}
    for stage in STAGES:
        if stage != "city" or chosen.city:
            found |= _stage(stage)
    found["ratio_vs_openfisca"] = round(found["ns_openfisca"] / found["ns_numba"], 1)
    found["ratio_vs_limit"] = round(found["ns_numba"] / found["ns_limit"], 1)
    print(json.dumps(found | {"yardstick_ms": yardstick_ms()}))


def _stage(stage: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.eligibility", *sys.argv[1:], "--stage", stage]
    one = dict.fromkeys(("OMP_NUM_THREADS", "POLARS_MAX_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    ran = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=os.environ | one)
    line = ran.stdout.strip().splitlines()[-1]
    print(f"{stage}: {line}", file=sys.stderr)
    return json.loads(line)


def _bound() -> tuple[Package, Bound]:
    package = made.package()
    return package, compile_package(package).bind(made.ON)


def _decisions(package: Package, population: Population) -> int:
    rows = {"person": len(population.person_ids), "household": len(population.household_ids)}
    return sum(rows[measure.level] for measure in package.measures)


def _median(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """CPU seconds."""
    spent = []
    for _ in range(rounds):
        begun = time.process_time()
        work()
        spent.append(time.process_time() - begun)
    return statistics.median(spent)


def _ns(seconds: float, decisions: int) -> float:
    return round(seconds / decisions * 1e9, 3)


def _alike(name: str, ours: object, theirs: object) -> None:
    if ours != theirs:
        raise SystemExit(f"{name} answers otherwise: nothing is compared.")


def _numba(chosen: argparse.Namespace) -> dict[str, Any]:
    begun = time.process_time()
    package, bound = _bound()
    compiled = time.process_time() - begun
    bound.run(made.population(200), backend="numba")
    loaded = time.process_time() - begun - compiled
    population = made.population(chosen.persons, seed=chosen.seed)
    decisions = _decisions(package, population)
    spent = _median(lambda: bound.run(population, backend="numba"))
    peak = _peak_mb()
    result = bound.run(population, backend="numba")
    dense = _median(lambda: [result.masks(measure.id) for measure in package.measures], 1)
    sparse = _median(lambda: result.sparse(near=False), 1)
    return {
        "decisions": decisions,
        "conditions": sum(len(measure.conditions) for measure in package.measures),
        "ns_numba": _ns(spent, decisions),
        "dense_ns": _ns(dense, decisions),
        "sparse_ns": _ns(sparse, decisions),
        "may_per_person": round(sum(c[2] for c in result.counts().values()) / len(population.person_ids), 2),
        "peak_mb": peak,
        "plan_ms": round(compiled * 1000),
        "kernel_load_s": round(loaded, 1),
    }


def _numpy(chosen: argparse.Namespace) -> dict[str, Any]:
    package, bound = _bound()
    population = made.population(chosen.persons, seed=chosen.seed)
    ours, theirs = (bound.run(population, backend=backend).counts() for backend in ("numba", "numpy"))
    _alike("NumPy", ours, theirs)
    spent = _median(lambda: bound.run(population, backend="numpy"), 3)
    return {"ns_numpy": _ns(spent, _decisions(package, population))}


def _limit(chosen: argparse.Namespace) -> dict[str, Any]:
    package, bound = _bound()
    population = made.population(chosen.persons, seed=chosen.seed)
    columns = [
        array.view(np.uint8)
        for held in (population.persons, population.households)
        for column in held.values()
        for array in (column.values, column.known)
    ]
    words = len(bound.program.plan.outputs) * len(population.person_ids) // 64
    room = np.zeros(words, np.uint64)

    def work() -> None:
        for column in columns:
            column.max()
        room.fill(1)

    return {"ns_limit": _ns(_median(work), _decisions(package, population))}


def _polars(chosen: argparse.Namespace) -> dict[str, Any]:
    package, bound = _bound()
    population = made.population(chosen.peers, seed=chosen.seed)
    frames = peers.Polars(package, population)
    _alike("Polars", bound.run(population, backend="numpy").counts(), frames.run())
    return {"ns_polars": _ns(_median(frames.run, 3), _decisions(package, population))}


def _openfisca(chosen: argparse.Namespace) -> dict[str, Any]:
    package, bound = _bound()
    population = made.population(chosen.peers, seed=chosen.seed, gaps=0)
    ours = {name: counts[2] for name, counts in bound.run(population, backend="numpy").counts().items()}
    spent = []
    for _ in range(3):
        simulation = peers.OpenFisca(package, population)
        begun = time.process_time()
        theirs = simulation.run()
        spent.append(time.process_time() - begun)
        _alike("OpenFisca", ours, theirs)
    return {
        "ns_openfisca": _ns(statistics.median(spent), _decisions(package, population)),
        "openfisca_mb": _peak_mb(),
    }


def _duckdb(chosen: argparse.Namespace) -> dict[str, Any]:
    package, bound = _bound()
    population = made.population(chosen.peers, seed=chosen.seed)
    ours = bound.run(population, backend="numpy").counts()
    spent: list[float] = []
    _alike("DuckDB", ours, _asked(package, population, spent))
    return {"ns_duckdb": _ns(sum(spent), _decisions(package, population))}


def _asked(
    package: Package, population: Population, spent: list[float] | None = None
) -> dict[str, tuple[int, ...]]:
    """Counts by DuckDB, forty measures in a query; ``spent``: CPU seconds of each."""
    import duckdb

    found: dict[str, tuple[int, ...]] = {}
    with duckdb.connect() as database:
        database.execute("SET threads = 1")
        for name, table in zip(("persons", "households"), made.tables(population, package), strict=True):
            database.register(f"{name}_arrow", table)
            database.execute(f"CREATE TABLE {name} AS SELECT * FROM {name}_arrow")
        for level in ("person", "household"):
            some = [at for at, measure in enumerate(package.measures) if measure.level == level]
            for part in (some[first : first + 40] for first in range(0, len(some), 40)):
                begun = time.process_time()
                names = frozenset(package.measures[at].id for at in part)
                query = sql.select(package, made.ON, level, only=names, amounts=False)
                database.execute(f"CREATE OR REPLACE TABLE found AS {query}")
                sums = ", ".join(f"count(*) FILTER (answer_{at} = {a})" for at in part for a in (0, 1, 2))
                row = database.execute(f"SELECT {sums} FROM found").fetchone() or ()
                if spent is not None:
                    spent.append(time.process_time() - begun)
                found |= {package.measures[at].id: tuple(row[3 * n : 3 * n + 3]) for n, at in enumerate(part)}
    return found


def _shipped(chosen: argparse.Namespace) -> dict[str, Any]:
    """The package that ships: the same measurements, and DuckDB's answers to each measure for some thousand persons."""
    begun = time.process_time()
    package = shipped.package()
    read = time.process_time() - begun
    bound = compile_package(package).bind(made.ON)
    small = shipped.population(package, 3_000, seed=chosen.seed)
    _alike("DuckDB (shipped)", bound.run(small, backend="numpy").counts(), _asked(package, small))
    population = shipped.population(package, chosen.persons, seed=chosen.seed)
    decisions = _decisions(package, population)
    spent = _median(lambda: bound.run(population, backend="numba"))
    theirs = _median(lambda: bound.run(population, backend="numpy"), 1)
    result = bound.run(population, backend="numba")
    return {
        "shipped_measures": len(package.measures),
        "shipped_conditions": sum(len(measure.conditions) for measure in package.measures),
        "shipped_read_s": round(read, 1),
        "shipped_ns_numba": _ns(spent, decisions),
        "shipped_ns_numpy": _ns(theirs, decisions),
        "shipped_may_per_person": round(
            sum(c[2] for c in result.counts().values()) / len(population.person_ids), 2
        ),
    }


def _zen(chosen: argparse.Namespace) -> dict[str, Any]:
    package, bound = _bound()
    population = made.population(chosen.peers, seed=chosen.seed, gaps=0)
    rows = min(2_000, len(population.person_ids))
    spent, decisions, theirs = zen.zen(package, population, rows)
    result = bound.run(population, backend="numpy")
    _alike("zen-engine", {name: int((result.answers(name)[:rows] == 2).sum()) for name in theirs}, theirs)
    return {"ns_zen": _ns(spent, decisions), "zen_measures": len(theirs)}


def _household(chosen: argparse.Namespace) -> dict[str, Any]:
    """Fifty households, each by itself, all measures."""
    _package, bound = _bound()
    some = [made.household(chosen.seed + at) for at in range(50)]
    found: dict[str, Any] = {}
    paths: tuple[tuple[str, Backend], ...] = (("numba", "numba"), ("numpy", "plain"))
    for name, backend in paths:
        for one in some:
            bound.run(one, backend=backend)
        spent = []
        for one in some:
            begun = time.process_time()
            for _ in range(10):
                bound.run(one, backend=backend)
            spent.append((time.process_time() - begun) / 10)
        found[f"household_us_{name}"] = round(statistics.median(spent) * 1e6)
    return found | {"household_persons": round(statistics.mean(len(one.person_ids) for one in some), 1)}


def _fact(_chosen: argparse.Namespace) -> dict[str, Any]:
    """In the database: the household of a changed fact, with the package that ships."""
    found = fact_to_match.in_a_city()
    return {name: found[name] for name in ("fact_to_match_ms", "fact_to_match_p95_ms")}


def _city(chosen: argparse.Namespace) -> dict[str, Any]:
    """Two processes, a piece after the other in each."""
    package = made.package()
    decisions = 0
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        list(pool.map(_piece, [(1_000, chosen.seed)] * 2))  # both load the kernel
        tasks = [(min(PIECE, chosen.city - at), chosen.seed + at) for at in range(0, chosen.city, PIECE)]
        done = list(pool.map(_piece, tasks))
    for persons, households, *_rest in done:
        decisions += sum(persons if m.level == "person" else households for m in package.measures)
    by_process: dict[int, float] = {}
    for _p, _h, _rows, seconds, process, *_rest in done:
        by_process[process] = by_process.get(process, 0.0) + seconds
    return {
        "city_persons": sum(one[0] for one in done),
        "city_decisions": decisions,
        "city_rows": sum(one[2] for one in done),
        "city_seconds": round(max(by_process.values()), 1),
        "city_cpu_s": round(sum(one[6] for one in done), 1),
        "city_peak_mb": round(
            sum(max(one[5] for one in done if one[4] == process) for process in by_process)
        ),
    }


_HELD: list[Bound] = []


def _piece(task: tuple[int, int]) -> tuple[int, int, int, float, int, float, float]:
    persons, seed = task
    if not _HELD:
        _HELD.append(_bound()[1])
    population = made.population(persons, seed=seed)
    begun, cpu = time.monotonic(), time.process_time()
    rows = _HELD[0].run(population, backend="numba").sparse(near=False).num_rows
    spent, cpu = time.monotonic() - begun, time.process_time() - cpu
    return (
        len(population.person_ids),
        len(population.household_ids),
        rows,
        spent,
        os.getpid(),
        _peak_mb(),
        cpu,
    )


def _peak_mb() -> int:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


STAGES = {
    "numba": _numba,
    "numpy": _numpy,
    "limit": _limit,
    "polars": _polars,
    "openfisca": _openfisca,
    "duckdb": _duckdb,
    "zen": _zen,
    "household": _household,
    "shipped": _shipped,
    "fact": _fact,
    "city": _city,
}

if __name__ == "__main__":
    main()
