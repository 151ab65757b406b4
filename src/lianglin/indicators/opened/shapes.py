"""The outlines of the places in a place, as a drawing of the server and as shapes for the map. Never below a community."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import shapely
from django.db.models import Q
from shapely.geometry import mapping, shape

from lianglin.indicators.opened.queries import outlines_version
from lianglin.indicators.queries import Place
from lianglin.places.models import Community, Division

WIDTH = 640
"""Units of the drawing's width."""
FINEST = 400
"""The drawing's detail: an outline moves by no more than one in so many of its longer side."""


@dataclass(frozen=True)
class Outline:
    """One place in the drawing: the path, and where its number stands."""

    code: str
    path: str
    x: int
    y: int


@dataclass(frozen=True)
class Drawing:
    """All outlines in one frame; ``height`` in units of a width of 640."""

    outlines: tuple[Outline, ...]
    height: int
    lon: float
    lat: float
    zoom: float


def drawing(places: Iterable[Place]) -> Drawing | None:
    """The outlines of these places; None when none has one. Two statements, kept in the process until one is redrawn."""
    codes = tuple(sorted(place.code for place in places))
    return _drawn(codes, outlines_version(codes)) if codes else None


def _areas(codes: Collection[str]) -> dict[str, Any]:
    """The outlines by code of districts, streets or communities; a district without one is the union of its streets."""
    first = next(iter(codes), "")
    model = Community if len(first) == 12 else Division
    known = Q(scope_code__in=list(codes), geometry__isnull=False)
    found = dict(model.objects.filter(known).values_list("scope_code", "geometry"))
    areas = {code: shape(made) for code, made in found.items() if made and made.get("coordinates")}
    missing = [code for code in codes if code not in areas]
    if len(first) == 6 and missing:
        streets: dict[str, list[Any]] = {}
        inside = Division.objects.filter(level=Division.Level.TOWNSHIP, geometry__isnull=False)
        for code, made in inside.values_list("scope_code", "geometry"):
            if code[:6] in missing and made and made.get("coordinates"):
                streets.setdefault(code[:6], []).append(shape(made))
        areas |= {code: shapely.unary_union(parts) for code, parts in streets.items()}
    return {code: areas[code] for code in sorted(areas)}


@lru_cache(maxsize=64)
def _drawn(codes: tuple[str, ...], _version: int) -> Drawing | None:
    found = _areas(codes)
    if not found:
        return None
    west, south, east, north = shapely.total_bounds(list(found.values())).tolist()
    narrower = math.cos(math.radians((south + north) / 2))
    wide, tall = max((east - west) * narrower, 1e-6), max(north - south, 1e-6)
    per_degree = WIDTH / wide
    height = round(tall * per_degree)
    flat = [
        shapely.transform(
            area, lambda points: (points - (west, north)) * (narrower * per_degree, -per_degree)
        )
        for area in found.values()
    ]
    simple = shapely.coverage_simplify(flat, max(WIDTH, height) / FINEST)
    outlines = tuple(_outline(code, area) for code, area in zip(found, simple, strict=True))
    zoom = round(math.log2(340 * 360 / (512 * max(east - west, tall / narrower, 1e-4))), 2)
    return Drawing(outlines, height, round((west + east) / 2, 6), round((south + north) / 2, 6), zoom)


def _outline(code: str, area: Any) -> Outline:
    parts = [part for part in shapely.get_parts(area) if part.geom_type == "Polygon"]
    path = "".join(_ring(ring.coords) for part in parts for ring in (part.exterior, *part.interiors))
    spot = area.representative_point()
    return Outline(code, path, round(spot.x), round(spot.y))


def _ring(points: Any) -> str:
    told: list[str] = []
    last: tuple[int, int] | None = None
    for x, y in points:
        at = (round(x), round(y))
        if at != last:
            told.append(f"{at[0]} {at[1]}")
        last = at
    return f"M{'L'.join(told[:-1])}Z" if len(told) > 3 else ""


def simplified(codes: Iterable[str]) -> dict[str, dict[str, Any]]:
    """GeoJSON by code, lighter by what a screen does not show; kept in the process."""
    wanted = tuple(sorted(codes))
    return _light(wanted, outlines_version(wanted)) if wanted else {}


@lru_cache(maxsize=64)
def _light(codes: tuple[str, ...], _version: int) -> dict[str, dict[str, Any]]:
    found = _areas(codes)
    if not found:
        return {}
    west, south, east, north = shapely.total_bounds(list(found.values())).tolist()
    light = shapely.coverage_simplify(list(found.values()), max(east - west, north - south) / 2000)
    exact = shapely.set_precision(light, 1e-5, mode="valid_output")
    return {code: dict(mapping(area)) for code, area in zip(found, exact, strict=True) if not area.is_empty}
