"""The steps of the map in their order, and the rows that come out. Arrays inside; rows of plain values outside."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from lianglin.places.seed import buildings as doors
from lianglin.places.seed import communities as heaps
from lianglin.places.seed import compounds as grounds
from lianglin.places.seed import faces as line_work
from lianglin.places.seed import grids as parts
from lianglin.places.seed import osm, sources
from lianglin.places.seed.buildings import Buildings
from lianglin.places.seed.compounds import Compounds
from lianglin.places.seed.faces import Faces
from lianglin.places.seed.plane import DECIMALS, METRES, ORIGIN, to_degrees, to_metres
from lianglin.places.seed.river import with_river
from lianglin.places.seed.sources import Division

Say = Callable[[str, float], None]

OLD_TOWN_DENSITY = 5_800.0
"""Households per km² up to which courts are invented in a street whose blocks the map leaves empty."""
OLD_TOWN_STREET = 4.2
"""Square kilometres: a larger street is no part of the old town."""
START_DISTRICTS = ("230102", "230103")
"""Daoli and Nangang: one of their streets is the first that the demo fills."""
DEFAULT_COMMUNITIES, DEFAULT_HOUSEHOLDS = 14, 60_000 / 2.2
"""What the default demo fills: the starting street is chosen to come near both."""


@dataclass(frozen=True)
class Assembled:
    """Everything made, as arrays in their final order. Geometry in degrees, ``spot`` (building centres) in metres."""

    divisions: list[Division]
    street_geometry: np.ndarray
    community_geometry: np.ndarray
    community_street: np.ndarray
    grid_geometry: np.ndarray
    grid_community: np.ndarray
    compound: Compounds
    compound_name: list[str]
    building: Buildings
    spot: np.ndarray
    building_grid: np.ndarray
    number: np.ndarray

    def streets(self) -> Iterator[tuple[Any, ...]]:
        """Rows of citymap.Street."""
        for division, geometry in zip(self.divisions, geojson(self.street_geometry), strict=True):
            yield division.code, division.name, geometry

    def communities(self) -> Iterator[tuple[Any, ...]]:
        """Rows of citymap.Community: numbered from the north-west inside each street."""
        households = np.bincount(self.grid_community, self.grid_households())
        place = label_points(self.community_geometry)
        rank = self._fill_order(households)
        shapes = geojson(self.community_geometry)
        numbers = self._numbers()
        for i, code in enumerate(self.community_codes()):
            division = self.divisions[self.community_street[i]]
            name = f"{short_name(division.name)}第{numbers[i]}社区"
            lon, lat = place[i]
            yield code, name, division.code, int(households[i]), lon, lat, shapes[i], int(rank[i])

    def community_codes(self) -> list[str]:
        """The street's nine digits and three of our own."""
        streets = [self.divisions[street].code[:9] for street in self.community_street]
        return [f"{street}{number:03d}" for street, number in zip(streets, self._numbers(), strict=True)]

    def _numbers(self) -> list[int]:
        """1, 2, … inside each street."""
        first = np.searchsorted(self.community_street, self.community_street)
        return (np.arange(len(first)) - first + 1).tolist()

    def grid_households(self) -> np.ndarray:
        """Whole households per grid."""
        return np.round(np.bincount(self.building_grid, self.building.households)).astype(np.int64)

    def grids(self) -> Iterator[tuple[Any, ...]]:
        """Rows of citymap.Grid."""
        codes = self.community_codes()
        households, shapes = self.grid_households(), geojson(self.grid_geometry)
        first = np.searchsorted(self.grid_community, self.grid_community)
        for i, community in enumerate(self.grid_community):
            code = codes[community]
            yield f"{code}{i - first[i] + 1:03d}", code, int(households[i]), shapes[i]

    def compounds(self) -> Iterator[tuple[Any, ...]]:
        """Rows of citymap.Compound."""
        geometry = to_degrees(self.compound.geometry)
        place, shapes = label_points(geometry), geojson(geometry)
        for i, key in enumerate(self.compound.key):
            yield key, self.compound_name[i], bool(self.compound.invented[i]), *place[i], shapes[i]

    def buildings(self) -> Iterator[tuple[Any, ...]]:
        """Rows of citymap.Building."""
        rows = self.building
        lonlat = np.round(self.spot / METRES + ORIGIN, DECIMALS).tolist()
        shapes = geojson(to_degrees(rows.footprint))
        columns = (rows.compound, self.building_grid, rows.floors, rows.units, rows.doors, self.number)
        community = self.grid_community[self.building_grid].tolist()
        for i, (compound, grid, floors, units, per_floor, number) in enumerate(
            zip(*(column.tolist() for column in columns), strict=True)
        ):
            key, name = self.compound.key[compound], self.compound_name[compound]
            yield (
                f"{key}-{number}", community[i], compound, grid, *lonlat[i], shapes[i]["coordinates"],
                floors, units, per_floor, number, f"{name}{number}号楼",
            )  # fmt: skip

    def _fill_order(self, households: np.ndarray) -> np.ndarray:
        street = self.community_street
        district = np.array([division.code[:6] for division in self.divisions])
        others = (len(np.unique(district)) - 1) * np.array([1.0, np.median(households)])
        have = np.column_stack([np.bincount(street), np.bincount(street, households)]) + others
        miss = np.abs(have / (DEFAULT_COMMUNITIES, DEFAULT_HOUSEHOLDS) - 1).sum(axis=1)
        miss[~np.isin(district, START_DISTRICTS)] = np.inf
        place = label_points(self.community_geometry)
        points = (np.array(place) - ORIGIN) * METRES
        return heaps.fill_order(street, district[street], households, points, int(np.argmin(miss)))


def short_name(street: str) -> str:
    """兆麟街道 → 兆麟; a farm or town keeps its name."""
    return street.removesuffix("办事处").removesuffix("街道")


def geojson(geometry: np.ndarray) -> list[dict[str, Any]]:
    """Each geometry as a GeoJSON dictionary."""
    return [json.loads(text) for text in shapely.to_geojson(geometry)]


def label_points(geometry: np.ndarray) -> list[list[float]]:
    """A point inside each polygon (degrees, six decimals): its centroid where that lies inside."""
    centre = shapely.centroid(geometry)
    inside = shapely.contains_properly(geometry, centre)
    centre[~inside] = shapely.point_on_surface(geometry[~inside])
    return np.round(shapely.get_coordinates(centre), DECIMALS).tolist()


def assemble(folder: Path, seed: int, density: float, say: Say) -> Assembled:
    """Run all steps on the files in ``folder``."""
    say("reading the map", 0.0)
    extract = with_river(osm.read(sources.extract_path(folder)))
    divisions, streets = sources.streets(folder)
    say("cutting blocks", 0.2)
    faces = line_work.cut(line_work.main_lines(extract, streets), streets)
    say("placing buildings", 0.35)
    compound, building = _house(faces, extract, folder, streets, seed)
    building = doors.crowded(building, density)
    say("drawing communities", 0.55)
    points = _centres(building)
    faces = line_work.refine(faces, extract, points, building.households)
    face = line_work.locate(faces, points)
    group = heaps.heap(faces, np.bincount(face, building.households, len(faces.geometry)))
    outline, street, group = _in_code_order(faces, group)
    say("drawing grids", 0.7)
    compound, building, number = _numbered(compound, building)
    spot = shapely.get_coordinates(shapely.centroid(building.footprint))
    community = group[line_work.locate(faces, _centres(building))]
    grid_geometry, grid_community, grid = _grids(outline, community, spot, building.households)
    real = sources.real_names(folder) | extract.names
    names = grounds.invented_names(len(compound), *sources.name_parts(folder), real, seed)
    say("writing places", 0.9)
    return Assembled(
        divisions, heaps.dissolve(faces.geometry, faces.street), outline, street, grid_geometry, grid_community,
        compound, names, building, spot, grid, number,
    )  # fmt: skip


def _centres(building: Buildings) -> np.ndarray:
    """Building centres as points in degrees."""
    centre = shapely.get_coordinates(shapely.centroid(building.footprint))
    return np.asarray(shapely.points(centre / METRES + ORIGIN), dtype=object)


def _house(
    faces: Faces, extract: osm.Extract, folder: Path, streets: np.ndarray, seed: int
) -> tuple[Compounds, Buildings]:
    """Compounds and their buildings inside the city, with courts where the old town would stand empty."""
    square_km = shapely.area(to_metres(streets)) / 1e6
    mapped = grounds.mapped(sources.outlines(folder), streets)
    building, street = _inside(faces, doors.build(mapped, extract, seed))
    building = doors.thinned(building, street, square_km)
    lack = OLD_TOWN_DENSITY * square_km - np.bincount(street, building.households, len(streets))
    wanted = np.flatnonzero((square_km < OLD_TOWN_STREET) & (lack > 0))
    courts, court_street = grounds.empty_blocks(faces, extract, mapped, wanted)
    court_building, _ = _inside(faces, doors.build(courts, extract, seed))
    gain = np.bincount(court_building.compound, court_building.households, len(courts))
    used = np.zeros(len(courts), dtype=bool)
    for i, street in enumerate(court_street):
        used[i] = lack[street] > 0
        lack[street] -= gain[i]
    court_building = court_building.take(np.flatnonzero(used[court_building.compound]))
    court_building = doors.moved(court_building, court_building.compound + len(mapped))
    return mapped.joined(courts), building.joined(court_building)


def _inside(faces: Faces, building: Buildings) -> tuple[Buildings, np.ndarray]:
    """The buildings inside the city, and the street of each."""
    face = line_work.locate(faces, _centres(building))
    inside = np.flatnonzero(face >= 0)
    return building.take(inside), faces.street[face[inside]]


def _in_code_order(faces: Faces, group: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Community outlines and streets ordered by street and from north-west to south-east; each face's community."""
    outline = heaps.dissolve(faces.geometry, group)
    street = np.empty(len(outline), dtype=np.int64)
    street[group] = faces.street
    centre = shapely.get_coordinates(to_metres(shapely.centroid(outline)))
    order = np.lexsort((heaps.north_west_first(centre), street))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return outline[order], street[order], rank[group]


def _numbered(compound: Compounds, building: Buildings) -> tuple[Compounds, Buildings, np.ndarray]:
    """Compounds that have buildings, ordered by key; buildings by compound and number, row by row from the north."""
    used = np.array(sorted(np.unique(building.compound).tolist(), key=compound.key.__getitem__))
    new = np.full(len(compound), -1)
    new[used] = np.arange(len(used))
    building = doors.moved(building, new[building.compound])
    x, y = shapely.get_coordinates(shapely.centroid(building.footprint)).T
    building = building.take(np.lexsort((x, -np.floor(y / 30.0), building.compound)))
    first = np.searchsorted(building.compound, building.compound)
    return compound.take(used), building, np.arange(len(building)) - first + 1


def _grids(
    outline: np.ndarray, community: np.ndarray, spot: np.ndarray, households: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Outlines of all grids, the community of each, and the grid of every building."""
    shapes: list[Any] = []
    owner: list[int] = []
    grid = np.empty(len(spot), dtype=np.int64)
    order = np.argsort(community, kind="stable")
    for i, rows in enumerate(np.split(order, np.searchsorted(community[order], np.arange(1, len(outline))))):
        label = parts.share_out(spot[rows], households[rows])
        centre = (
            np.column_stack([np.bincount(label, axis) for axis in spot[rows].T]) / np.bincount(label)[:, None]
        )
        rank = np.argsort(np.argsort(heaps.north_west_first(centre), kind="stable"))
        label = rank[label]
        grid[rows] = len(shapes) + label
        shapes += parts.outlines(outline[i], spot[rows], label)
        owner += [i] * (int(label.max()) + 1)
    return np.array(shapes, dtype=object), np.array(owner), grid
