"""A passkey in a real browser: made, then a whole login, with the virtual authenticator of Chromium's tools."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from . import story
from .conftest import Demo, Walk, new_context, watch

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]
WHO = "places"
MINE, ALONE = "/account/security/passkeys/", "/account/login/passkey/"


@pytest.fixture
def unlocked(browser: Browser, demo: Demo) -> Iterator[Walk]:
    """A window with a passkey store in it that is unlocked by itself, like a phone under its owner's finger."""
    context = new_context(browser, demo)
    walk = watch(context.new_page(), demo)
    tools = context.new_cdp_session(walk.page)
    tools.send("WebAuthn.enable")
    store = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
    }
    tools.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": {**store, "isUserVerified": True, "automaticPresenceSimulation": True}},
    )
    yield walk
    context.close()


def test_a_passkey_is_made_and_then_opens_the_login_alone(unlocked: Walk) -> None:
    story.log_in(unlocked, WHO)
    page = unlocked.open(f"{MINE}new/")
    unlocked.must_be_clean()
    page.fill("input[name=name]", "手机")
    page.locator("form[data-passkey] button[type=submit]").click()
    page.wait_for_url(f"**{MINE}")
    assert "手机" in page.inner_text("main")
    assert unlocked.complaints == []

    unlocked.page.context.clear_cookies()
    page = unlocked.open(ALONE)
    page.locator("form[data-passkey] button[type=submit]").click()
    page.wait_for_url(lambda url: "/account/login/" not in url)
    unlocked.open(MINE)
    assert "手机" in page.inner_text("main")


def test_without_javascript_the_page_says_what_to_do_instead(browser: Browser, demo: Demo) -> None:
    context = new_context(browser, demo, js=False)
    page = watch(context.new_page(), demo).open(ALONE)
    assert page.locator("p.no-js").is_visible()
    assert not page.locator("form[data-passkey] button[type=submit]").is_visible()
    context.close()
