"""From planes to rows that are worth keeping."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lianglin.engines.eligibility.exclusions import exclusions_at
from lianglin.engines.eligibility.package import MAY, NOT, UNKNOWN

if TYPE_CHECKING:
    from lianglin.engines.eligibility.package import Measure
    from lianglin.engines.eligibility.program import Result

SPARSE = pa.schema(
    [
        ("measure", pa.int32()),  # place in Package.measures
        ("household_id", pa.int64()),
        ("person_id", pa.int64()),  # null for a household's measure
        ("answer", pa.int8()),  # package.NOT, UNKNOWN, MAY
        ("failed", pa.uint32()),  # bit i: condition i is false
        ("unknown", pa.uint32()),  # bit i: condition i is unknown
        ("amount", pa.int64()),  # fen; null where it is no money or not known
        ("away", pa.int8()),  # 0 no · 1 one unknown condition · 2 one actionable condition failed
        ("excluded_by", pa.int32()),  # place of the measure that is taken instead; null
    ]
)

COLUMNS = (
    "measure",
    "home",
    "person",
    "answer",
    "failed",
    "unknown",
    "amount",
    "priced",
    "away",
    "by",
    "spot",
)


def sparse(result: Result, *, near: bool) -> pa.RecordBatch:
    """See ``Result.sparse``."""
    package = result.bound.program.package
    parts = [
        _measure(result, place, measure, near=near)
        for place, measure in enumerate(package.measures)
        if result.bound.setting.active[place]
    ]
    joined: dict[str, NDArray[Any]] = {
        name: np.concatenate([part[name] for part in parts]) if parts else np.zeros(0, np.int64)
        for name in COLUMNS
    }
    order = np.argsort(joined["spot"], kind="stable")
    rows = {name: held[order] for name, held in joined.items()}
    population = result.population
    person = rows["person"].astype(np.int64)
    ids = population.person_ids[np.maximum(person, 0)] if len(population.person_ids) else person
    arrays = [
        rows["measure"], population.household_ids[rows["home"].astype(np.int64)], pa.array(ids, mask=person < 0),
        rows["answer"], rows["failed"], rows["unknown"], pa.array(rows["amount"], mask=rows["priced"] == 0), rows["away"],
        pa.array(rows["by"], mask=rows["by"] < 0),
    ]  # fmt: skip
    return pa.record_batch(
        [pa.array(array).cast(kind.type) for array, kind in zip(arrays, SPARSE, strict=True)], schema=SPARSE
    )


def _measure(result: Result, place: int, measure: Measure, *, near: bool) -> dict[str, NDArray[Any]]:
    """One measure's rows; ``home`` and ``person`` are places in the population."""
    planned, _active = result.planned(measure.id)
    may = result.kept.rows(planned.answer.true)
    rows = np.flatnonzero(may.view(np.bool_))
    answers, away = np.full(len(rows), MAY, np.int8), np.zeros(len(rows), np.int8)
    failed, unknown = np.zeros(len(rows), np.uint32), np.zeros(len(rows), np.uint32)
    fen, known, by = (
        np.zeros(len(rows), np.int64),
        np.zeros(len(rows), np.bool_),
        np.full(len(rows), -1, np.int32),
    )
    if len(rows):
        fen, known = result.amounts_at(measure.id, rows)
        if any(result.bound.program.exclusions[place]):
            by = exclusions_at(result, measure.id, rows)[0]
    if near:
        close, distance = near_rows(result, measure)
        more = result.masks_at(measure.id, close)
        number = len(close)
        rows, away = np.concatenate([rows, close]), np.concatenate([away, distance])
        answers = np.concatenate([answers, np.where(distance == 1, UNKNOWN, NOT).astype(np.int8)])
        failed, unknown = np.concatenate([failed, more[0]]), np.concatenate([unknown, more[1]])
        fen, known = np.append(fen, np.zeros(number, np.int64)), np.append(known, np.zeros(number, np.bool_))
        by = np.append(by, np.full(number, -1, np.int32))
    personal = measure.level == "person"
    spot = rows + result.homes[rows] + 1 if personal else result.population.starts[rows] + rows
    return {
        "measure": np.full(len(rows), place, np.int32),
        "home": result.homes[rows] if personal else rows,
        "person": rows if personal else np.full(len(rows), -1, np.int64),
        "answer": answers, "failed": failed, "unknown": unknown, "amount": fen, "priced": known, "away": away, "by": by,
        "spot": spot,  # a household stands before its members
    }  # fmt: skip


def near_rows(result: Result, measure: Measure) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
    """Rows that are one unknown condition away (1), or one failed condition that something can be done about (2)."""
    planned, _active = result.planned(measure.id)
    kept, row = result.kept, planned.answer.row
    unknown = failed = doable = None
    for pair, condition in zip(planned.conditions, measure.conditions, strict=True):
        false = kept.rows(pair.false)
        neither = (kept.rows(pair.true) | false) ^ 1
        if pair.row != row:
            false, neither = false[result.homes], neither[result.homes]
        failed = false if failed is None else failed + false
        unknown = neither if unknown is None else unknown + neither
        if condition.nature == "actionable":
            doable = false if doable is None else doable | false
    if unknown is None or failed is None:
        return np.zeros(0, np.int64), np.zeros(0, np.int8)
    away = ((unknown == 1) & (failed == 0)).view(np.int8)
    if doable is not None:
        away += ((failed == 1) & (unknown == 0) & (doable == 1)).view(np.int8) * np.int8(2)
    rows = np.flatnonzero(away)
    return rows, away[rows]
