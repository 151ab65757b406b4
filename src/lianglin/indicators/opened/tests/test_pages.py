"""The open files, their descriptions, the map and the public page, as anybody asks for them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import jsonschema_rs
import pytest
from django.test import Client

from lianglin.access.actor import job
from lianglin.indicators.opened import files, publishing
from lianglin.indicators.tests.city import (
    HERE,
    NEXT_DOOR,
    OTHER_DISTRICT,
    STREET,
    browser,
    districts,
    figure,
    put,
)
from lianglin.kit import clock, discovery
from lianglin.kit.clock import CITY_ZONE
from lianglin.kit.period import Period
from lianglin.places.models import Community, Division

COUNT, RATE, KINDS, TAKEN = "test.count", "test.rate", "test.kinds", "test.taken"
INDICATORS = {
    i.code: replace(i, cells="x:y")
    for i in (
        figure(COUNT, "cases", people=True, numerator_label="counted"),
        figure(RATE, "percent", target=95.0, numerator_label="done", denominator_label="of"),
        figure(KINDS, "cases", people=True, members=f"{__name__}:kinds"),
        figure(TAKEN, "persons", kind="stock", people=True, city_only=True, steward="医保局"),
    )
}
OCTOBER = Period.month(2026, 10)
SQUARE = [[0.0, 0.0], [0.1, 0.0], [0.1, 0.1], [0.0, 0.1], [0.0, 0.0]]


def kinds() -> dict[str, str]:
    """Two kinds."""
    return {"a": "=甲", "b": "乙"}


@pytest.fixture(autouse=True)
def own_figures(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Only these figures; the clock stands in November 2026."""
    monkeypatch.setattr(discovery, "indicators", lambda: INDICATORS)
    before = clock.offset()
    clock.set_offset(timedelta(0))
    clock.set_offset(datetime(2026, 11, 20, 10, tzinfo=CITY_ZONE) - clock.now())
    yield
    clock.set_offset(before)


@pytest.fixture
def city(db: None) -> None:
    """October is published: one community below ten, its neighbour hidden with it."""
    districts()
    for at, place in enumerate(Community.objects.order_by("scope_code")):
        shifted = [[126.6 + 0.1 * at + x, 45.7 + y] for x, y in SQUARE]
        Community.objects.filter(pk=place.pk).update(geometry={"type": "Polygon", "coordinates": [shifted]})
    for at, place in enumerate(Division.objects.order_by("scope_code")):
        shifted = [[126.6 + 0.1 * at + x, 45.7 + y] for x, y in SQUARE]
        Division.objects.filter(pk=place.pk).update(geometry={"type": "Polygon", "coordinates": [shifted]})
    for place, many in ((HERE, 4), (NEXT_DOOR, 40), (OTHER_DISTRICT, 50)):
        put(COUNT, place, many, month=OCTOBER.start)
        put(RATE, place, many - 1, many, month=OCTOBER.start)
    put(TAKEN, "", 5472, month=OCTOBER.start)
    publishing.publish(by=job(), months=[OCTOBER])


def lines(answer: Any) -> list[dict[str, str]]:
    text = answer.content.decode("utf-8")
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:], newline="")))


# --- files -------------------------------------------------------------------------------------------------


@pytest.mark.rows("R049")
def test_a_file_has_every_place_of_its_level_and_no_hidden_number(city: None, client: Client) -> None:
    answer = client.get(f"/figures/open/{COUNT}.csv?level=community")
    assert answer.status_code == 200
    assert b"\r\n" in answer.content
    rows = {row["place_code"]: row for row in lines(answer)}
    assert {code: (row["numerator"], row["suppressed"]) for code, row in rows.items()} == {
        HERE: ("", "hidden"),
        NEXT_DOOR: ("", "hidden"),
        OTHER_DISTRICT: ("50", ""),
    }
    assert rows[OTHER_DISTRICT]["month"] == "2026-10"


def test_the_json_says_the_same_and_what_it_is(city: None, client: Client) -> None:
    told = client.get(f"/figures/open/{RATE}.json?level=county").json()
    assert [(row["place_code"], row["value"], row["denominator"]) for row in told["rows"]] == [
        ("230103", 95.5, 44),
        ("230104", 98.0, 50),
    ]
    assert told["metadata"]["definition_version"] == "1"
    assert told["metadata"]["licence"]["name"]
    twin = client.get(f"/api/v1/indicators/{RATE}/rows?level=county").json()["items"]
    assert twin == told["rows"]


def test_an_imported_figure_is_marked(city: None, client: Client) -> None:
    (row,) = lines(client.get(f"/figures/open/{TAKEN}.csv"))
    assert (row["origin"], row["value"]) == ("imported", "5472")


def test_no_cell_of_a_file_is_run_by_a_spreadsheet(city: None, client: Client) -> None:
    put(COUNT, HERE, 1, month=date(2026, 9, 1))
    Division.objects.filter(scope_code="230103").update(name="=HYPERLINK(1)")
    rows = lines(client.get(f"/figures/open/{COUNT}.csv?level=county"))
    assert rows[0]["place"] == "'=HYPERLINK(1)"


def test_what_has_not_changed_is_not_sent_again(city: None, client: Client) -> None:
    address = f"/figures/open/{COUNT}.csv"
    first = client.get(address)
    again = client.get(address, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert "public" in first["Cache-Control"]
    assert first["Last-Modified"].endswith("GMT")
    put(COUNT, OTHER_DISTRICT, 90, month=date(2026, 9, 1))
    publishing.publish(by=job(), months=[Period.month(2026, 9)])
    assert client.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 200


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 200),
        ("?level=community&from=2026-10&to=2026-10", 200),
        ("?from=2020-01", 200),
        ("?level=house", 400),
        ("?from=2026-13", 400),
        ("?from=2026", 400),
        ("?from=2026-11&to=2026-10", 400),
    ],
)
def test_a_wrong_question_is_answered_with_what_to_write(
    city: None, client: Client, query: str, status: int
) -> None:
    assert client.get(f"/figures/open/{COUNT}.csv{query}").status_code == status


def test_a_file_ends_where_its_level_says_and_names_the_next(city: None, client: Client) -> None:
    put(COUNT, OTHER_DISTRICT, 70, month=date(2025, 6, 1))
    publishing.publish(by=job(), months=[Period.month(2025, 6)])
    answer = client.get(f"/figures/open/{COUNT}.csv?level=community&from=2025-06&to=2026-10")
    assert {row["month"] for row in lines(answer)} == {"2025-06"}
    assert 'level=community&from=2026-06>; rel="next"' in answer["Link"]


@pytest.mark.parametrize("code", ["test.none", "appeals.by_item"])
def test_what_is_not_published_has_no_file(city: None, client: Client, code: str) -> None:
    for address in (f"{code}.csv", f"{code}.json", f"{code}/", f"{code}/datapackage.json"):
        assert client.get(f"/figures/open/{address}").status_code == 404


# --- what describes them -----------------------------------------------------------------------------------

SPECIFICATION: dict[str, Any] = {
    "type": "object",
    "required": ["name", "resources", "profile"],
    "properties": {
        "profile": {"const": "tabular-data-package"},
        "name": {"type": "string", "pattern": "^([-a-z0-9._/])+$"},
        "licenses": {
            "type": "array",
            "minItems": 1,
            "items": {"anyOf": [{"required": ["name"]}, {"required": ["path"]}]},
        },
        "sources": {"type": "array", "minItems": 1, "items": {"required": ["title"]}},
        "created": {"type": "string", "format": "date-time"},
        "resources": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["name", "path", "schema", "profile"],
                "properties": {
                    "profile": {"const": "tabular-data-resource"},
                    "name": {"type": "string", "pattern": "^([-a-z0-9._/])+$"},
                    "path": {"type": "string", "format": "uri"},
                    "schema": {
                        "type": "object",
                        "required": ["fields"],
                        "properties": {
                            "primaryKey": {"type": "array", "items": {"type": "string"}},
                            "fields": {
                                "type": "array",
                                "minItems": 1,
                                "items": {
                                    "type": "object",
                                    "required": ["name", "type"],
                                    "properties": {
                                        "type": {"enum": ["string", "integer", "number", "yearmonth", "date"]}
                                    },
                                },
                            },
                        },
                    },
                },
            },
        },
    },
}
"""What the specification of Tabular Data Packages (version 1) asks of the parts that are used here."""


def test_the_package_keeps_to_the_specification_and_describes_the_file(city: None, client: Client) -> None:
    described = client.get(f"/figures/open/{COUNT}/datapackage.json").json()
    jsonschema_rs.validate(SPECIFICATION, described)
    for resource in described["resources"]:
        path = resource["path"].removeprefix("http://testserver")
        answer = client.get(path)
        head = answer.content.decode("utf-8-sig").splitlines()[0].split(",")
        assert head == [field["name"] for field in resource["schema"]["fields"]]
        keys = [tuple(row[key] for key in resource["schema"]["primaryKey"]) for row in lines(answer)]
        assert len(set(keys)) == len(keys) > 0
    assert described["revision"] == 0
    assert described["temporal"] == {"start": "2026-10", "end": "2026-10"}


def test_the_catalogue_lists_every_published_figure(city: None, client: Client) -> None:
    told = client.get("/figures/open/catalogue.json")
    assert {one["dct:identifier"] for one in told.json()["dcat:dataset"]} == set(INDICATORS)
    page = client.get("/figures/open/").content.decode()
    assert all(f"/figures/open/{code}/" in page for code in INDICATORS)
    explained = client.get(f"/figures/open/{TAKEN}/").content.decode()
    assert "医保局" in explained
    assert files.COLUMNS[7].zh in explained


# --- the map -----------------------------------------------------------------------------------------------


def test_the_map_hatches_what_is_hidden_and_lists_it(city: None, client: Client) -> None:
    page = client.get(f"/figures/open/map/?indicator={COUNT}&place={STREET}")
    text = page.content.decode()
    assert {area.place.code: area.tone for area in page.context["map"].areas} == {
        HERE: "hidden",
        NEXT_DOOR: "hidden",
    }
    assert text.count('fill="url(#choro-hidden)"') == 3  # two outlines and the legend
    assert "不公开" in text
    assert ' style="' not in text.split("<main", 1)[1]


def test_the_shapes_are_places_and_say_no_hidden_number(city: None, client: Client) -> None:
    shapes = client.get(f"/figures/open/map/shapes.json?indicator={COUNT}").json()["features"]
    assert [(one["properties"]["text"], one["geometry"]["type"]) for one in shapes] == [
        ("44", "Polygon"),
        ("50", "Polygon"),
    ]
    inside = client.get(f"/figures/open/map/shapes.json?indicator={COUNT}&place={STREET}").json()["features"]
    assert {one["properties"]["class"] for one in inside} == {"hidden"}


@pytest.mark.parametrize(
    ("place", "model", "code"), [("230103", Division, STREET), (STREET, Community, HERE)]
)
def test_a_place_that_is_redrawn_is_drawn_anew_at_once(city: None, place: str, model: Any, code: str) -> None:
    own = browser("manager", "")

    def drawn() -> Any:
        shapes = own.get(f"/figures/map/shapes.json?indicator={COUNT}&place={place}").json()["features"]
        return [one["geometry"] for one in shapes]

    model.objects.filter(scope_code=code).update(geometry={"type": "Polygon", "coordinates": [SQUARE]})
    before = drawn()
    smaller = [[x / 2, y] for x, y in SQUARE]
    model.objects.filter(scope_code=code).update(geometry={"type": "Polygon", "coordinates": [smaller]})
    assert drawn() != before


def test_what_a_cache_may_keep_is_told_apart_by_language_and_carries_no_session(city: None) -> None:
    answer = browser("street_coordinator", STREET).get(f"/figures/open/map/shapes.json?indicator={COUNT}")
    assert "public" in answer["Cache-Control"]
    assert {one.strip() for one in answer["Vary"].split(",")} >= {"Accept-Language", "Cookie"}
    assert not answer.cookies


def test_a_community_is_drawn_no_closer(city: None, client: Client) -> None:
    page = client.get(f"/figures/open/map/?place={HERE}")
    assert page.status_code == 200
    assert page.context["map"].areas == []


def test_a_post_sees_its_own_area_unhidden_and_no_other(city: None, client: Client) -> None:
    put(COUNT, HERE, 3)
    own = browser("street_coordinator", STREET)
    page = own.get(f"/figures/map/?indicator={COUNT}")
    assert {area.place.code: area.amount for area in page.context["map"].areas} == {HERE: 3, NEXT_DOOR: 0}
    assert own.get("/figures/map/?place=230104").status_code == 404
    assert own.get("/figures/map/shapes.json?place=230104").status_code == 404
    assert client.get("/figures/map/").status_code in (302, 403)


# --- the public page ---------------------------------------------------------------------------------------


def test_the_public_page_has_thirteen_months_and_finds_a_community(city: None, client: Client) -> None:
    page = client.get(f"/figures/public/?indicator={RATE}&q=第1")
    assert [tile["month"].code for tile in page.context["trend"]][-1] == "2026-10"
    assert len(page.context["trend"]) == 13
    assert page.context["trend"][-1]["shown"].amount == 96.8
    assert page.context["trend"][0]["shown"].amount is None, "a month that is not published is no zero"
    assert page.context["asked"] == "第1"
    assert "thirteen" not in page.content.decode()


def test_a_community_s_own_page_hides_what_the_others_hide(city: None, client: Client) -> None:
    page = client.get(f"/figures/public/?place={HERE}")
    tiles = {tile["indicator"].code: tile["hidden"] for tile in page.context["tiles"]}
    assert tiles == {COUNT: "hidden", RATE: "hidden"}
