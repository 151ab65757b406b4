"""“Me too” while reporting: what is shown of others, that only a click joins, and what becomes of it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from tests.world import HERE

from lianglin.access.actor import job
from lianglin.access.transaction import acting
from lianglin.appeals import actions
from lianglin.appeals.forms import draft as drafts
from lianglin.appeals.models import Item
from lianglin.appeals.tests.scene import Town, build
from lianglin.appeals.tests.similar_city import model_in_force, models_here
from lianglin.cases.models import Case, Step
from lianglin.kit import held

pytestmark = [pytest.mark.django_db, pytest.mark.rows("R061")]
REPORT = "/appeals/report/"
NEAR = {"HTTP_HX_REQUEST": "true"}
SECRET = "赵秘密住在三单元301"


__all__ = ("models_here",)


@pytest.fixture
def town(db: None, models_here: None) -> Town:
    made = build()
    Item.objects.filter(pk=made.lamp.pk).update(duplicate_radius_m=60)
    held.forget()
    return made


@pytest.fixture
def model(town: Town) -> str:
    return model_in_force("020601", "020603", "010301").version


def neighbour(**given: Any) -> actions.Reporter:
    return actions.Reporter(**{"name": "赵秘密", "phone": "15400000009", **given})


def told(browser: Client, town: Town, text: str = "楼道灯坏了，晚上黑漆漆", item: str = "020601") -> Any:
    """Answers what, where and the words; gives the answer of the words."""
    browser.post(REPORT, {"item": item})
    browser.post(REPORT + "where/", {"place": f"b:{town.building.pk}", "place_text": ""})
    answer = browser.post(REPORT + "tell/", {"text": text})
    assert answer["Location"] == REPORT + "alike/"
    return browser.get(REPORT + "alike/")


def send(browser: Client, phone: str = "15400002222") -> Case:
    browser.post(REPORT + "photo/", {})
    browser.post(REPORT + "reach/", {"reach": "phone", "phone": phone, "name": "张示例"})
    assert (
        browser.post(REPORT + "check/", {"key": drafts.load(browser.session).key})["Location"]
        == REPORT + "sent/"
    )
    return Case._base_manager.order_by("-pk").first()


def work_off() -> None:
    """What the background would do with the wishes."""
    from procrastinate.contrib.django.models import ProcrastinateJob

    for waiting in ProcrastinateJob.objects.filter(task_name="appeals_join_as_asked").order_by("id"):
        with acting(job()) as by:
            actions.join_as_asked(**waiting.args, by=by)


def test_it_shows_item_place_time_state_and_people_and_nothing_of_anybody(
    town: Town, model: str, client: Client
) -> None:
    case = town.appeal(f"路灯不亮了，{SECRET}", reporter=neighbour())
    shown = told(client, town)
    text = shown.content.decode()
    assert [one.case_id for one in shown.context["found"]] == [case.pk]
    for word in ("楼道照明", "和宁小区", str(case.state_label), "1 人"):
        assert word in text
    for word in ("秘密", "301", case.number, "路灯", case.title):
        assert word not in text


def test_a_click_joins_and_is_counted(town: Town, model: str, client: Client) -> None:
    first = town.appeal("路灯不亮了", reporter=neighbour())
    told(client, town)
    assert client.post(REPORT + "alike/", {"joins": "1"})["Location"] == REPORT + "photo/"
    mine = send(client)
    assert "一并统计" in client.get(REPORT + "sent/").content.decode()
    assert Case._base_manager.get(pk=mine.pk).state == "received"
    work_off()
    mine.refresh_from_db()
    assert (mine.state, mine.parent_id) == ("joined", first.pk)
    assert Step._base_manager.filter(case=mine).order_by("-seq").first().move == "join_wish"
    again = Client()
    assert told(again, town).context["found"][0].people == 2


def test_nothing_is_joined_without_a_click(town: Town, model: str, client: Client) -> None:
    town.appeal("路灯不亮了", reporter=neighbour())
    told(client, town)
    assert client.post(REPORT + "alike/", {"joins": "0"})["Location"] == REPORT + "photo/"
    mine = send(client)
    work_off()
    mine.refresh_from_db()
    assert (mine.state, mine.parent_id) == ("received", None)


def test_where_nothing_is_alike_the_way_goes_on(town: Town, model: str, client: Client) -> None:
    town.appeal("电梯停了三天", item=town.lift, reporter=neighbour())
    assert told(client, town)["Location"] == REPORT + "photo/"


def test_what_is_settled_is_not_offered_and_leads_nobody(town: Town, model: str, client: Client) -> None:
    first = town.appeal("路灯不亮了", reporter=neighbour())
    told(client, town)
    client.post(REPORT + "alike/", {"joins": "1"})
    town.do("worker", "answer_now", first, outcome="explained", note="已经告知")
    mine = send(client)
    work_off()
    mine.refresh_from_db()
    assert mine.state == "received", "it goes its own way"
    assert [one.case_id for one in told(Client(), town).context["found"]] == [mine.pk]


def test_ones_own_second_report_is_left_to_the_dispatcher(town: Town, model: str, client: Client) -> None:
    """The same telephone's repeat would end (decision 0049): that is no machine's to do."""
    town.appeal("路灯不亮了", reporter=neighbour(phone="15400002222"))
    told(client, town)
    client.post(REPORT + "alike/", {"joins": "1"})
    mine = send(client)
    work_off()
    mine.refresh_from_db()
    assert mine.state == "received"


@pytest.mark.parametrize("joins", ["", "9", "-1", "x"])
def test_a_choice_that_was_not_offered_is_refused(town: Town, model: str, client: Client, joins: str) -> None:
    town.appeal("路灯不亮了", reporter=neighbour())
    told(client, town)
    assert client.post(REPORT + "alike/", {"joins": joins}).status_code == 422
    assert drafts.load(client.session).joins == 0


def test_other_words_or_another_place_ask_anew(town: Town, model: str, client: Client) -> None:
    town.appeal("路灯不亮了", reporter=neighbour())
    told(client, town)
    client.post(REPORT + "alike/", {"joins": "1"})
    assert drafts.load(client.session).joins
    client.post(REPORT + "reach/", {"reach": "anonymous"})
    onward = client.post(REPORT + "where/?change=1", {"place": f"n:{HERE}", "place_text": "北门"})
    assert onward["Location"] == REPORT + "alike/?change=1"
    client.post(REPORT + "tell/?change=1", {"text": "电梯停了，门打不开"})
    assert drafts.load(client.session).joins == 0


def test_shown_while_typing_and_nothing_kept(town: Town, model: str, client: Client) -> None:
    town.appeal("路灯不亮了", reporter=neighbour())
    client.post(REPORT, {"item": "020601"})
    client.post(REPORT + "where/", {"place": f"b:{town.building.pk}", "place_text": ""})
    shown = client.post(REPORT + "near/", {"text": "楼道灯坏了"}, **NEAR)
    assert "和宁小区" in shown.content.decode()
    assert drafts.load(client.session).text == ""
    assert client.post(REPORT + "near/", {"text": "楼"}, **NEAR).content.strip() == b""
    assert Client().post(REPORT + "near/", {"text": "楼道灯坏了"}, **NEAR).content.strip() == b""


def test_without_a_model_the_same_item_at_the_same_place_is_asked_about(town: Town, client: Client) -> None:
    case = town.appeal("路灯不亮了", reporter=neighbour())
    shown = told(client, town, text="什么也看不清，快来人")
    assert [one.case_id for one in shown.context["found"]] == [case.pk]
    assert not shown.context["found"][0].strong


def test_sending_works_without_the_page_ever_being_seen(town: Town, model: str, client: Client) -> None:
    client.post(REPORT, {"item": "020601"})
    client.post(REPORT + "where/", {"place": f"b:{town.building.pk}", "place_text": ""})
    client.post(REPORT + "tell/", {"text": "楼道灯坏了"})
    assert send(client).state == "received"
