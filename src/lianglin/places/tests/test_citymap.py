"""The demo city's map keeps its promises: reproducible, gapless, in size, well coded, without a real name."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from pmtiles.reader import MemorySource, Reader, all_tiles

from lianglin.places.seed import citymap, mvt, osm, river, sources, tiles
from lianglin.places.seed.citymap import SOURCE, CacheUnusable, CityMap
from lianglin.places.seed.plane import METRES

pytestmark = pytest.mark.xdist_group("citymap")  # one worker reads the map once

SQUARE_METRES = METRES.prod()


@pytest.fixture(scope="module")
def city(city_map: Path) -> CityMap:
    """The map that the whole run looks at, drawn once by whoever came first."""
    return CityMap.load(city_map)


@pytest.fixture(scope="module")
def communities(city: CityMap) -> np.ndarray:
    return shapes(community.geometry for community in city.communities)


@pytest.fixture(scope="module")
def archive(city: CityMap, city_map: Path) -> bytes:
    return (city_map / f"{city.digest}.pmtiles").read_bytes()


def shapes(geometry: Any) -> np.ndarray:
    return np.array([shapely.from_geojson(json.dumps(item)) for item in geometry], dtype=object)


def test_two_runs_are_identical(city: CityMap) -> None:
    again = citymap.build(SOURCE)
    assert again == city


@pytest.mark.deep
def test_another_seed_gives_other_doors_on_the_same_streets(city: CityMap) -> None:
    other = citymap.build(SOURCE, seed=7)
    assert other.streets[0].code == city.streets[0].code
    assert [b.floors for b in other.buildings[:500]] != [b.floors for b in city.buildings[:500]]
    assert other.digest != city.digest


def test_every_street_of_the_map_is_in_the_division_table(city: CityMap) -> None:
    table = {division.code: division for division in city.divisions}
    assert len(city.divisions) == 347
    assert len(city.streets) == 77
    assert all(table[street.code].name == street.name for street in city.streets)
    assert Counter(division.level for division in city.divisions) == {
        "city": 1,
        "county": 18,
        "township": 328,
    }
    assert all(division.parent in table for division in city.divisions if division.parent)


def test_streets_and_communities_cover_the_city_without_gap_or_overlap(
    city: CityMap, communities: np.ndarray
) -> None:
    streets = shapes(street.geometry for street in city.streets)
    assert shapely.coverage_is_valid(streets)
    assert shapely.coverage_is_valid(communities)
    whole = shapely.coverage_union_all(communities)
    assert whole.equals(shapely.coverage_union_all(streets))
    mapped = shapely.union_all(sources.streets(SOURCE)[1])
    assert whole.symmetric_difference(mapped).area * SQUARE_METRES < 1_000
    assert sum(len(part.interiors) for part in shapely.get_parts(whole)) == 0


def test_a_community_lies_in_its_street(city: CityMap, communities: np.ndarray) -> None:
    streets = {street.code: shapes([street.geometry])[0] for street in city.streets}
    for community, shape in zip(city.communities, communities, strict=True):
        assert streets[community.street_code].covers(shape)
        assert shape.contains(shapely.Point(community.lon, community.lat))


def test_about_600_communities_of_1000_to_3000_households(city: CityMap) -> None:
    households = np.array([community.households for community in city.communities])
    assert 590 <= len(households) <= 620
    assert ((households >= 1000) & (households <= 3000)).mean() > 0.99
    assert households.min() > 900
    assert households.max() < 3600


def test_community_codes_and_names_run_from_the_north_west_in_each_street(city: CityMap) -> None:
    names = {street.code: street.name for street in city.streets}
    for code in names:
        members = [c for c in city.communities if c.street_code == code]
        assert [c.code for c in members] == [f"{code[:9]}{n:03d}" for n in range(1, len(members) + 1)]
        short = names[code].removesuffix("街道")
        assert [c.name for c in members] == [f"{short}第{n}社区" for n in range(1, len(members) + 1)]
    assert city.communities[0].name == "兆麟第1社区"


def test_grids_hold_200_to_500_households(city: CityMap) -> None:
    households = np.array([grid.households for grid in city.grids])
    assert ((households >= 200) & (households <= 500)).mean() > 0.98
    per_community = Counter()
    for grid in city.grids:
        assert re.fullmatch(r"\d{15}", grid.code)
        assert grid.code.startswith(grid.community_code)
        per_community[grid.community_code] += grid.households
    assert len({grid.code for grid in city.grids}) == len(city.grids)
    assert per_community == {c.code: c.households for c in city.communities}


def test_grids_share_out_their_community(city: CityMap, communities: np.ndarray) -> None:
    outlines = shapes(grid.geometry for grid in city.grids)
    assert shapely.is_valid(outlines).all()
    owner = np.array([grid.community_code for grid in city.grids])
    for community, shape in zip(city.communities, communities, strict=True):
        grids = outlines[owner == community.code]
        union = shapely.union_all(grids)
        assert union.symmetric_difference(shape).area * SQUARE_METRES < 100
        assert (shapely.area(grids).sum() - union.area) * SQUARE_METRES < 100


def test_buildings_have_doors_and_one_address_each(city: CityMap, communities: np.ndarray) -> None:
    addresses = {building.street_address for building in city.buildings}
    assert len(addresses) == len({building.key for building in city.buildings}) == len(city.buildings)
    doors = np.bincount([b.community for b in city.buildings], [b.doors for b in city.buildings])
    households = np.array([community.households for community in city.communities])
    assert np.abs(0.93 * doors - households).max() <= 8
    for building in city.buildings:
        grid = city.grids[building.grid]
        assert grid.community_code == city.communities[building.community].code
        assert building.street_address == f"{city.compounds[building.compound].name}{building.number}号楼"
        assert min(building.floors, building.units, building.doors_per_floor) >= 1
    spots = shapely.points([(b.lon, b.lat) for b in city.buildings])
    ground = communities[[b.community for b in city.buildings]]
    assert shapely.distance(ground, spots).max() < 2e-6


def test_footprints_do_not_overlap(city: CityMap) -> None:
    footprints = np.array([shapely.Polygon(b.footprint[0], b.footprint[1:]) for b in city.buildings])
    assert shapely.is_valid(footprints).all()
    assert not shapely.STRtree(footprints).query(footprints, predicate="overlaps").size


def test_no_real_compound_name_appears(city: CityMap) -> None:
    real = {outline.real_name for outline in sources.outlines(SOURCE)} - {""}
    assert len(real) > 1_000
    names = [compound.name for compound in city.compounds]
    assert len(set(names)) == len(names)
    assert not real.intersection(names)
    long = [name for name in real if len(name) > 2]
    assert not [name for name in names if any(part in name or name in part for part in long)]


def test_the_default_demo_fills_one_street_and_a_community_in_every_other_district(city: CityMap) -> None:
    assert sorted(c.fill_order for c in city.communities) == list(range(len(city.communities)))
    chosen = [city.communities[i] for i in city.to_fill(60_000)]
    assert 12 <= len(chosen) <= 16
    assert 58_000 < 2.2 * sum(c.households for c in chosen) < 66_000
    start = chosen[0].street_code
    assert start[:6] in {"230102", "230103"}
    whole = [c for c in city.communities if c.street_code == start]
    assert chosen[: len(whole)] == whole
    assert {c.street_code[:6] for c in chosen} == {street.code[:6] for street in city.streets}
    assert set(city.to_fill(10_000)) < set(city.to_fill(60_000))


def test_a_saved_map_comes_back_equal(city: CityMap, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    city.save(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [citymap.CACHE]
    assert CityMap.load(tmp_path) == city
    monkeypatch.setattr(citymap, "build", lambda *_, **__: pytest.fail("built again"))
    assert citymap.load_or_build(tmp_path, SOURCE) == city


def test_a_stale_or_broken_cache_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CacheUnusable, match="no saved map"):
        CityMap.load(tmp_path)
    (tmp_path / citymap.CACHE).write_bytes(b"half a file")
    with pytest.raises(CacheUnusable, match="no saved map"):
        CityMap.load(tmp_path)
    (tmp_path / citymap.CACHE).write_bytes(gzip.compress(b'{"format": 0}'))
    with pytest.raises(CacheUnusable, match="another format"):
        CityMap.load(tmp_path)


def test_a_missing_source_is_named(tmp_path: Path) -> None:
    with pytest.raises(sources.SourceMissing, match=r"harbin_core_2024-04\.osm\.pbf is missing"):
        citymap.build(tmp_path)


def test_the_river_is_rebuilt() -> None:
    extract = river.with_river(osm.read(sources.extract_path(SOURCE)))
    water = extract.land.geometry[-1]
    assert 15e6 < water.area * SQUARE_METRES < 20e6
    assert water.covers(shapely.Point(126.6083, 45.7850))


def test_tiles_hold_every_layer_of_the_style(archive: bytes) -> None:
    wanted = {layer["source-layer"] for layer in tiles.style("x")["layers"] if "source-layer" in layer}
    reader = Reader(MemorySource(archive))
    assert {layer["id"] for layer in reader.metadata()["vector_layers"]} == wanted
    assert (reader.header()["min_zoom"], reader.header()["max_zoom"]) == (8, 14)
    first: dict[str, int] = {}
    for (zoom, _x, _y), data in all_tiles(MemorySource(archive)):
        for name, layer in mapbox_vector_tile.decode(gzip.decompress(data)).items():
            assert layer["features"], name
            first[name] = min(zoom, first.get(name, 99))
    assert set(first) == wanted
    assert {name: first[name] for name in ("street", "community", "compound", "grid", "building")} == {
        "street": 9, "community": 11, "compound": 13, "grid": 13, "building": 14,
    }  # fmt: skip
    assert len(archive) < 2.5e6


def test_tiles_are_the_same_twice_and_name_no_real_compound(
    city: CityMap, archive: bytes, tmp_path: Path
) -> None:
    tiles.write_pmtiles(city, SOURCE, tmp_path / "again.pmtiles")
    assert [path.name for path in tmp_path.iterdir()] == ["again.pmtiles"]
    assert (tmp_path / "again.pmtiles").read_bytes() == archive
    invented = {compound.name for compound in city.compounds}
    for (zoom, _x, _y), data in all_tiles(MemorySource(archive)):
        if zoom == 14:
            decoded = mapbox_vector_tile.decode(gzip.decompress(data))
            features = decoded.get("compound", {"features": []})["features"]
            assert {feature["properties"]["name"] for feature in features} <= invented
            assert all(
                "name" not in f["properties"] for f in decoded.get("building", {"features": []})["features"]
            )


def test_tile_geometry_decodes_to_what_was_encoded() -> None:
    ring = shapely.Polygon(
        [(10, 10), (90, 10), (90, 90), (10, 90)], [[(30, 30), (30, 60), (60, 60), (60, 30)]]
    )
    pair = shapely.MultiPolygon([shapely.box(0, 0, 5, 5), shapely.box(7, 7, 9, 9)])
    gone = shapely.box(1.1, 1.1, 1.2, 1.2)
    line = shapely.LineString([(0, 0), (0.2, 0.1), (8, 3)])
    encoded = mvt.encode([
        mvt.Layer("area", np.array([ring, gone, pair]), [{"n": 1}, {"n": 2}, {"n": 3}]),
        mvt.Layer("line", np.array([line]), [{"name": "和宁"}]),
        mvt.Layer("spot", np.array([shapely.Point(4.4, 6.6)]), [{}]),
    ])  # fmt: skip
    decoded = mapbox_vector_tile.decode(encoded, default_options={"y_coord_down": True})
    areas = decoded["area"]["features"]
    assert [feature["properties"] for feature in areas] == [{"n": 1}, {"n": 3}]
    assert shapely.from_geojson(json.dumps(areas[0]["geometry"])).equals(ring)
    assert shapely.from_geojson(json.dumps(areas[1]["geometry"])).equals(pair)
    assert decoded["line"]["features"][0]["geometry"]["coordinates"] == [[0, 0], [8, 3]]
    assert decoded["line"]["features"][0]["properties"] == {"name": "和宁"}
    assert decoded["spot"]["features"][0]["geometry"]["coordinates"] == [4, 7]


def test_the_style_keeps_the_map_notice() -> None:
    drawn = tiles.style("/map/city.pmtiles")
    assert drawn["sources"]["city"]["url"] == "pmtiles:///map/city.pmtiles"
    assert "OpenStreetMap" in drawn["sources"]["city"]["attribution"]
    assert "ODbL" in drawn["sources"]["city"]["attribution"]
