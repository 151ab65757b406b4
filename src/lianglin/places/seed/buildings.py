"""Residential buildings of the compounds, with doors: mapped footprints where there are some, else rows of slabs.

How tall a compound is, is drawn for the compound as a whole; every number is sample data.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely

from lianglin.places.seed.compounds import Compounds
from lianglin.places.seed.osm import HOMES, Areas, Extract
from lianglin.places.seed.plane import to_metres

OCCUPIED = 0.93
"""Households per door."""
MAPPED_COVERAGE = 0.10
"""Share of a compound under mapped footprints from which they are taken as its buildings."""
MOST_DOORS = 264
"""Of one building, so that a grid of 200-500 households can be made of whole buildings."""
MOST_CROWDED = 520
"""The same when doors are multiplied for a load test."""
DENSEST = 12_000.0
"""Households per square kilometre of a street to which the floors are lowered."""


@dataclass(frozen=True)
class Shape:
    """How the slabs of a compound stand: metres, and doors per floor and unit."""

    unit: float
    depth: float
    gap: float
    doors: int


SLAB = Shape(unit=13.0, depth=12.0, gap=22.0, doors=2)
TOWER = Shape(unit=24.0, depth=16.0, gap=46.0, doors=4)


@dataclass(frozen=True)
class Buildings:
    """Columns, one row a building: footprint in metres, compound (index), counts."""

    footprint: np.ndarray
    compound: np.ndarray
    floors: np.ndarray
    units: np.ndarray
    doors: np.ndarray
    """Doors per floor and unit."""

    def __len__(self) -> int:
        return len(self.footprint)

    @property
    def households(self) -> np.ndarray:
        """Expected households of each building (a fraction: round sums, not rows)."""
        return OCCUPIED * self.floors * self.units * self.doors

    def take(self, index: np.ndarray) -> Buildings:
        """These buildings only, in this order."""
        return Buildings(*(column[index] for column in vars(self).values()))

    def joined(self, other: Buildings) -> Buildings:
        """Both, one after the other."""
        pairs = zip(vars(self).values(), vars(other).values(), strict=True)
        return Buildings(*(np.concatenate(pair) for pair in pairs))


def build(compounds: Compounds, extract: Extract, seed: int) -> Buildings:
    """Buildings of all ``compounds``; a compound too small for one has none."""
    tall, storeys = _heights(compounds, seed)
    mapped = _mapped(compounds, extract.buildings, tall, storeys)
    bare = np.setdiff1d(np.arange(len(compounds)), np.unique(mapped.compound))
    obstacles = _obstacles(extract)
    low = _rows(compounds, bare[~tall[bare]], SLAB, storeys, obstacles)
    high = _rows(compounds, bare[tall[bare]], TOWER, storeys, obstacles)
    buildings = mapped.joined(low).joined(high)
    spare = np.maximum(1, MOST_DOORS // (buildings.floors * buildings.doors))
    return replace(buildings, units=np.minimum(buildings.units, spare))


def _heights(compounds: Compounds, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Whether each compound is of towers, and its floors. Towers stand on larger ground, away from the old town."""
    area = shapely.area(compounds.geometry)
    centre = shapely.get_coordinates(shapely.centroid(compounds.geometry))
    away = np.clip(np.hypot(*centre.T) / 8_000.0, 0.0, 1.0)
    draw = np.array(
        [np.random.default_rng([seed, 2, *key.encode()]).random(2) for key in compounds.key]
    ).reshape(-1, 2)
    chance = np.clip((area - 8_000.0) / 60_000.0, 0.0, 1.0) * (0.36 + 0.5 * away)
    tall = (draw[:, 0] < chance) & ~compounds.invented
    storeys = np.where(tall, 18 + np.floor(draw[:, 1] * 16), 6 + np.floor(draw[:, 1] * 3))
    return tall, storeys.astype(np.int64)


def _mapped(compounds: Compounds, mapped: Areas, tall: np.ndarray, storeys: np.ndarray) -> Buildings:
    """The mapped footprints of every compound that has enough of them."""
    homes = np.isin(mapped.kind, list(HOMES)) & (shapely.get_type_id(mapped.geometry) == 3)
    levels, footprint = mapped.levels[homes], to_metres(mapped.geometry[homes])
    row, compound = shapely.STRtree(compounds.geometry).query(shapely.centroid(footprint), predicate="within")
    row, first = np.unique(row, return_index=True)
    compound, levels, footprint = compound[first], levels[row], footprint[row]
    area = shapely.area(footprint)
    fits = (area > 90.0) & (area < 4_000.0)
    cover = np.bincount(compound[fits], area[fits], minlength=len(compounds)) / shapely.area(
        compounds.geometry
    )
    fits &= (cover >= MAPPED_COVERAGE)[compound]
    compound, levels, footprint, area = compound[fits], levels[fits], footprint[fits], area[fits]
    length, depth = _sides(footprint)
    floors = np.where(levels > 0, levels, storeys[compound])
    slender = (levels == 0) & ((depth < 10.0) | (area < 180.0))
    floors = np.where(slender, np.minimum(floors, 7), floors)
    high = floors > 9
    units = np.clip(np.round(length / np.where(high, 26.0, 17.0)), 1, np.where(high, 3, 6)).astype(np.int64)
    doors = np.clip(np.round(area / units / np.where(high, 95.0, 85.0)), 1, np.where(high, 4, 3)).astype(
        np.int64
    )
    return Buildings(footprint, compound, floors.astype(np.int64), units, doors)


def _sides(footprint: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Length and depth of each footprint's smallest box, metres."""
    corners = shapely.get_coordinates(shapely.oriented_envelope(footprint)).reshape(-1, 5, 2)
    sides = np.linalg.norm(np.diff(corners[:, :3], axis=1), axis=2)
    return sides.max(axis=1), sides.min(axis=1)


def _obstacles(extract: Extract) -> np.ndarray:
    """What no invented slab may stand on: large buildings that are no homes, roads, rails, water (metres)."""
    kinds = np.isin(extract.buildings.kind, list(HOMES))
    water = extract.land.geometry[extract.land.kind == "water"]
    roads = extract.roads.geometry[(extract.roads.kind <= 5) & ~extract.roads.tunnel]
    return np.concatenate([
        to_metres(extract.buildings.geometry[~kinds]), to_metres(water), to_metres(roads),
        to_metres(extract.rails.geometry),
    ])  # fmt: skip


def _turn(compounds: Compounds) -> np.ndarray:
    """The angle of each compound's most east-west edge of 25 m or more, radians in ±45° (0 if it has none)."""
    lines = shapely.get_exterior_ring(_largest(shapely.simplify(compounds.geometry, 3.0)))
    points, of = shapely.get_coordinates(lines, return_index=True)
    step, same = np.diff(points, axis=0), of[1:] == of[:-1]
    step, of = step[same], of[:-1][same]
    angle = np.arctan2(step[:, 1], step[:, 0])
    angle -= np.pi * np.round(angle / np.pi)
    usable = (np.hypot(*step.T) >= 25.0) & (np.abs(angle) <= np.pi / 4)
    of, angle = of[usable], angle[usable]
    order = np.lexsort((angle, np.abs(angle), of))
    of, first = np.unique(of[order], return_index=True)
    turn = np.zeros(len(compounds))
    turn[of] = angle[order][first]
    return turn


def _largest(geometry: np.ndarray) -> np.ndarray:
    """The largest polygon of each (multi)polygon."""
    parts, of = shapely.get_parts(geometry, return_index=True)
    order = np.lexsort((-shapely.area(parts), of))
    return parts[order][np.unique(of[order], return_index=True)[1]]


def _rows(
    compounds: Compounds, chosen: np.ndarray, shape: Shape, storeys: np.ndarray, obstacles: np.ndarray
) -> Buildings:
    """Slabs in rows over the ``chosen`` compounds: unit by unit where the ground is free, then joined."""
    if not chosen.size:
        return Buildings(np.empty(0, dtype=object), *(np.empty(0, dtype=np.int64) for _ in range(4)))
    turn = _turn(compounds)[chosen]
    ground = shapely.buffer(compounds.geometry[chosen], -2.0, join_style="mitre")
    most = np.where(shape is TOWER, 2, 3 + storeys[chosen] % 3)
    cells = [
        _lattice(ground[i], turn[i], shape, most[i]) for i in range(len(chosen)) if not ground[i].is_empty
    ]
    owner = np.repeat(np.flatnonzero(~shapely.is_empty(ground)), [len(c) for c in cells])
    cells = np.concatenate(cells)
    frame = turn[owner]
    free = _free(ground, owner, _boxes(cells, frame, shape, shape.unit), obstacles)
    owner, cells, frame = owner[free], cells[free], frame[free]
    starts = np.ones(len(cells), dtype=bool)
    starts[1:] = (
        (owner[1:] != owner[:-1]) | (cells[1:, 2] != cells[:-1, 2]) | (cells[1:, 3] != cells[:-1, 3] + 1)
    )
    first = np.flatnonzero(starts)
    units = np.diff(np.append(first, len(cells)))
    footprint = _boxes(cells[first], frame[first], shape, units * shape.unit)
    compound = chosen[owner[first]]
    return Buildings(footprint, compound, storeys[compound], units, np.full(len(first), shape.doors))


def _lattice(ground: Any, turn: float, shape: Shape, most: int) -> np.ndarray:
    """Places for units in the compound's own frame: columns left, bottom, row, column. Every (most + 1)-th place
    of a row is left out, so that a slab has at most ``most`` units."""
    cos, sin = np.cos(turn), np.sin(turn)
    points = shapely.get_coordinates(ground) @ np.array([[cos, -sin], [sin, cos]])
    (west, south), (east, north) = points.min(axis=0), points.max(axis=0)
    pitch = shape.depth + shape.gap
    rows, columns = int((north - south + shape.gap) // pitch), int((east - west) // shape.unit)
    if rows < 1 or columns < 1:
        return np.empty((0, 4))
    row, column = (axis.ravel() for axis in np.mgrid[0:rows, 0:columns])
    left = west + (east - west - columns * shape.unit) / 2 + column * shape.unit
    bottom = south + (north - south - (rows * pitch - shape.gap)) / 2 + row * pitch
    return np.column_stack([left, bottom, row, column])[column % (most + 1) != most]


def _boxes(cells: np.ndarray, turn: np.ndarray, shape: Shape, width: float | np.ndarray) -> np.ndarray:
    """Rectangles of ``width`` by the shape's depth at ``cells``, turned into the common frame."""
    left, bottom = cells[:, 0], cells[:, 1]
    right, top = left + width, bottom + shape.depth
    x, y = np.stack([left, right, right, left], axis=1), np.stack([bottom, bottom, top, top], axis=1)
    cos, sin = np.cos(turn)[:, None], np.sin(turn)[:, None]
    corners = np.stack([x * cos - y * sin, x * sin + y * cos], axis=2)
    return np.asarray(shapely.polygons(corners), dtype=object)


def _free(ground: np.ndarray, owner: np.ndarray, boxes: np.ndarray, obstacles: np.ndarray) -> np.ndarray:
    """Which boxes lie wholly on their own ground and on no obstacle."""
    shapely.prepare(ground)
    free = shapely.covers(ground[owner], boxes)
    inside = np.flatnonzero(free)
    hit = shapely.STRtree(obstacles).query(boxes[inside], predicate="intersects")[0]
    free[inside[hit]] = False
    return free


def thinned(buildings: Buildings, street: np.ndarray, square_km: np.ndarray) -> Buildings:
    """Lower the floors in every street (index per building) over DENSEST households per km², never below four."""
    floors = buildings.floors
    for _ in range(6):
        total = np.bincount(street, replace(buildings, floors=floors).households, len(square_km))
        factor = np.minimum(1.0, DENSEST * square_km / np.maximum(total, 1.0))[street]
        floors = np.maximum(np.minimum(floors, 4), np.floor(floors * factor + 0.5).astype(np.int64))
    return replace(buildings, floors=floors)


def crowded(buildings: Buildings, factor: float) -> Buildings:
    """``factor`` times the doors on every floor, for load tests; a building keeps within MOST_CROWDED doors."""
    if factor == 1.0:
        return buildings
    doors = np.maximum(1, np.round(buildings.doors * factor)).astype(np.int64)
    most = MOST_CROWDED // (buildings.floors * buildings.units)
    return replace(buildings, doors=np.maximum(1, np.minimum(doors, most)))


def moved(buildings: Buildings, compound: np.ndarray) -> Buildings:
    """The same buildings with other compound indexes."""
    return replace(buildings, compound=compound)
