"""The bell, the demo's phone, and drafts."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client, RequestFactory
from django.urls import reverse

from lianglin.access import actor as actors
from lianglin.access.transaction import acting
from lianglin.files.tests.factories import HERE, NEXT_DOOR, staff
from lianglin.kit import clock, messages
from lianglin.kit.messages import Message as Request
from lianglin.notices import drafts, queries, tasks
from lianglin.notices.models import Delivery, Draft, Message

pytestmark = pytest.mark.django_db
SAVE = "/messages/draft/report/"


def tell(post_id: int, state: str) -> None:
    with acting(actors.job()):
        messages.send(
            Request(
                code="test.state",
                channel="in_app",
                scope_code=HERE,
                post_id=post_id,
                context={"number": "A 1", "state": state, "link": "/a/"},
            )
        )


def test_a_post_reads_its_messages_and_marks_them_read() -> None:
    worker, neighbour = staff("community_worker", HERE), staff("community_worker", NEXT_DOOR)
    tell(worker.post.pk, "新诉求")
    tell(neighbour.post.pk, "别处的")
    page = worker.browser.get("/messages/").content.decode()
    assert "新诉求" in page
    assert "别处的" not in page
    assert "tag--new" in page
    assert worker.browser.post("/messages/read/").status_code == 302
    page = worker.browser.get("/messages/").content.decode()
    assert "新诉求" in page
    assert "tag--new" not in page
    tell(worker.post.pk, "又来一件")
    assert "tag--new" in worker.browser.get("/messages/").content.decode()
    assert "tag--new" in neighbour.browser.get("/messages/").content.decode(), "each post for itself"


def test_the_navigation_of_every_page_says_how_many_wait() -> None:
    worker, neighbour = staff("community_worker", HERE), staff("community_worker", NEXT_DOOR)
    counted = '<span class="count">'
    assert counted not in worker.browser.get("/work/").content.decode()
    queries.forget_waiting(worker.post.pk)
    tell(worker.post.pk, "第一件")
    tell(worker.post.pk, "第二件")
    assert f"{counted}2</span>" in worker.browser.get("/work/").content.decode()
    assert counted not in neighbour.browser.get("/work/").content.decode(), "each post for itself"
    worker.browser.post("/messages/read/")
    queries.forget_waiting(worker.post.pk)  # the test's own transaction never commits
    assert counted not in worker.browser.get("/work/").content.decode()


def test_the_list_goes_on_behind_a_cursor() -> None:
    worker = staff("community_worker", HERE)
    for number in range(31):
        tell(worker.post.pk, f"第{number}件")
    first = worker.browser.get("/messages/")
    assert "第0件" not in first.content.decode()
    older = worker.browser.get("/messages/", {"cursor": first.context["page"].older}).content.decode()
    assert "第0件" in older


def test_who_has_no_such_duty_is_refused() -> None:
    assert Client().get("/messages/").status_code == 403
    assert staff("manager", kind="city").browser.get("/messages/").status_code == 403
    assert Client().post("/messages/read/").status_code == 403


def test_the_demos_phone_is_open_to_everybody_in_the_demo_alone(settings: object) -> None:
    settings.DEMO = True
    with acting(actors.job()):
        messages.send(
            Request(
                code="test.state",
                channel="sms",
                scope_code=HERE,
                address="15412345678",
                context={"number": "A 1", "state": "收到"},
            )
        )
    assert "您的事" not in Client().get("/messages/demo/").content.decode()
    from lianglin.notices.models import Message

    tasks.deliver(key=str(Message._base_manager.get().key))
    page = Client().get("/messages/demo/").content.decode()
    assert "您的事A 1：收到。" in page
    assert "154****5678" in page
    assert "15412345678" not in page
    settings.DEMO = False
    assert Client().get("/messages/demo/").status_code == 404


def load(browser: Client, form: str = "report") -> dict[str, list[str]]:
    """What a page with this form would be given."""
    request = RequestFactory().get("/")
    request.COOKIES.update({name: morsel.value for name, morsel in browser.cookies.items()})
    with acting(actors.public()):
        return drafts.load(request, form)


def test_what_is_typed_is_kept_while_it_is_typed() -> None:
    browser = Client()
    for text in ("灯", "灯坏了"):
        answer = browser.post(
            SAVE, {"text": text, "kind": ["a", "b"], "_back": "/x/"}, headers={"HX-Request": "true"}
        )
        assert (answer.status_code, answer.content) == (204, b"")
    assert load(browser) == {"text": ["灯坏了"], "kind": ["a", "b"]}
    assert Draft._base_manager.count() == 1
    cookie = browser.cookies["draft"]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 7 * 24 * 3600)


def test_without_script_a_button_saves_and_a_page_leads_back() -> None:
    browser = Client()
    answer = browser.post(SAVE, {"text": "灯坏了", "_later": "1", "_back": "/appeals/report/?step=2"})
    assert answer.status_code == 200
    assert 'href="/appeals/report/?step=2"' in answer.content.decode()
    assert load(browser) == {"text": ["灯坏了"]}
    assert browser.post(f"{SAVE}discard/", {"_back": "https://elsewhere.example/"})["Location"] == "/"
    assert load(browser) == {}


def test_a_draft_is_another_browsers_business_never() -> None:
    mine, other = Client(), Client()
    mine.post(SAVE, {"text": "我的"})
    other.post(SAVE, {"text": "别人的"})
    assert load(mine) == {"text": ["我的"]}
    assert load(mine, "another-form") == {}
    forged = Client()
    forged.cookies["draft"] = mine.cookies["draft"].value[:-3] + "xyz"
    assert load(forged) == {}


def test_staff_find_their_draft_at_their_post() -> None:
    worker, colleague = staff("community_worker", HERE), staff("street_coordinator", HERE[:9], "street")
    worker.browser.post(SAVE, {"text": "来访记录"})
    request = RequestFactory().get("/")
    for by, found in ((worker.actor, {"text": "来访记录"}), (colleague.actor, {})):
        request.actor = by
        with acting(by):
            assert drafts.values(request, "report") == found


def test_drafts_rest_encrypted_and_nobody_can_list_them() -> None:
    Client().post(SAVE, {"text": "我的秘密"})
    with connection.cursor() as cursor:
        cursor.execute("select content, key from notices_draft")
        stored, _key = cursor.fetchone()
    assert "我的秘密".encode() not in bytes(stored)
    for by in (actors.public(), actors.resident(1)):
        with pytest.raises(DatabaseError), transaction.atomic(), acting(by):
            Draft._base_manager.count()


def test_a_draft_expires_after_seven_days() -> None:
    browser = Client()
    browser.post(SAVE, {"text": "灯坏了"})
    Draft._base_manager.update(expires_at=clock.now() + timedelta(seconds=60))
    tasks.tidy(timestamp=0)
    assert load(browser) == {"text": ["灯坏了"]}
    Draft._base_manager.update(expires_at=clock.now() - timedelta(seconds=1))
    assert load(browser) == {}
    tasks.tidy(timestamp=0)
    assert not Draft._base_manager.exists()


def test_a_draft_has_bounds() -> None:
    assert Client().post(SAVE, {"text": "长" * 70_000}).status_code == 422
    assert Client().post("/messages/draft/Not_A_Form/", {"text": "x"}).status_code == 422
    assert Client().get(SAVE).status_code == 405
    assert Client(enforce_csrf_checks=True).post(SAVE, {"text": "x"}).status_code == 403


def test_too_many_drafts_from_one_address_are_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lianglin.notices.drafts.SAVES", 2)
    answers = [
        Client().post(SAVE, {"text": "x"}, REMOTE_ADDR="203.0.113.9").status_code for _time in range(3)
    ]
    assert answers == [200, 200, 429]


def test_what_has_no_words_any_more_is_not_offered_as_paper_and_says_why_on_its_own_page() -> None:
    worker = staff("community_worker", HERE, "community")
    row = Delivery._base_manager.create(
        key=uuid.uuid4(), code="appeals.received", channel="sms", scope_code=HERE, case_id=4711, state="failed",
        error="no_such_number", created_at=clock.now(),
    )  # fmt: skip
    page = reverse("notices:undelivered_one", args=[row.pk])
    paper = reverse("notices:undelivered_paper", args=[row.pk])
    assert paper not in worker.browser.get(page).content.decode()
    assert worker.browser.post(paper)["Location"] == page
    Message._base_manager.create(
        key=row.key, code=row.code, channel="sms", language="zh-hans", scope_code=HERE, case_id=4711, body="您的事。",
        state="failed", created_at=clock.now(),
    )  # fmt: skip
    assert paper in worker.browser.get(page).content.decode()
    assert worker.browser.post(paper)["Location"] == reverse("notices:letters")
