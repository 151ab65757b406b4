"""Open appeals of the same item at the same place, told to whoever is about to report: item, state, since when.

The function runs as its owner, since nobody outside may read appeals; it gives no title, no text, no person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from lianglin.appeals import rules
from lianglin.appeals.models import Item
from lianglin.kit import clock
from lianglin.places.search import Spot

WITHIN = timedelta(days=90)
MOST = 5

FUNCTION = """
create or replace function appeals_similar(
    i text, radius integer, s text, b bigint, x float8, y float8, since timestamptz, ends text[]
) returns table (state text, opened_at timestamptz)
language sql stable security definer set search_path = public, pg_temp as $$
    select c.state, a.opened_at
    from appeals_appeal a join cases_case c on c.id = a.case_id
    where a.item_id in (select id from appeals_item where code = i) and a.opened_at > since
      and a.scope_code = s and not c.state = any(ends)
      and (c.building_id = b or (radius > 0 and x is not null
           and abs(c.lat - y) * 111140 <= radius and abs(c.lon - x) * 111320 * cos(radians(y)) <= radius))
    order by a.opened_at
    limit 5
$$"""


def install(cursor: Any) -> None:
    """Creates or replaces the function; every role may call it."""
    cursor.execute(FUNCTION)


@dataclass(frozen=True)
class Similar:
    """One open appeal of the same kind here: nothing about who reported it, or what they wrote."""

    item_label: str
    state: str
    state_label: str
    since: datetime


def similar(item: Item | None, spot: Spot, *, lon: float | None, lat: float | None) -> list[Similar]:
    """Open appeals of the item at the same building or within its radius, oldest first, five at most.

    None for an item whose repeats are no duplicates (radius -1), or without an item. One query.
    """
    if item is None or item.duplicate_radius_m < 0:
        return []
    ends = [state.code for state in rules.LIFECYCLE.states if state.final or state.settled]
    building = spot.building
    if building is not None and lon is None:
        lon, lat = building.lon, building.lat
    with connection.cursor() as cursor:
        cursor.execute(
            "select * from appeals_similar(%s, %s, %s, %s::bigint, %s::float8, %s::float8, %s, %s)",
            [
                item.code,
                item.duplicate_radius_m,
                spot.community.scope_code,
                building.pk if building else None,
                lon,
                lat,
                clock.now() - WITHIN,
                ends,
            ],
        )
        rows = cursor.fetchall()
    return [
        Similar(item.label, state, str(rules.LIFECYCLE.state(state).label), since) for state, since in rows
    ]
