"""Pictures in an answer: whoever reported sees them beside it; a form with a mistake asks for them again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from tests.world import HERE, STREET, UNIT, WORKER, World, build, resident_browser

from lianglin.access import actor as actors
from lianglin.access.transaction import acting
from lianglin.appeals.tests.moves import stored
from lianglin.cases.models import Case
from lianglin.files import queries as files
from lianglin.files.models import Attachment
from lianglin.files.tests.samples import paper, picture, upload


@pytest.fixture
def city(db: None, settings: Any, tmp_path: Path) -> World:
    settings.FILES_ROOT = tmp_path
    return build()


def answer(city: World, who: str, case: Case, code: str = "answer", **fields: Any) -> Any:
    """The answer as the page sends it."""
    given = {
        "seen_version": stored(case).version,
        "outcome": "solved",
        "note": "换了灯泡，现场试过。",
    } | fields
    return city.browser(who).post(reverse("appeals:move", args=[case.number, code]), given)


def test_who_reported_sees_the_units_pictures(city: World) -> None:
    case = city.brought_to("handling").case
    page = city.browser(UNIT).get(reverse("appeals:detail", args=[case.number])).content.decode()
    assert 'enctype="multipart/form-data"' in page
    sent = answer(city, UNIT, case, photos=[upload(picture()), upload(paper(), "验收单.pdf")])
    assert sent.status_code == 303
    assert stored(case).state == "answered"
    with acting(actors.resident(case.pk)) as by:
        seen = files.of_case(case.pk, by)
    assert [file.post_id for file in seen] == [city.posts[UNIT].pk] * 2
    mine = resident_browser(case.pk).get(reverse("appeals:mine")).content.decode()
    assert mine.count("办理单位提供") == 2
    assert reverse("files:small", args=[seen[0].name]) in mine
    opened = resident_browser(case.pk).get(reverse("files:show", args=[seen[0].name]))
    assert opened.status_code == 200


def test_an_answer_on_the_spot_shows_pictures_too(city: World) -> None:
    case = city.report().case
    sent = answer(city, WORKER, case, "answer_now", outcome="explained", photos=[upload(picture())])
    assert sent.status_code == 303
    assert Attachment._base_manager.get(case_id=case.pk).public


def test_a_mistake_in_the_form_asks_for_them_again(city: World) -> None:
    case = city.brought_to("handling").case
    sent = answer(city, UNIT, case, note="已处理：【处理内容、时间】", photos=[upload(picture())])
    assert sent.status_code == 422
    assert "请重新选择照片" in sent.content.decode()
    assert not Attachment._base_manager.exists()


def test_a_file_that_is_none_leaves_the_case_as_it_was(city: World) -> None:
    case = city.brought_to("handling").case
    sent = answer(city, UNIT, case, photos=[upload(b"MZ no picture")])
    assert sent.status_code == 422
    assert stored(case).state == "handling"
    assert not Attachment._base_manager.exists()


def test_a_stale_answer_attaches_nothing(city: World) -> None:
    case = city.brought_to("handling").case
    sent = answer(city, UNIT, case, seen_version=stored(case).version - 1, photos=[upload(picture())])
    assert sent.status_code == 409
    assert not Attachment._base_manager.exists()


def test_a_unit_whose_order_was_taken_away_sees_them_no_longer(city: World) -> None:
    case = city.brought_to("handling").case
    answer(city, UNIT, case, photos=[upload(picture())])
    name = Attachment._base_manager.get(case_id=case.pk).name
    address = reverse("files:show", args=[name])
    assert city.browser(UNIT).get(address).status_code == 200
    assert city.browser("bureau-2").get(address).status_code == 404
    assert city.browser(STREET).get(address).status_code == 200
    assert HERE.startswith(city.posts[STREET].scope_code)
