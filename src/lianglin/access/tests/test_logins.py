"""Logins that go on: who sees them, who ends them, and when they end by themselves."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests import watch, world
from tests.world import HERE, NEXT_DOOR, World

from lianglin.access import devices
from lianglin.access.models import LoginSession
from lianglin.project import kinds

PASSWORD, WORKER, OTHER = "a long test password", f"community-{HERE}", f"community-{NEXT_DOOR}"
PHONE = "Mozilla/5.0 (Linux; Android 13; V2241A) AppleWebKit/537.36 Chrome/116 Mobile Safari/537.36 MicroMessenger/8"
DESK = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120 Safari/537.36"


@pytest.fixture
def city(db: None) -> World:
    watch.forget_tries()
    made = world.build()
    for code in (WORKER, OTHER, "administrator"):
        account = made.posts[code].account
        account.set_password(PASSWORD)
        account.save()
    return made


def log_in(username: str = WORKER, agent: str = DESK, **more: Any) -> Client:
    browser = Client(HTTP_USER_AGENT=agent, **more)
    assert browser.post("/account/login/", {"username": username, "password": PASSWORD}).status_code == 303
    return browser


def page(browser: Client, path: str = "/account/security/") -> str:
    return browser.get(path).content.decode()


def shift(minutes: int, column: str = "used_at") -> None:
    """Moves an instant of every login into the past: limits are counted by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"update access_loginsession set {column} = {column} - %s * interval '1 minute'", [minutes]
        )


def test_one_sees_device_range_and_time_of_ones_own_logins(city: World) -> None:
    desk = log_in(REMOTE_ADDR="10.20.30.40")
    log_in(agent=PHONE, REMOTE_ADDR="198.51.100.7")
    log_in(OTHER, agent="Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0")
    shown = page(desk)
    for words in ("Windows 电脑", "微信", "10.20.30.0/24", "198.51.100.0/24", "本次"):
        assert words in shown, words
    assert "Firefox" not in shown
    assert "198.51.100.7" not in shown
    assert not LoginSession.objects.filter(network__contains="10.20.30.40").exists()


def test_ending_one_login_ends_that_one_alone(city: World) -> None:
    mine, lost, third = log_in(), log_in(agent=PHONE), log_in()
    gone = LoginSession.objects.get(device="wechat/android")
    assert mine.post("/account/security/sessions/end/", {"login": gone.pk}).status_code == 303
    assert lost.get("/work/").status_code == 302
    assert (mine.get("/work/").status_code, third.get("/work/").status_code) == (200, 200)
    assert not LoginSession.objects.filter(pk=gone.pk).exists()


@pytest.mark.parametrize("asked", ["own", "0", "x", "99999999999999999999"])
def test_nobody_ends_anothers_login(city: World, asked: str) -> None:
    theirs = log_in(OTHER)
    wanted = LoginSession.objects.get(account=city.posts[OTHER].account).pk if asked == "own" else asked
    assert log_in().post("/account/security/sessions/end/", {"login": wanted}).status_code == 403
    assert theirs.get("/work/").status_code == 200


def test_ending_all_others_leaves_one_row(city: World) -> None:
    mine, other = log_in(), log_in()
    assert mine.post("/account/security/sessions/").status_code == 303
    assert (mine.get("/work/").status_code, other.get("/work/").status_code) == (200, 302)
    assert LoginSession.objects.filter(account=city.posts[WORKER].account).count() == 1
    assert [one.current for one in mine.get("/account/security/").context["logins"]] == [True]


def test_logging_out_leaves_no_row(city: World) -> None:
    browser = log_in()
    browser.post("/account/logout/")
    assert not LoginSession.objects.exists()


def test_a_login_ends_without_use_and_is_kept_by_use(city: World) -> None:
    idle, busy = log_in(), log_in()
    shift(119)
    assert busy.get("/work/").status_code == 200
    shift(2)
    assert (busy.get("/work/").status_code, idle.get("/work/").status_code) == (200, 302)


def test_a_login_ends_after_its_whole_time_however_busy(city: World) -> None:
    browser = log_in()
    shift(719, "ends_at")
    assert browser.get("/work/").status_code == 200
    shift(2, "ends_at")
    assert browser.get("/work/").status_code == 302


def test_the_limits_are_those_of_the_posts_level(city: World, settings: Any) -> None:
    settings.SESSION_LIMITS = {**settings.SESSION_LIMITS, "city": (7, 70), "community": (9, 90)}
    log_in("administrator")
    log_in()
    made = dict(LoginSession.objects.values_list("account__username", "idle_minutes"))
    assert made == {"administrator": 7, WORKER: 9}


def test_use_is_noted_once_a_minute_not_with_every_request(city: World) -> None:
    browser = log_in()
    shift(5)
    before = LoginSession.objects.get().used_at
    browser.get("/work/")
    noted = LoginSession.objects.get().used_at
    browser.get("/work/")
    assert noted > before
    assert LoginSession.objects.get().used_at == noted


# --- those of others ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["security_officer", "protection_officer"])
def test_security_and_protection_officer_end_anothers_logins(city: World, who: str) -> None:
    lost = log_in(agent=PHONE)
    boss, asked = city.browser(who), {"username": WORKER, "reason": "tablet lost"}
    looked = boss.post("/account/others/", asked)
    assert "微信" in looked.content.decode()
    assert lost.get("/work/").status_code == 200
    assert boss.post("/account/others/", {**asked, "all": "1"}).status_code == 303
    assert lost.get("/work/").status_code == 302
    assert not LoginSession.objects.filter(account=city.posts[WORKER].account).exists()


def test_one_of_anothers_logins_is_ended_alone(city: World) -> None:
    lost, kept = log_in(agent=PHONE), log_in()
    gone = LoginSession.objects.get(device="wechat/android").pk
    asked = {"username": WORKER, "reason": "tablet lost", "end": gone}
    assert city.browser("security_officer").post("/account/others/", asked).status_code == 303
    assert (lost.get("/work/").status_code, kept.get("/work/").status_code) == (302, 200)


def test_without_the_duty_a_reason_or_a_known_name_nothing_ends(city: World) -> None:
    browser = log_in()
    asked = {"username": WORKER, "reason": "tablet lost", "all": "1"}
    assert city.browser("manager").post("/account/others/", asked).status_code == 403
    boss = city.browser("security_officer")
    assert boss.post("/account/others/", {**asked, "reason": ""}).status_code == 422
    assert boss.post("/account/others/", {**asked, "username": "nobody"}).status_code == 422
    assert browser.get("/work/").status_code == 200


# --- words and limits --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("agent", "code"),
    [
        (PHONE, "wechat/android"),
        (DESK, "chrome/windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1", "safari/ios"),
        ("Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 ArkWeb/4.1.6.1 Mobile", "harmony/harmony"),
        ("curl/8.0", "other/other"),
        ("", "other/other"),
    ],
)
def test_a_browser_names_itself(agent: str, code: str) -> None:
    assert devices.device(agent) == code


@given(st.text(max_size=300), st.text(max_size=60))
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_a_header_says_it_fits_the_column(agent: str, address: str) -> None:
    assert len(devices.device(agent)) <= 24
    assert len(devices.network(address)) <= 48
    assert devices.device_label(devices.device(agent))


@given(st.ip_addresses())
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_range_never_names_one_address(address: Any) -> None:
    import ipaddress

    found = ipaddress.ip_network(devices.network(str(address)))
    assert address in found
    assert found.num_addresses >= 256


@pytest.mark.parametrize("value", ["", "city=30/600", "resident=0/1", "resident=30", "nobody=1/2"])
def test_limits_that_say_too_little_are_refused(value: str) -> None:
    with pytest.raises(ValueError, match="resident, community"):
        kinds.session_limits(value)
