"""Mapbox vector tiles from arrays: all features of a layer at once (a loop over vertices is ten times slower)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from mapbox_vector_tile.Mapbox import vector_tile_pb2

EXTENT = 4096
POINT, LINE, POLYGON = 1, 2, 3
MOVE_TO, LINE_TO, CLOSE = 1, 2, 7
KIND = {0: POINT, 1: LINE, 2: POLYGON}


@dataclass(frozen=True)
class Layer:
    """One layer of a tile: geometries of one dimension in tile units (y down, 0-EXTENT) and their properties."""

    name: str
    geometry: np.ndarray
    properties: Sequence[dict[str, str | int]]


def encode(layers: list[Layer]) -> bytes:
    """The tile as protobuf bytes; b'' if no feature is left once coordinates are whole."""
    tile = vector_tile_pb2.tile()
    for layer in layers:
        _add(tile, layer)
    return tile.SerializeToString(deterministic=True)


def _add(tile: Any, layer: Layer) -> None:
    if not len(layer.geometry):
        return
    dimension = int(shapely.get_dimensions(layer.geometry).max())
    feature, commands, ends = (_points if dimension == 0 else _paths)(layer.geometry, dimension)
    if not feature.size:
        return
    target = tile.layers.add()
    target.name, target.version, target.extent = layer.name, 2, EXTENT
    keys: dict[str, int] = {}
    values: dict[str | int, int] = {}
    flat, start = commands.tolist(), 0
    for index, end in zip(feature.tolist(), ends.tolist(), strict=True):
        row = target.features.add()
        row.type = KIND[dimension]
        for key, value in layer.properties[index].items():
            row.tags.append(keys.setdefault(key, len(keys)))
            row.tags.append(values.setdefault(value, len(values)))
        row.geometry.extend(flat[start:end])
        start = end
    target.keys.extend(keys)
    for value in values:
        entry = target.values.add()
        if isinstance(value, str):
            entry.string_value = value
        else:
            entry.uint_value = value


def _zigzag(values: np.ndarray) -> np.ndarray:
    return (values << 1) ^ (values >> 63)


def _points(geometry: np.ndarray, _dimension: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Feature indexes, all their commands, and where each feature's commands end."""
    places = _zigzag(np.round(shapely.get_coordinates(geometry)).astype(np.int64))
    commands = np.column_stack([np.full(len(places), MOVE_TO | 1 << 3), places])
    return np.arange(len(places)), commands.ravel(), np.arange(1, len(places) + 1) * 3


def _paths(geometry: np.ndarray, dimension: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The same for lines (dimension 1) and polygons (2), without what rounding made degenerate."""
    parts, feature = shapely.get_parts(geometry, return_index=True)
    keep = shapely.get_dimensions(parts) == dimension
    parts, feature = parts[keep], feature[keep]
    if dimension == 2:
        parts, of = shapely.get_rings(shapely.orient_polygons(parts), return_index=True)
        outer = np.append(True, of[1:] != of[:-1])[: len(of)]
        feature = feature[of]
    else:
        outer = of = np.arange(len(parts))
    points, path = shapely.get_coordinates(parts, return_index=True)
    points = np.round(points).astype(np.int64)
    good = np.ones(len(points), dtype=bool)
    good[1:] = (path[1:] != path[:-1]) | (points[1:] != points[:-1]).any(axis=1)
    points, path = points[good], path[good]
    alive = _alive(points, path, len(parts), dimension, outer, of)
    written = alive[path]
    if dimension == 2:  # a ring's last point is its first and not written
        written &= np.append(path[1:] == path[:-1], False)
    points, path = points[written], path[written]
    return _commands(points, path, feature, close=dimension == 2)


def _alive(
    points: np.ndarray, path: np.ndarray, count: int, dimension: int, outer: np.ndarray, of: np.ndarray
) -> np.ndarray:
    """Which paths still are lines, or rings of the right turn whose outer ring is one too."""
    if dimension == 1:
        return np.bincount(path, minlength=count) > 1
    same = path[1:] == path[:-1]
    cross = points[:-1, 0] * points[1:, 1] - points[1:, 0] * points[:-1, 1]
    turn = np.bincount(path[:-1][same], cross[same], count)
    right = np.where(outer, turn > 0, turn < 0)
    return right & right[np.flatnonzero(outer)[of]] if count else right


def _commands(
    points: np.ndarray, path: np.ndarray, feature: np.ndarray, *, close: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Lay out MoveTo, LineTo and ClosePath for all paths in one array of whole numbers."""
    if not len(points):
        nothing = np.empty(0, dtype=np.int64)
        return nothing, nothing, nothing
    first = np.flatnonzero(np.append(True, path[1:] != path[:-1]))
    size = np.diff(np.append(first, len(points)))
    owner = feature[path[first]]
    step = np.diff(points, axis=0, prepend=0)
    new = np.append(True, owner[1:] != owner[:-1])
    step[first[new]] = points[first[new]]
    length = 2 + 2 * size + close
    start = np.cumsum(length) - length
    order = np.arange(len(points)) - np.repeat(first, size)
    place = np.repeat(start, size) + 1 + 2 * order + (order > 0)
    out = np.empty(length.sum(), dtype=np.int64)
    out[start] = MOVE_TO | 1 << 3
    out[start + 3] = LINE_TO | (size - 1) << 3
    out[place], out[place + 1] = _zigzag(step).T
    if close:
        out[start + length - 1] = CLOSE | 1 << 3
    last = np.append(np.flatnonzero(new)[1:] - 1, len(owner) - 1)
    return owner[new], out, (start + length)[last]
