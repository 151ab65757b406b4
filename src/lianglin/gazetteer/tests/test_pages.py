"""The desk of the register and the residents' page: drafts, files, service points; and who may not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import numpy as np
import pytest
import shapely
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.world import HERE, NEXT_DOOR, STREET, WORKER, World, build

from lianglin.access.actor import job
from lianglin.access.models import Account, Organisation, Post
from lianglin.access.transaction import acting
from lianglin.gazetteer.actions import imports
from lianglin.gazetteer.models import PlaceImport
from lianglin.kit import clock, held
from lianglin.kit.clock import CITY_ZONE
from lianglin.places.models import (
    Building,
    Community,
    Division,
    Dwelling,
    OpeningRule,
    PlaceChange,
    ServicePoint,
)
from lianglin.places.queries import doors
from lianglin.places.rules import datum

pytestmark = pytest.mark.django_db
SHAPE = {
    code: shapely.geometry.mapping(shapely.box(west, 45.70, west + 0.01, 45.71))
    for code, west in ((HERE, 126.60), (NEXT_DOOR, 126.61))
}


@pytest.fixture
def world(db: None) -> Iterator[World]:
    """Two drawn communities, a manager of places; a Friday morning."""
    before = clock.offset()
    clock.set_offset(datetime(2026, 11, 27, 10, tzinfo=CITY_ZONE) - (clock.now() - before))
    made = build()
    for code, shape in SHAPE.items():
        Community.objects.filter(scope_code=code).update(geometry=shape)
    Building.objects.filter(scope_code=HERE).update(lon=126.605, lat=45.705)
    office = Organisation.objects.create(code="places", name="民政局", kind="city", scope_code="")
    account = Account.objects.create_user("places", None, name="places", created_at=clock.now())
    made.posts["places"] = Post.objects.create(
        account=account, role_code="place_manager", organisation=office, scope_code="", title="x", starts_on=date(2024, 1, 1)
    )  # fmt: skip
    held.forget()
    yield made
    clock.set_offset(before)
    held.forget()


@pytest.fixture
def manager(world: World) -> Client:
    return world.browser("places")


MERGE = {
    "first": HERE, "second": NEXT_DOOR, "into": "230103001009", "name": "合并社区", "effective_on": "2027-03-01", "document": "3号",
}  # fmt: skip


def test_a_merge_is_drafted_previewed_and_planned(manager: Client) -> None:
    answer = manager.post("/register/changes/merge/", MERGE)
    change = PlaceChange.objects.get()
    assert answer.headers["Location"] == f"/register/changes/{change.pk}/"
    page = manager.get(answer.headers["Location"]).content.decode()
    assert "住户" in page or "户" in page
    assert "<svg" in page
    manager.post(f"/register/changes/{change.pk}/", {"do": "decide"})
    change.refresh_from_db()
    assert change.state == "planned"
    assert f"/register/changes/{change.pk}/" in manager.get("/register/changes/").content.decode()


def test_a_community_is_chosen_by_its_name(manager: Client) -> None:
    held.forget()
    name = Community.objects.get(scope_code=HERE).name
    searched = manager.post("/register/changes/merge/", {**MERGE, "first": name, "first_find": "1"})
    assert searched.status_code == 200
    assert HERE in searched.content.decode()
    chosen = {**MERGE, "first": name, "first_pick": HERE, "into": ""}
    manager.post("/register/changes/merge/", chosen)
    change = PlaceChange.objects.get()
    assert {entry["code"] for entry in change.after["communities"]} == {HERE}
    for shown in ("/register/changes/", f"/register/changes/{change.pk}/"):
        assert name in manager.get(shown).content.decode()
    twice = manager.post("/register/changes/merge/", {**MERGE, "second": HERE})
    assert twice.status_code == 422
    wider = manager.post("/register/changes/rename/", {"code": HERE[:9], "name": "x"})
    assert "请选择社区" in wider.content.decode()
    for kind in ("split", "boundary", "grids"):
        page = f"/register/changes/{kind}/"
        assert 'name="code_find"' in manager.get(page).content.decode()
        assert manager.get(page, {"code": name}).status_code == 200
        asked = manager.get(page, {"code": name, "code_pick": HERE})
        assert asked.headers["Location"] == f"{page}?code={HERE}"


def test_a_form_that_cannot_be_says_why_and_keeps_what_was_written(manager: Client) -> None:
    answer = manager.post("/register/changes/merge/", {**MERGE, "into": "230103002001"})
    assert answer.status_code == 422
    assert "合并社区" in answer.content.decode()
    assert not PlaceChange.objects.exists()


def test_a_pasted_line_splits_and_a_pasted_outline_makes_the_neighbour_give_way(manager: Client) -> None:
    line = {"type": "LineString", "coordinates": [[126.604, 45.69], [126.604, 45.72]]}
    common = {"effective_on": "2027-03-01", "document": "3号"}
    manager.post(
        f"/register/changes/split/?code={HERE}",
        {**common, "shape": json.dumps(line), "first_code": HERE, "first_name": "东", "second_code": "230103001009", "second_name": "西"},
    )  # fmt: skip
    change = PlaceChange.objects.get()
    assert change.kind == "split"
    manager.post(f"/register/changes/{change.pk}/", {"do": "cancel"})
    wide = shapely.geometry.mapping(shapely.box(126.60, 45.70, 126.612, 45.71))
    manager.post(f"/register/changes/boundary/?code={HERE}", {**common, "shape": json.dumps(wide)})
    redrawn = PlaceChange.objects.get(kind="redraw")
    assert {entry["code"] for entry in redrawn.after["communities"]} == {HERE, NEXT_DOOR}
    assert Community.objects.get(scope_code=HERE).geometry == json.loads(json.dumps(SHAPE[HERE]))


@pytest.mark.parametrize(
    "shape", ["x", "[]", "{}", '{"type": "Polygon"}', '{"type":"Point","coordinates":[1,2]}']
)
def test_what_is_no_boundary_is_refused(manager: Client, shape: str) -> None:
    data = {"shape": shape, "effective_on": "2027-03-01", "document": "3号"}
    assert manager.post(f"/register/changes/boundary/?code={HERE}", data).status_code == 422


@pytest.mark.parametrize("who", [WORKER, STREET, "manager", "protection_officer"])
def test_others_may_not_change_places(world: World, who: str) -> None:
    assert world.browser(who).post("/register/changes/merge/", MERGE).status_code == 403
    assert world.browser(who).get("/register/imports/").status_code == 403
    assert not PlaceChange.objects.exists()


# --- files -------------------------------------------------------------------------------------------------


def csv_of(rows: list[tuple[Any, ...]], head: str) -> bytes:
    return "\n".join([head, *(",".join(map(str, row)) for row in rows)]).encode()


BUILDINGS = "key,community,address,number,lon,lat,floors,units,doors_per_floor"


def bring(client: Client, kind: str, content: bytes, **more: str) -> PlaceImport:
    file = SimpleUploadedFile("places.csv", content)
    answer = client.post(
        "/register/imports/",
        {"kind": kind, "file": file, "datum": "wgs84", "valid_from": "2026-11-27", **more},
    )
    assert answer.status_code == 302, answer.content.decode()
    return PlaceImport.objects.latest("pk")


def apply(made: PlaceImport) -> PlaceImport:
    with acting(job()) as by:
        return imports.apply(by=by, pk=made.pk)


def codes(made: PlaceImport) -> set[str]:
    return {finding["code"] for finding in made.report["findings"]}


def test_a_file_is_looked_through_then_taken_over_whole_and_once(manager: Client) -> None:
    content = csv_of([("n1", HERE, "新楼1号", 1, 126.603, 45.703, 3, 2, 2)], BUILDINGS)
    made = bring(manager, "buildings", content)
    assert not Building.objects.filter(key="n1").exists()
    page = manager.get(f"/register/imports/{made.pk}/")
    assert page.status_code == 200
    manager.post(f"/register/imports/{made.pk}/")
    assert apply(made).state == "applied"
    assert Dwelling.objects.filter(unit__building__key="n1", scope_code=HERE).count() == 12
    again = bring(manager, "buildings", content)
    manager.post(f"/register/imports/{again.pk}/")
    assert apply(again).report["written"] == {"new": 0, "changed": 0}


def test_a_file_with_errors_says_all_of_them_and_is_not_taken_over(manager: Client) -> None:
    rows = [
        ("n1", HERE, "=1", 1, 126.603, 45.703, 3, 2, 2), ("n1", HERE, "b", 1, 126.603, 45.703, 3, 2, 2),
        ("n2", "230103001099", "c", 1, 126.603, 45.703, 3, 2, 2), ("n3", "", "d", 1, 100.0, 40.0, 3, 2, 2),
        ("n4", HERE, "e", 0, 126.603, 45.703, 3, 2, 2), ("n5", HERE, "f", 1, "x", 45.703, 3, 2, 2),
        ("n6", HERE, "g", 1, 126.613, 45.703, 3, 2, 2),
    ]  # fmt: skip
    made = bring(manager, "buildings", csv_of(rows, BUILDINGS))
    assert {"double_code", "no_community", "nowhere", "bad_count", "bad_point", "outside"} <= codes(made)
    assert manager.post(f"/register/imports/{made.pk}/").status_code == 422
    assert manager.get(f"/register/imports/{made.pk}/report.json").json()["counts"]["error"] >= 5
    assert "n2" in manager.get(f"/register/imports/{made.pk}/report.csv").content.decode()


@pytest.mark.parametrize("system", ["gcj02", "bd09"])
def test_a_wrong_coordinate_system_is_named_with_its_shift_and_converted(
    manager: Client, system: Any
) -> None:
    community = Community.objects.get(scope_code=HERE)
    chance = np.random.default_rng(1)
    points = np.column_stack([chance.uniform(126.601, 126.609, 9), chance.uniform(45.701, 45.709, 9)]).round(
        6
    )
    for n, (lon, lat) in enumerate(points):
        Building.objects.create(
            key=f"k{n}", community=community, scope_code=HERE, address=f"{n}", number=1, lon=lon, lat=lat, floors=1, units=1, doors_per_floor=1,
        )  # fmt: skip
    shifted = np.column_stack(datum.from_wgs84(points[:, 0], points[:, 1], system))
    rows = [(f"k{n}", "", f"{n}", 1, *point, 1, 1, 1) for n, point in enumerate(shifted)]
    content = csv_of(rows, BUILDINGS)
    made = bring(manager, "buildings", content)
    assert "datum_wrong" in codes(made)
    assert made.report["datum"]["is"] == system
    assert abs(made.report["datum"]["east"]) > 100
    mended = bring(manager, "buildings", content, datum=system)
    assert "datum_fits" in codes(mended)
    assert mended.report["sound"]


def features_of(**shapes: Any) -> bytes:
    found = [
        {
            "type": "Feature",
            "properties": {"code": code, "name": f"社区{code[-1]}"},
            "geometry": shapely.geometry.mapping(shape),
        }
        for code, shape in shapes.items()
    ]
    return json.dumps({"type": "FeatureCollection", "features": found}).encode()


def test_boundaries_that_overlap_leave_gaps_or_take_a_used_code_are_reported(manager: Client) -> None:
    made = bring(
        manager, "communities",
        features_of(**{
            "230103001011": shapely.box(126.63, 45.70, 126.642, 45.71), "230103001012": shapely.box(126.64, 45.70, 126.65, 45.71),
            "230103009001": shapely.box(126.66, 45.70, 126.67, 45.71), HERE: shapely.box(126.60, 45.70, 126.609, 45.71),
        }),
    )  # fmt: skip
    assert {"overlap", "no_parent", "boundary_exists"} <= codes(made)
    Division.objects.filter(scope_code="230103001").update(code="230103001000")
    ring = shapely.box(126.63, 45.70, 126.66, 45.73) - shapely.box(126.64, 45.71, 126.65, 45.72)
    holed = features_of(**{
        "230103001011": ring & shapely.box(126.63, 45.70, 126.645, 45.73), "230103001012": ring & shapely.box(126.645, 45.70, 126.66, 45.73),
    })  # fmt: skip
    gap = bring(manager, "communities", holed)
    assert "gap" in codes(gap)
    assert gap.report["sound"]
    manager.post(f"/register/imports/{gap.pk}/")
    assert apply(gap).report["written"]["new"] == 2


def test_a_division_table_is_checked_by_its_codes(manager: Client) -> None:
    rows = [
        ("230100000000", "哈尔滨市"), ("230105000000", "新区"), ("230105001000", "一街道"), ("230105001000", "一街道"),
        ("23010500", "短"), ("230199001000", "无上级街道"), ("230105002000", "一街道"),
    ]  # fmt: skip
    made = bring(manager, "divisions", csv_of(rows, "code12,name"))
    assert {"double_code", "bad_code", "no_parent", "double_name", "retired"} <= codes(made)
    good = bring(manager, "divisions", csv_of(rows[:3], "code12,name"))
    manager.post(f"/register/imports/{good.pk}/")
    assert apply(good).state == "applied"
    assert Division.objects.get(code="230105001000").parent.code == "230105000000"  # pyright: ignore[reportOptionalMemberAccess]


def test_a_file_that_is_something_else_says_so(manager: Client) -> None:
    assert codes(bring(manager, "communities", b"\xff\xfe")) == {"not_geojson"}
    assert codes(bring(manager, "buildings", b"a,b\n1,2")) == {"missing_column"}


# --- service points ----------------------------------------------------------------------------------------

POINT = {
    "name": "和宁食堂", "name_en": "", "kind": "canteen", "place": HERE, "address": "和宁小区1号楼", "lon": "126.605", "lat": "45.705",
    "phone": "", "accessibility": "full",
}  # fmt: skip


@pytest.mark.rows("R037", "R117")
def test_a_worker_opens_a_point_and_residents_read_when_it_is_open(world: World) -> None:
    worker = world.browser(WORKER)
    assert worker.post("/register/points/new/", POINT).status_code == 302
    point = ServicePoint.objects.get()
    hours = {
        "do": "hours",
        "hours-days": "51234",
        "hours-opens": "08:30",
        "hours-closes": "11:00",
        "hours-valid_from": "2026-11-01",
    }
    assert worker.post(f"/register/points/{point.pk}/", hours).status_code == 302
    assert OpeningRule.objects.get().days == "12345"
    page = Client().get(f"/places/services/?place={HERE}&open=now").content.decode()
    assert "和宁食堂" in page
    assert "11:00" in page
    assert "和宁食堂" not in Client().get(f"/places/services/?place={HERE}&open=saturday").content.decode()
    closed = {"do": "exception", "exception-day": "2026-11-27", "exception-reason": "repair"}
    assert worker.post(f"/register/points/{point.pk}/", closed).status_code == 302
    assert "和宁食堂" not in Client().get(f"/places/services/?place={HERE}&open=now").content.decode()
    answer = Client().get(f"/api/v1/places/services?place={HERE}").json()
    assert answer[0]["open"] is False
    assert answer[0]["until"].startswith("2026-11-30T")
    worker.post(f"/register/points/{point.pk}/", {"do": "close"})
    assert "和宁食堂" not in Client().get(f"/places/services/?place={HERE}").content.decode()


def test_a_worker_keeps_the_points_of_the_own_community_only(world: World) -> None:
    worker = world.browser(WORKER)
    assert worker.post("/register/points/new/", {**POINT, "place": NEXT_DOOR}).status_code == 422
    other = ServicePoint.objects.create(
        name="x", kind="canteen", community=world.community(NEXT_DOOR), scope_code=NEXT_DOOR, address="x", lon=1, lat=1, valid_from="2024-01-01",
    )  # fmt: skip
    assert worker.get(f"/register/points/{other.pk}/").status_code == 404
    assert worker.post(f"/register/points/{other.pk}/", {"do": "close"}).status_code == 404


def test_the_residents_list_asks_the_same_number_of_questions_for_any_number_of_points(world: World) -> None:
    def ask() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert Client().get(f"/places/services/?place={HERE}").status_code == 200
        return len(seen)

    def add(count: int) -> None:
        for n in range(count):
            ServicePoint.objects.create(
                name=f"点{n}", kind="health", community=world.community(HERE), scope_code=HERE,
                address="x", lon=126.6, lat=45.7, valid_from="2024-01-01",
            )  # fmt: skip

    add(2)
    ask()
    few = ask()
    add(20)
    assert ask() == few


def test_the_nearest_door_and_the_address_are_found(world: World) -> None:
    near = doors.nearest(126.6051, 45.705)
    assert near[0].building.key == HERE
    assert near[0].metres < 10
    assert doors.nearest(100.0, 30.0) == []
    answer = Client().get("/api/v1/places/nearest", {"lon": 126.6051, "lat": 45.705}).json()
    assert answer[0]["scope_code"] == HERE
    parsed = Client().get("/api/v1/places/address", {"q": "和宁小区三号楼2单元501"}).json()
    assert parsed["parts"] == {"compound": "和宁小区", "building": "3", "unit": "2", "room": "501"}
