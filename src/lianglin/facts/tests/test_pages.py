"""The pages of facts: opened for a purpose, closed to others, both languages, without JavaScript."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.world import STREET, UNIT, WORKER

from lianglin.access.models import AccessLog
from lianglin.facts import registry
from lianglin.facts.models import Conflict, Fact
from lianglin.facts.tests.scene import SINCE, Scene, build
from lianglin.people.models import Membership, Resident

NEIGHBOUR = "community-230103001002"


@pytest.fixture
def scene(db: None) -> Scene:
    return build()


def opened(scene: Scene) -> Client:
    browser = scene.world.browser(WORKER)
    answer = browser.post(
        reverse("facts:household", args=[scene.household.pk]), {"purpose": "serve_household"}
    )
    assert answer.status_code == 200
    return browser


def address(scene: Scene, code: str) -> str:
    kind = code.split(".")[0]
    subject = scene.household.dwelling_id if kind == "dwelling" else scene.household.pk
    return reverse("facts:fact", args=[scene.household.pk, kind, subject, code])


def test_a_household_is_masked_until_a_purpose_is_chosen(scene: Scene) -> None:
    scene.record("dwelling.heating", "network")
    browser, url = scene.world.browser(WORKER), reverse("facts:household", args=[scene.household.pk])
    assert "集中供热" not in browser.get(url).content.decode()
    assert not AccessLog.objects.exists()
    shown = browser.post(url, {"purpose": "serve_household"}).content.decode()
    assert "集中供热" in shown
    assert "王示例" not in shown
    assert list(AccessLog.objects.values_list("resident_id", "purpose")) == [
        (scene.resident_id, "serve_household")
    ]


def test_everybody_who_is_shown_is_written_down_by_one_statement(scene: Scene) -> None:
    for _more in range(2):
        AccessLog.objects.all().delete()
        with CaptureQueriesContext(connection) as ran:
            opened(scene)
        written = [one["sql"] for one in ran if one["sql"].startswith('INSERT INTO "access_accesslog"')]
        assert len(written) == 1
        living = Membership._base_manager.filter(household=scene.household, to_on__isnull=True)
        ids = set(living.values_list("resident_id", flat=True))
        assert set(AccessLog.objects.values_list("resident_id", flat=True)) == ids
        person = Resident._base_manager.create(scope_code=scene.household.scope_code, name="李示例", sex="2")
        Membership._base_manager.create(
            scope_code=person.scope_code,
            household=scene.household,
            resident=person,
            relation="10",
            from_on=SINCE,
        )


@pytest.mark.parametrize("purpose", ["", "handle_case", "x"])
def test_another_purpose_opens_nothing(scene: Scene, purpose: str) -> None:
    url = reverse("facts:household", args=[scene.household.pk])
    assert scene.world.browser(WORKER).post(url, {"purpose": purpose}).status_code == 404
    assert not AccessLog.objects.exists()


@pytest.mark.parametrize("who", [NEIGHBOUR, STREET, UNIT, "manager", "protection_officer"])
def test_others_do_not_get_in(scene: Scene, who: str) -> None:
    browser, url = scene.world.browser(who), reverse("facts:household", args=[scene.household.pk])
    for answer in (browser.get(url), browser.post(url, {"purpose": "serve_household"})):
        assert answer.status_code in (403, 404)
        assert "王" not in answer.content.decode()


def test_a_fact_is_recorded_on_its_page(scene: Scene) -> None:
    browser = opened(scene)
    url = address(scene, "dwelling.heating")
    answer = browser.post(url, {"value": "gas", "valid_from": "2026-01-01", "source": "visit"})
    assert (answer.status_code, Fact._base_manager.get().value) == (303, "gas")
    page = browser.get(url).content.decode()
    assert "燃气采暖" in page
    browser.post(url, {"retract": str(Fact._base_manager.get().pk)})
    assert "已撤回" in browser.get(url).content.decode()


def test_what_is_wrong_is_said_on_the_page_and_kept(scene: Scene) -> None:
    browser, url = opened(scene), address(scene, "household.needs_help_with")
    answer = browser.post(url, {"value": "搬家具", "valid_from": "2026-01-01", "source": "resident"})
    assert answer.status_code == 422
    assert "同意现行文本后才能保存" in answer.content.decode()
    assert "搬家具" in answer.content.decode()
    assert not Fact._base_manager.exists()


def test_a_form_needs_the_household_to_be_opened_first(scene: Scene) -> None:
    answer = scene.world.browser(WORKER).get(address(scene, "dwelling.heating"))
    assert (answer.status_code, answer.url) == (303, reverse("facts:household", args=[scene.household.pk]))


def test_a_fact_of_somebody_elses_home_cannot_be_reached(scene: Scene) -> None:
    browser = opened(scene)
    theirs = reverse(
        "facts:fact", args=[scene.household.pk, "household", scene.household.pk + 1, "household.car"]
    )
    assert browser.post(theirs, {"value": "1"}).status_code == 404
    mine = address(scene, "dwelling.heating")
    other = scene.record("dwelling.rooms", "3")
    assert browser.post(mine, {"retract": str(other.pk)}).status_code == 404


def test_a_contradiction_is_decided_on_its_page(scene: Scene) -> None:
    scene.record("dwelling.heating", "network", source="steward")
    scene.record("dwelling.heating", "gas", source="visit")
    browser, conflict = scene.world.browser(STREET), Conflict._base_manager.get()
    assert "采暖方式" in browser.get(reverse("facts:conflicts")).content.decode()
    url = reverse("facts:conflict", args=[conflict.pk])
    assert scene.household.dwelling.unit.building.address in browser.get(url).content.decode()
    assert browser.post(url, {"source": "visit"}).status_code == 422
    assert browser.post(url, {"source": "visit", "reason": "见到燃气炉"}).status_code == 303
    conflict.refresh_from_db()
    assert (conflict.state, conflict.chosen_source) == ("decided", "visit")
    assert scene.world.browser("street-230104001").get(url).status_code == 404


def test_the_registry_is_found_by_initials_and_in_english(scene: Scene) -> None:
    browser, url = scene.world.browser(STREET), reverse("facts:registry")
    assert "采暖方式" in browser.get(url, {"q": "cnfs"}).content.decode()
    english = Client(headers={"accept-language": "en"})
    english.cookies = browser.cookies
    english.cookies["django_language"] = "en"
    page = english.get(reverse("facts:element", args=["dwelling.heating"])).content.decode()
    assert "district heating" in page
    assert "Steward" in page


def test_a_file_is_checked_then_taken_in(scene: Scene) -> None:
    rows = registry.to_csv([registry.elements()["dwelling.rooms"]])
    new = rows.replace("dwelling.rooms", "dwelling.balconies").replace(",rooms,", ",balconies,")
    browser, url = scene.world.browser("manager"), reverse("facts:import")

    def sent(text: str, **more: str) -> int:
        return browser.post(url, {"file": SimpleUploadedFile("e.csv", text.encode()), **more}).status_code

    assert sent(new) == 200
    assert "dwelling.balconies" not in registry.elements()
    assert sent(new.replace("P10Y", "ten"), apply="1") == 422
    assert sent(new, apply="1") == 303
    assert "dwelling.balconies" in registry.elements()
    assert scene.world.browser(WORKER).get(url).status_code == 403


def test_lists_ask_as_often_for_two_rows_as_for_one(scene: Scene) -> None:
    counts = []
    for code in ("dwelling.heating", "dwelling.cooking"):
        for source, value in (
            ("steward", {"dwelling.heating": "gas"}.get(code, "pipe")),
            ("visit", {"dwelling.heating": "coal"}.get(code, "other")),
        ):
            scene.record(code, value, source=source)
        browser = scene.world.browser(STREET)
        browser.get(reverse("facts:conflicts"))
        with CaptureQueriesContext(connection) as ran:
            browser.get(reverse("facts:conflicts"))
        counts.append(len(ran))
    assert counts[0] == counts[1]


def test_the_api_gives_definitions_and_nobodys_data(scene: Scene) -> None:
    scene.record("dwelling.heating", "network")
    found = Client().get("/api/v1/facts/elements/dwelling.heating").json()
    assert (found["steward"], found["values"][0]["label_en"]) == ("供热管理部门", "district heating")
    assert len(Client().get("/api/v1/facts/elements").json()) >= 120
    assert (
        scene.world.browser(STREET)
        .get(reverse("facts:export"))
        .content.decode()
        .startswith("code,object_class")
    )
    assert Client().get("/api/v1/facts/elements/person.nothing").status_code == 404
