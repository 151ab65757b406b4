"""Place pages, the search, the point, the map's tiles and style; and what is not there."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override
from tests.world import HERE, NEXT_DOOR, World, build

from lianglin.kit import held
from lianglin.places import queries
from lianglin.places.models import Building, Community, Compound, CompoundBuilding
from lianglin.places.search import resolve, search

pytestmark = pytest.mark.django_db


def square(west: float, south: float, side: float = 0.1) -> dict[str, Any]:
    east, north = west + side, south + side
    return {
        "type": "Polygon",
        "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]],
    }


@pytest.fixture
def world(db: None) -> World:
    """Two neighbouring squares, a compound with one building in each, one community without people."""
    world = build()
    for code, west in ((HERE, 126.0), (NEXT_DOOR, 126.1)):
        Community.objects.filter(scope_code=code).update(geometry=square(west, 45.0))
    Community.objects.filter(scope_code=NEXT_DOOR).update(loaded=False)
    compound = Compound.objects.create(
        key="k", name="单家花园", name_en="Shan Gardens", lon=126.05, lat=45.05
    )
    for building in Building.objects.filter(scope_code__in=(HERE, NEXT_DOOR)):
        CompoundBuilding.objects.create(compound=compound, building=building, valid_from="2024-01-01")
    held.forget()
    return world


def test_a_point_lies_in_one_community(world: World) -> None:
    assert queries.covering(126.05, 45.05).scope_code == HERE
    assert queries.covering(126.1, 45.05).scope_code == HERE  # a shared border counts to the lower code
    assert queries.covering(126.15, 45.05).scope_code == NEXT_DOOR
    assert queries.covering(2.35, 48.85) is None


@pytest.mark.parametrize("text", ["单家花园", "shanjia", "danjia", "sjhy", "花园", "SJ hua yuan"])
def test_a_compound_is_found_by_every_reading(world: World, text: str) -> None:
    assert "单家花园" in [found.label for found in search(text)]


def test_a_building_is_found_by_its_compound_and_number(world: World) -> None:
    found = search("sjhy 1号楼")
    assert {f.kind for f in found} == {"building"}
    assert {f.community_code for f in found} == {HERE, NEXT_DOOR}
    assert search("sjhy 77") == []


def test_nothing_fits_nothing(world: World) -> None:
    assert search("") == search("！？") == search("zzzz") == []


def test_names_are_in_the_readers_language(world: World) -> None:
    with override("en"):
        assert search("sjhy")[0].label == "Shan Gardens"


def test_what_a_form_sends_ends_in_a_community(world: World) -> None:
    building = Building.objects.get(scope_code=NEXT_DOOR)
    compound = Compound.objects.get()
    chosen = resolve(f"b:{building.pk}")
    assert (chosen.community.scope_code, chosen.building, chosen.compound) == (NEXT_DOOR, building, compound)
    assert resolve(f"c:{compound.pk}").community.scope_code in (HERE, NEXT_DOOR)
    assert resolve(f"c:{compound.pk}", lon=126.15, lat=45.05).community.scope_code == NEXT_DOOR
    assert resolve(f"n:{HERE}").label == world.community(HERE).name
    assert resolve("", lon=126.05, lat=45.05).community.scope_code == HERE


@pytest.mark.parametrize("key", ["", "b:", "b:0", "b:99999999999999999999", "c:x", "n:1", "q:1", "b:１２"])
def test_what_nobody_offered_is_no_place(world: World, key: str) -> None:
    assert resolve(key) is None


def test_the_page_of_a_community(client: Client, world: World) -> None:
    shown = client.get(f"/places/{HERE}/").content.decode()
    assert "单家花园" in shown
    assert world.organisations[f"community-{HERE}"].name in shown
    assert "和宁小区1号楼" in shown


def test_the_page_of_a_street_lists_its_communities(client: Client, world: World) -> None:
    shown = client.get("/places/230103001/").content.decode()
    assert f"/places/{HERE}/" in shown
    assert "未装载" in shown
    assert client.get("/places/230103001000/")["Location"] == "/places/230103001/"


@pytest.mark.parametrize(
    "path", ["/places/999999/", "/places/230103001999/", "/places/999999/boundary.json", "/places/12x/"]
)
def test_a_place_that_is_not_there(client: Client, world: World, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_damaged_page_mark_is_a_plain_400(client: Client, world: World) -> None:
    assert client.get(f"/places/{HERE}/?cursor=xx").status_code == 400


def test_boundaries_carry_links_and_tones(client: Client, world: World) -> None:
    street = client.get("/places/230103001/boundary.json").json()["features"]
    assert [f["properties"]["url"] for f in street] == [f"/places/{HERE}/", f"/places/{NEXT_DOOR}/"]
    assert [f["properties"]["tone"] for f in street] == ["good", "closed"]
    assert client.get(f"/places/{HERE}/boundary.json").json()["features"][0]["geometry"]["type"] == "Polygon"


def test_choosing_offers_rows_for_a_form(client: Client, world: World) -> None:
    shown = client.get("/places/choose/?q=sjhy&name=where").content.decode()
    assert f'name="where" value="c:{Compound.objects.get().pk}"' in shown
    assert "没有找到" in client.get("/places/choose/?q=zzzz").content.decode()


# --- the map -----------------------------------------------------------------------------------------------


@pytest.fixture
def tiles(settings: Any, tmp_path: Any) -> bytes:
    """A file of tiles in a data folder of its own."""
    settings.DATA = tmp_path
    (tmp_path / queries.TILES).write_bytes(bytes(range(100)))
    return bytes(range(100))


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("bytes=0-9", 0, 9), ("bytes=90-", 90, 99), ("bytes=-5", 95, 99), ("bytes=95-500", 95, 99)],
)
def test_tiles_by_range(client: Client, tiles: bytes, asked: str, first: int, last: int) -> None:
    answered = client.get("/places/map/city.pmtiles", headers={"Range": asked})
    assert answered.status_code == 206
    assert answered.content == tiles[first : last + 1]
    assert answered["Content-Range"] == f"bytes {first}-{last}/100"
    assert "immutable" in answered["Cache-Control"]


def test_tiles_whole_and_out_of_range(client: Client, tiles: bytes) -> None:
    assert b"".join(client.get("/places/map/city.pmtiles").streaming_content) == tiles
    assert client.get("/places/map/city.pmtiles", headers={"Range": "bytes=100-"}).status_code == 416


def test_without_tiles_the_map_is_empty_ground(
    client: Client, world: World, settings: Any, tmp_path: Any
) -> None:
    settings.DATA = tmp_path
    assert client.get("/places/map/city.pmtiles").status_code == 404
    assert client.get("/places/style.json").json()["sources"] == {}


def test_the_style_says_where_people_are_loaded(client: Client, world: World, tiles: bytes) -> None:
    layers = {layer["id"]: layer for layer in client.get("/places/style.json?loaded=1").json()["layers"]}
    assert HERE in layers["community-loaded"]["filter"][2][1]
    assert NEXT_DOOR not in layers["community-loaded"]["filter"][2][1]
    assert layers["community-bare"]["paint"]["fill-pattern"] == "hatch"


# --- the API -----------------------------------------------------------------------------------------------


def test_the_api_finds_covers_and_tells(client: Client, world: World) -> None:
    assert client.get("/api/v1/places/search?q=sjhy").json()[0]["label"] == "单家花园"
    assert client.get("/api/v1/places/covering?lon=126.05&lat=45.05").json()["scope_code"] == HERE
    assert client.get(f"/api/v1/places/communities/{HERE}").json()["loaded"] is True


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("search?q=", 422),
        ("covering?lon=0&lat=0", 404),
        ("covering?lon=999&lat=0", 422),
        ("communities/1", 404),
    ],
)
def test_the_api_refuses_in_its_one_shape(client: Client, world: World, path: str, status: int) -> None:
    answered = client.get(f"/api/v1/places/{path}")
    assert answered.status_code == status
    assert answered["Content-Type"] == "application/problem+json"


def test_a_community_page_costs_few_queries(client: Client, world: World) -> None:
    client.get(f"/places/{HERE}/")
    with CaptureQueriesContext(connection) as found:
        client.get(f"/places/{HERE}/")
    assert (
        len(
            [
                q
                for q in found
                if not q["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT", "ROLLBACK"))
            ]
        )
        <= 7
    )


def test_what_is_not_there_is_said_in_the_views_own_words(client: Client, world: World) -> None:
    page = client.get("/places/999999999999/")
    assert (page.status_code, "没有代码为 999999999999 的地方。" in page.content.decode()) == (404, True)
    assert "可能网址写错了" in client.get("/nowhere/").content.decode()
    answer = client.get("/api/v1/places/communities/999999999999")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert answer.json()["title"] == "Not found"
