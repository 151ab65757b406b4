"""The first page, search, the map's page, and the pages of errors."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.world import HERE, World, build

from lianglin.kit import held
from lianglin.places.models import Division

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None) -> World:
    return build()


def test_home_shows_what_is_open_and_what_is_not(client: Client, world: World) -> None:
    shown = client.get("/").content.decode()
    assert 'href="/appeals/report/"' in shown
    assert 'href="/appeals/track/"' in shown
    assert "尚未开放" in shown


def test_home_in_english(client: Client, world: World) -> None:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert "Matters at your door are looked after" in client.get("/").content.decode()


def test_home_asks_the_database_twice_at_most(client: Client, world: World) -> None:
    with CaptureQueriesContext(connection) as found:
        client.get("/")
    assert (
        len([q for q in found if not q["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))]) <= 2
    )


def test_search_finds_places_and_says_when_nothing_fits(client: Client, world: World) -> None:
    assert f"/places/{HERE}/" in client.get("/search/", {"q": world.community(HERE).name}).content.decode()
    assert "没有找到" in client.get("/search/", {"q": "不存在的地方"}).content.decode()


def test_a_case_number_leads_staff_to_the_case_and_others_nowhere(client: Client, world: World) -> None:
    number = world.report().case.number
    assert client.get("/search/", {"q": number}).status_code == 200
    answered = world.browser(f"community-{HERE}").get("/search/", {"q": number})
    assert number in answered["Location"]


def test_the_map_has_its_list(client: Client, world: World) -> None:
    county = Division.objects.create(code="230103000000", level="county", name="南岗区", scope_code="230103")
    Division.objects.filter(scope_code__startswith="230103", level="township").update(parent=county)
    held.forget()
    shown = client.get("/city/").content.decode()
    assert "南岗区" in shown
    assert 'href="/places/230103001/"' in shown


@pytest.mark.parametrize("path", ["/", "/city/", "/search/?q=x", "/appeals/report/", "/appeals/track/"])
def test_resident_pages_are_small(client: Client, world: World, path: str) -> None:
    assert len(client.get(path).content) < 40_000


def test_an_address_that_is_not_there(client: Client, world: World) -> None:
    answered = client.get("/nowhere/")
    assert answered.status_code == 404
    assert "没有这个页面" in answered.content.decode()


def test_a_page_of_another_post(world: World) -> None:
    answered = world.browser("manager").get("/appeals/desk/")
    assert answered.status_code == 403
    assert "tel:12345" in answered.content.decode()


def test_a_form_with_an_expired_token() -> None:
    strict = Client(enforce_csrf_checks=True)
    answered = strict.post("/appeals/mine/leave/")
    assert answered.status_code == 403
    assert "过期" in answered.content.decode()


def test_a_request_that_cannot_be_read(client: Client, world: World) -> None:
    answered = client.get(f"/places/{HERE}/?cursor=broken")
    assert answered.status_code == 400
    assert "tel:12345" in answered.content.decode()


def test_something_that_broke(client: Client, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*given: Any, **more: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("lianglin.portal.views.home.search", broken)
    client.raise_request_exception = False
    answered = client.get("/search/?q=x")
    assert answered.status_code == 500
    assert "tel:12345" in answered.content.decode()
