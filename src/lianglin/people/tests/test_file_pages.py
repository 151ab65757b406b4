"""The pages of staff: a file masked, one field for a purpose, guardians, consents on paper, texts."""

from __future__ import annotations

from typing import Any

import pytest
from tests.world import FAR, HERE, STREET, WORKER, World, build

from lianglin.access.models import AccessLog
from lianglin.kit import clock
from lianglin.people.models import Consent, ConsentText, Guardianship, Resident
from lianglin.people.tests import scene
from lianglin.people.tests.scene import Family

OFFICER = "protection_officer"


@pytest.fixture
def city(db: None) -> World:
    return build()


@pytest.fixture
def family(city: World) -> Family:
    made = scene.family(city)
    made.mother.phone = "15412345678"
    made.mother.save(update_fields=["phone"])
    return made


def text(answer: Any) -> str:
    return answer.content.decode()


def test_a_file_is_masked_until_one_field_is_asked_for(city: World, family: Family) -> None:
    browser, page = city.browser(WORKER), f"/people/{family.mother.pk}/"
    masked = text(browser.get(page))
    assert "单**" in masked
    assert "154****5678" in masked
    assert "单雄英" not in masked
    assert not AccessLog.objects.exists()
    shown = text(browser.post(page, {"field": "phone", "purpose": "call_back"}))
    assert "15412345678" in shown
    assert "单雄英" not in shown
    look = AccessLog.objects.get()
    assert (look.resident_id, look.purpose, look.what) == (family.mother.pk, "call_back", "phone")
    assert look.scope_code == HERE


@pytest.mark.parametrize("given", [{"field": "phone"}, {"field": "id_match", "purpose": "call_back"},
                                   {"field": "phone", "purpose": "data_protection"}])  # fmt: skip
def test_no_field_without_a_purpose_of_the_post(city: World, family: Family, given: dict[str, str]) -> None:
    assert city.browser(WORKER).post(f"/people/{family.mother.pk}/", given).status_code == 404
    assert not AccessLog.objects.exists()


def test_only_the_own_place_and_only_with_the_duty(city: World, family: Family) -> None:
    page = f"/people/{family.mother.pk}/"
    assert city.browser(f"community-{FAR}").get(page).status_code == 404
    assert city.browser(STREET).get(page).status_code == 403
    assert city.browser(OFFICER).get(page).status_code == 403


def test_a_child_is_marked_sensitive(city: World, family: Family) -> None:
    browser = city.browser(WORKER)
    assert "未满14周岁" in text(browser.get(f"/people/{family.child.pk}/"))
    assert "未满14周岁" not in text(browser.get(f"/people/{family.youth.pk}/"))


def test_the_household_page_leads_to_the_file_and_back(city: World, family: Family) -> None:
    browser = city.browser(WORKER)
    opened = browser.post(f"/facts/households/{family.household.pk}/", {"purpose": "serve_household"})
    assert f'href="/people/{family.mother.pk}/"' in text(opened)
    assert f'href="/facts/households/{family.household.pk}/"' in text(
        browser.get(f"/people/{family.mother.pk}/")
    )


def test_a_guardian_is_entered_and_ended_on_the_pages(city: World, family: Family) -> None:
    browser, page = city.browser(WORKER), f"/people/{family.mother.pk}/"
    form = {
        "kind": "appointed",
        "papers": "decision",
        "from_on": "2026-01-01",
        "name": "赵外人",
        "phone": "15400000009",
    }
    assert browser.get(f"{page}guardians/new/").status_code == 200
    assert browser.post(f"{page}guardians/new/", form | {"phone": "1"}).status_code == 422
    assert browser.post(f"{page}guardians/new/", form).status_code == 303
    held = Guardianship._base_manager.get(ward=family.mother)
    assert "赵**" in text(browser.get(page))
    assert "赵外人" not in text(browser.get(page))
    end = f"{page}guardians/{held.pk}/end/"
    assert browser.post(end, {"to_on": clock.today().isoformat()}).status_code == 303
    assert browser.get(f"{page}guardians/999999/end/").status_code == 404


def test_a_consent_on_paper_is_recorded(city: World, family: Family) -> None:
    words, page = scene.text(), f"/people/{family.mother.pk}/consents/new/"
    browser, form = city.browser(WORKER), {"text_id": words.pk, "form_number": "F1", "decision": "refused"}
    form["signed_on"] = clock.today().isoformat()
    assert browser.post(page, {**form, "form_number": "F9"}).status_code == 422
    assert browser.post(page, form).status_code == 303
    assert Consent._base_manager.get().decision == "refused"
    assert "请勿再次询问" in text(browser.get(page))


def test_the_officer_writes_the_next_version(city: World) -> None:
    scene.text()
    browser = city.browser(OFFICER)
    assert "电话联系" in text(browser.get("/people/texts/"))
    began = browser.get("/people/texts/new/?purpose=contact")
    assert "社区用电话联系您" in text(began)
    names = ("title", "text", "data", "basis", "receivers")
    form = dict.fromkeys([*names, *(f"{name}_en" for name in names), "form_number"], "新")
    assert browser.post("/people/texts/new/", {**form, "purpose": "contact"}).status_code == 303
    assert ConsentText.objects.get(version=2).title == "新"
    assert city.browser(WORKER).get("/people/texts/").status_code == 403


def test_a_file_costs_the_same_however_many_rows_hang_on_it(city: World, family: Family) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    browser, page = city.browser(WORKER), f"/people/{family.mother.pk}/"
    browser.get(page)
    with CaptureQueriesContext(connection) as few:
        browser.get(page)
    words = scene.text()
    for person in Resident._base_manager.filter(scope_code=HERE)[:2]:
        scene.guardian(person, family.mother, "appointed")
    for _number in range(3):
        Consent._base_manager.create(
            scope_code=HERE, resident=family.mother, text=words, purpose="contact", decision="given",
            decided_at=clock.now(), channel="page",
        )  # fmt: skip
    with CaptureQueriesContext(connection) as many:
        browser.get(page)
    assert len(many) <= len(few)
