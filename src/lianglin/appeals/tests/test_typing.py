"""What somebody types into a long question is there again after an interruption, and nowhere else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client, RequestFactory
from tests.world import World, build, catalogue

from lianglin.appeals.forms import draft as drafts
from lianglin.appeals.tests.test_later import put_off
from lianglin.appeals.tests.test_public_pages import ANSWERS, REPORT, answer, send, up_to
from lianglin.appeals.views.public import typing
from lianglin.kit import clock
from lianglin.notices import drafts as kept
from lianglin.notices.models import Draft

pytestmark = pytest.mark.django_db
HALF = "楼道灯不亮，老人摔"


@pytest.fixture
def city(db: None) -> World:
    found = build()
    catalogue()
    return found


@pytest.fixture
def writer(city: World) -> Client:
    """A browser in which somebody answered what and where, and began to tell; the page's script saved it."""
    browser = Client()
    up_to(browser, "tell/")
    assert types(browser, "tell", text=HALF).status_code == 204
    return browser


def types(browser: Client, step: str, **fields: Any) -> Any:
    return browser.post(f"{REPORT}typing/{step}/", fields, headers={"HX-Request": "true"})


def stands(browser: Client, step: str, field: str) -> Any:
    return browser.get(REPORT + step).context["form"][field].value()


def test_it_is_there_again_and_is_no_answer(writer: Client) -> None:
    assert stands(writer, "tell/", "text") == HALF
    assert drafts.load(writer.session).text == ""
    assert writer.get(REPORT + "photo/")["Location"] == REPORT + "tell/", "nothing was answered"
    assert HALF not in Draft._base_manager.get().__dict__.values()


def test_a_number_that_is_half_typed_and_a_box_unticked_are_there_again(city: World) -> None:
    browser = Client()
    up_to(browser, "reach/")
    types(browser, "reach", reach="phone", phone="1540", name="张")
    page = browser.get(REPORT + "reach/").context["form"]
    assert (page["phone"].value(), page["name"].value(), page["reach"].value()) == ("1540", "张", "phone")
    assert not page["confidential"].value()


def test_it_is_kept_as_long_as_the_session_and_longer_for_who_asks(writer: Client) -> None:
    lasts = Draft._base_manager.get().expires_at - clock.now()
    assert timedelta(hours=11) < lasts <= timedelta(hours=12)
    put_off(writer, "tell/", text=HALF)
    writer.post(REPORT + "kept/continue/")
    types(writer, "tell", text=HALF + "倒")
    assert max(row.expires_at for row in Draft._base_manager.all()) - clock.now() > timedelta(days=6)
    writer.session.flush()
    writer.cookies.pop("session", None)
    writer.post(REPORT + "kept/continue/")
    assert stands(writer, "tell/", "text") == HALF + "倒"


def test_the_answer_counts_and_what_was_typed_is_gone(writer: Client) -> None:
    before = drafts.load(writer.session)
    answer(writer, "tell/")
    assert not Draft._base_manager.exists()
    # What the script sent before the answer may arrive after it.
    late = RequestFactory().post("/")
    kept.hold(late, typing._key(before, "tell"), {"text": HALF}, kept.KEPT)
    assert stands(writer, "tell/", "text") == ANSWERS["tell/"]["text"]
    for step in ("photo/", "reach/"):
        answer(writer, step)
    assert send(writer)["Location"] == REPORT + "sent/"


def test_a_change_of_an_answer_is_kept_while_it_is_typed(writer: Client) -> None:
    answer(writer, "tell/")
    types(writer, "tell", text="换了灯泡还是不亮")
    assert stands(writer, "tell/", "text") == "换了灯泡还是不亮"
    assert drafts.load(writer.session).text == ANSWERS["tell/"]["text"], "the answer stays until it is sent"


@pytest.mark.parametrize("way", ["again/", "kept/delete/"])
def test_whoever_begins_anew_or_deletes_leaves_nothing(writer: Client, way: str) -> None:
    if way == "kept/delete/":
        put_off(writer, "tell/", text=HALF)
        writer.post(REPORT + "kept/continue/")
        types(writer, "tell", text=HALF)
    writer.post(REPORT + way)
    assert not Draft._base_manager.exists()


def test_no_other_browser_sees_it(writer: Client) -> None:
    other = Client()
    up_to(other, "tell/")
    assert stands(other, "tell/", "text") == ""


def test_without_a_report_nothing_is_kept_and_only_long_questions_are(city: World) -> None:
    browser = Client()
    assert types(browser, "tell", text=HALF).status_code == 204
    assert not Draft._base_manager.exists()
    assert types(browser, "where", place_text="门口").status_code == 404
    assert browser.get(REPORT + "typing/tell/").status_code == 405
