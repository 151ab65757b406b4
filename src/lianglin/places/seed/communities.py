"""Communities heaped from faces: each street is shared into areas of 1,000-3,000 households with borders on roads."""

from __future__ import annotations

import heapq
import itertools
from dataclasses import dataclass, field

import numpy as np
import shapely

from lianglin.places.seed.faces import Faces
from lianglin.places.seed.plane import GRID, METRES, to_metres

TYPICAL = 1_520.0
"""Households from which a street's number of communities follows; the heap ends somewhat above it."""
FEWEST, MOST = 1_000, 3_000
FULL_ENOUGH = 0.7
"""A region under this share of its street's target joins a neighbour."""
BORDER_WEIGHT, OVERSHOOT_WEIGHT, ROOM = 0.9, 3.0, 1.3


@dataclass
class _Region:
    """Faces heaped so far: square metres, metres of outline, households, shared outline with each neighbour."""

    households: float
    area: float
    perimeter: float
    target: float
    faces: list[int]
    shared: dict[int, float] = field(default_factory=dict)

    def score(self, other: _Region, shared: float) -> float:
        """How good it would be to join ``other``: a round shape, much common border, no overshoot."""
        perimeter = max(self.perimeter + other.perimeter - 2 * shared, 1.0)
        compactness = 4 * np.pi * (self.area + other.area) / perimeter**2
        households = self.households + other.households
        overshoot = max(0.0, households / self.target - ROOM) + (households > MOST)
        border = shared / min(self.perimeter, other.perimeter)
        return compactness + BORDER_WEIGHT * border - OVERSHOOT_WEIGHT * overshoot


def shared_borders(geometry: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pairs of faces (first < second) of a valid coverage on the grid, and the metres of border they share."""
    rings, face = shapely.get_rings(geometry, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    whole = np.round(points / GRID).astype(np.int64)
    vertex = np.unique(whole[:, 0] * 2**32 + whole[:, 1], return_inverse=True)[1]
    same = ring[1:] == ring[:-1]
    low, high = np.minimum(vertex[1:], vertex[:-1])[same], np.maximum(vertex[1:], vertex[:-1])[same]
    length = np.linalg.norm(np.diff(points, axis=0)[same] * METRES, axis=1)
    owner = face[ring[1:]][same]
    order = np.lexsort((owner, high, low))
    low, high, length, owner = low[order], high[order], length[order], owner[order]
    twin = (low[1:] == low[:-1]) & (high[1:] == high[:-1]) & (owner[1:] != owner[:-1])
    pair = owner[:-1][twin] * np.int64(len(geometry)) + owner[1:][twin]
    pairs, where = np.unique(pair, return_inverse=True)
    return pairs // len(geometry), pairs % len(geometry), np.bincount(where, length[:-1][twin])


def heap(faces: Faces, households: np.ndarray) -> np.ndarray:
    """The community (0, 1, …) of every face. Communities never cross a street's border."""
    regions = _regions(faces, households)
    queue = [(r.households / r.target, r.area, i) for i, r in enumerate(regions)]
    heapq.heapify(queue)
    alive: dict[int, _Region] = dict(enumerate(regions))
    while queue and queue[0][0] < FULL_ENOUGH:
        share, area, small = heapq.heappop(queue)
        region = alive.get(small)
        if region is None or (region.households / region.target, region.area) != (share, area):
            continue
        if not region.shared:
            continue  # a part of the street that lies apart
        scores = [(region.score(alive[j], shared), -j) for j, shared in region.shared.items()]
        large = -max(scores)[1]
        _merge(alive, large, small)
        joined = alive[large]
        heapq.heappush(queue, (joined.households / joined.target, joined.area, large))
    _attach_strays(alive, faces)
    _rescue(alive)
    community = np.empty(len(faces.geometry), dtype=np.int64)
    for number, key in enumerate(sorted(alive)):
        community[alive[key].faces] = number
    return community


def _regions(faces: Faces, households: np.ndarray) -> list[_Region]:
    """One region per face, with its neighbours in the same street."""
    metres = to_metres(faces.geometry)
    total = np.bincount(faces.street, households)
    target = (total / np.maximum(1, np.round(total / TYPICAL)))[faces.street]
    columns = (households, shapely.area(metres), shapely.length(metres), np.maximum(target, 1.0))
    regions = [
        _Region(*(float(v) for v in row), faces=[i]) for i, row in enumerate(zip(*columns, strict=True))
    ]
    first, second, shared = shared_borders(faces.geometry)
    within = faces.street[first] == faces.street[second]
    for i, j, metre in zip(first[within], second[within], shared[within], strict=True):
        regions[i].shared[int(j)] = regions[j].shared[int(i)] = float(metre)
    return regions


def _merge(alive: dict[int, _Region], large: int, small: int) -> None:
    """``small`` becomes a part of ``large``."""
    into, gone = alive[large], alive.pop(small)
    common = into.shared.pop(small, 0.0)
    into.perimeter += gone.perimeter - 2 * common
    into.area += gone.area
    into.households += gone.households
    into.faces += gone.faces
    for neighbour, metre in gone.shared.items():
        if neighbour != large:
            other = alive[neighbour].shared
            other.pop(small)
            other[large] = into.shared[neighbour] = into.shared.get(neighbour, 0.0) + metre


def _attach_strays(alive: dict[int, _Region], faces: Faces) -> None:
    """A part of a street that lies apart and is too small goes to the nearest community of its street."""
    strays = [i for i, r in alive.items() if not r.shared and r.households < FULL_ENOUGH * r.target]
    for stray in sorted(strays):
        street = faces.street[stray]
        others = [i for i in sorted(alive) if i != stray and faces.street[i] == street]
        if others:
            here = shapely.union_all(faces.geometry[alive[stray].faces])
            apart = [shapely.distance(faces.geometry[alive[i].faces], here).min() for i in others]
            _merge(alive, others[int(np.argmin(apart))], stray)


def _rescue(alive: dict[int, _Region]) -> None:
    """A community under FEWEST joins the neighbour with the fewest households if both fit under MOST."""
    for small in sorted(alive, key=lambda i: (alive[i].households, i)):
        region = alive.get(small)
        if region is None or region.households >= FEWEST:
            continue
        fits = [j for j in region.shared if region.households + alive[j].households <= MOST]
        if fits:
            _merge(alive, min(fits, key=lambda j: (alive[j].households, j)), small)


def dissolve(geometry: np.ndarray, group: np.ndarray) -> np.ndarray:
    """The union of the faces of every group 0 … n-1; vertices are kept, so the result is again a coverage."""
    order = np.argsort(group, kind="stable")
    starts = np.searchsorted(group[order], np.arange(group.max() + 2))
    parts = (geometry[order[a:b]] for a, b in itertools.pairwise(starts))
    return shapely.normalize(np.array([shapely.coverage_union_all(part) for part in parts], dtype=object))


def north_west_first(points: np.ndarray) -> np.ndarray:
    """Sort key of ``points`` (metres, n × 2): small in the north-west, large in the south-east."""
    return points[:, 0] - points[:, 1]


def fill_order(
    street: np.ndarray, district: np.ndarray, households: np.ndarray, points: np.ndarray, start: int
) -> np.ndarray:
    """Rank of every community in the fixed order in which ``--residents N`` fills the city.

    First the whole street ``start``; then in each other district the community with the most usual size; then
    street by street, the nearest to ``start`` first. ``points`` are metres; communities come sorted by code.
    """
    first = np.flatnonzero(street == start)
    others = [d for d in np.unique(district) if d != district[first[0]]]
    usual = np.abs(households - np.median(households))
    samples = [int(np.argmin(np.where(district == d, usual, np.inf))) for d in others]
    centre = points[first].mean(axis=0)
    apart = {s: np.linalg.norm(points[street == s] - centre, axis=1).mean() for s in np.unique(street)}
    rest = sorted(range(len(street)), key=lambda i: (apart[street[i]], i))
    order = np.array(list(dict.fromkeys([*first.tolist(), *samples, *rest])))
    rank = np.empty(len(street), dtype=np.int64)
    rank[order] = np.arange(len(street))
    return rank
