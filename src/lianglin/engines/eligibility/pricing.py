"""Amounts: worked out for all measures of a run together, block by block. Most are one number for all, or one per household."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lianglin.engines.eligibility.numpy_backend import INT64, Evaluator, Num, unpacked
from lianglin.engines.eligibility.operations import Number, Op, Row, Schedule
from lianglin.engines.eligibility.planning import Plan
from lianglin.engines.eligibility.population import Population
from lianglin.engines.eligibility.setting import Locals, Setting, blocks


@dataclass(frozen=True)
class Price:
    """Whole fen and where they are known, of persons or of households; one for all where nothing differs."""

    fen: NDArray[np.int64] | int
    known: NDArray[np.bool_] | bool
    row: Row

    def at(
        self, rows: NDArray[np.int64], homes: NDArray[np.int64] | None
    ) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """For some rows; ``homes``: their households when the rows are persons."""
        where = rows if homes is None or self.row == "P" else homes
        fen = self.fen[where] if isinstance(self.fen, np.ndarray) else np.full(len(rows), self.fen)
        known = self.known[where] if isinstance(self.known, np.ndarray) else np.full(len(rows), self.known)
        return np.where(known, fen, 0), known


def prices(
    plan: Plan, setting: Setting, local: Locals, population: Population, wanted: list[Number]
) -> dict[Number, Price]:
    """The amounts of some measures. What int64 cannot hold is not known."""
    places = [place for number in wanted for place in (number.num, number.known) if place is not None]
    schedule = Schedule.of(plan.ops, places)
    parts: dict[Number, list[tuple[Any, Any]]] = {number: [] for number in wanted}
    cut = list(blocks(population.starts))
    for block in cut:
        evaluator = Evaluator(plan.ops, setting, local, population, block)
        evaluator.run(schedule)
        for number, some in parts.items():
            some.append(_of_block(evaluator, number))
    made: dict[Number, Price] = {}
    for number, some in parts.items():
        row = _row(plan.ops, number)
        lengths = [block.persons if row == "P" else block.households for block in cut]
        fen, known = (_joined([one[which] for one in some], lengths) for which in (0, 1))
        made[number] = Price(fen, known, row)
    return made


def _row(ops: tuple[Op, ...], number: Number) -> Row:
    rows = {ops[place].row for place in (number.num, number.known) if place is not None}
    return "P" if "P" in rows else "H"


def _of_block(evaluator: Evaluator, number: Number) -> tuple[Any, Any]:
    """Fen and known of a block's rows."""
    row = _row(evaluator.ops, number)
    num: Num = evaluator.held[number.num]
    fen, known = _lifted(evaluator, num.rows, number.num, row), True
    if number.known is not None:
        number_of_rows = evaluator.rows[evaluator.ops[number.known].row]
        bits = unpacked(evaluator.held[number.known], number_of_rows).view(np.bool_)
        known = _lifted(evaluator, bits, number.known, row)
    if isinstance(fen, int):
        fits: Any = abs(fen) <= INT64
    elif fen.dtype == object:
        fits = np.array([abs(one) <= INT64 for one in fen], np.bool_)
    else:
        return fen.astype(np.int64, copy=False), np.broadcast_to(known, len(fen))
    known = known & fits
    if isinstance(fen, int):
        some = np.broadcast_to(known, evaluator.rows[row])
        return (fen if fits else 0), bool(some[0]) if len(some) and (some == some[0]).all() else some
    return np.where(fits, fen, 0).astype(np.int64), known


def _lifted(evaluator: Evaluator, rows: Any, place: int, row: Row) -> Any:
    if np.ndim(rows) == 0 or evaluator.ops[place].row == row:
        return rows
    return rows[evaluator.home]


def _joined(parts: list[Any], rows: list[int]) -> Any:
    """One for all when it is that in every block, else one for each row."""
    if not parts:
        return 0
    if all(np.ndim(part) == 0 for part in parts) and all(part == parts[0] for part in parts):
        return parts[0]
    return np.concatenate([np.broadcast_to(part, number) for part, number in zip(parts, rows, strict=True)])
