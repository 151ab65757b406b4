"""The city's map as vector tiles in one PMTiles file, z 8-14, and the style that draws it."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from lianglin.places.seed import mvt, osm, sources
from lianglin.places.seed.citymap import SOURCE, CityMap
from lianglin.places.seed.osm import Extract
from lianglin.places.seed.river import with_river

MIN_ZOOM, MAX_ZOOM = 8, 14
BUFFER = 80
"""Tile units drawn beyond a tile's edge, wider than the widest line of the style."""
ROADS_TO_CLASS = {8: 1, 9: 2, 10: 3, 11: 4, 12: 6, 13: 7, 14: 8}
"""The smallest road of each zoom level (class of the style)."""
NAMES_FROM = 13
ATTRIBUTION = "© OpenStreetMap 贡献者 (ODbL 1.0) · 社区与网格为示例数据"

Properties = dict[str, "str | int"]


@dataclass(frozen=True)
class _Source:
    """One layer before tiling: geometry in Web Mercator from 0 to 1 (y down), drawn from ``minzoom`` on.

    ``border`` marks a coverage, which is simplified as a whole so that neighbours keep one border.
    """

    name: str
    minzoom: int
    geometry: np.ndarray
    properties: Sequence[Properties]
    border: bool = False

    @cached_property
    def bounds(self) -> np.ndarray:
        """Of each geometry, n × 4."""
        return shapely.bounds(self.geometry)


def write_pmtiles(city: CityMap, source: Path, out: Path) -> None:
    """Write the tiles of ``city`` to ``out``, with roads, water and green from the extract in folder ``source``.

    Written beside ``out`` and renamed, so that a reader never sees half a file. Serve it with Range requests and
    without gzip (its tiles are compressed already).
    """
    extract = with_river(osm.read(sources.extract_path(source)))
    layers = _layers(city, extract)
    tiles: dict[int, bytes] = {}
    for zoom in range(MIN_ZOOM, MAX_ZOOM + 1):
        at_zoom = [_simplified(layer, zoom) for layer in layers if layer.minzoom <= zoom]
        for x, y in _cover(extract.frame, zoom):
            if data := mvt.encode([_clipped(layer, x, y) for layer in at_zoom]):
                tiles[zxy_to_tileid(zoom, x, y)] = gzip.compress(data, mtime=0)
    out.parent.mkdir(parents=True, exist_ok=True)
    side = out.with_name(f"{out.name}.{os.getpid()}.part")
    try:
        with side.open("wb") as file:
            writer = Writer(file)
            for tile in sorted(tiles):
                writer.write_tile(tile, tiles[tile])
            writer.finalize(_header(extract.frame), _metadata(layers))
        side.replace(out)
    finally:
        side.unlink(missing_ok=True)


def style(pmtiles_url: str) -> dict[str, Any]:
    """The MapLibre style for a tile file at ``pmtiles_url`` (with or without ``pmtiles://`` before it)."""
    drawn = json.loads((SOURCE / sources.STYLE).read_text(encoding="utf-8"))
    url = pmtiles_url if pmtiles_url.startswith("pmtiles://") else f"pmtiles://{pmtiles_url}"
    drawn["sources"]["city"].update(url=url, attribution=ATTRIBUTION)
    return drawn


def _mercator(geometry: Any) -> Any:
    """Degrees to Web Mercator, 0-1 from the north-west corner of the world."""

    def project(c: np.ndarray) -> np.ndarray:
        y = 0.5 - np.arcsinh(np.tan(np.radians(c[:, 1]))) / (2 * np.pi)
        return np.column_stack([(c[:, 0] + 180.0) / 360.0, y])

    return shapely.transform(geometry, project)


def _shapes(geometry: list[dict[str, Any]]) -> np.ndarray:
    """GeoJSON dictionaries as an array of geometries."""
    return np.asarray(shapely.from_geojson([json.dumps(item) for item in geometry]), dtype=object)


def _layers(city: CityMap, extract: Extract) -> list[_Source]:
    """All layers of the style, in its source coordinates."""
    streets = _shapes([street.geometry for street in city.streets])
    communities = _shapes([community.geometry for community in city.communities])
    districts = np.array([street.code[:6] for street in city.streets])
    codes = np.unique(districts)
    parts = np.array([shapely.coverage_union_all(streets[districts == code]) for code in codes])
    whole = np.array([shapely.coverage_union_all(streets)])
    plain = [
        ("city", 8, whole, [{}], True),
        *_nature(extract),
        _roads(extract),
        ("rail", 11, extract.rails.geometry[~extract.rails.tunnel], None, False),
        ("compound", 13, _shapes([c.geometry for c in city.compounds]), [{"name": c.name} for c in city.compounds], False),
        ("grid", 13, _shapes([g.geometry for g in city.grids]), [{"code": g.code} for g in city.grids], False),
        ("community", 11, communities, [{"code": c.code, "name": c.name} for c in city.communities], True),
        ("street", 9, streets, [{"code": s.code, "name": s.name} for s in city.streets], True),
        ("district", 8, parts, [{"code": f"{code}000000"} for code in codes.tolist()], True),
        _houses(city, extract),
        ("label", 9, *_labels(city, streets), False),
    ]  # fmt: skip
    return [
        _Source(name, zoom, _mercator(shape), rows if rows is not None else [{}] * len(shape), border)
        for name, zoom, shape, rows, border in plain
    ]


def _nature(extract: Extract) -> Iterator[tuple[str, int, np.ndarray, Sequence[Properties] | None, bool]]:
    land = extract.land
    green = np.isin(land.kind, ("park", "green"))
    yield "green", 9, land.geometry[green], [{"k": kind} for kind in land.kind[green].tolist()], False
    yield "water", 8, land.geometry[land.kind == "water"], None, False
    yield "waterline", 10, extract.waterways.geometry[~extract.waterways.tunnel], None, False


def _roads(extract: Extract) -> tuple[str, int, np.ndarray, list[Properties], bool]:
    """Roads joined where class, tunnel and name agree."""
    roads = extract.roads
    groups: dict[tuple[int, bool, str], list[int]] = {}
    for i, key in enumerate(zip(roads.kind.tolist(), roads.tunnel.tolist(), roads.name, strict=True)):
        groups.setdefault(key, []).append(i)
    shapes, rows = [], []
    for (kind, tunnel, name), members in sorted(groups.items()):
        shapes.append(shapely.line_merge(shapely.multilinestrings(roads.geometry[members])))
        rows.append(
            {"c": kind} | ({"t": 1} if tunnel else {}) | ({"name": name} if name and kind < 7 else {})
        )
    return "road", 8, np.array(shapes, dtype=object), rows, False


def _houses(city: CityMap, extract: Extract) -> tuple[str, int, np.ndarray, list[Properties], bool]:
    """Residential buildings, and beside them the mapped others (marked ``o``)."""
    homes = _shapes([{"type": "Polygon", "coordinates": building.footprint} for building in city.buildings])
    others = extract.buildings.geometry
    taken = shapely.STRtree(homes).query(others, predicate="intersects")[0]
    others = np.delete(others, np.unique(taken))
    rows: list[Properties] = [{}] * len(homes) + [{"o": 1}] * len(others)
    return "building", 14, np.concatenate([homes, others]), rows, False


def _labels(city: CityMap, streets: np.ndarray) -> tuple[np.ndarray, list[Properties]]:
    """Points that carry the names of streets and communities."""
    centres = shapely.centroid(streets)
    outside = ~shapely.contains(streets, centres)
    centres[outside] = shapely.point_on_surface(streets[outside])
    places = shapely.points([(community.lon, community.lat) for community in city.communities])
    rows: list[Properties] = [{"k": "street", "name": street.name} for street in city.streets]
    rows.extend({"k": "community", "name": community.name} for community in city.communities)
    return np.concatenate([centres, places]), rows


def _cover(frame: tuple[float, float, float, float], zoom: int) -> Iterator[tuple[int, int]]:
    """The tiles that the frame touches."""
    west, north = shapely.get_coordinates(_mercator(shapely.Point(frame[0], frame[3])))[0] * 2**zoom
    east, south = shapely.get_coordinates(_mercator(shapely.Point(frame[2], frame[1])))[0] * 2**zoom
    for x in range(int(west), int(east) + 1):
        for y in range(int(north), int(south) + 1):
            yield x, y


def _simplified(layer: _Source, zoom: int) -> _Source:
    """The layer in tile units of ``zoom`` (from the world's corner), with the detail that this zoom can show."""
    geometry, rows = layer.geometry, layer.properties
    kept = np.arange(len(geometry))
    if layer.name == "road":
        kept = np.array([i for i, row in enumerate(rows) if int(row["c"]) <= ROADS_TO_CLASS[zoom]])
    elif layer.name == "label" and zoom < 12:
        kept = np.array([i for i, row in enumerate(rows) if row["k"] == "street"])
    geometry = shapely.transform(geometry[kept], lambda c: c * (2**zoom * mvt.EXTENT))
    last = zoom == MAX_ZOOM
    if layer.border:
        geometry = shapely.coverage_simplify(geometry, 1.0 if last else 6.0)
    elif layer.name not in ("label", "building", "grid", "compound"):
        geometry = shapely.simplify(geometry, 1.0 if last else 3.0)
    rows = [rows[i] for i in kept.tolist()]
    if zoom < NAMES_FROM and layer.name in ("road", "community", "street"):
        rows = [{key: value for key, value in row.items() if key != "name"} for row in rows]
    if shapely.get_dimensions(geometry).max(initial=0) == 2 and not layer.border:
        large = np.flatnonzero(shapely.area(geometry) >= (4.0 if last else 64.0))
        geometry, rows = geometry[large], [rows[i] for i in large.tolist()]
    return _Source(layer.name, layer.minzoom, geometry, rows, layer.border)


def _clipped(layer: _Source, x: int, y: int) -> mvt.Layer:
    """What of the layer lies in the tile, in its own units."""
    west, north = x * mvt.EXTENT, y * mvt.EXTENT
    box = (west - BUFFER, north - BUFFER, west + mvt.EXTENT + BUFFER, north + mvt.EXTENT + BUFFER)
    bounds = layer.bounds
    near = (
        (bounds[:, 0] < box[2]) & (bounds[:, 2] > box[0]) & (bounds[:, 1] < box[3]) & (bounds[:, 3] > box[1])
    )
    index = np.flatnonzero(near)
    parts = shapely.clip_by_rect(layer.geometry[index], *box)
    full = ~shapely.is_empty(parts)
    parts = shapely.transform(parts[full], lambda c: c - (west, north))
    return mvt.Layer(layer.name, parts, [layer.properties[i] for i in index[full].tolist()])


def _header(frame: tuple[float, float, float, float]) -> dict[str, Any]:
    west, south, east, north = (round(side * 1e7) for side in frame)
    return {
        "version": 3, "tile_type": TileType.MVT, "tile_compression": Compression.GZIP,
        "min_zoom": MIN_ZOOM, "max_zoom": MAX_ZOOM, "center_zoom": 12,
        "min_lon_e7": west, "min_lat_e7": south, "max_lon_e7": east, "max_lat_e7": north,
        "center_lon_e7": (west + east) // 2, "center_lat_e7": (south + north) // 2,
    }  # fmt: skip


def _metadata(layers: list[_Source]) -> dict[str, Any]:
    vector_layers = [
        {
            "id": layer.name,
            "minzoom": layer.minzoom,
            "maxzoom": MAX_ZOOM,
            "fields": {
                key: "String" if isinstance(value, str) else "Number"
                for row in layer.properties
                for key, value in row.items()
            },
        }
        for layer in layers
    ]
    return {"name": "Demo city", "attribution": ATTRIBUTION, "vector_layers": vector_layers}
