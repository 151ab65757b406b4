"""Recording what somebody told: once, with a receipt shown once, within one's own area."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.urls import reverse

from lianglin.appeals.models import Appeal, Appellant
from lianglin.appeals.tests.scene import Town, build
from lianglin.cases.models import Case

pytestmark = pytest.mark.django_db
FORM = "/appeals/desk/record/"


@pytest.fixture
def town(db: None) -> Town:
    """The small city."""
    return build()


def told(**given: Any) -> dict[str, Any]:
    """What the form sends."""
    return {"once": str(uuid.uuid4()), "channel": "phone", "text": "三单元二楼的灯不亮", **given}


def test_a_record_opens_an_appeal_and_shows_its_receipt_once(town: Town) -> None:
    browser = town.client("worker")
    sent = told(
        item="楼道照明",
        place=f"b:{town.building.pk}",
        place_text="2单元",
        name="赵示例",
        phone="154 0000 0002",
    )
    done = browser.post(FORM, sent)
    assert (done.status_code, done.url) == (303, reverse("appeals:recorded"))
    case = Case._base_manager.get()
    assert (case.building, case.compound, case.community) == (town.building, town.compound, town.here)
    assert case.place_text == f"{town.building.address} 2单元"
    assert Appeal._base_manager.get().channel == "phone"
    assert Appellant._base_manager.get().name == "赵示例"
    receipt = browser.get(done.url)
    assert len(receipt.context["secret"]) == 8
    assert receipt.context["secret"] in receipt.content.decode()
    assert browser.get(done.url).status_code == 302


def test_the_same_form_twice_is_one_appeal(town: Town) -> None:
    browser, sent = town.client("worker"), told()
    assert [browser.post(FORM, sent).status_code for _ in range(2)] == [303, 303]
    assert Case._base_manager.count() == 1


def test_answered_on_the_spot(town: Town) -> None:
    browser = town.client("worker")
    refused = browser.post(FORM, told(answered="on"))
    assert refused.status_code == 422
    assert not Case._base_manager.exists()
    browser.post(FORM, told(answered="on", outcome="explained", answer="供暖期到4月20日。"))
    case = Case._base_manager.get()
    assert (case.state, case.outcome) == ("settled", "explained")


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"text": "灯坏"}, "请用至少五个字说明"),
        ({"item": "不存在的事"}, "没有这个名称的事项"),
        ({"phone": "12"}, "请填写11位手机号"),
        ({"where": "天上人间9号楼"}, "您的范围内没有符合的地点"),
        ({"channel": "rumour"}, "rumour"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(town: Town, wrong: dict[str, str], says: str) -> None:
    answer = town.client("worker").post(FORM, told(name="赵示例", **wrong))
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert "赵示例" in answer.content.decode()
    assert not Case._base_manager.exists()


def test_a_place_is_found_by_its_initials_and_only_in_ones_own_area(town: Town) -> None:
    places = reverse("appeals:record_places")
    assert town.building.address in town.client("worker").get(places, {"where": "hnxq 1"}).content.decode()
    assert (
        town.building.address
        not in town.client("neighbour").get(places, {"where": "hnxq 1"}).content.decode()
    )
    refused = town.client("neighbour").post(FORM, told(place=f"b:{town.building.pk}"))
    assert refused.status_code == 422
    assert not Case._base_manager.exists()


def test_the_street_says_where(town: Town) -> None:
    assert town.client("street").post(FORM, told()).status_code == 422
    done = town.client("street").post(FORM, told(place=f"n:{town.there.scope_code}"))
    assert done.status_code == 303
    assert Case._base_manager.get().community == town.there
