"""The river: its outline is lost at the clip edge of the extract and is put together again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import shapely

from lianglin.places.seed.osm import Areas, Extract
from lianglin.places.seed.plane import to_metres

NAME = "松花江"
MUCH = 0.25
"""Metres of river centre line per square root of a face's area from which the face is water."""


def with_river(extract: Extract) -> Extract:
    """The same extract with the rebuilt river among its land."""
    land = extract.land
    return replace(extract, land=Areas(
        np.append(land.geometry, rebuild(extract)), np.append(land.kind, "water"), np.append(land.levels, 0)
    ))  # fmt: skip


def rebuild(extract: Extract) -> Any:
    """The river's water (degrees).

    The valid runs of the broken outline, their loose ends joined to the nearest side of the frame, and the frame
    itself bound faces; those with much river centre line are the river, less its islands.
    """
    frame = shapely.box(*extract.frame)
    shores = extract.shores
    ends = np.concatenate([shapely.get_point(shores, 0), shapely.get_point(shores, -1)])
    places, uses = np.unique(shapely.get_coordinates(ends), axis=0, return_counts=True)
    rim = shapely.get_exterior_ring(frame)
    loose = shapely.points(places[uses == 1])
    ties = shapely.shortest_line(loose, rim)
    noded = shapely.union_all(np.array([*shores, *shapely.get_parts(ties), rim], dtype=object))
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    rivers = extract.waterways.geometry[np.array(extract.waterways.name) == NAME]
    face, line = shapely.STRtree(rivers).query(faces, predicate="intersects")
    inside = shapely.length(to_metres(shapely.intersection(rivers[line], faces[face])))
    course = np.bincount(face, inside, len(faces)) / np.sqrt(shapely.area(to_metres(faces)))
    water = shapely.union_all(faces[course > MUCH])
    return shapely.difference(water, shapely.union_all(extract.islands))
