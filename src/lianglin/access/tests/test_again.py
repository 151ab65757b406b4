"""Sensitive acts ask once more who it is: which ones, with what, and what an old proof does not do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from tests import watch, world
from tests.world import HERE, WORKER, World

from lianglin.access.again import AGAIN_KEY
from lianglin.access.governance import changes
from lianglin.access.models import ApiToken, BreakGlass, RightsChange
from lianglin.access.transaction import acting
from lianglin.kit import clock

KEYS, AGAIN, PASSWORD = "/account/security/keys/", "/account/security/again/", "a long test password"
WRONG = "not this one"
MINE = {"duties": ["appeals.read", "appeals.intake"], "purposes": ["handle_case"]}


@pytest.fixture
def city(db: None) -> World:
    watch.forget_tries()
    return world.build()


def old_proof(browser: Client) -> None:
    session = browser.session
    session[AGAIN_KEY] = (clock.now() - timedelta(minutes=16)).isoformat()
    session.save()


@pytest.mark.parametrize(
    ("code", "path"),
    [
        (WORKER, f"{KEYS}new/"),
        (WORKER, "/account/security/app/"),
        (WORKER, "/account/security/passkeys/new/"),
        ("protection_officer", "/privacy/desk/retention/ledger/"),
        ("protection_officer", "/facts/elements.csv"),
        ("administrator", f"{KEYS}new/"),
        ("security_officer", "/account/reset/"),
        ("auditor", "/account/audit/export/?chain=city"),
    ],
)
def test_an_old_proof_leads_to_proving_it_again(city: World, code: str, path: str) -> None:
    browser = city.browser(code)
    first = browser.get(path)
    assert first.status_code in (200, 302)
    assert "/again/" not in first.headers.get("Location", "")
    old_proof(browser)
    answer = browser.get(path)
    assert answer.headers["Location"].startswith(f"{AGAIN}?next=")
    assert browser.get(answer.headers["Location"]).context["next"] == path


def test_a_form_sent_on_an_old_proof_is_not_carried_out(city: World) -> None:
    browser = city.browser(WORKER)
    old_proof(browser)
    answer = browser.post(f"{KEYS}new/", {"kind": "token", "name": "survey", "days": "30", **MINE})
    assert (answer.status_code, ApiToken.objects.exists()) == (303, False)


def test_deciding_a_change_of_rights_needs_it_and_reading_one_does_not(city: World) -> None:
    with acting(city.actors["administrator"]) as by:
        account = city.posts[WORKER].account
        change = changes.propose_password(account=account, reason="forgot it", by=by)
    page, browser = f"/account/changes/{change.pk}/", city.browser("security_officer")
    old_proof(browser)
    shown = browser.get(page)
    assert shown.status_code == 200
    assert f"{AGAIN}?next=" in shown.content.decode()
    assert 'value="approve"' not in shown.content.decode()
    assert browser.post(page, {"do": "approve"}).url.startswith(AGAIN)
    assert RightsChange.objects.get().state == RightsChange.State.WAITING
    assert 'value="approve"' in city.browser("security_officer").get(page).content.decode()


def test_an_emergency_opening_needs_it(city: World) -> None:
    page, browser = "/account/emergency/", city.browser(WORKER)
    asked = {"scope_code": HERE, "purposes": ["handle_case"], "reason": "flood in the cellar, nobody answers"}
    old_proof(browser)
    shown = browser.get(page).content.decode()
    assert f"{AGAIN}?next=" in shown
    assert 'name="reason"' not in shown
    assert browser.post(page, asked).url.startswith(AGAIN)
    assert not BreakGlass.objects.exists()
    assert 'name="reason"' in city.browser(WORKER).get(page).content.decode()


def test_the_password_proves_it_where_there_is_no_second_factor(city: World) -> None:
    account = city.posts[WORKER].account
    account.set_password(PASSWORD)
    account.save()
    browser = city.browser(WORKER)
    old_proof(browser)
    wanted = f"{KEYS}new/"
    assert browser.post(AGAIN, {"password": WRONG, "next": wanted}).status_code == 422
    assert browser.get(wanted).status_code == 302
    assert browser.post(AGAIN, {"password": PASSWORD, "next": wanted}).url == wanted
    assert browser.get(wanted).status_code == 200


@pytest.mark.parametrize("onward", ["https://evil.example/", "//evil.example", "/account/login/"])
def test_the_way_back_stays_on_this_site(city: World, onward: str, settings: Any) -> None:
    account = city.posts[WORKER].account
    account.set_password(PASSWORD)
    account.save()
    browser = city.browser(WORKER)
    assert browser.post(AGAIN, {"password": PASSWORD, "next": onward}).url == "/account/security/"


def test_guessing_it_is_slowed(city: World) -> None:
    browser = city.browser(WORKER)
    tries = [browser.post(AGAIN, {"password": WRONG}).status_code for _try in range(6)]
    assert tries == [422] * 5 + [429]


def test_the_sample_password_is_named_in_the_demo_only(city: World, settings: Any) -> None:
    browser = city.browser(WORKER)
    assert "lianglin-demo" not in browser.get(AGAIN).content.decode()
