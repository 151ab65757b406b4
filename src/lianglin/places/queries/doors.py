"""From words or a point to a building: addresses looked up, the nearest door."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from lianglin.kit.held import held
from lianglin.places.models import Building
from lianglin.places.queries import cover
from lianglin.places.rules.addresses import Address, parse
from lianglin.places.rules.datum import METRES


@dataclass(frozen=True)
class _Doors:
    """All buildings as points on a plane in metres, with a tree over them."""

    tree: object
    ids: np.ndarray
    lon: np.ndarray
    lat: np.ndarray
    squeeze: float


@held
def _doors() -> _Doors | None:
    """Some ten thousand points; two arrays and a tree, read once."""
    from scipy.spatial import cKDTree

    rows = list(Building.objects.values_list("id", "lon", "lat").order_by("id"))
    if not rows:
        return None
    ids = np.array([row[0] for row in rows])
    lon, lat = np.array([row[1] for row in rows]), np.array([row[2] for row in rows])
    squeeze = math.cos(math.radians(float(np.median(lat))))
    return _Doors(cKDTree(np.column_stack([lon * squeeze, lat]) * METRES), ids, lon, lat, squeeze)


@dataclass(frozen=True)
class Near:
    """A building with its distance in metres, as the crow flies."""

    building: Building
    metres: int


def nearest(lon: float, lat: float, *, count: int = 1, within: float = 500.0) -> list[Near]:
    """The buildings nearest to a point (WGS84 degrees), the nearest first, none farther than ``within`` metres."""
    doors = _doors()
    if doors is None:
        return []
    distances, places = doors.tree.query(  # pyright: ignore[reportAttributeAccessIssue] - scipy has no types for it
        [lon * doors.squeeze * METRES, lat * METRES],
        k=min(count, len(doors.ids)),
        distance_upper_bound=within,
    )
    pairs = [
        (int(doors.ids[n]), float(d)) for d, n in zip(np.atleast_1d(distances), np.atleast_1d(places), strict=True)
        if n < len(doors.ids)
    ]  # fmt: skip
    rows = Building.objects.defer("footprint").select_related("community").in_bulk([pk for pk, _d in pairs])
    return [Near(rows[pk], round(d)) for pk, d in pairs if pk in rows]


@dataclass(frozen=True)
class Located:
    """An address with what the register knows of it: the building, else the compound's or community's key."""

    address: Address
    key: str
    label: str
    where: str


def locate(text: str) -> tuple[Address, list[Located]]:
    """An address taken apart, and the places of the register that fit it, best first, eight at most."""
    from lianglin.places.search import search

    parsed = parse(text)
    names = [
        n
        for n in (
            parsed.compound,
            f"{parsed.road}{parsed.number}号" if parsed.number else parsed.road,
            parsed.community,
        )
        if n
    ]
    found: dict[str, Located] = {}
    codes = {
        c.scope_code
        for c in cover().communities
        if parsed.community and c.name.startswith(parsed.community[:-2])
    }
    for name in [*names, *([parsed.left] if parsed.left and not names else [])]:
        question = f"{name}{parsed.building}号楼" if parsed.building else name
        for hit in search(question, limit=8):
            if not codes or hit.community_code in codes or hit.kind == "division":
                found.setdefault(hit.key, Located(parsed, hit.key, hit.label, hit.where))
    return parsed, list(found.values())[:8]
