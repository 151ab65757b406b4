"""The pages of wishes: of one matter by number and query code, of a resident by a worker, and their short form on a file."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.world import HERE, NEXT_DOOR, UNIT, WORKER, World, build, catalogue, resident_browser

from lianglin.notices.models import MatterPreference, Preference
from lianglin.people.models import Resident

pytestmark = [pytest.mark.django_db, pytest.mark.rows("R048")]
GIVEN = {"way": "sms", "language": "zh-hans", "elder": "on", "quiet_from": "12:00", "quiet_until": "14:00"}


@pytest.fixture
def city(db: None) -> World:
    return build()


@pytest.fixture
def person(city: World) -> Resident:
    return Resident._base_manager.create(scope_code=HERE, name="单雄英")


def text(answer: Any) -> str:
    return answer.content.decode()


# --- one matter ---------------------------------------------------------------------------------------------------


def test_who_holds_a_matter_says_how_to_be_told_of_it_alone(city: World) -> None:
    catalogue()
    case, other = city.report(HERE).case, city.report(HERE).case
    here, browser = reverse("appeals:mine_telling"), resident_browser(case.pk)
    assert f'href="{here}"' in text(browser.get(reverse("appeals:mine")))
    assert "只对这一件事有效" in text(browser.get(here))
    assert browser.post(here, GIVEN).status_code == 303
    kept = MatterPreference._base_manager.get()
    assert (kept.case_id, kept.elder, kept.asked, kept.scope_code) == (case.pk, True, "receipt", HERE)
    assert 'value="12:00"' in text(browser.get(here))
    assert 'value="12:00"' not in text(resident_browser(other.pk).get(here)), "each matter for itself"


def test_half_a_pair_of_hours_is_said_and_nothing_typed_is_lost(city: World) -> None:
    catalogue()
    browser = resident_browser(city.report(HERE).case.pk)
    said = browser.post(reverse("appeals:mine_telling"), {**GIVEN, "quiet_until": "", "email": "wang@"})
    assert said.status_code == 422
    assert 'value="12:00"' in text(said)
    assert 'value="wang@"' in text(said)
    assert not MatterPreference._base_manager.exists()


def test_all_that_is_wrong_is_said_at_once(city: World) -> None:
    catalogue()
    browser = resident_browser(city.report(HERE).case.pk)
    wrong = {"way": "email", "email": "", "quiet_from": "06:00", "quiet_until": "23:30"}
    page = text(browser.post(reverse("appeals:mine_telling"), {**GIVEN, **wrong}))
    assert "请填写邮箱地址。" in page
    assert "每天至少留八个小时可以接收消息。" in page
    assert 'value="23:30"' in page


def test_without_number_and_query_code_there_is_no_matter_to_set() -> None:
    said = Client().post(reverse("appeals:mine_telling"), GIVEN)
    assert said.status_code in (302, 303)
    assert not MatterPreference._base_manager.exists()


# --- a resident, by a worker ------------------------------------------------------------------------------------------


def test_a_worker_notes_a_wish_and_the_file_shows_it(city: World, person: Resident) -> None:
    browser, here = city.browser(WORKER), reverse("notices:wishes_of", args=[person.pk])
    file = reverse("people:file", args=[person.pk])
    assert f'href="{here}"' in text(browser.get(file))
    assert "单雄英" not in text(browser.get(here)), "the name is masked"
    said = browser.post(here, GIVEN)
    assert (said.status_code, Preference._base_manager.count()) == (422, 0), "who asked is part of it"
    assert browser.post(here, {**GIVEN, "asked_by": "女儿"}).status_code == 303
    kept = Preference._base_manager.get()
    assert (kept.resident_id, kept.asked, kept.asked_by) == (person.pk, "worker", "女儿")
    assert kept.post == city.posts[WORKER]
    for page in (here, file):
        assert "女儿" in text(browser.get(page))
    assert "12:00-14:00" in text(browser.get(file))


def test_a_worker_reads_questions_about_the_person_and_not_to_the_person(
    city: World, person: Resident
) -> None:
    page = text(city.browser(WORKER).get(reverse("notices:wishes_of", args=[person.pk])))
    assert "本人希望怎么通知？" in page
    assert "您" not in page.partition('<form class="form"')[2].partition("<details")[0]


def test_what_was_wished_before_stays_to_be_seen(city: World, person: Resident) -> None:
    browser, here = city.browser(WORKER), reverse("notices:wishes_of", args=[person.pk])
    for who in ("女儿", "本人"):
        browser.post(here, {**GIVEN, "asked_by": who})
    page = text(browser.get(here))
    assert page.index("· 本人") < page.index("· 女儿")


@pytest.mark.parametrize(("who", "status"), [(f"community-{NEXT_DOOR}", 404), (UNIT, 403), ("manager", 403)])
def test_nobody_else_sees_or_notes_a_persons_wish(
    city: World, person: Resident, who: str, status: int
) -> None:
    browser, here = city.browser(who), reverse("notices:wishes_of", args=[person.pk])
    assert browser.get(here).status_code == status
    assert browser.post(here, {**GIVEN, "asked_by": "女儿"}).status_code == status
    assert not Preference._base_manager.exists()
