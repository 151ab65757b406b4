"""Read the OpenStreetMap extract: lines, areas and the broken outlines of the river. Degrees throughout."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import shapely
from osmium.osm import AREA, RELATION, WAY

Run = list[tuple[float, float]]
"""Longitudes and latitudes along a way."""
KEYS = ("highway", "railway", "building", "landuse", "leisure", "natural", "waterway", "amenity", "water")

ROAD_CLASS = {
    **dict.fromkeys(("motorway", "trunk"), 1),
    "primary": 2,
    "secondary": 3,
    **dict.fromkeys(
        ("tertiary", "motorway_link", "trunk_link", "primary_link", "secondary_link", "tertiary_link"), 4
    ),
    **dict.fromkeys(("residential", "unclassified", "road"), 5),
    **dict.fromkeys(("living_street", "pedestrian"), 6),
    **dict.fromkeys(("service", "track"), 7),
    **dict.fromkeys(("footway", "path", "steps", "cycleway"), 8),
}
"""1 trunk … 5 residential street, 6 living street, 7 service way, 8 footway (the ``c`` of the map style)."""

PARKS = {"park", "garden", "nature_reserve", "playground", "recreation_ground", "village_green"}
GREENS = {
    "forest",
    "grass",
    "meadow",
    "orchard",
    "wood",
    "scrub",
    "grassland",
    "wetland",
    "flowerbed",
    "cemetery",
}
TRADES = {"commercial", "retail"}
HOMES = {"apartments", "residential", "yes", "house", "dormitory", "bungalow", "detached", "terrace"}
"""Values of ``building`` that may be homes inside a compound; elsewhere ``yes`` says nothing."""


@dataclass(frozen=True)
class Lines:
    """Ways as lines; ``kind`` is the road class, 0 for a running rail and 1 for a siding, or the kind of water."""

    geometry: np.ndarray
    kind: np.ndarray
    name: list[str]
    tunnel: np.ndarray


@dataclass(frozen=True)
class Areas:
    """Areas as (multi)polygons with a word for what they are and, for buildings, the floors or 0."""

    geometry: np.ndarray
    kind: np.ndarray
    levels: np.ndarray


@dataclass(frozen=True)
class Extract:
    """What the map is made from. ``frame`` is the clip box (west, south, east, north)."""

    frame: tuple[float, float, float, float]
    roads: Lines
    rails: Lines
    waterways: Lines
    buildings: Areas
    land: Areas
    shores: np.ndarray
    """Valid runs of the outlines of water relations that the clip edge broke."""
    islands: np.ndarray
    """Inner rings of those relations that came whole."""
    names: frozenset[str]
    """Every real name of an area: no invented name may be one of them."""


@dataclass
class _Pile:
    """Rows while reading."""

    points: list[Run] = field(default_factory=list)
    wkb: list[str] = field(default_factory=list)
    kind: list[Any] = field(default_factory=list)
    note: list[Any] = field(default_factory=list)
    tunnel: list[bool] = field(default_factory=list)

    def lines(self) -> Lines:
        return Lines(as_lines(self.points), np.array(self.kind), self.note, np.array(self.tunnel, dtype=bool))

    def areas(self) -> Areas:
        geometry = np.asarray(shapely.make_valid(shapely.from_wkb(self.wkb)), dtype=object)
        keep = shapely.get_dimensions(geometry) == 2
        kind, levels = np.array(self.kind, dtype=object), np.array(self.note, dtype=np.int16)
        return Areas(geometry[keep], kind[keep], levels[keep])


class _Reading:
    """One pass over the file, in file order (so that two runs give the same arrays)."""

    def __init__(self) -> None:
        self.roads, self.rails, self.waterways = _Pile(), _Pile(), _Pile()
        self.buildings, self.land = _Pile(), _Pile()
        self.names: set[str] = set()
        self.water_roles: dict[int, dict[int, str]] = {}
        self.whole: set[int] = set()
        self._wkb = osmium.geom.WKBFactory()

    def way(self, way: Any) -> None:
        tags = way.tags
        if road_class := ROAD_CLASS.get(tags.get("highway", "")):
            self._line(self.roads, way, road_class)
        elif tags.get("railway") == "rail":
            self._line(self.rails, way, 1 if "service" in tags else 0)
        elif tags.get("waterway") in ("river", "canal", "stream"):
            self._line(self.waterways, way, tags["waterway"])

    def _line(self, pile: _Pile, way: Any, kind: Any) -> None:
        for run in runs(way):
            pile.points.append(run)
            pile.kind.append(kind)
            pile.note.append(way.tags.get("name", ""))
            pile.tunnel.append(
                way.tags.get("tunnel", "no") != "no" or way.tags.get("layer", "0").startswith("-")
            )

    def area(self, area: Any) -> None:
        tags = area.tags
        if not area.from_way():
            self.whole.add(area.orig_id())
        if name := tags.get("name"):
            self.names.add(name)
        pile = self.buildings if "building" in tags else self.land
        kind = tags["building"] if pile is self.buildings else land_kind(tags)
        if not kind:
            return
        try:
            pile.wkb.append(self._wkb.create_multipolygon(area))
        except (RuntimeError, osmium.InvalidLocationError):
            return  # an area that the clip edge cut open
        pile.kind.append(kind)
        levels = tags.get("building:levels", "")
        pile.note.append(int(levels) if levels.isdigit() and int(levels) < 60 else 0)

    def relation(self, relation: Any) -> None:
        if relation.tags.get("natural") == "water":
            self.water_roles[relation.id] = {m.ref: m.role for m in relation.members if m.type == "w"}


def land_kind(tags: Any) -> str:
    """'water', 'park', 'green', 'trade' (shops with flats above them), 'used' where nobody lives; '' for the rest."""
    value = tags.get("leisure") or tags.get("landuse") or tags.get("natural") or ""
    if tags.get("natural") == "water":
        return "water"
    if value in PARKS:
        return "park"
    if value in GREENS:
        return "green"
    if value in TRADES:
        return "trade"
    homes_possible = value in ("", "residential", "tree_row", "cliff") and "amenity" not in tags
    return "" if homes_possible else "used"


def runs(way: Any) -> list[Run]:
    """The stretches of a way whose nodes are all in the extract."""
    stretches: list[Run] = [[]]
    for node in way.nodes:
        if not node.location.valid():
            stretches.append([])
        elif not stretches[-1] or stretches[-1][-1] != (node.lon, node.lat):
            stretches[-1].append((node.lon, node.lat))
    return [points for points in stretches if len(points) > 1]


def as_lines(stretches: list[Run]) -> np.ndarray:
    """The stretches as lines."""
    points = np.array([point for run in stretches for point in run]).reshape(-1, 2)
    way = np.repeat(np.arange(len(stretches)), [len(run) for run in stretches])
    return np.asarray(shapely.linestrings(points, indices=way), dtype=object)


def read(path: Path) -> Extract:
    """Read ``path`` (PBF), 1 s for 2 MB. Objects that the clip edge made invalid are left out."""
    source = osmium.FileProcessor(str(path)).with_areas()
    source = source.with_filter(osmium.filter.EntityFilter(WAY | AREA | RELATION))
    source = source.with_filter(osmium.filter.KeyFilter(*KEYS))
    reading = _Reading()
    for item in source:
        {"w": reading.way, "a": reading.area, "r": reading.relation}[item.type_str()](item)
    box = source.header.box()
    broken = [roles for key, roles in sorted(reading.water_roles.items()) if key not in reading.whole]
    shores, islands = _outlines(path, broken)
    return Extract(
        (box.bottom_left.lon, box.bottom_left.lat, box.top_right.lon, box.top_right.lat),
        reading.roads.lines(), reading.rails.lines(), reading.waterways.lines(),
        reading.buildings.areas(), reading.land.areas(), shores, islands, frozenset(reading.names),
    )  # fmt: skip


def _outlines(path: Path, broken: Iterable[dict[int, str]]) -> tuple[np.ndarray, np.ndarray]:
    """Lines of the outlines of broken water relations, and their whole inner rings as polygons."""
    role = {way: name for roles in broken for way, name in roles.items()}
    source = osmium.FileProcessor(str(path)).with_locations()
    source = source.with_filter(osmium.filter.EntityFilter(WAY)).with_filter(osmium.filter.IdFilter(role))
    shores: list[Run] = []
    islands = []
    for way in source:
        stretches = runs(way)
        if role[way.id] == "inner" and len(stretches) == 1 and stretches[0][0] == stretches[0][-1]:
            islands.append(shapely.make_valid(shapely.Polygon(stretches[0])))
        else:
            shores.extend(stretches)
    return as_lines(shores), np.array(islands, dtype=object)
