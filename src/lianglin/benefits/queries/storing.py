"""Many stored matches brought to new values in one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from lianglin.benefits.models import HealthMatch, Match
from lianglin.benefits.queries.found import Ints

Model = type[Match] | type[HealthMatch]


@dataclass(frozen=True)
class Stamp:
    """Under which a run writes: rules, day, instant; each household's community by its place in the population."""

    digest: str
    on: date
    at: datetime
    scopes: Sequence[str]


_TYPES = {
    "answer": "smallint",
    "failed": "bigint",
    "unknown": "bigint",
    "amount_fen": "bigint",
    "away": "smallint",
    "excluded_by_id": "bigint",
    "quiet": "boolean",
}


def update(
    model: Model, keys: Ints, values: Mapping[str, list[Any]], states: list[str], before: Any, *, stamp: Stamp
) -> None:
    """One statement for many rows; ``state_at`` moves where the state does."""
    table = connection.ops.quote_name(model._meta.db_table)
    arrays = ", ".join(f"%s::{kind}[]" for kind in _TYPES.values())
    sets = ", ".join(f"{name} = u.{name}" for name in _TYPES)
    moved = [now != old for now, old in zip(states, before.tolist(), strict=True)]
    given: list[Any] = [
        *(stamp.on, stamp.digest, stamp.at, stamp.at, keys.tolist()),
        *(values[name] for name in _TYPES),
        *(states, moved),
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f'update {table} m set {sets}, state = u.state, "on" = %s, digest = %s, matched_at = %s, '
            "state_at = case when u.moved then %s else m.state_at end "
            f"from unnest(%s::bigint[], {arrays}, %s::text[], %s::boolean[]) u(id, {', '.join(_TYPES)}, state, moved) "
            "where m.id = u.id",
            given,
        )
