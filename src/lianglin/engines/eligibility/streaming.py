"""A city in pieces: Parquet files or Spark partitions, never more than some households in memory, no household cut in two.

Input is one table of persons with their household's facts beside (``household_id``, ``area``, ``person_id``, facts of both;
``person_id`` null: a household without members), sorted by household. Output is SPARSE, batch by batch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from lianglin.engines.eligibility.package import Package
from lianglin.engines.eligibility.population import Population
from lianglin.engines.eligibility.program import SPARSE, Backend, Bound, compile_package
from lianglin.engines.eligibility.vocabulary import Vocabulary

DOT = "__"
PIECE = 100_000
"""Rows that are worked on together."""


def whole_households(batches: Iterable[pa.RecordBatch], rows: int = PIECE) -> Iterator[pa.Table]:
    """Pieces of about so many rows that end where a household does; what is begun is carried to the next.

    ValueError when a household comes again after another one: the input was not sorted.
    """
    waiting: list[pa.RecordBatch] = []
    number, ended = 0, -1
    for batch in batches:
        if batch.num_rows:
            waiting.append(batch)
            number += batch.num_rows
        if number >= rows:
            table = pa.Table.from_batches(waiting).combine_chunks()
            homes = table.column("household_id").to_numpy()
            cut = int(np.searchsorted(homes, homes[-1])) if _sorted(homes, ended) else 0
            if cut:
                yield table.slice(0, cut)
                ended = int(homes[cut - 1])
            waiting = table.slice(cut).to_batches()
            number = table.num_rows - cut
    if waiting:
        table = pa.Table.from_batches(waiting).combine_chunks()
        _sorted(table.column("household_id").to_numpy(), ended)
        yield table


def _sorted(homes: np.ndarray, ended: int) -> bool:
    if int(homes[0]) <= ended or (homes[1:] < homes[:-1]).any():
        raise ValueError("Rows must be sorted by household_id: a household came again after another one.")
    return True


def population_of(table: pa.Table, vocabulary: Vocabulary) -> Population:
    """A population from one table of persons with their household's facts beside."""
    homes = table.column("household_id").to_numpy()
    first = np.flatnonzero(np.diff(homes, prepend=homes[0] - 1)) if len(homes) else np.zeros(0, np.int64)
    households = {fact.column for fact in vocabulary.facts.values() if fact.level == "household"}
    persons = {fact.column for fact in vocabulary.facts.values() if fact.level == "person"}
    kept = [name for name in table.column_names if name in households]
    members = table.filter(pc.is_valid(table.column("person_id")))
    return Population.of(
        members.select(
            ["person_id", "household_id", *(name for name in table.column_names if name in persons)]
        ),
        table.select(["household_id", "area", *kept]).take(pa.array(first)),
        vocabulary,
    )


def match(
    bound: Bound,
    batches: Iterable[pa.RecordBatch],
    *,
    near: bool = True,
    rows: int = PIECE,
    backend: Backend = "auto",
) -> Iterator[pa.RecordBatch]:
    """SPARSE rows of batches that are sorted by household."""
    for table in whole_households(batches, rows):
        population = population_of(table, bound.program.package.vocabulary)
        yield bound.run(population, backend=backend).sparse(near=near)


def in_arrow(
    package: Package, on: date, *, near: bool = True
) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """The function for Spark's ``mapInArrow``, of a table that was repartitioned by household and sorted within partitions:
    ``persons.repartition("household_id").sortWithinPartitions("household_id").mapInArrow(in_arrow(…), SPARSE's columns)``.
    The package is compiled once per task. Spark takes a dot in a column's name for a struct: write DOT instead.
    """

    def run(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        named = (
            batch.rename_columns([name.replace(DOT, ".") for name in batch.schema.names]) for batch in batches
        )
        for batch in match(compile_package(package).bind(on), named, near=near):
            yield signed(batch)

    return run


def signed(batch: pa.RecordBatch) -> pa.RecordBatch:
    """SPARSE without unsigned numbers, which Spark does not know: masks as int64."""
    return pa.record_batch(
        [column.cast(pa.int64()) if pa.types.is_uint32(column.type) else column for column in batch.columns],
        names=batch.schema.names,
    )


def match_file(bound: Bound, source: Path, target: Path, *, near: bool = True) -> int:
    """Reads one Parquet file, writes SPARSE rows to another; returns how many."""
    number = 0
    with pq.ParquetFile(source) as read, pq.ParquetWriter(target, SPARSE) as write:
        for batch in match(bound, read.iter_batches(batch_size=PIECE), near=near):
            write.write_batch(batch)
            number += batch.num_rows
    return number


def match_files(
    package: Package, on: date, sources: list[Path], folder: Path, *, near: bool = True, processes: int = 1
) -> int:
    """Each Parquet file to one of the same name in a folder; returns the rows. Files must not share a household."""
    tasks = [(package, on, source, folder / source.name, near) for source in sources]
    if processes <= 1 or len(tasks) <= 1:
        bound = compile_package(package).bind(on)
        return sum(match_file(bound, source, target, near=near) for _p, _on, source, target, _near in tasks)
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        return sum(pool.map(_task, tasks))


def _task(task: tuple[Package, date, Path, Path, bool]) -> int:
    package, on, source, target, near = task
    return match_file(compile_package(package).bind(on), source, target, near=near)
