"""Choosing an area by its name: help tickets, emergency openings, a post to propose; no script, no code by heart."""

from __future__ import annotations

from typing import Any

import pytest
from tests import world as worlds
from tests.world import FAR, HERE, WORKER, World

from lianglin.access.models import BreakGlass, HelpTicket
from lianglin.kit import clock, held
from lianglin.places.areas import area, areas
from lianglin.places.models import Community, Division

pytestmark = pytest.mark.django_db
HELP, GLASS = "/account/help/", "/account/emergency/"
TWIN = "幸福社区"


@pytest.fixture
def city(db: None) -> World:
    """Two communities of one name, in streets of two districts."""
    made = worlds.build()
    for scope, name in (("230103", "南示例区"), ("230104", "北示例区")):
        county = Division.objects.create(code=scope + "000000", level="county", name=name, scope_code=scope)
        Division.objects.filter(scope_code__startswith=scope, level="township").update(parent=county)
    Community.objects.filter(scope_code__in=(HERE, FAR)).update(name=TWIN)
    held.forget()
    return made


def help_form(**given: Any) -> dict[str, Any]:
    today = clock.today().isoformat()
    asked = {"purposes": ["handle_case"], "starts_on": today, "ends_on": today, "reason": "暴雪支援"}
    return {"scope_code": TWIN, **asked, **given}


def test_a_name_leads_to_the_places_that_fit_each_with_what_it_lies_in(city: World) -> None:
    browser = city.browser(WORKER)
    shown = browser.post(HELP, {"scope_code": TWIN, "scope_code_find": "1", "reason": "暴雪支援"})
    page = shown.content.decode()
    assert shown.status_code == 200
    assert "南示例区 · 230103001街道" in page
    assert "北示例区" in page
    assert 'value="暴雪支援"' in page, "what was typed elsewhere stays"
    assert "field__error" not in page, "who searches is not scolded for what is still empty"
    assert not HelpTicket.objects.exists()


def test_the_place_that_was_pressed_is_what_is_stored(city: World) -> None:
    assert city.browser(WORKER).post(HELP, help_form(scope_code_pick=FAR)).status_code == 303
    assert HelpTicket.objects.get().scope_code == FAR


@pytest.mark.parametrize("typed", [FAR, FAR[:9], FAR[:9] + "000", FAR[:6]])
def test_a_code_still_works(city: World, typed: str) -> None:
    assert city.browser(WORKER).post(HELP, help_form(scope_code=typed)).status_code == 303
    assert HelpTicket.objects.get().scope_code in (FAR, FAR[:9], FAR[:6])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "请在下面选中您要的地点"),
        ({"scope_code": ""}, "请输入区域名称"),
        ({"scope_code": "没有这个地方"}, "没有符合的社区"),
        ({"scope_code": "999999999999"}, "没有符合的社区"),
        ({"scope_code": "没有这个地方", "scope_code_pick": FAR}, "没有符合的社区"),
        ({"scope_code_pick": "230199999999"}, "请在下面选中您要的地点"),
        ({"scope_code_pick": HERE}, "本属您的岗位"),
    ],
)
def test_it_says_what_is_missing_and_asks_for_nothing(city: World, given: Any, said: str) -> None:
    answered = city.browser(WORKER).post(HELP, help_form(**given))
    assert answered.status_code == 422
    assert said in answered.content.decode()
    assert not HelpTicket.objects.exists()


def test_searching_never_opens_an_emergency(city: World) -> None:
    browser = city.browser(WORKER)
    whole = {"scope_code": FAR, "purposes": ["handle_case"], "reason": "老人失联"}
    assert browser.post(GLASS, {**whole, "scope_code_find": "1"}).status_code == 200
    assert not BreakGlass.objects.exists()
    assert browser.post(GLASS, {**whole, "scope_code": TWIN, "scope_code_pick": FAR}).status_code == 303
    assert BreakGlass.objects.get().scope_code == FAR


def test_the_own_area_is_there_by_its_name_to_begin_with(city: World) -> None:
    page = city.browser(WORKER).get(GLASS).content.decode()
    assert f'value="{TWIN}"' in page
    assert f'value="{HERE}" checked' in page


def test_a_post_is_proposed_for_a_name_too(city: World) -> None:
    admin = city.browser("administrator")
    address = f"/account/manage/accounts/{city.posts[WORKER].account_id}/post/"
    page = admin.post(address, {"scope_code": "北示例", "scope_code_find": "1"})
    assert page.status_code == 200
    assert 'value="230104"' in page.content.decode()


def test_the_search_knows_names_pinyin_and_codes(city: World) -> None:
    assert {one.code for one in areas(TWIN)} == {HERE, FAR}
    assert {one.code for one in areas("xfsq")} == {HERE, FAR}
    assert [one.code for one in areas(HERE)] == [HERE]
    assert areas("") == areas("???") == []
    assert area("12") is None
