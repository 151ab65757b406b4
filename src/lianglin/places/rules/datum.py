"""Coordinate systems of Chinese maps: WGS-84, GCJ-02 (Amap, Tencent), BD-09 (Baidu), and telling them apart.

GCJ-02 and BD-09 are published offsets of WGS-84 of some hundred metres, applied inside China only; the formulas
are those that the open projects of the field have used for years (ellipsoid Krasovsky 1940). The way back is by
fixed-point iteration, to less than a centimetre. Everything works on arrays of degrees.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

Datum = Literal["wgs84", "gcj02", "bd09"]
DATUMS: tuple[Datum, ...] = ("wgs84", "gcj02", "bd09")
_A, _EE = 6378245.0, 0.00669342162296594323
_X_PI = np.pi * 3000.0 / 180.0
_ROUNDS = 8
METRES = 111_320.0
"""Metres of a degree of latitude."""
Array = Any
"""A float64 array of degrees, or one float."""


def in_china(lon: Array, lat: Array) -> Array:
    """Whether the offset applies: the rectangle that the formulas' users agree on."""
    return (lon > 72.004) & (lon < 137.8347) & (lat > 0.8293) & (lat < 55.8271)


def _offset(lon: Array, lat: Array) -> tuple[Array, Array]:
    x, y = lon - 105.0, lat - 35.0
    wave = (20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)) * 2.0 / 3.0
    d_lat = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x)) + wave
    d_lat += (20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    d_lat += (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    d_lon = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x)) + wave
    d_lon += (20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    d_lon += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    radians = lat / 180.0 * np.pi
    magic = 1.0 - _EE * np.sin(radians) ** 2
    d_lat = d_lat * 180.0 / ((_A * (1.0 - _EE)) / (magic * np.sqrt(magic)) * np.pi)
    d_lon = d_lon * 180.0 / (_A / np.sqrt(magic) * np.cos(radians) * np.pi)
    inside = in_china(lon, lat)
    return np.where(inside, d_lon, 0.0), np.where(inside, d_lat, 0.0)


def wgs84_to_gcj02(lon: Array, lat: Array) -> tuple[Array, Array]:
    """Degrees of WGS-84 as GCJ-02."""
    d_lon, d_lat = _offset(lon, lat)
    return lon + d_lon, lat + d_lat


def gcj02_to_wgs84(lon: Array, lat: Array) -> tuple[Array, Array]:
    """Degrees of GCJ-02 as WGS-84, by iteration."""
    x, y = lon, lat
    for _round in range(_ROUNDS):
        d_lon, d_lat = _offset(x, y)
        x, y = lon - d_lon, lat - d_lat
    return x, y


def gcj02_to_bd09(lon: Array, lat: Array) -> tuple[Array, Array]:
    """Degrees of GCJ-02 as BD-09."""
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _X_PI)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _X_PI)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def bd09_to_gcj02(lon: Array, lat: Array) -> tuple[Array, Array]:
    """Degrees of BD-09 as GCJ-02, by iteration."""
    x, y = lon - 0.0065, lat - 0.006
    for _round in range(_ROUNDS):
        fx, fy = gcj02_to_bd09(x, y)
        x, y = x + lon - fx, y + lat - fy
    return x, y


def to_wgs84(lon: Array, lat: Array, datum: Datum) -> tuple[Array, Array]:
    """Degrees of any of the three as WGS-84."""
    if datum == "bd09":
        lon, lat = bd09_to_gcj02(lon, lat)
    return gcj02_to_wgs84(lon, lat) if datum != "wgs84" else (lon, lat)


def from_wgs84(lon: Array, lat: Array, datum: Datum) -> tuple[Array, Array]:
    """Degrees of WGS-84 as any of the three."""
    if datum == "wgs84":
        return lon, lat
    lon, lat = wgs84_to_gcj02(lon, lat)
    return gcj02_to_bd09(lon, lat) if datum == "bd09" else (lon, lat)


def metres(lon: Array, lat: Array, to_lon: Array, to_lat: Array) -> Array:
    """Distance of near points (under some kilometres)."""
    east = (to_lon - lon) * METRES * np.cos(np.radians((lat + to_lat) / 2))
    return np.hypot(east, (to_lat - lat) * METRES)


@dataclass(frozen=True)
class Finding:
    """Which system the points are in: the median distance in metres to the known points under each reading.

    ``datum`` is None when no reading is clearly the nearest; ``east`` and ``north`` are the measured shift of the
    points as they came, in metres.
    """

    datum: Datum | None
    distances: dict[Datum, float]
    east: float
    north: float
    pairs: int


LEAST_PAIRS = 5
CLEARLY = 0.5
"""The best reading must halve the distance of the next one."""
TOLERABLE = 150.0
"""Metres in the median beyond which not even the best reading is believed."""


def recognise(points: Array, known: Array) -> Finding:
    """Reads pairs of (lon, lat): ``points`` as they came and ``known`` in WGS-84, row by row the same places."""
    points, known = np.asarray(points, float).reshape(-1, 2), np.asarray(known, float).reshape(-1, 2)
    if len(points) == 0:
        return Finding(None, {}, 0.0, 0.0, 0)
    distances: dict[Datum, float] = {}
    for datum in DATUMS:
        lon, lat = to_wgs84(points[:, 0], points[:, 1], datum)
        distances[datum] = round(float(np.median(metres(lon, lat, known[:, 0], known[:, 1]))), 1)
    shift = points - known
    east = float(np.median(shift[:, 0] * METRES * np.cos(np.radians(known[:, 1]))))
    north = float(np.median(shift[:, 1] * METRES))
    first, second = sorted(DATUMS, key=lambda datum: distances[datum])[:2]
    sure = (
        len(points) >= LEAST_PAIRS
        and distances[first] <= TOLERABLE
        and distances[first] <= CLEARLY * distances[second]
    )
    return Finding(first if sure else None, distances, round(east, 1), round(north, 1), len(points))
