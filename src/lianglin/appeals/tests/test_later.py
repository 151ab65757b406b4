"""Stopping in the middle of a report and going on another day; what nobody else sees, and what is forgotten when."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from tests.world import HERE, STREET, WORKER, World, build, catalogue

from lianglin.access.queries import RESIDENT_KEY
from lianglin.appeals.forms import draft as drafts
from lianglin.appeals.models import Appeal
from lianglin.appeals.tests.test_public_pages import REPORT, answer, picture, send, up_to
from lianglin.files.models import ParkedFile
from lianglin.kit import clock
from lianglin.notices import tasks
from lianglin.notices.models import Draft
from lianglin.people.models import Resident

pytestmark = pytest.mark.django_db
KEPT = REPORT + "kept/"
BEGUN = "没填完的反映"


@pytest.fixture
def city(db: None) -> World:
    found = build()
    catalogue()
    return found


@pytest.fixture
def stopped(city: World) -> Client:
    """A browser in which somebody answered what and where, began to tell, and stopped."""
    browser = Client()
    up_to(browser, "tell/")
    assert put_off(browser, "tell/", text="灯坏").url == KEPT
    return browser


def put_off(browser: Client, step: str, **fields: Any) -> Any:
    return browser.post(REPORT + step, {**fields, "later": "1"})


def words(browser: Client, address: str) -> str:
    return browser.get(address, follow=True).content.decode()


def logged_in(resident: Resident) -> Client:
    browser = Client()
    session = browser.session
    session[RESIDENT_KEY] = proved(resident)
    session.save()
    return browser


def proved(resident: Resident) -> dict[str, Any]:
    """What the session holds of somebody who logged in with a phone code."""
    return {"id": resident.pk, "until": (clock.now() + timedelta(hours=12)).isoformat()}


def test_the_page_says_what_is_kept_where_and_until_when(stopped: Client) -> None:
    page = words(stopped, KEPT)
    for told in ("楼道照明", "2个字", "在这台设备的这个浏览器里", "不是自己的设备", "还没有提交"):
        assert told in page, told
    assert "灯坏" not in page, "the words themselves are not shown to whoever stands behind"
    assert drafts.load(stopped.session).item == "", "one copy, so that deleting deletes all"


def test_what_was_left_half_done_is_there_when_one_goes_on(stopped: Client) -> None:
    assert BEGUN in words(stopped, "/")
    assert BEGUN in words(stopped, REPORT)
    went_on = stopped.post(KEPT + "continue/", follow=True)
    assert went_on.request["PATH_INFO"] == REPORT + "tell/"
    assert went_on.context["form"]["text"].value() == "灯坏"
    answer(stopped, "tell/")
    for step in ("photo/", "reach/"):
        assert answer(stopped, step).status_code == 303
    assert send(stopped)["Location"] == REPORT + "sent/"
    assert Appeal._base_manager.get().text.startswith("楼道四楼的灯")
    assert not Draft._base_manager.exists(), "sent: nothing is kept any more"
    assert BEGUN not in words(stopped, "/")


def test_after_going_on_every_answer_is_saved(stopped: Client) -> None:
    stopped.post(KEPT + "continue/")
    answer(stopped, "tell/")
    session = stopped.session
    session.flush()  # twelve hours later
    stopped.cookies.pop(settings.SESSION_COOKIE_NAME, None)
    went_on = stopped.post(KEPT + "continue/", follow=True)
    assert went_on.request["PATH_INFO"] == REPORT + "reach/"
    assert went_on.context["draft"].text.startswith("楼道四楼的灯")


def test_nothing_outlives_the_session_unless_one_asks(city: World) -> None:
    browser = Client()
    up_to(browser, "check/")
    assert not Draft._base_manager.exists()
    assert BEGUN not in words(browser, "/")


@pytest.mark.parametrize("step", ["where/", "tell/", "photo/", "reach/", "check/"])
def test_one_may_stop_at_every_question(city: World, step: str) -> None:
    browser = Client()
    up_to(browser, step)
    assert 'name="later"' in words(browser, REPORT + step)
    assert put_off(browser, step).url == KEPT
    assert browser.post(KEPT + "continue/", follow=True).status_code == 200


def test_a_half_written_number_is_no_answer(city: World) -> None:
    browser = Client()
    up_to(browser, "reach/")
    put_off(browser, "reach/", reach="phone", phone="154")
    went_on = browser.post(KEPT + "continue/", follow=True)
    assert went_on.request["PATH_INFO"] == REPORT + "reach/"
    assert went_on.context["form"]["phone"].value() == "154"
    assert browser.get(REPORT + "check/").url == REPORT + "reach/"


def test_another_browser_sees_nothing(stopped: Client) -> None:
    other = Client()
    assert BEGUN not in words(other, "/")
    assert "没有保存的内容" in words(other, KEPT)
    other.post(KEPT + "continue/")
    assert drafts.load(other.session).item == ""
    other.post(KEPT + "delete/")
    assert BEGUN in words(stopped, "/"), "and deletes nothing"


def test_an_account_keeps_it_for_its_own_resident_on_any_device(city: World) -> None:
    mine, neighbour = Resident._base_manager.filter(scope_code=HERE)[:2]
    browser = logged_in(mine)
    up_to(browser, "tell/")
    assert (
        "存在您的账号里"
        in browser.post(REPORT + "tell/", {"text": "", "later": "1"}, follow=True).content.decode()
    )
    assert "draft" not in browser.cookies, "nothing of it lies in the browser"
    assert BEGUN in words(logged_in(mine), "/me/")
    assert logged_in(mine).post(KEPT + "continue/", follow=True).request["PATH_INFO"] == REPORT + "tell/"
    for other in (logged_in(neighbour), Client()):
        assert BEGUN not in words(other, "/")
        assert "没有保存的内容" in words(other, KEPT)


def test_what_the_browser_kept_moves_to_the_account(stopped: Client) -> None:
    session = stopped.session
    session[RESIDENT_KEY] = proved(Resident._base_manager.filter(scope_code=HERE)[0])
    session.save()
    stopped.post(KEPT + "continue/")
    answer(stopped, "tell/")
    assert Draft._base_manager.count() == 1
    assert "存在您的账号里" in words(stopped, KEPT)
    stopped.post("/me/out/")
    assert BEGUN not in words(stopped, "/")


def test_staff_find_it_at_their_post(city: World) -> None:
    worker, colleague = city.browser(WORKER), city.browser(STREET)
    up_to(worker, "tell/")
    put_off(worker, "tell/", text="来访")
    assert "存在您的岗位上" in words(worker, KEPT)
    assert "没有保存的内容" in words(colleague, KEPT)


def test_deleting_takes_pictures_along(city: World) -> None:
    browser = Client()
    up_to(browser, "photo/")
    put_off(browser, "photo/", photos=picture())
    assert ParkedFile._base_manager.count() == 1
    assert browser.post(KEPT + "delete/").url == REPORT
    assert not ParkedFile._base_manager.exists()
    assert not Draft._base_manager.exists()


def test_leaving_a_shared_computer_deletes_it(stopped: Client) -> None:
    stopped.post("/appeals/mine/leave/")
    assert not Draft._base_manager.exists()
    assert BEGUN not in words(stopped, "/")


def test_begun_anew_is_forgotten(stopped: Client) -> None:
    stopped.post(KEPT + "continue/")
    stopped.post(REPORT + "again/")
    assert not Draft._base_manager.exists()


def test_another_report_that_is_sent_leaves_the_kept_one(stopped: Client) -> None:
    up_to(stopped, "check/")
    send(stopped)
    assert BEGUN in words(stopped, "/")


def test_it_runs_out_after_seven_days_and_is_swept(stopped: Client) -> None:
    try:
        clock.set_offset(timedelta(days=6, hours=23))
        assert BEGUN in words(stopped, "/")
        clock.set_offset(timedelta(days=7, minutes=1))
        assert BEGUN not in words(stopped, "/")
        assert "没有保存的内容" in words(stopped, KEPT)
        tasks.tidy(timestamp=0)
        assert not Draft._base_manager.exists()
    finally:
        clock.set_offset(timedelta(0))


def test_it_rests_encrypted(city: World) -> None:
    browser = Client()
    up_to(browser, "check/")
    put_off(browser, "check/")
    with connection.cursor() as cursor:
        cursor.execute("select content, key from notices_draft")
        content, key = cursor.fetchone()
    for told in ("15400002222", "楼道四楼"):
        assert told.encode() not in bytes(content)
    assert browser.cookies["draft"].value not in key


def test_an_expired_page_saves_nothing_and_keeps_the_words(city: World) -> None:
    browser = Client(enforce_csrf_checks=True)
    session = browser.session
    drafts.keep(session, drafts.Draft(item="020601", place=f"n:{HERE}"))
    session.save()
    browser.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    answered = put_off(browser, "tell/", text="灯坏了三天没有人修")
    assert answered.status_code == 403
    assert "灯坏了三天没有人修" in answered.content.decode()
    assert not Draft._base_manager.exists()
