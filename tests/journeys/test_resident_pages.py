"""Residents' pages: light on the wire, clean for axe and the Content-Security-Policy in every form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from . import story
from .conftest import Demo, Walk, new_context, watch

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]
BUDGET = 80_000  # bytes over the wire, cold, all of a page's own requests
PAGES = (
    "/",
    "/appeals/report/",
    "/appeals/report/?field=02",
    "/appeals/track/",
    "/city/",
    "/figures/public/",
    "/figures/open/",
    "/figures/open/map/",
    "/demo/",
    "/account/login/",
)
FORMS = [
    pytest.param({"form": "desktop"}, id="desktop"),
    pytest.param({"form": "phone", "language": "en"}, id="phone-en"),
    pytest.param({"form": "phone", "elder": True}, id="phone-elder"),
]


def weigh(browser: Browser, demo: Demo, path: str) -> int:
    """Bytes that a first visitor's browser receives for a page, headers included."""
    context = new_context(browser, demo, form="phone")
    page = context.new_page()
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    sizes: list[float] = []
    network.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(demo.url + path, wait_until="networkidle")
    context.close()
    return int(sum(sizes))


@pytest.mark.parametrize("path", PAGES)
def test_a_cold_page_is_light(browser: Browser, demo: Demo, path: str) -> None:
    assert 1_000 < weigh(browser, demo, path) < BUDGET


@pytest.fixture(scope="module", params=FORMS)
def window(browser: Browser, demo: Demo, request: pytest.FixtureRequest) -> Iterator[tuple[Walk, list[Any]]]:
    """One window for all pages of a form, and the cookies of a first visit."""
    context = new_context(browser, demo, **request.param)
    yield watch(context.new_page(), demo), context.cookies()
    context.close()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_clean(window: tuple[Walk, list[Any]], path: str) -> None:
    walk, cookies = window
    walk.page.context.clear_cookies()
    walk.page.context.add_cookies(cookies)
    walk.open(path)
    walk.must_be_clean()


def test_the_demo_advances_and_the_neighbour_stays_closed(browser: Browser, demo: Demo) -> None:
    context = new_context(browser, demo)
    walk = watch(context.new_page(), demo)
    page = walk.open("/demo/")
    page.locator("form[action='/demo/as/'] button[value=community]").first.click()
    page.wait_for_load_state()
    page = walk.open("/demo/neighbour/")
    said = page.inner_text("main")
    assert "lianglin_staff" in said
    assert page.locator("main .tag--bad, main .tag").count() >= 2
    page = walk.open("/demo/")
    before = shown_day(page)
    page.locator("main form[action='/demo/advance/'] button[name=days]").click()
    page.wait_for_url("**/demo/")
    assert shown_day(page) - before >= timedelta(days=3), "three working days are three days at least"
    walk.open("/work/")
    walk.must_be_clean()
    context.close()


def shown_day(page: Page) -> date:
    """The day on the demo's clock."""
    shown = re.search(r"(\d{4})年(\d+)月(\d+)日", page.inner_text("main form[action='/demo/advance/']"))
    assert shown
    return date(*map(int, shown.groups()))


def test_what_is_typed_is_there_after_the_page_was_closed(walk: Walk) -> None:
    """Nothing was pressed: the page's script saved it, within a pause."""
    page = walk.open("/appeals/report/")
    page.locator("button[name=item]").last.click()  # "I don't know"
    page.goto(page.url + "?q=正阳河")
    page.locator("input[name=place]").first.check()
    story.onward(page, "input[name=place_text]")
    page.wait_for_url("**/tell/")
    with page.expect_response("**/report/typing/tell/") as saved:
        page.locator("#id_text").press_sequentially("楼道里有一股")
    assert saved.value.status == 204
    again = page.context.new_page()
    page.close()
    again.goto(walk.demo.url + "/appeals/report/tell/")
    assert again.input_value("#id_text") == "楼道里有一股"
    assert walk.complaints == []


def test_a_wrong_secret_shows_nothing(walk: Walk) -> None:
    page = walk.open("/appeals/track/")
    page.fill("input[name=number]", "A261100000000")
    page.fill("input[name=secret]", "00000000")
    story.onward(page, "input[name=secret]")
    page.wait_for_load_state()
    assert "/mine/" not in page.url
    assert page.locator(".errors, [role=alert], .alert").count() >= 1
