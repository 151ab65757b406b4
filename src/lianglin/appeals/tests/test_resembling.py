"""Similar appeals on the desk: found by the model, shown with reasons, in one's own area, merged by a click alone."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lianglin.access.transaction import acting
from lianglin.appeals import actions
from lianglin.appeals.models import Item
from lianglin.appeals.queries.resembling import Question, Resembling, resembling, resembling_each
from lianglin.appeals.tests.scene import Town, build
from lianglin.appeals.tests.similar_city import model_in_force, models_here
from lianglin.cases.models import Case
from lianglin.kit import held

__all__ = ("models_here",)
pytestmark = [pytest.mark.django_db, pytest.mark.rows("R061")]


@pytest.fixture
def town(db: None, models_here: None) -> Town:
    made = build()
    Item.objects.update(duplicate_radius_m=60)
    held.forget()
    model_in_force("020601", "020603", "010301")
    return made


def other_person(n: int = 9) -> actions.Reporter:
    return actions.Reporter(name="王示例", phone=f"1540000{n:04d}")


def found(town: Town, post: str, case: Case) -> list[Resembling]:
    with acting(town.actor(post)) as by:
        shown = resembling(case, case.appeal.text, case.appeal.item, by)
    assert shown is not None
    return shown


def page(town: Town, post: str, case: Case, **headers: Any) -> Any:
    return town.client(post).get(reverse("appeals:alike", args=[case.number]), **headers)


def test_reasons_are_ones_own_words_place_time_and_reading(town: Town) -> None:
    first = town.appeal("您好，楼道灯坏了，请尽快处理", reporter=other_person())
    lift = town.appeal("电梯停了三天", item=town.lift, reporter=other_person(8))
    case = town.appeal("反映楼道灯坏了，谢谢")
    shown = found(town, "street", case)
    assert [one.case.pk for one in shown] == [first.pk]
    assert lift.pk not in [one.case.pk for one in shown]
    line = shown[0].reason
    for word in ("楼道灯", "同一地点", "小时", "“楼道照明”"):
        assert word in line
    assert "请尽快" not in line
    assert (shown[0].repeat, shown[0].leads) == (False, True)


def test_the_same_persons_repeat_is_said_so(town: Town) -> None:
    town.appeal("楼道灯坏了")
    case = town.appeal("楼道灯坏了，黑漆漆")
    assert found(town, "street", case)[0].repeat
    assert "90天内" in page(town, "street", case).content.decode().replace(" ", "")


def test_nobody_sees_beyond_the_own_area(town: Town) -> None:
    case = town.appeal("楼道灯坏了")
    town.appeal("楼道灯坏了", community=town.there, reporter=other_person())
    assert found(town, "worker", case) == []
    assert page(town, "neighbour", case).status_code == 404
    assert page(town, "unit", case).status_code == 404


def test_a_click_merges_and_only_where_it_leads(town: Town) -> None:
    first = town.appeal("楼道灯坏了", reporter=other_person())
    case = town.appeal("楼道灯坏了，黑漆漆")
    shown = page(town, "street", case).content.decode()
    assert f'name="parent" value="{first.number}"' in shown
    assert f'name="parent" value="{first.number}"' not in page(town, "worker", case).content.decode()
    town.do("worker", "answer_now", first, outcome="explained", note="已经告知")
    assert f'name="parent" value="{first.number}"' not in page(town, "street", case).content.decode()


def test_the_page_fetches_it_and_has_a_link_for_those_without_a_script(town: Town) -> None:
    case = town.appeal("楼道灯坏了")
    here = reverse("appeals:alike", args=[case.number])
    detail = town.client("street").get(reverse("appeals:detail", args=[case.number])).content.decode()
    assert f'hx-get="{here}"' in detail
    assert f'href="{here}"' in detail
    part = page(town, "street", case, HTTP_HX_REQUEST="true").content.decode()
    assert "<html" not in part


def test_the_board_shows_reasons_in_as_many_statements_for_ten_as_for_two(town: Town) -> None:
    counted = []
    for wanted in (2, 8):
        for n in range(wanted):
            case = town.appeal("楼道灯坏了，黑漆漆", reporter=other_person(100 * wanted + n))
            town.do("worker", "accept", case)
        browser = town.client("street")
        browser.get(reverse("appeals:dispatch_board"))
        with CaptureQueriesContext(connection) as queries:
            shown = browser.get(reverse("appeals:dispatch_board"))
        counted.append(len([q for q in queries if "SAVEPOINT" not in q["sql"]]))
    assert "楼道灯" in shown.context["rows"][0]["similar"][0]["reason"]
    assert counted[0] == counted[1]


def test_the_merge_form_offers_them_with_reasons(town: Town) -> None:
    first = town.appeal("楼道灯坏了", reporter=other_person())
    case = town.appeal("灯泡坏了黑漆漆", item=None)
    shown = town.client("street").get(reverse("appeals:detail", args=[case.number]) + "?move=merge")
    text = shown.content.decode()
    assert f'value="{first.number}"' in text


def test_without_a_row_and_without_a_model(town: Town) -> None:
    case = town.appeal("楼道灯坏了")
    Case.similarity.related.related_model._base_manager.all().delete()
    assert found(town, "street", case) == []
    from lianglin.appeals.models import SimilarityModel

    SimilarityModel.objects.all().delete()
    with acting(town.actor("street")) as by:
        assert resembling_each([Question(case, "x", None)], by) is None
    assert page(town, "street", case).status_code == 200
