"""One benefit from the match to the grant, and what a resident finds alone: the catalogue and the self-check."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page

from . import story
from .conftest import Demo, Walk, new_context, watch
from .test_resident_pages import BUDGET, weigh

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]
HOUSEHOLD_BUDGET = 120_000  # bytes of the page alone; all the answers at once were four times as many


def press(page: Page, code: str, **fields: str) -> None:
    """Makes one move on a claim's page: its fields by their last name, then its button."""
    button = page.locator(f"main form button[name=do][value={code}]")
    if not button.is_visible():
        page.locator(f"details:has(button[name=do][value={code}]) > summary").click()
    for name, value in fields.items():
        page.locator(f"main [name='{code}-{name}']").fill(value)
    button.click()
    page.wait_for_load_state()


@pytest.mark.rows("R066")
def test_a_match_becomes_a_claim_and_is_granted(browser: Browser, demo: Demo) -> None:
    context = new_context(browser, demo)
    walk = watch(context.new_page(), demo)
    page = _begun(walk)
    claim = re.search(r"/benefits/claims/(\w+)/", page.url)
    assert claim, page.url
    press(page, "record_accept")
    while (known := page.locator("main button[name=paper][value^='confirm:']")).count():
        known.first.click()
        page.wait_for_load_state()
    while (shown := page.locator("main button[name=paper][value^='show:']")).count():
        shown.first.click()
        page.wait_for_load_state()
    _file(page)
    walk.must_be_clean()
    story.log_out(walk)
    story.log_in(walk, "claims")
    page = walk.open(f"/benefits/claims/{claim[1]}/")
    walk.must_be_clean()
    press(page, "grant", in_kind="借书证一张")
    assert page.locator("main button[name=do][value^=pay]").count() >= 1, page.inner_text("main")
    assert "借书证一张" in page.inner_text("main")
    walk.must_be_clean()
    context.close()


def _begun(walk: Walk) -> Page:
    """The page of a claim that a worker has just begun from the first match of the list."""
    story.log_in(walk, "community")
    page = walk.open("/benefits/matches/")
    walk.must_be_clean()
    page.locator("main table a[href^='/benefits/matches/']").first.click()
    page.wait_for_load_state()
    walk.must_be_clean()
    page.locator("main form[action$='/claim/'] button").click()
    page.wait_for_url("**/benefits/claims/**")
    walk.must_be_clean()
    return page


def _file(page: Page) -> None:
    """Sends the claim to the civil affairs bureau, whose desk the demo has a login for."""
    page.locator("details:has(button[name=do][value=file])").evaluate("e => { e.open = true }")
    authority = page.locator("main select[name='file-unit']")
    authority.select_option(label="民政局（示例）")
    press(page, "file")


def test_a_households_answers_come_one_kind_at_a_time(browser: Browser, demo: Demo) -> None:
    context = new_context(browser, demo, form="phone")
    walk = watch(context.new_page(), demo)
    story.log_in(walk, "community")
    page = walk.open("/benefits/matches/")
    page.locator("main table a[href*='/households/']").first.click()
    page.wait_for_load_state()
    page.locator("input[name=purpose]").first.check()
    page.locator("form:has(input[name=purpose]) button").first.click()
    page.wait_for_load_state()
    page.locator("main a[href^='/benefits/households/']").first.click()
    page.wait_for_load_state()
    for answer in ("may", "away", "unknown", "no"):
        reply = page.goto(page.url.split("?")[0] + f"?answer={answer}")
        assert reply is not None
        assert reply.ok
        assert len(reply.body()) < HOUSEHOLD_BUDGET
        walk.must_be_clean()
        assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
    context.close()


@pytest.mark.parametrize("walk", [{"form": "phone", "js": False}], indirect=True)
def test_the_self_check_needs_no_script_and_no_login(walk: Walk) -> None:
    page = walk.open("/benefits/")
    page.locator("main a[href='/benefits/check/']").first.click()
    story.onward(page, "input[name=age]")
    assert page.locator("main [role=alert], main .errors").count() >= 1, "the age was not said"
    page.fill("input[name=age]", "72")
    story.onward(page, "input[name=age]")
    page.wait_for_load_state()
    assert page.locator("main article.card").count() >= 1
    assert not [one for one in page.context.cookies() if "session" in one["name"]], "nothing is kept"


@pytest.mark.parametrize("path", ["/benefits/", "/benefits/?all=1", "/benefits/check/", "/benefits/notices/"])
def test_a_residents_page_of_benefits_is_light(browser: Browser, demo: Demo, path: str) -> None:
    assert 1_000 < weigh(browser, demo, path) < BUDGET


def test_the_residents_links_fit_in_one_line(walk: Walk) -> None:
    page = walk.open("/benefits/")
    tops = page.locator("nav.nav a:visible").evaluate_all(
        "links => links.map(a => Math.round(a.getBoundingClientRect().top))"
    )
    assert len(tops) >= 8
    assert len(set(tops)) == 1, tops
