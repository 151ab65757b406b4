"""The loader: a small map comes into the tables whole, with doors only where people live."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lianglin.access.models import Organisation
from lianglin.kit.models import CalendarDay, DemoClock
from lianglin.kit.seeding import SeedContext
from lianglin.places import queries
from lianglin.places.models import Building, Community, Compound, Division, Dwelling, Grid, GridBuilding, Unit
from lianglin.places.seed import citymap, load, tiles
from lianglin.places.seed.citymap import CityMap
from lianglin.places.seed.english import community_name, compound_name, street_name

SQUARE = {"type": "Polygon", "coordinates": [[[126.0, 45.0], [126.1, 45.0], [126.1, 45.1], [126.0, 45.0]]]}


def small_map() -> CityMap:
    """A city, a district, a street, two communities of two buildings each; the second is filled first."""
    rows = [
        citymap.Division("230100000000", "city", "哈尔滨市", "", "Harbin"),
        citymap.Division("230102000000", "county", "道里区", "230100000000", "Daoli District"),
        citymap.Division("230102001000", "township", "兆麟街道", "230102000000"),
    ]
    communities = [
        citymap.Community(f"23010200100{n}", f"兆麟第{n}社区", "230102001000", 22, 126.0, 45.0, SQUARE, 2 - n)
        for n in (1, 2)
    ]
    compounds = [citymap.Compound("k", "和宁小区", False, 126.0, 45.0, SQUARE)]
    grids = [citymap.Grid(f"{c.code}001", c.code, 22, SQUARE) for c in communities]
    buildings = [
        citymap.Building(f"b{n}", n // 2, 0 if n < 3 else -1, n // 2, 126.0, 45.0, SQUARE["coordinates"], 3, 2, 2, n + 1, f"和宁小区{n + 1}号楼")
        for n in range(4)
    ]  # fmt: skip
    streets = [citymap.Street("230102001000", "兆麟街道", SQUARE)]
    return CityMap(1, "digest", rows, streets, communities, compounds, grids, buildings)


@pytest.fixture
def made(db: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> SeedContext:
    """The loader's work for twenty residents: one community is enough."""
    monkeypatch.setattr(citymap, "load_or_build", lambda *a, **k: small_map())

    def write(city: CityMap, source: Path, out: Path) -> None:
        out.parent.mkdir(exist_ok=True)
        out.write_bytes(b"tiles")

    monkeypatch.setattr(tiles, "write_pmtiles", write)
    context = SeedContext(20, 1, tmp_path, load.SINCE, lambda what, share: None)
    load.seed(context)
    return context


def test_all_places_are_loaded(made: SeedContext) -> None:
    assert [model.objects.count() for model in (Division, Community, Compound, Grid, Building)] == [
        3,
        2,
        1,
        2,
        4,
    ]
    assert GridBuilding.objects.count() == 4
    assert Division.objects.get(level="township").scope_code == "230102001"
    assert Building.objects.get(key="b3").compounds.count() == 0


def test_doors_are_made_for_the_first_communities_only(made: SeedContext) -> None:
    full = Community.objects.get(loaded=True)
    assert full.name == "兆麟第2社区"
    assert made.made["places"] == {"communities": [full.pk], "dwellings": 24}
    assert (Unit.objects.count(), Dwelling.objects.count()) == (4, 24)
    assert set(Dwelling.objects.values_list("scope_code", flat=True)) == {full.scope_code}
    assert {"101", "302"} <= set(Dwelling.objects.values_list("room", flat=True))


def test_calendar_clock_and_tiles_are_there(made: SeedContext) -> None:
    assert set(CalendarDay.objects.dates("date", "year")) >= {
        d.replace(month=1, day=1) for d in (load.SINCE,)
    }
    assert DemoClock.objects.get().offset_seconds == 0
    assert (made.data / queries.TILES).read_bytes() == b"tiles"


def test_new_rows_get_numbers_behind_the_loaded_ones(made: SeedContext) -> None:
    added = Compound.objects.create(key="new", name="新小区", lon=126.0, lat=45.0)
    assert added.pk == 2


def test_english_names() -> None:
    assert street_name("兆麟街道") == "Zhaolin Subdistrict"
    assert community_name("正阳河第12社区") == "Zhengyanghe Community 12"
    assert compound_name("和宁小区") == "Hening Estate"


def test_organisations_and_logins_of_the_sample(made: SeedContext, settings: Any, tmp_path: Path) -> None:
    from lianglin.access import demo
    from lianglin.access.seed import load as staff

    settings.DEMO, settings.DATA = True, tmp_path
    staff.seed(made)
    kinds = Organisation.objects.values_list("kind", flat=True)
    assert sorted(kinds) == ["city", "community", "community", "district", "health", "street"]
    assert not Organisation.objects.exclude(phone="").exists()
    assert {row["username"] for row in demo.logins()} >= {
        "community",
        "street",
        "officer",
        "manager",
        "admin",
    }
    assert [row["role"] for row in demo.personas()] == [
        "community_worker",
        "street_coordinator",
        "protection_officer",
        "manager",
    ]
