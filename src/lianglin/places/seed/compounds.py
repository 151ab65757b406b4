"""Residential compounds: the mapped ones, and invented courts in empty blocks; all of them with invented names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely

from lianglin.places.seed.faces import Faces
from lianglin.places.seed.osm import Extract
from lianglin.places.seed.plane import to_metres
from lianglin.places.seed.sources import Outline

SMALLEST_COURT, LARGEST_COURT = 4_000.0, 80_000.0
"""Square metres of a block that may become an invented court."""
SQUARE = 180.0
"""Metres of the lattice that cuts very large blocks."""
SETBACK = 7.0
"""Metres between a court's outline and the middle of the street around its block."""


@dataclass(frozen=True)
class Compounds:
    """Outlines in metres, ordered by key; ``invented`` marks a court that the map does not have."""

    key: list[str]
    geometry: np.ndarray
    invented: np.ndarray

    def __len__(self) -> int:
        return len(self.key)

    def take(self, index: np.ndarray) -> Compounds:
        """These compounds only, in this order."""
        return Compounds([self.key[i] for i in index], self.geometry[index], self.invented[index])

    def joined(self, other: Compounds) -> Compounds:
        """Both, one after the other."""
        return Compounds(
            self.key + other.key,
            np.concatenate([self.geometry, other.geometry]),
            np.concatenate([self.invented, other.invented]),
        )


def mapped(outlines: list[Outline], city: np.ndarray) -> Compounds:
    """The mapped compounds that touch a street of ``city`` (degrees); a smaller one cuts a hole into a larger."""
    geometry = np.array([outline.geometry for outline in outlines], dtype=object)
    inside = np.unique(shapely.STRtree(geometry).query(city, predicate="intersects")[1])
    metres = shapely.make_valid(to_metres(geometry[inside]))
    first, second = shapely.STRtree(metres).query(metres, predicate="intersects")
    area = shapely.area(metres)
    smaller = (area[second] < area[first]) | ((area[second] == area[first]) & (second < first))
    for large, small in zip(first[smaller], second[smaller], strict=True):
        metres[large] = shapely.difference(metres[large], metres[small])
    keys = [f"way-{outlines[i].osm}" for i in inside]
    return Compounds(keys, metres, np.zeros(len(keys), dtype=bool))


def empty_blocks(
    faces: Faces, extract: Extract, compounds: Compounds, wanted: np.ndarray
) -> tuple[Compounds, np.ndarray]:
    """Places in the ``wanted`` streets where a court may be invented, largest first, and the street of each.

    A place is what a block (or a square of 180 m of a very large one) has left inside its setback when compounds,
    parks, water and other used land are taken off, if that is a court's size and no mere sliver.
    """
    chosen = np.flatnonzero(np.isin(faces.street, wanted))
    blocks = to_metres(faces.geometry[chosen])
    big_enough = shapely.area(blocks) > SMALLEST_COURT
    blocks, street = _squares(blocks[big_enough], faces.street[chosen][big_enough])
    blocks = shapely.buffer(blocks, -SETBACK, join_style="mitre")
    used = to_metres(extract.land.geometry[~np.isin(extract.land.kind, ("green", "trade"))])
    free = _without(blocks, np.concatenate([used, compounds.geometry]))
    free = shapely.buffer(shapely.buffer(free, -8.0, join_style="mitre"), 8.0, join_style="mitre")
    parts, of = shapely.get_parts(free, return_index=True)
    area = shapely.area(parts)
    compact = 4 * np.pi * area / np.maximum(shapely.length(parts), 1.0) ** 2
    good = np.flatnonzero((area > SMALLEST_COURT) & (area < LARGEST_COURT) & (compact > 0.4))
    order = good[np.argsort(-area[good], kind="stable")]
    centre = np.round(shapely.get_coordinates(shapely.centroid(parts[order]))).astype(int)
    keys = [f"court{east:+d}{north:+d}" for east, north in centre]
    return Compounds(keys, parts[order], np.ones(len(keys), dtype=bool)), street[of[order]]


def _squares(blocks: np.ndarray, street: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Very large blocks cut by a lattice of SQUARE metres; the others as they are."""
    large = shapely.area(blocks) > 4 * SQUARE**2
    pieces, streets = [blocks[~large]], [street[~large]]
    for block, owner in zip(blocks[large], street[large], strict=True):
        west, south, east, north = np.floor(np.array(block.bounds) / SQUARE)
        x, y = np.meshgrid(np.arange(west, east + 1), np.arange(south, north + 1))
        squares = shapely.box(*(SQUARE * side.ravel() for side in (x, y, x + 1, y + 1)))
        shapely.prepare(block)
        squares = squares[shapely.intersects(block, squares)]
        pieces.append(shapely.intersection(squares, block))
        streets.append(np.full(len(squares), owner))
    return np.concatenate(pieces), np.concatenate(streets)


def _without(areas: np.ndarray, covers: np.ndarray) -> np.ndarray:
    """Each area less all ``covers`` that meet it."""
    area, cover = shapely.STRtree(covers).query(areas, predicate="intersects")
    result = areas.copy()
    for i in np.unique(area):
        result[i] = shapely.difference(areas[i], shapely.union_all(covers[cover[area == i]]))
    return result


def _parts(name: str) -> Iterator[str]:
    """Every run of three or more characters in a name, itself included."""
    for begin in range(len(name) - 2):
        for end in range(begin + 3, len(name) + 1):
            yield name[begin:end]


def invented_names(
    count: int, stems: list[str], suffixes: list[str], real: frozenset[str], seed: int
) -> list[str]:
    """``count`` different names, none of which is, holds or is held by a real one of three or more characters."""
    long = "\n".join(sorted(real))
    kept = frozenset(name for name in real if len(name) > 2)
    names = [
        stem + suffix
        for stem in stems
        for suffix in suffixes
        if stem[0] != stem[-1] and stem[-1] != suffix[-1] and stem + suffix not in long
    ]
    names = [name for name in names if kept.isdisjoint(_parts(name))]
    if len(names) < count:
        raise ValueError(
            f"only {len(names)} invented names for {count} compounds: add stems to the list of names"
        )
    return [names[i] for i in np.random.default_rng([seed, 1]).permutation(len(names))[:count]]
