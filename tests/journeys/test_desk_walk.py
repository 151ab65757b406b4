"""Each role walks once over its desk pages: clean for axe, and nothing wider than a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from . import story
from .conftest import FORMS, Demo, new_context, watch

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]
OWN_WORK = ("/cases/standing-in/", "/cases/papers/", "/appeals/desk/")
ROLES = {
    "community": (
        *OWN_WORK, "/people/duplicates/", "/people/duplicates/1/", "/people/duplicates/elsewhere/", "/people/imports/",
        "/facts/households/1/", "/facts/conflicts/", "/account/security/keys/", "/account/help/",
    ),
    "street": (
        "/cases/standing-in/", "/cases/on-call/", "/appeals/desk/dispatch/", "/account/emergency/",
        "/appeals/rules/", "/appeals/rulings/", "/appeals/calls/", "/appeals/calls/new/", "/appeals/problems/",
        "/appeals/problems/new/", "/appeals/projects/", "/appeals/projects/new/", "/appeals/campaigns/",
    ),
    "district": ("/cases/on-call/", "/appeals/problems/", "/appeals/campaigns/new/"),
    "department": ("/cases/standing-in/", "/cases/papers/", "/appeals/co-orders/", "/appeals/calls/"),
    "officer": (
        "/privacy/desk/", "/privacy/desk/registers/", "/privacy/desk/assessments/", "/privacy/desk/retention/",
        "/privacy/desk/breaches/", "/people/texts/", "/account/looks/", "/account/security/passkeys/",
    ),
    "places": (
        "/register/changes/", "/register/changes/merge/", "/register/changes/split/", "/register/imports/",
        "/register/points/",
    ),
    "admin": ("/account/manage/accounts/", "/account/manage/posts/", "/account/changes/"),
    "security": ("/account/keys/", "/account/changes/", "/account/others/"),
    "auditor": ("/account/audit/", "/account/audit/checks/", "/account/audit/seals/"),
}  # fmt: skip
"""Who walks where; the first page of each must be open to the role."""


@pytest.mark.parametrize("role", ROLES)
def test_a_role_walks_over_its_desk(browser: Browser, demo: Demo, role: str) -> None:
    context = new_context(browser, demo, form="phone")
    walk = watch(context.new_page(), demo)
    story.log_in(walk, role)
    for path in ROLES[role]:
        answer = walk.page.goto(demo.url + path, wait_until="load")
        assert answer is not None, path
        assert answer.status == 200, path
        assert walk.page.url == demo.url + path
        walk.must_be_clean()
        width = walk.page.evaluate("() => document.documentElement.scrollWidth")
        assert width <= FORMS["phone"]["viewport"]["width"], path
    context.close()


@pytest.mark.parametrize("role", ["community", "street"])
def test_cover_shows_who_stands_in_for_whom(browser: Browser, demo: Demo, role: str) -> None:
    context = new_context(browser, demo, js=False)
    walk = watch(context.new_page(), demo)
    story.log_in(walk, role)
    page = walk.open("/cases/standing-in/")
    assert page.locator("section[aria-labelledby=cover] li.item:not(.muted)").count() >= 1
    context.close()
