"""A form that is sent twice does its work once, for whoever is known."""

from __future__ import annotations

import copy
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests import watch
from tests import world as worlds
from tests.world import FAR, NEXT_DOOR, WORKER, World

from lianglin.access.models import ApiToken, BreakGlass, HelpTicket
from lianglin.kit import clock
from lianglin.kit.models import IdempotentRequest

HELP, EMERGENCY = "/account/help/", "/account/emergency/"


@pytest.fixture
def city(db: None) -> World:
    return worlds.build()


def form(browser: Client, path: str) -> dict[str, Any]:
    """The page's token and an order that the page takes."""
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', browser.get(path).content.decode())
    assert found
    day = clock.today()
    days = {"starts_on": day.isoformat(), "ends_on": (day + timedelta(days=3)).isoformat()}
    return {
        "csrfmiddlewaretoken": found[1], "scope_code": FAR, "purposes": ["handle_case"], "reason": "街道请求支援",
        **(days if path == HELP else {}),
    }  # fmt: skip


def send(browser: Client, path: str, sent: dict[str, Any]) -> Any:
    return browser.post(path, sent)


@pytest.mark.parametrize(("path", "model"), [(HELP, HelpTicket), (EMERGENCY, BreakGlass)])
def test_a_double_click_makes_one(city: World, path: str, model: Any) -> None:
    browser = city.browser(WORKER)
    sent = form(browser, path)
    first, second = browser.post(path, sent), browser.post(path, sent)
    assert (first.status_code, second.status_code) == (303, 303)
    assert second["Location"] == first["Location"]
    assert model.objects.count() == 1
    assert "已提交" in browser.get(second["Location"], follow=True).content.decode()


@pytest.mark.parametrize("changed", [{"reason": "另一件事"}, {"csrfmiddlewaretoken": None}])
def test_another_form_is_another_order(city: World, changed: dict[str, Any]) -> None:
    browser = city.browser(WORKER)
    sent = form(browser, HELP)
    send(browser, HELP, sent)
    again = sent | changed
    if again["csrfmiddlewaretoken"] is None:  # the page opened a second time
        again = form(browser, HELP)
        assert again["csrfmiddlewaretoken"] != sent["csrfmiddlewaretoken"]
    send(browser, HELP, again)
    assert HelpTicket.objects.count() == 2


def test_what_was_refused_is_asked_again(city: World) -> None:
    browser = city.browser(WORKER)
    sent = form(browser, HELP) | {"scope_code": "999999999999"}
    assert [send(browser, HELP, sent).status_code for _time in range(2)] == [422, 422]
    assert not HelpTicket.objects.exists()


def test_a_page_as_answer_is_made_as_often_as_asked(city: World) -> None:
    """And what sets a cookie: large type on, off, on again with the back button."""
    browser = city.browser(WORKER)
    sent = {"csrfmiddlewaretoken": form(browser, HELP)["csrfmiddlewaretoken"], "next": HELP, "on": "1"}
    for _time in range(2):
        assert send(browser, reverse("kit:elder"), sent).cookies["elder"].value
    assert not IdempotentRequest.objects.exists()


def test_a_stranger_keeps_nothing(city: World) -> None:
    send(Client(), reverse("kit:elder"), {"csrfmiddlewaretoken": "x" * 64, "next": "/", "on": "1"})
    assert not IdempotentRequest.objects.exists()


def test_nobody_learns_where_another_was_led(city: World) -> None:
    """The same bytes from another post are an order of that post."""
    browser, other = city.browser(WORKER), city.browser(f"community-{NEXT_DOOR}")
    sent = form(browser, HELP)
    for one in (browser, other, browser):
        assert send(one, HELP, sent).status_code == 303
    asked = HelpTicket.objects.values_list("post_id", flat=True)
    assert sorted(asked) == sorted([city.posts[WORKER].pk, city.posts[f"community-{NEXT_DOOR}"].pk])


# --- what is shown once --------------------------------------------------------------------------------------

KEYS = "/account/security/keys/new/"


def key_form(browser: Client) -> dict[str, Any]:
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', browser.get(KEYS).content.decode())
    assert found
    return {"csrfmiddlewaretoken": found[1], "kind": "token", "name": "survey", "days": "30"}


def secret_in(page: str) -> str:
    found = re.search(r"lnl_t_\w+", page)
    return found[0] if found else ""


def test_a_key_is_made_once_and_shown_in_the_first_answer_alone(city: World) -> None:
    browser = city.browser(WORKER)
    sent = key_form(browser)
    first, second = browser.post(KEYS, sent), browser.post(KEYS, sent)
    secret = secret_in(first.content.decode())
    assert (first.status_code, second.status_code) == (200, 303)
    made = ApiToken.objects.get()
    told = browser.get(second["Location"]).content.decode()
    assert "只生成了一个密钥" in told
    assert secret
    assert secret not in told
    assert made.tail in told
    for kept in IdempotentRequest.objects.all():  # where the second was led, and nothing of the key
        assert secret not in str(kept.response)


def test_the_second_answer_ends_the_key_and_leads_to_another(city: World) -> None:
    browser = city.browser(WORKER)
    sent = key_form(browser)
    browser.post(KEYS, sent)
    page = browser.post(KEYS, sent)["Location"]
    other = city.browser(f"community-{NEXT_DOOR}")
    assert other.get(page).status_code == 404
    assert KEYS in browser.get(page).content.decode()
    browser.post("/account/security/keys/revoke/", {"key": ApiToken.objects.get().pk})
    assert ApiToken.objects.get().revoked_at is not None
    assert browser.get(page).status_code == 404
    assert secret_in(browser.post(KEYS, key_form(browser)).content.decode())
    assert ApiToken.objects.count() == 2


def test_a_key_form_that_was_refused_is_sent_again(city: World) -> None:
    browser = city.browser(WORKER)
    sent = key_form(browser) | {"days": "0"}
    assert [browser.post(KEYS, sent).status_code for _time in range(2)] == [422, 422]
    assert not ApiToken.objects.exists()
    assert not IdempotentRequest.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_instant_make_one_key(transactional_db: None) -> None:
    city = worlds.build()
    browser = city.browser(WORKER)
    sent = key_form(browser)
    browsers = [copy.copy(browser), copy.copy(browser)]
    first, second = watch.at_once(*[lambda one=one: one.post(KEYS, sent) for one in browsers])
    assert sorted([first.status_code, second.status_code]) == [200, 303]
    assert ApiToken.objects.count() == 1
