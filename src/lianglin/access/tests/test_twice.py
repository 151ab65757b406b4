"""A form that is sent twice does its work once, for whoever is known."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests import world as worlds
from tests.world import FAR, NEXT_DOOR, WORKER, World

from lianglin.access.models import BreakGlass, HelpTicket
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
