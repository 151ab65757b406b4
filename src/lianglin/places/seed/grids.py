"""Grids of 200-500 households inside each community: its buildings shared out, then the ground between them."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from lianglin.places.seed.plane import GRID, METRES, ORIGIN, polygons

FEWEST, USUAL, MOST = 200.0, 330.0, 500.0


def share_out(points: np.ndarray, households: np.ndarray) -> np.ndarray:
    """The grid (0, 1, …) of each building of one community. ``points`` are metres, n × 2.

    Weighted bisection into round(households / USUAL) parts, or one part more or fewer where that leaves fewer
    grids outside 200-500: a building is never cut, so tall ones make lumps.
    """
    usual = max(1, round(households.sum() / USUAL))
    best, least = np.zeros(len(points), dtype=np.int64), np.inf
    for parts in (usual, usual + 1, usual - 1, usual + 2):
        if not 1 <= parts <= len(points):
            continue
        label = np.zeros(len(points), dtype=np.int64)
        _bisect(points, households, np.arange(len(points)), parts, 0, label)
        size = np.bincount(label, households, parts)
        outside = float(((size < FEWEST) | (size > MOST)).sum())
        if outside < least:
            best, least = label, outside
        if not least:
            break
    return best


def _bisect(
    points: np.ndarray, weights: np.ndarray, chosen: np.ndarray, parts: int, first: int, label: np.ndarray
) -> None:
    """Give the ``chosen`` buildings the labels ``first`` … ``first + parts - 1``, cutting across their long side."""
    if parts == 1:
        label[chosen] = first
        return
    spot = points[chosen] - points[chosen].mean(axis=0)
    axis = np.linalg.eigh(spot.T @ spot)[1][:, 1]
    axis = axis * (
        1.0 if axis[0] - axis[1] >= 0 else -1.0
    )  # first half in the north-west, whatever LAPACK's sign
    order = chosen[np.argsort(np.round(spot @ axis, 6), kind="stable")]
    left = parts // 2
    running = np.cumsum(weights[order])
    cut = int(np.argmin(np.abs(running - running[-1] * left / parts))) + 1
    cut = min(max(cut, left), len(order) - (parts - left))
    _bisect(points, weights, order[:cut], left, first, label)
    _bisect(points, weights, order[cut:], parts - left, first + left, label)


def outlines(community: Any, points: np.ndarray, label: np.ndarray) -> list[Any]:
    """The polygon of every grid of one community (degrees, on the grid of 1e-6): the ground nearest its buildings.

    The outlines share out the whole community; they may differ by a grid step where three meet.
    """
    count = int(label.max()) + 1
    if count == 1:
        return [community]
    places = shapely.multipoints(points / METRES + ORIGIN)
    cells = shapely.get_parts(shapely.voronoi_polygons(places, extend_to=community, ordered=True))
    grounds = [shapely.coverage_union_all(cells[label == i]) for i in range(count)]
    return [polygons(part) for part in shapely.intersection(np.array(grounds), community, grid_size=GRID)]
