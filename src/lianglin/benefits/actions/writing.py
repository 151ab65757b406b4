"""Writes what a run found over what is stored: a statement for the new, one for the differing, one for the gone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from lianglin.benefits.models import HealthErrand, MatchAhead
from lianglin.benefits.queries import storing
from lianglin.benefits.queries.at_home import Coming
from lianglin.benefits.queries.found import NONE, Ahead, Found, Ints, Stored, compared
from lianglin.benefits.queries.storing import Model, Stamp
from lianglin.benefits.rules.matching import SUGGESTED, state_after
from lianglin.kit.rows import insert

Reasons = Callable[[Stored, Ints], tuple[Ints, Ints, Ints]]
"""(answer, failed, unknown) today of stored rows that are gone."""


@dataclass(frozen=True)
class Written:
    """How many rows were new, changed, gone."""

    new: int = 0
    changed: int = 0
    gone: int = 0


def write(
    model: Model,
    found: Found,
    before: Stored,
    reasons: Reasons,
    *,
    stamp: Stamp,
    measures: set[int] | None,
) -> Written:
    """Brings the stored rows of one model to what was found; what people said stays (rules.state_after)."""
    differing = compared(found, before, measures)
    new, (at, there), gone = differing.new, differing.differ, differing.gone
    if len(new):
        _insert(model, found.where(new), stamp)
    if len(at):
        values = _values(found.where(at))
        states = [state_after(state, found=True) for state in before.state[there].tolist()]
        storing.update(model, before.columns["id"][there], values, states, before.state[there], stamp=stamp)
    if len(gone):
        _let_go(model, before, gone, reasons(before, gone), stamp)
    return Written(len(new), len(at), len(gone))


def _insert(model: Model, rows: Found, stamp: Stamp) -> None:
    count = len(rows)
    insert(
        model,
        {
            "scope_code": [stamp.scopes[place] for place in rows.place.tolist()],
            "household_id": rows.household_id.tolist(),
            "resident_id": _null(rows.resident_id),
            "measure_id": rows.measure_id.tolist(),
            **_values(rows),
            "on": [stamp.on] * count,
            "digest": [stamp.digest] * count,
            "matched_at": [stamp.at] * count,
            "state": [SUGGESTED] * count,
            "state_at": [stamp.at] * count,
        },
    )


def _values(rows: Found) -> dict[str, list[Any]]:
    return {
        "answer": rows.answer.tolist(),
        "failed": rows.failed.tolist(),
        "unknown": rows.unknown.tolist(),
        "amount_fen": _null(rows.amount_fen),
        "away": rows.away.tolist(),
        "excluded_by_id": _null(rows.excluded_by_id),
        "quiet": rows.quiet.tolist(),
    }


def _null(values: Ints) -> list[int | None]:
    return [None if value == NONE else value for value in values.tolist()]


def _let_go(model: Model, before: Stored, gone: Ints, reasons: tuple[Ints, Ints, Ints], stamp: Stamp) -> None:
    count = len(gone)
    values = {
        "answer": reasons[0].tolist(),
        "failed": reasons[1].tolist(),
        "unknown": reasons[2].tolist(),
        "amount_fen": [None] * count,
        "away": [0] * count,
        "excluded_by_id": [None] * count,
        "quiet": before.quiet[gone].tolist(),
    }
    states = [state_after(state, found=False) for state in before.state[gone].tolist()]
    storing.update(model, before.columns["id"][gone], values, states, before.state[gone], stamp=stamp)


def write_ahead(found: Ahead, *, low: str, high: str, on: date, stamp: Stamp, by: Any) -> int:
    """Replaces what the later day brings in a part of the city; returns how many rows stand there now."""
    MatchAhead.objects.visible_to(by, purpose="system").filter(
        scope_code__gte=low, scope_code__lt=high
    ).delete()
    _put_ahead(found, on, stamp)
    return len(found.household_id)


def write_coming(
    household_id: int, found: set[Coming], before: dict[Coming, int], stamp: Stamp, by: Any
) -> None:
    """The same for one household; what stands there already stays."""
    over = [key for row, key in before.items() if row not in found]
    if over:
        MatchAhead.objects.visible_to(by, purpose="system").filter(pk__in=over).delete()
    new = sorted((row for row in found if row not in before), key=_place)
    if new:
        count = len(new)
        columns: dict[str, list[Any]] = {name: [getattr(row, name) for row in new] for name in Coming._fields}
        columns |= {"scope_code": [stamp.scopes[0]] * count, "household_id": [household_id] * count}
        insert(MatchAhead, columns | {"counted_at": [stamp.at] * count})


def _place(row: Coming) -> tuple[int, int]:
    return row.resident_id or 0, row.measure_id


def _put_ahead(found: Ahead, on: date, stamp: Stamp) -> None:
    count = len(found.household_id)
    if not count:
        return
    insert(
        MatchAhead,
        {
            "scope_code": [stamp.scopes[place] for place in found.place.tolist()],
            "household_id": found.household_id.tolist(),
            "resident_id": _null(found.resident_id),
            "measure_id": found.measure_id.tolist(),
            "change": np.where(found.begins, "begins", "ends").tolist(),
            "on": [on] * count,
            "failed": found.failed.tolist(),
            "unknown": found.unknown.tolist(),
            "counted_at": [stamp.at] * count,
            "quiet": found.quiet.tolist(),
        },
    )


def ask_health_centre(found: Found, stamp: Stamp) -> int:
    """A neutral task per household in which something health-related was found; says nothing of what, once per household."""
    homes = {
        home: stamp.scopes[place]
        for home, place in zip(found.household_id.tolist(), found.place.tolist(), strict=True)
    }
    if not homes:
        return 0
    errands = [
        HealthErrand(scope_code=scope, household_id=home, asked_for_at=stamp.at)
        for home, scope in sorted(homes.items())
    ]
    HealthErrand._base_manager.bulk_create(errands, ignore_conflicts=True)
    return len(errands)
