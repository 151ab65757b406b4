"""Shapes of places: read and mended, compared, and tested for overlaps and gaps. Degrees of WGS-84 in, metres out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely.geometry import mapping, shape
from shapely.ops import split as split_by

from lianglin.places.rules import datum as systems
from lianglin.places.rules.datum import METRES, Datum

TOLERANCE = 50.0
"""Square metres: smaller overlaps and gaps come from rounding and are not spoken of."""
SLIVER_WIDTH = 2.0
"""Metres: a part thinner than this in the mean is a sliver."""
MENDED_AT_MOST = 0.01
"""A ring may be mended when its area changes by less than this share; else it is refused."""
DIGITS = 6
"""Decimals of a stored degree: a tenth of a metre."""


class BadShape(ValueError):
    """A shape that cannot be used; the text says why and what to do."""


@dataclass(frozen=True)
class Overlap:
    """Two places that claim the same ground."""

    one: str
    other: str
    square_metres: float


def read(geojson: Any) -> tuple[Any, bool]:
    """A polygon or multipolygon from GeoJSON, rounded and valid, and whether it had to be mended; :class:`BadShape`."""
    if not isinstance(geojson, Mapping) or geojson.get("type") not in ("Polygon", "MultiPolygon"):
        raise BadShape("not a polygon: draw or export the area as Polygon or MultiPolygon")
    try:
        found = shape(dict(geojson))
    except Exception as error:
        raise BadShape("the coordinates cannot be read: export the file as GeoJSON again") from error
    if found.is_empty or not np.isfinite(shapely.get_coordinates(found)).all():
        raise BadShape("the polygon is empty or has a coordinate that is no number")
    west, south, east, north = found.bounds
    if west < -180 or east > 180 or south < -90 or north > 90:
        raise BadShape("the coordinates are no degrees: export the file in WGS 84 (EPSG:4326)")
    found = shapely.force_2d(found)
    if found.is_valid:
        return _rounded(found), False
    whole = polygons_of(shapely.make_valid(found))
    before = abs(found.area)
    if whole.is_empty or not before or abs(whole.area - before) / before > MENDED_AT_MOST:
        raise BadShape(f"the outline crosses itself ({shapely.is_valid_reason(found)}): redraw it")
    return _rounded(whole), True


def polygons_of(geometry: Any) -> Any:
    """The areas of a geometry without the lines and points that mending leaves behind."""
    parts = [
        part for part in shapely.get_parts(shapely.get_parts(geometry)) if part.geom_type == "Polygon"
    ] or [part for part in shapely.get_parts(geometry) if part.geom_type == "Polygon"]
    return shapely.union_all(parts) if parts else shapely.Polygon()


def _rounded(geometry: Any) -> Any:
    made = shapely.set_precision(geometry, 10.0**-DIGITS)
    return made if not made.is_empty else geometry


def as_geojson(geometry: Any) -> dict[str, Any]:
    """The shape as GeoJSON with six decimals."""
    return _plain(mapping(geometry))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(inner) for inner in value]
    return round(value, DIGITS) if isinstance(value, float) else value


def in_metres(geometry: Any, latitude: float) -> Any:
    """The shape on a plane in metres, true near a latitude (good to 0.1 % over a city)."""
    scale = np.array([METRES * math.cos(math.radians(latitude)), METRES])
    return shapely.transform(geometry, lambda points: points * scale)


def square_metres(geometry: Any) -> float:
    """The area."""
    if geometry.is_empty:
        return 0.0
    return float(in_metres(geometry, geometry.centroid.y).area)


def overlaps(shapes: Mapping[str, Any], *, tolerance: float = TOLERANCE) -> list[Overlap]:
    """Every pair that shares more than ``tolerance`` square metres, the largest first."""
    keys, areas = list(shapes), list(shapes.values())
    pairs = shapely.STRtree(areas).query(areas, predicate="intersects").T if areas else []
    found = []
    for one, other in pairs:
        if one < other:
            size = square_metres(polygons_of(shapely.intersection(areas[one], areas[other])))
            if size > tolerance:
                found.append(Overlap(keys[one], keys[other], round(size, 1)))
    return sorted(found, key=lambda overlap: (-overlap.square_metres, overlap.one, overlap.other))


def gaps(outline: Any, shapes: Sequence[Any], *, tolerance: float = TOLERANCE) -> list[Any]:
    """The parts of ``outline`` that no shape covers, larger than ``tolerance`` square metres, the largest first."""
    rest = shapely.difference(outline, shapely.union_all(list(shapes)))
    parts = [part for part in shapely.get_parts(polygons_of(rest)) if square_metres(part) > tolerance]
    return sorted(parts, key=lambda part: -part.area)


def is_sliver(geometry: Any) -> bool:
    """Whether an area is thinner than two metres in the mean (twice the area over the length of its outline)."""
    flat = in_metres(geometry, geometry.centroid.y)
    return bool(flat.length > 0 and 2 * flat.area / flat.length < SLIVER_WIDTH)


def merged(shapes: Sequence[Any]) -> Any:
    """The common area of several, without the borders between them."""
    return polygons_of(shapely.union_all(list(shapes), grid_size=10.0**-DIGITS))


def divided(geometry: Any, line: Any) -> list[Any]:
    """The parts of an area on both sides of a line that crosses it; :class:`BadShape` when it does not."""
    pieces = [part for part in shapely.get_parts(split_by(geometry, line)) if part.geom_type == "Polygon"]
    if len(pieces) < 2:
        raise BadShape("the line does not cross the area from border to border: lengthen it on both ends")
    left, right = [], []
    for piece in pieces:
        (left if _left_of(line, piece.representative_point()) else right).append(piece)
    if not left or not right:
        raise BadShape("all parts lie on one side of the line: draw one line from border to border")
    return [shapely.union_all(left), shapely.union_all(right)]


def _left_of(line: Any, point: Any) -> bool:
    at = line.project(point)
    step = max(line.length * 1e-6, 1e-12)
    a, b = line.interpolate(max(at - step, 0)), line.interpolate(min(at + step, line.length))
    return (b.x - a.x) * (point.y - a.y) - (b.y - a.y) * (point.x - a.x) > 0


@dataclass(frozen=True)
class Difference:
    """What a new outline changes, in square metres."""

    before: float
    after: float
    gained: float
    lost: float


def difference(old: Any, new: Any) -> Difference:
    """Gained and lost ground."""
    return Difference(
        round(square_metres(old)),
        round(square_metres(new)),
        round(square_metres(polygons_of(shapely.difference(new, old)))),
        round(square_metres(polygons_of(shapely.difference(old, new)))),
    )


def snapped(geometry: Any, neighbours: Sequence[Any], *, within: float = 3.0) -> Any:
    """The shape with its corners drawn to corners and borders of neighbours nearer than ``within`` metres.

    What still overlaps a neighbour by a hair afterwards is cut off.
    """
    near = [n for n in neighbours if shapely.dwithin(geometry, n, within / METRES * 2)]
    made = geometry
    for neighbour in near:
        made = shapely.snap(made, neighbour, within / METRES)
    made = polygons_of(shapely.make_valid(made))
    for neighbour in near:
        hair = polygons_of(shapely.intersection(made, neighbour))
        if not hair.is_empty and (square_metres(hair) < TOLERANCE or is_sliver(hair)):
            made = polygons_of(shapely.difference(made, neighbour))
    return _rounded(made)


def svg_paths(shapes: Sequence[Any], *, width: float = 640.0) -> tuple[list[str], float, float]:
    """The shapes as SVG path data in one common frame, with the frame's width and height."""
    drawn = [s for s in shapes if not s.is_empty]
    if not drawn:
        return ["" for _s in shapes], width, width
    west, south, east, north = shapely.total_bounds(np.array(drawn)).tolist()
    squeeze = math.cos(math.radians((south + north) / 2))
    scale = width / max((east - west) * squeeze, (north - south), 1e-9)
    height = max((north - south) * scale, 1.0)

    def path(geometry: Any) -> str:
        rings = [
            ring for polygon in shapely.get_parts(geometry) for ring in (polygon.exterior, *polygon.interiors)
        ]
        made = []
        for ring in rings:
            points = [
                f"{(x - west) * squeeze * scale:.1f},{(north - y) * scale:.1f}" for x, y in ring.coords[:-1]
            ]
            made.append("M" + "L".join(points) + "Z")
        return "".join(made)

    frame = max((east - west) * squeeze * scale, 1.0)
    return [path(s) if not s.is_empty else "" for s in shapes], round(frame, 1), round(height, 1)


def converted(shape: Any, datum: Datum) -> Any:
    """A shape of another system in WGS-84."""
    if datum == "wgs84":
        return shape
    return shapely.transform(
        shape, lambda points: np.column_stack(systems.to_wgs84(points[:, 0], points[:, 1], datum))
    )
