"""The desk of publication and the public page, in a browser without scripts; and the resident's say in it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from tests.watch import forget_tries
from tests.world import HERE, resident_browser

from lianglin.access.actor import job
from lianglin.access.transaction import acting
from lianglin.appeals.actions import publishing
from lianglin.appeals.models import (
    Publication,
    PublicationObjection,
    PublicationRule,
    PublishedCase,
    RedactedText,
)
from lianglin.cases.models import Case

from .scene import Town, build
from .test_publishing import SECRETS, WORDS, told


@pytest.fixture
def town(db: None) -> Town:
    forget_tries()
    made = build()
    PublicationRule.objects.create(item_code=made.lamp.code, listed=True, texts=True)
    return made


def proposed(town: Town, text: str = WORDS) -> Publication:
    case = town.brought_to("closed", text=text)
    with acting(job()):
        told(case)
    return Publication._base_manager.get(case_id=case.pk)


def published(town: Town, text: str = WORDS) -> PublishedCase:
    one = proposed(town, text)
    with acting(town.actor("street")) as street:
        return publishing.publish(one.pk, by=street, seen=1)


def send(browser: Client, one: Publication, deed: str, **given: Any) -> Any:
    return browser.post(f"/appeals/publications/{one.pk}/", {"deed": deed, **given})


def test_a_person_reads_hides_more_publishes_and_takes_back(town: Town) -> None:
    desk, one = town.client("street"), proposed(town)
    here = f"/appeals/publications/{one.pk}/"
    assert here in desk.get("/appeals/publications/").content.decode()
    page = desk.get(here).content.decode()
    assert '<mark title="' in page
    first = RedactedText._base_manager.get(publication=one)
    doors = [f"text-{n}" for n, spot in enumerate(publishing.spots_of(first, "text")) if spot.kind == "door"]
    assert all(f'value="{door}"' in page for door in doors)
    assert send(desk, one, "redact", version=1, shown=doors, words="灯不亮\n").status_code == 303
    assert send(desk, one, "publish", version=2).status_code == 422, "not without the tick"
    assert send(desk, one, "publish", version=1, read="on").status_code == 409
    assert send(desk, one, "publish", version=2, read="on").status_code == 303
    row = PublishedCase.objects.get()
    shown = Client().get(f"/appeals/closed/{row.number}/")
    assert "〔隐去〕" in shown.content.decode()
    assert not any(secret in shown.content.decode() for secret in SECRETS if secret != "502")
    assert send(desk, one, "withdraw", reason="").status_code == 422
    assert send(desk, one, "withdraw", reason="住户来电", objected="on").status_code == 303
    assert Client().get(f"/appeals/closed/{row.number}/").status_code == 404
    assert not RedactedText._base_manager.exclude(text="").exists()
    with acting(job()) as background:
        assert publishing.propose(one.case_id, by=background) is None


def test_declined_is_kept_back_with_its_reason(town: Town) -> None:
    desk, one = town.client("street"), proposed(town)
    assert send(desk, one, "decline", reason="看得出是谁").status_code == 303
    assert "看得出是谁" in desk.get("/appeals/publications/?state=declined").content.decode()
    assert not PublishedCase.objects.exists()


@pytest.mark.parametrize("name", ["worker", "unit", "manager", "officer"])
def test_the_desk_of_publication_is_for_who_has_the_duty(town: Town, name: str) -> None:
    one = proposed(town)
    browser = town.client(name)
    assert browser.get("/appeals/publications/").status_code == 403
    assert send(browser, one, "publish", version=1, read="on").status_code == 403


def test_another_streets_desk_does_not_find_it(town: Town) -> None:
    one = proposed(town)
    assert town.client("other_street").get(f"/appeals/publications/{one.pk}/").status_code == 404


def test_the_list_is_narrowed_searched_and_paged(town: Town, django_assert_max_num_queries: Any) -> None:
    rows = [published(town, text=f"楼道里第{n}盏灯坏了很久") for n in range(23)]
    browser = Client()
    browser.get("/appeals/closed/")
    with django_assert_max_num_queries(14):
        page = browser.get("/appeals/closed/").content
    assert len(page) < 80_000
    assert page.decode().count('class="item__title"') == 20
    older = re.search(r'href="(\?[^"]*cursor=[^"]+)"', page.decode())
    assert older
    rest = browser.get(f"/appeals/closed/{older[1].replace('&amp;', '&')}").content.decode()
    assert rest.count('class="item__title"') == 3
    found = browser.get(
        "/appeals/closed/", {"q": "第7盏", "area": HERE[:9], "category": "0206"}
    ).content.decode()
    assert [row.number for row in rows if f"/appeals/closed/{row.number}/" in found] == [rows[7].number]
    assert "item__title" not in browser.get("/appeals/closed/", {"q": "电梯"}).content.decode()


def test_a_number_that_is_not_published_is_not_there(town: Town) -> None:
    case = town.appeal()
    answers = [Client().get(f"/appeals/closed/{number}/") for number in (case.number, "A261100000000")]
    assert [answer.status_code for answer in answers] == [404, 404]


def test_words_that_look_like_marks_stay_words(town: Town) -> None:
    row = published(town, text="<script>alert(1)</script>灯坏了\x07")
    page = Client().get(f"/appeals/closed/{row.number}/").content.decode()
    feed = Client().get("/appeals/closed/feed.atom").content.decode()
    assert "<script>alert" not in page
    assert "&amp;lt;script" in feed
    assert "\x07" not in feed


def test_the_resident_keeps_it_off_the_page_and_lets_it_back(town: Town) -> None:
    row = published(town)
    browser = resident_browser(row.case_id)
    assert "/appeals/mine/publication/" in browser.get("/appeals/mine/").content.decode()
    assert browser.post("/appeals/mine/publication/", {"deed": "object"}).status_code == 303
    assert not PublishedCase.objects.exists()
    browser.post("/appeals/mine/publication/", {"deed": "allow"})
    assert not PublicationObjection._base_manager.exists()


def test_nobody_else_objects_for_the_resident(town: Town) -> None:
    row = published(town)
    assert Client().post("/appeals/mine/publication/", {"deed": "object"}).status_code == 302
    other = resident_browser(town.appeal().pk)
    other.post("/appeals/mine/publication/", {"deed": "object"})
    assert PublishedCase.objects.get().case_id == row.case_id
    assert Case._base_manager.get(pk=row.case_id).state == "closed"
