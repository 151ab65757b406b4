"""The same engine inside of Spark: a city through ``mapInArrow``, and the same rules as Spark SQL; counts must be the engine's own.

Run: ``PYTHONPATH=src build/bench/bin/python -m bench.eligibility_spark [--persons N] [--seed N]`` after ``make bench-needs``; needs Java 17.
Prints one JSON object as its last line. ``master``: ``local-cluster[2,1,1024]`` starts two worker processes, as on a cluster;
an installation by pip does not always bring what that needs, then it is ``local[2]`` and the line says so. Persons are dealt
out by household and sorted within partitions, Arrow batches cut households in two, and the engine carries them over.
sql_measures: how many measures were asked as Spark SQL, too.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from bench import _eligibility_city as made
from lianglin.engines.eligibility import sql
from lianglin.engines.eligibility.package import MAY
from lianglin.engines.eligibility.program import SPARSE, compile_package
from lianglin.engines.eligibility.streaming import DOT, in_arrow, signed

SQL_MEASURES = 20
KINDS = {"int8": "byte", "int32": "int", "int64": "long"}


def main() -> None:
    """Writes a city, matches it by Spark and by the engine, compares."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--persons", type=int, default=200_000)
    options.add_argument("--seed", type=int, default=made.SEED)
    chosen = options.parse_args()
    package = made.package()
    population = made.population(chosen.persons, seed=chosen.seed)
    result = compile_package(package).bind(made.ON).run(population)
    ours = {name: counts[MAY] for name, counts in result.counts().items()}
    with tempfile.TemporaryDirectory(prefix="bench-spark-") as folder:
        persons, households = made.tables(population)
        joined = persons.join(households, "household_id").sort_by("person_id")
        joined = joined.rename_columns([name.replace(".", DOT) for name in joined.column_names])
        for name, table in (("persons", persons), ("households", households), ("joined", joined)):
            pq.write_table(table, Path(folder) / f"{name}.parquet", row_group_size=50_000)
        spark, master = _session(folder)
        try:
            begun = time.monotonic()
            theirs = _mapped(spark, folder, package)
            spent = time.monotonic() - begun
            _alike("mapInArrow", ours, {name: theirs.get(name, 0) for name in ours})
            asked = _asked(spark, folder, package)
            _alike("Spark SQL", {name: ours[name] for name in asked}, asked)
        finally:
            spark.stop()
    print(
        json.dumps({
            "persons": len(population.person_ids), "measures": len(package.measures), "master": master,
            "map_in_arrow_s": round(spent, 1), "rows_may": sum(ours.values()), "sql_measures": len(asked), "counts": "identical",
        })
    )  # fmt: skip


def _alike(name: str, ours: object, theirs: object) -> None:
    if ours != theirs:
        raise SystemExit(f"{name} answers otherwise.")


def _session(folder: str) -> tuple[Any, str]:
    """A session on two workers, or on two threads where workers do not start."""
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    path = os.pathsep.join([str(Path.cwd()), str(Path.cwd() / "src")])
    problem: Exception | None = None
    for master in ("local-cluster[2,1,1024]", "local[2]"):
        builder = SparkSession.builder.appName("eligibility").master(master)
        for name, value in {
            "spark.ui.enabled": "false", "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1",
            "spark.local.dir": folder, "spark.sql.shuffle.partitions": "4", "spark.executorEnv.PYTHONPATH": path,
            "spark.sql.execution.arrow.maxRecordsPerBatch": "3000", "spark.sql.warehouse.dir": f"{folder}/warehouse",
            "spark.worker.cleanup.enabled": "false", "spark.executor.memory": "1g", "spark.sql.ansi.enabled": "false",
        }.items():  # fmt: skip
            builder = builder.config(name, value)
        os.environ["PYTHONPATH"] = path
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        try:
            spark = builder.getOrCreate()
            spark.range(10).repartition(2).count()
            return spark, master
        except Exception as error:
            problem = error
            print(f"{master} does not start: {error}", file=sys.stderr)
            if (active := SparkSession.getActiveSession()) is not None:
                active.stop()
    raise SystemExit(f"Spark does not start: {problem}")


def _mapped(spark: Any, folder: str, package: Any) -> dict[str, int]:
    """Who may, by measure, from rows that Spark collected by measure."""
    empty = signed(pa.RecordBatch.from_pylist([], SPARSE))
    schema = ", ".join(f"{field.name} {KINDS[str(field.type)]}" for field in empty.schema)
    people = spark.read.parquet(f"{folder}/joined.parquet")
    dealt = people.repartition(4, "household_id").sortWithinPartitions("household_id")
    rows = dealt.mapInArrow(in_arrow(package, made.ON), schema)
    found = rows.where(f"answer = {MAY}").groupBy("measure").count().collect()
    return {package.measures[row["measure"]].id: row["count"] for row in found}


def _asked(spark: Any, folder: str, package: Any) -> dict[str, int]:
    """Who may, by measure, from Spark SQL, for some measures of each family."""
    for name in ("persons", "households"):
        spark.read.parquet(f"{folder}/{name}.parquet").createOrReplaceTempView(name)
    found: dict[str, int] = {}
    for level in ("person", "household"):
        some = [at for at, m in enumerate(package.measures) if m.level == level][: SQL_MEASURES // 2]
        query = sql.select(
            package,
            made.ON,
            level,
            "spark",
            only=frozenset(package.measures[at].id for at in some),
            amounts=False,
        )
        sums = ", ".join(f"count(CASE WHEN answer_{at} = {MAY} THEN 1 END) AS n{at}" for at in some)
        row = spark.sql(f"SELECT {sums} FROM ({query})").collect()[0]
        found |= {package.measures[at].id: row[f"n{at}"] for at in some}
    return found


if __name__ == "__main__":
    main()
