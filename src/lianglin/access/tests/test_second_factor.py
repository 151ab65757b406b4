"""The second factor: set up, asked for, used once, lost; and what a stranger cannot do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from tests import watch, world
from tests.world import HERE, World

from lianglin.access import second_factor, totp
from lianglin.access.models import Account, RecoveryCode, SecondFactor
from lianglin.kit import clock

pytestmark = pytest.mark.django_db
LOGIN, CODE, SECURITY = "/account/login/", "/account/login/code/", "/account/security/"
PASSWORD, WORKER = "a long test password", f"community-{HERE}"


@pytest.fixture(autouse=True)
def _one_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A code holds for thirty seconds: here time stands still, so that a slow machine's test does not outlive its code."""
    now = second_factor.system_now()
    monkeypatch.setattr(second_factor, "system_now", lambda: now)


@pytest.fixture
def city(db: None) -> World:
    """The small city; no login was tried yet; worker, manager and administrator have a password."""
    watch.forget_tries()
    made = world.build()
    for code in (WORKER, "manager", "administrator"):
        account = made.posts[code].account
        account.set_password(PASSWORD)
        account.save()
    return made


def password(browser: Client, username: str = WORKER, **given: Any) -> Any:
    return browser.post(LOGIN, {"username": username, "password": PASSWORD, **given})


def now_step() -> int:
    return int(second_factor.system_now().timestamp() // totp.STEP)


def set_up(browser: Client, account: Account) -> tuple[str, list[str]]:
    """Sets the app up with the code of the step before; returns secret and recovery codes."""
    assert browser.post(f"{SECURITY}app/", {"begin": "1"}).status_code == 303
    secret = SecondFactor.objects.get(account=account).secret
    shown = browser.post(f"{SECURITY}app/", {"code": totp.code_at(secret, now_step() - 1)})
    assert shown.status_code == 200
    return secret, shown.context["codes"]


@pytest.fixture
def guarded(city: World) -> tuple[World, str, list[str]]:
    """The worker has an app: city, secret, recovery codes."""
    browser = Client()
    password(browser)
    return city, *set_up(browser, city.posts[WORKER].account)


def test_the_published_values_of_the_standard() -> None:
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # RFC 6238, appendix B: its 8 digits end in these 6
    assert [totp.code_at(secret, t // 30) for t in (59, 1111111109, 2000000000)] == [
        "287082", "081804", "279037",
    ]  # fmt: skip


def test_the_secret_is_encrypted_and_recovery_codes_are_digests(
    guarded: tuple[World, str, list[str]],
) -> None:
    _city, _secret, codes = guarded
    assert len(set(codes)) == totp.RECOVERY_CODES
    held = [bytes(digest) for digest in RecoveryCode.objects.values_list("digest", flat=True)]
    assert not any(code.encode() in digest for code in codes for digest in held)
    assert all(len(digest) == 32 for digest in held)


def test_a_password_alone_opens_nothing(guarded: tuple[World, str, list[str]], client: Client) -> None:
    answer = password(client)
    assert (answer.status_code, answer.url) == (303, f"{CODE}?next=")
    assert client.get("/work/").status_code == 302
    assert client.get(SECURITY).url.startswith(LOGIN)


def test_the_code_opens_the_session_under_a_new_id(
    guarded: tuple[World, str, list[str]], client: Client
) -> None:
    _city, secret, _codes = guarded
    before = client.session.session_key
    password(client, next="/work/?a=1")
    between = client.session.session_key
    done = client.post(CODE, {"code": totp.code_at(secret, now_step()), "next": "/work/?a=1"})
    assert (done.status_code, done.url) == (303, "/work/?a=1")
    assert len({before, between, client.session.session_key}) == 3
    assert client.get("/work/").status_code == 200


def test_the_code_page_leads_only_to_this_site(guarded: tuple[World, str, list[str]], client: Client) -> None:
    _city, secret, _codes = guarded
    password(client)
    done = client.post(CODE, {"code": totp.code_at(secret, now_step()), "next": "https://evil.example/"})
    assert done.url == "/account/start/"


def test_a_code_that_was_used_is_refused(guarded: tuple[World, str, list[str]], client: Client) -> None:
    _city, secret, _codes = guarded
    code = totp.code_at(secret, now_step())
    password(client)
    assert client.post(CODE, {"code": code}).status_code == 303
    stranger = Client()
    password(stranger)
    assert stranger.post(CODE, {"code": code}).status_code == 422
    assert stranger.get("/work/").status_code == 302


def test_the_sixth_code_is_not_even_looked_at(guarded: tuple[World, str, list[str]]) -> None:
    _city, secret, _codes = guarded
    for _try in range(5):
        stranger = Client()  # a new browser each time: the count is the account's
        password(stranger)
        assert stranger.post(CODE, {"code": "wrong1"}).status_code == 422
    password(last := Client())
    assert last.post(CODE, {"code": totp.code_at(secret, now_step())}).status_code == 429


def test_a_recovery_code_opens_one_login(guarded: tuple[World, str, list[str]], client: Client) -> None:
    _city, _secret, codes = guarded
    password(client)
    assert client.post(CODE, {"code": codes[0].upper().replace("-", " ")}).status_code == 303
    password(again := Client())
    assert again.post(CODE, {"code": codes[0]}).status_code == 422
    assert "9" in client.get(SECURITY).content.decode()


def test_too_late_for_the_code(
    guarded: tuple[World, str, list[str]], client: Client, monkeypatch: Any
) -> None:
    _city, secret, _codes = guarded
    password(client)
    later = clock.now() + timedelta(minutes=6)
    monkeypatch.setattr(clock, "now", lambda: later)
    monkeypatch.setattr(second_factor, "system_now", lambda: later)
    code = totp.code_at(secret, now_step())
    assert client.post(CODE, {"code": code}).status_code == 403


def test_setting_it_up_ends_all_other_sessions(city: World, client: Client) -> None:
    password(client)
    password(other := Client())
    assert other.get("/work/").status_code == 200
    set_up(client, city.posts[WORKER].account)
    assert client.get("/work/").status_code == 200
    assert other.get("/work/").status_code == 302


def test_all_other_sessions_are_ended_with_one_press(city: World, client: Client) -> None:
    password(client)
    password(other := Client())
    before = client.session.session_key
    assert client.post(f"{SECURITY}sessions/").status_code == 303
    assert client.session.session_key != before
    assert client.get("/work/").status_code == 200
    assert other.get("/work/").status_code == 302


def test_turning_it_off_takes_a_code(guarded: tuple[World, str, list[str]], client: Client) -> None:
    city, _secret, codes = guarded
    password(client)
    client.post(CODE, {"code": codes[0]})
    assert client.post(f"{SECURITY}off/", {"code": "000000"}).status_code == 422
    assert second_factor.factor_of(city.posts[WORKER].account_id)
    assert client.post(f"{SECURITY}off/", {"code": codes[1]}).status_code == 303
    assert password(Client()).url == "/account/start/"
    assert not RecoveryCode.objects.exists()


def test_new_recovery_codes_void_the_old(guarded: tuple[World, str, list[str]], client: Client) -> None:
    _city, _secret, codes = guarded
    password(client)
    client.post(CODE, {"code": codes[0]})
    made = client.post(f"{SECURITY}codes/", {"code": codes[1]}).context["codes"]
    password(other := Client())
    assert other.post(CODE, {"code": codes[2]}).status_code == 422
    assert other.post(CODE, {"code": made[0]}).status_code == 303


def test_a_post_of_the_city_stays_closed_until_a_second_factor_is_set_up(
    city: World, client: Client, settings: Any
) -> None:
    settings.SECOND_FACTOR_LEVELS = ("county", "city")
    assert password(client, "administrator").status_code == 303
    assert client.get("/account/start/").url == SECURITY
    assert client.get("/account/manage/accounts/").status_code == 302
    set_up(client, city.posts["administrator"].account)
    assert client.get("/account/manage/accounts/").status_code == 200
    password(Client(), WORKER)
    password(worker := Client())
    assert worker.get("/work/").status_code == 200


def test_a_security_officer_resets_a_lost_phone(
    guarded: tuple[World, str, list[str]], client: Client
) -> None:
    city, _secret, codes = guarded
    password(worker := Client())
    worker.post(CODE, {"code": codes[0]})
    boss = city.browser("security_officer")
    asked = {"username": WORKER, "reason": "seen in person"}
    assert boss.post("/account/reset/", {"username": WORKER}).status_code == 422
    assert boss.post("/account/reset/", {**asked, "username": "nobody"}).status_code == 422
    assert boss.post("/account/reset/", asked).status_code == 303
    assert worker.get("/work/").status_code == 302
    assert password(client).url == "/account/start/"


def test_nobody_else_resets_and_nobody_resets_the_own(guarded: tuple[World, str, list[str]]) -> None:
    city, _secret, _codes = guarded
    asked = {"username": WORKER, "reason": "seen in person"}
    for who in ("manager", "administrator", "auditor"):
        assert city.browser(who).post("/account/reset/", asked).status_code == 403
    own = {"username": city.posts["security_officer"].account.username, "reason": "mine"}
    assert city.browser("security_officer").post("/account/reset/", own).status_code == 422
    assert second_factor.factor_of(city.posts[WORKER].account_id)


# --- throttling --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("header", ["HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP", "HTTP_FORWARDED"])
def test_no_header_makes_a_new_address(city: World, header: str) -> None:
    wrong = {"username": WORKER, "password": "wrong"}
    tries = [Client(**{header: f"10.0.0.{n}"}).post(LOGIN, wrong).status_code for n in range(6)]
    assert tries == [422] * 5 + [429]


def test_one_attacker_locks_out_neither_the_person_elsewhere_nor_the_office(city: World) -> None:
    for _try in range(8):
        Client(REMOTE_ADDR="10.9.9.9").post(LOGIN, {"username": WORKER, "password": "wrong"})
    assert password(Client(REMOTE_ADDR="10.9.9.9"), "manager").status_code == 303
    assert password(Client(REMOTE_ADDR="10.1.1.1")).status_code == 303
