"""Passkeys: added, used as the second step and alone; what a copied, foreign or old answer does not open."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from tests import watch, world
from tests.world import HERE, NEXT_DOOR, World

from lianglin.access import second_factor
from lianglin.access.again import AGAIN_KEY
from lianglin.access.models import LoginSession, Passkey, SecondFactor
from lianglin.access.tests.authenticator import Authenticator
from lianglin.access.transaction import acting
from lianglin.kit import clock

PASSWORD, WORKER, OTHER = "a long test password", f"community-{HERE}", f"community-{NEXT_DOOR}"
LOGIN, USE, MINE = "/account/login/", "/account/login/passkey/", "/account/security/passkeys/"


@pytest.fixture
def city(db: None) -> World:
    watch.forget_tries()
    made = world.build()
    for code in (WORKER, OTHER):
        account = made.posts[code].account
        account.set_password(PASSWORD)
        account.save()
    return made


def by_password(code: str = WORKER) -> tuple[Client, Any]:
    browser = Client()
    return browser, browser.post(LOGIN, {"username": code, "password": PASSWORD})


def add(browser: Client, key: Authenticator, name: str = "phone", **changed: Any) -> Any:
    options = browser.get(f"{MINE}new/").context["options"]
    return browser.post(f"{MINE}new/", {"name": name, "credential": key.create(options, **changed)})


def use(browser: Client, key: Authenticator, **changed: Any) -> Any:
    options = browser.get(USE).context["options"]
    return browser.post(USE, {"credential": key.get(options, **changed)})


@pytest.fixture
def key(city: World) -> Authenticator:
    """The worker's passkey, added in a browser that was forgotten again."""
    made = Authenticator()
    browser, _answer = by_password()
    assert add(browser, made).status_code == 303
    return made


def test_a_passkey_alone_is_the_whole_login(city: World, key: Authenticator, settings: Any) -> None:
    settings.SECOND_FACTOR_LEVELS = ("community", "county", "city")
    browser = Client()
    assert use(browser, key).url == "/account/start/"
    assert browser.get("/work/").status_code == 200
    assert LoginSession.objects.get(how="passkey").account == city.posts[WORKER].account


def test_a_password_alone_opens_nothing_once_there_is_a_passkey(city: World, key: Authenticator) -> None:
    browser, answer = by_password()
    assert answer.url.startswith(USE)
    assert browser.get("/work/").status_code == 302
    assert use(browser, key).status_code == 303
    assert browser.get("/work/").status_code == 200


def test_the_second_step_takes_no_other_accounts_passkey(city: World, key: Authenticator) -> None:
    browser, _answer = by_password(OTHER)
    add(browser, Authenticator())
    browser, _answer = by_password(OTHER)
    assert use(browser, key).status_code == 422
    assert browser.get("/work/").status_code == 302


def test_several_passkeys_have_names_and_are_taken_away_one_by_one(city: World, key: Authenticator) -> None:
    browser, other = Client(), Authenticator()
    use(browser, key)
    assert add(browser, other, "blue key").status_code == 303
    page = browser.get(MINE).content.decode()
    assert ("phone" in page, "blue key" in page) == (True, True)
    gone = Passkey.objects.get(name="phone").pk
    assert browser.post(f"{MINE}remove/", {"passkey": gone}).status_code == 303
    assert use(Client(), key).status_code == 422
    assert use(Client(), other).status_code == 303


def test_the_last_factor_stays_until_there_is_another(city: World, key: Authenticator) -> None:
    browser = Client()
    use(browser, key)
    only = Passkey.objects.get().pk
    answer = browser.post(f"{MINE}remove/", {"passkey": only}, follow=True)
    assert Passkey.objects.filter(pk=only).exists()
    assert "唯一" in answer.content.decode()
    account = city.posts[WORKER].account
    SecondFactor.objects.create(account=account, secret="GEZDGNBVGY3TQOJQ", confirmed_at=clock.now())
    browser.post(f"{MINE}remove/", {"passkey": only})
    assert not Passkey.objects.exists()


def test_nobody_takes_anothers_passkey_away(city: World, key: Authenticator) -> None:
    browser, _answer = by_password(OTHER)
    assert browser.post(f"{MINE}remove/", {"passkey": Passkey.objects.get().pk}).status_code == 403
    assert Passkey.objects.exists()


def test_adding_one_ends_all_other_sessions(city: World) -> None:
    mine, _answer = by_password()
    other, _answer = by_password()
    assert other.get("/work/").status_code == 200
    add(mine, Authenticator())
    assert (mine.get("/work/").status_code, other.get("/work/").status_code) == (200, 302)


def test_the_challenge_asks_for_no_attestation_and_for_verification(city: World) -> None:
    browser, _answer = by_password()
    asked = json.loads(browser.get(f"{MINE}new/").context["options"])
    assert asked["attestation"] == "none"
    assert asked["authenticatorSelection"]["userVerification"] == "required"
    assert asked["rp"]["id"] == "testserver"
    assert str(city.posts[WORKER].account_id) not in asked["user"]["id"]
    assert json.loads(Client().get(USE).context["options"])["userVerification"] == "required"


# --- what is refused -------------------------------------------------------------------------------------------


def test_an_answer_counts_once(city: World, key: Authenticator) -> None:
    browser = Client()
    answer = key.get(browser.get(USE).context["options"])
    assert browser.post(USE, {"credential": answer}).status_code == 303
    browser.post("/account/logout/")
    browser.get(USE)
    assert browser.post(USE, {"credential": answer}).status_code == 422
    assert Client().post(USE, {"credential": answer}).status_code == 422


def test_a_challenge_is_used_up_by_a_wrong_answer(city: World, key: Authenticator) -> None:
    browser = Client()
    options = browser.get(USE).context["options"]
    assert browser.post(USE, {"credential": "{}"}).status_code == 422
    assert browser.post(USE, {"credential": key.get(options)}).status_code == 422


@pytest.mark.parametrize(
    "changed",
    [
        {"origin": "https://evil.example"},
        {"origin": "https://testserver"},
        {"type": "webauthn.create"},
        {"challenge": "AAAA"},
    ],
)
def test_an_answer_made_elsewhere_opens_nothing(
    city: World, key: Authenticator, changed: dict[str, str]
) -> None:
    browser = Client()
    assert use(browser, key, **changed).status_code == 422
    assert browser.get("/work/").status_code == 302


@pytest.mark.parametrize("changed", [{"origin": "https://evil.example"}, {"type": "webauthn.get"}])
def test_a_passkey_made_elsewhere_is_not_kept(city: World, changed: dict[str, str]) -> None:
    browser, _answer = by_password()
    assert add(browser, Authenticator(), **changed).status_code == 422
    assert not Passkey.objects.exists()


def test_without_unlocking_it_nothing_is_added_or_opened(city: World, key: Authenticator) -> None:
    key.verifies = False
    assert use(Client(), key).status_code == 422
    browser, _answer = by_password(OTHER)
    assert add(browser, Authenticator(verifies=False)).status_code == 422


def test_a_copied_key_whose_counter_stands_still_is_refused(city: World, key: Authenticator) -> None:
    assert use(Client(), key).status_code == 303
    key.count -= 1
    assert use(Client(), key).status_code == 422
    assert use(Client(), key).status_code == 303


def test_a_key_that_never_counts_is_taken(city: World) -> None:
    browser, _answer = by_password()
    key = Authenticator(counts=False)
    add(browser, key)
    assert [use(Client(), key).status_code for _twice in range(2)] == [303, 303]


def test_another_key_with_a_known_number_is_refused(city: World, key: Authenticator) -> None:
    assert use(Client(), Authenticator(credential=key.credential, count=9)).status_code == 422
    assert use(Client(), Authenticator()).status_code == 422


@pytest.mark.parametrize(
    "answer", ["", "x", "[]", "{}", '{"id": 1}', "null", '{"rawId": "AA", "response": {}}']
)
def test_made_up_answers_are_refused_not_broken(city: World, key: Authenticator, answer: str) -> None:
    browser = Client()
    browser.get(USE)
    assert browser.post(USE, {"credential": answer}).status_code == 422


def test_a_challenge_runs_out(city: World, key: Authenticator, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = Client()
    options = browser.get(USE).context["options"]
    later = clock.now() + timedelta(minutes=6)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert browser.post(USE, {"credential": key.get(options)}).status_code == 422


def test_an_account_that_was_closed_stays_closed(city: World, key: Authenticator) -> None:
    account = city.posts[WORKER].account
    account.is_active = False
    account.save()
    assert use(Client(), key).status_code == 422


def test_a_reset_forgets_passkeys(city: World, key: Authenticator) -> None:
    with acting(city.actors["security_officer"]) as boss:
        second_factor.reset(username=city.posts[WORKER].account.username, reason="seen", by=boss)
    assert use(Client(), key).status_code == 422
    assert by_password()[1].url == "/account/start/"


def test_a_sensitive_action_takes_the_passkey_not_the_password(city: World, key: Authenticator) -> None:
    browser = Client()
    use(browser, key)
    session = browser.session
    session[AGAIN_KEY] = (clock.now() - timedelta(minutes=16)).isoformat()
    session.save()
    new, again = "/account/security/keys/new/", "/account/security/again/"
    assert browser.get(new).status_code == 302
    assert browser.get(f"{again}?next={new}").url.startswith(f"{MINE}prove/")
    assert browser.post(again, {"password": PASSWORD, "next": new}).url.startswith(f"{MINE}prove/")
    assert browser.get(new).status_code == 302
    options = browser.get(f"{MINE}prove/").context["options"]
    done = browser.post(f"{MINE}prove/", {"credential": key.get(options), "next": new})
    assert done.url == new
    assert browser.get(new).status_code == 200
