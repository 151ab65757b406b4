"""The city cut into faces: one noded line work for the whole city, polygonized once, cut again where it is full.

Street by street would not give a valid coverage: a road along a border would be noded differently on either side.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from lianglin.places.seed.osm import Extract
from lianglin.places.seed.plane import GRID, METRES, ORIGIN, to_metres

FULL = 3_000
"""A face with more households than this is cut."""
LIVING_STREET, FOOTWAY = 6, 8


@dataclass(frozen=True)
class Faces:
    """A valid coverage of all streets, in degrees on the grid of 1e-6, with each face's street (index)."""

    geometry: np.ndarray
    street: np.ndarray


def main_lines(extract: Extract, streets: np.ndarray) -> np.ndarray:
    """The line work of the first cut: street borders, roads down to living streets, running rails."""
    roads, rails = extract.roads, extract.rails
    return np.concatenate([
        shapely.boundary(streets),
        roads.geometry[(roads.kind <= LIVING_STREET) & ~roads.tunnel],
        rails.geometry[(rails.kind == 0) & ~rails.tunnel],
    ])  # fmt: skip


def cut(lines: np.ndarray, streets: np.ndarray) -> Faces:
    """Node ``lines`` on the grid, polygonize, and keep the faces inside a street.

    Where two street polygons overlap, a face goes to the lower index. Faces are ordered by their boxes, so that
    two runs agree whatever the order inside GEOS.
    """
    noded = shapely.union_all(lines, grid_size=GRID)
    geometry = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    face, street = shapely.STRtree(streets).query(shapely.point_on_surface(geometry), predicate="within")
    owner = np.full(len(geometry), len(streets))
    np.minimum.at(owner, face, street)
    inside = owner < len(streets)
    return _ordered(geometry[inside], owner[inside])


def _ordered(geometry: np.ndarray, street: np.ndarray) -> Faces:
    """Faces in the order of their boxes."""
    geometry = shapely.normalize(geometry)
    box = shapely.bounds(geometry)
    order = np.lexsort((shapely.area(geometry), box[:, 3], box[:, 2], box[:, 1], box[:, 0]))
    return Faces(geometry[order], street[order])


def locate(faces: Faces, points: np.ndarray) -> np.ndarray:
    """The face that holds each point, -1 outside the city. A point on a border goes to the lower index."""
    point, face = shapely.STRtree(faces.geometry).query(points, predicate="intersects")
    found = np.full(len(points), len(faces.geometry))
    np.minimum.at(found, point, face)
    found[found == len(faces.geometry)] = -1
    return found


def households(faces: Faces, points: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Households per face; points outside the city do not count."""
    face = locate(faces, points)
    inside = face >= 0
    return np.bincount(face[inside], weights[inside], minlength=len(faces.geometry))


def refine(faces: Faces, extract: Extract, points: np.ndarray, weights: np.ndarray) -> Faces:
    """Cut faces over FULL households: by service ways and footways inside them, then by weighted bisection."""
    full = np.flatnonzero(households(faces, points, weights) > FULL)
    roads = extract.roads
    small = roads.geometry[(roads.kind > LIVING_STREET) & (roads.kind <= FOOTWAY) & ~roads.tunnel]
    faces = _recut(faces, full, _inside(small, faces.geometry[full]))
    for _ in range(8):
        face = locate(faces, points)
        full = np.flatnonzero(np.bincount(face[face >= 0], weights[face >= 0], len(faces.geometry)) > FULL)
        if not full.size:
            break
        cuts = [_bisector(faces.geometry[i], points[face == i], weights[face == i]) for i in full]
        faces = _recut(faces, full, np.array(cuts, dtype=object))
    return faces


def _recut(faces: Faces, chosen: np.ndarray, lines: np.ndarray) -> Faces:
    """Cut the ``chosen`` faces along ``lines``; their neighbours get the new vertices on the borders they share."""
    touched = np.unique(
        shapely.STRtree(faces.geometry).query(faces.geometry[chosen], predicate="intersects")[1]
    )
    old = faces.geometry[touched]
    noded = shapely.union_all(np.concatenate([shapely.boundary(old), lines]), grid_size=GRID)
    pieces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    piece, parent = shapely.STRtree(old).query(shapely.point_on_surface(pieces), predicate="within")
    rest = np.setdiff1d(np.arange(len(faces.geometry)), touched)
    return _ordered(
        np.concatenate([faces.geometry[rest], pieces[piece]]),
        np.concatenate([faces.street[rest], faces.street[touched[parent]]]),
    )


def _inside(lines: np.ndarray, areas: np.ndarray) -> np.ndarray:
    """The parts of ``lines`` inside any of ``areas``."""
    line, area = shapely.STRtree(areas).query(lines, predicate="intersects")
    parts = shapely.get_parts(shapely.intersection(lines[line], areas[area]))
    return parts[shapely.get_dimensions(parts) == 1]


def _bisector(face: Any, points: np.ndarray, weights: np.ndarray) -> Any:
    """The straight cut across the long side of ``face`` that leaves half of the households on each side."""
    outline = to_metres(face)
    corners = shapely.get_coordinates(shapely.oriented_envelope(outline))[:3]
    sides = np.diff(corners, axis=0)
    lengths = np.hypot(*sides.T)
    along, across = sides[np.argsort(-lengths)] / np.sort(lengths)[::-1][:, None]
    places = shapely.get_coordinates(to_metres(points))
    position = places @ along
    order = np.argsort(position, kind="stable")
    share = np.cumsum(weights[order]) / weights.sum()
    half = min(int(np.searchsorted(share, 0.5)), len(order) - 2)
    middle = (position[order[half]] + position[order[half + 1]]) / 2
    centre = along * middle + across * (shapely.get_coordinates(shapely.centroid(outline))[0] @ across)
    reach = across * lengths.sum()
    cutter = shapely.LineString(np.array([centre - reach, centre + reach]) / METRES + ORIGIN)
    return shapely.intersection(
        cutter, shapely.buffer(face, 5 * GRID)
    )  # a little over, so that the ends node
