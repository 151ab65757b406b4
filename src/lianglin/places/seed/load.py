"""Loads the city's map into the tables: divisions, communities, compounds, grids, buildings by COPY; doors where people live."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from django.db import connection

from lianglin.kit import calendar, held
from lianglin.kit.models import CalendarDay, DemoClock
from lianglin.kit.seeding import SeedContext
from lianglin.places.queries import TILES
from lianglin.places.seed import citymap, tiles
from lianglin.places.seed.citymap import SOURCE, CityMap
from lianglin.places.seed.english import community_name, compound_name, street_name

YEARS = (2024, 2025, 2026, 2027)
SINCE = date(2024, 1, 1)
"""From when the sample city's communities and grids are in force."""
PERSONS = 2.2
"""Per household, as people/data/distributions.csv has it for this city."""
DENSE = 4.5
"""How many times the doors a load test gets when more people are asked for than the real city's doors hold."""
FIRST_SEED = 2023
"""What a seed of the city is counted from."""
Row = Sequence[Any]


def seed(context: SeedContext) -> None:
    """Fills an empty database with places; ``made["places"]`` tells the floors above which communities have doors.

    ``communities``: ids of the communities with doors, in filling order; ``dwellings``: how many doors there are.
    """
    city = _city(context)
    full = [] if context.source else city.to_fill(context.residents, PERSONS)
    _calendar()
    _clock(context)
    _named_places(city, full, sample=context.demo)
    context.report("buildings", 0.55)
    _buildings(city)
    doors = _doors(city, full, context)
    _write_tiles(city, context)
    held.forget()
    context.made["places"] = {"communities": [index + 1 for index in full], "dwellings": doors}


def draw(folder: Path, *, seed: int) -> Path:
    """The sample city's map and its tiles, ready in ``folder``: nothing that is there already is made again."""
    city = citymap.load_or_build(folder, SOURCE, seed=FIRST_SEED + seed)
    _tiles(city, SOURCE, folder)
    return folder


def _city(context: SeedContext) -> CityMap:
    source, folder = context.source or SOURCE, context.data / "city"
    wanted, seed_number = context.residents / PERSONS, FIRST_SEED + context.seed

    def say(what: str, share: float) -> None:
        context.report(what, share * 0.5)

    city = citymap.load_or_build(folder, source, seed=seed_number, report=say)
    if sum(community.households for community in city.communities) < wanted:
        city = citymap.load_or_build(folder, source, seed=seed_number, density=DENSE, report=say)
    return city


def _calendar() -> None:
    for year in YEARS:
        if not CalendarDay.objects.filter(date__year=year).exists():
            CalendarDay.objects.bulk_create(calendar.official_days(year))
    calendar.forget()


def _clock(context: SeedContext) -> None:
    if context.demo:
        DemoClock.objects.get_or_create(id=1)


# --- COPY ------------------------------------------------------------------------------------------------


def _copy(table: str, columns: str, rows: Iterable[Row]) -> int:
    """Streams rows into a table; returns how many. Ids come with the rows, so the sequence is moved behind them."""
    count = 0
    with connection.cursor() as cursor:
        with cursor.copy(f"copy {table} ({columns}) from stdin") as copy:
            for row in rows:
                copy.write_row(row)
                count += 1
        cursor.execute(
            f"select setval(pg_get_serial_sequence('{table}', 'id'), greatest(max(id), 1)) from {table}"
        )
    return count


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def scope_of(code: str, level: str) -> str:
    """The digits of a division's code that carry its scope: city 4, county 6, township 9 (dossier 4.1)."""
    return code[: {"city": 4, "county": 6, "township": 9}[level]]


def _named_places(city: CityMap, full: Sequence[int], *, sample: bool) -> None:
    ids = {row.code: number for number, row in enumerate(city.divisions, 1)}
    shapes = {street.code: _json(street.geometry) for street in city.streets}
    loaded = frozenset(full)
    _copy(
        "places_division",
        "id, code, level, name, name_en, parent_id, scope_code, geometry",
        (
            (ids[d.code], d.code, d.level, d.name, d.name_en or street_name(d.name), ids.get(d.parent),
             scope_of(d.code, d.level), shapes.get(d.code))
            for d in city.divisions
        ),
    )  # fmt: skip
    _copy(
        "places_community",
        "id, division_id, kind, name, name_en, scope_code, households, lon, lat, geometry, valid_from, valid_to, sample, loaded",
        (
            (n + 1, ids[c.street_code], "community", c.name, community_name(c.name), c.code, c.households, c.lon, c.lat,
             _json(c.geometry), SINCE, None, sample, n in loaded)
            for n, c in enumerate(city.communities)
        ),
    )  # fmt: skip
    _copy(
        "places_compound",
        "id, key, name, name_en, lon, lat, geometry, sample",
        (
            (n, c.key, c.name, compound_name(c.name), c.lon, c.lat, _json(c.geometry), sample)
            for n, c in enumerate(city.compounds, 1)
        ),
    )
    community_ids = {c.code: n for n, c in enumerate(city.communities, 1)}
    _copy(
        "places_grid",
        "id, code, community_id, scope_code, households, geometry, valid_from, valid_to",
        (
            (
                n,
                g.code,
                community_ids[g.community_code],
                g.community_code,
                g.households,
                _json(g.geometry),
                SINCE,
                None,
            )
            for n, g in enumerate(city.grids, 1)
        ),
    )


def _buildings(city: CityMap) -> None:
    codes = [community.code for community in city.communities]
    _copy(
        "places_building",
        "id, key, community_id, scope_code, address, number, lon, lat, footprint, floors, units, doors_per_floor",
        (
            (n, b.key, b.community + 1, codes[b.community], b.street_address, b.number, b.lon, b.lat,
             _json({"type": "Polygon", "coordinates": b.footprint}), b.floors, b.units, b.doors_per_floor)
            for n, b in enumerate(city.buildings, 1)
        ),
    )  # fmt: skip
    for table, column, parent in (
        ("places_compoundbuilding", "compound_id", "compound"),
        ("places_gridbuilding", "grid_id", "grid"),
    ):
        belonging = [
            (getattr(b, parent), n) for n, b in enumerate(city.buildings, 1) if getattr(b, parent) >= 0
        ]
        rows = ((number, above + 1, n, SINCE, None) for number, (above, n) in enumerate(belonging, 1))
        _copy(table, f"id, {column}, building_id, valid_from, valid_to", rows)


# --- doors -----------------------------------------------------------------------------------------------


def _doors(city: CityMap, full: Sequence[int], context: SeedContext) -> int:
    """Units and dwellings of the communities that are filled, in filling order; numbers in that order, too."""
    inside: dict[int, list[int]] = {community: [] for community in full}
    for number, building in enumerate(city.buildings):
        if building.community in inside:
            inside[building.community].append(number)
    order = [number for community in full for number in inside[community]]
    _copy("places_unit", "id, building_id, number", _units(city, order))

    def rows() -> Iterator[Row]:
        step = max(len(order) // 50, 1)
        for done, number in enumerate(order):
            if done % step == 0:
                context.report("doors", 0.6 + 0.3 * done / len(order))
            yield from _dwellings_of(city, number, first_unit[number], counter)

    counter = iter(range(1, 1 << 62))
    first_unit, unit = {}, 1
    for number in order:
        first_unit[number], unit = unit, unit + city.buildings[number].units
    return _copy("places_dwelling", "id, unit_id, scope_code, floor, room", rows())


def _units(city: CityMap, order: Sequence[int]) -> Iterator[Row]:
    unit = 1
    for number in order:
        for stairwell in range(1, city.buildings[number].units + 1):
            yield unit, number + 1, stairwell
            unit += 1


def _dwellings_of(city: CityMap, number: int, first_unit: int, counter: Iterator[int]) -> Iterator[Row]:
    building = city.buildings[number]
    code = city.communities[building.community].code
    for unit in range(first_unit, first_unit + building.units):
        for floor in range(1, building.floors + 1):
            for door in range(1, building.doors_per_floor + 1):
                yield next(counter), unit, code, floor, f"{floor}{door:02d}"


# --- the map ---------------------------------------------------------------------------------------------


def _write_tiles(city: CityMap, context: SeedContext) -> None:
    """The map's tiles into the data folder; kept by the map's digest, since drawing them takes some seconds."""
    context.report("map", 0.92)
    kept = _tiles(city, context.source or SOURCE, context.data / "city")
    side = context.data / f".{TILES}.part"
    shutil.copyfile(kept, side)
    os.replace(side, context.data / TILES)


def _tiles(city: CityMap, source: Path, folder: Path) -> Path:
    """The tile file of this map in ``folder``, drawn if it is not there."""
    kept = folder / f"{city.digest}.pmtiles"
    if not kept.exists():
        tiles.write_pmtiles(city, source, kept)
    return kept
