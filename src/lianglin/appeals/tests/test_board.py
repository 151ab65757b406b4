"""The dispatch board in full: what came back, orders with units, first receiver, duty list, several at once."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from lianglin.access.duty_list.models import CommunityDuty
from lianglin.appeals.models import Item
from lianglin.appeals.tests.scene import Town, build

pytestmark = pytest.mark.rows("R050")


@pytest.fixture(scope="module")
def built(lasting: None) -> Town:
    return build()


@pytest.fixture
def town(built: Town, db: None) -> Town:
    return built


def board(town: Town, view: str) -> Any:
    return town.client("street").get(reverse("appeals:dispatch_board"), {"view": view})


def numbers(answer: Any) -> list[str]:
    return [row["case"].number for row in answer.context["rows"]]


def test_an_order_that_came_back_stands_apart_with_its_reason(town: Town) -> None:
    town.brought_to("accepted")
    back = town.brought_to("dispatched")
    town.do("unit", "object_to", back, ground="duty", note="不属我单位职责")
    answer = board(town, "returned")
    assert numbers(answer) == [back.number]
    assert "不属我单位职责" in answer.content.decode()
    assert len(numbers(board(town, "dispatch"))) == 2


def test_orders_with_units_can_be_extended_and_helped(town: Town) -> None:
    case = town.brought_to("handling")
    answer = board(town, "running")
    assert numbers(answer) == [case.number]
    assert f"{case.number}/?move=extend#do-extend" in answer.content.decode()
    assert f"{case.number}/?move=co_order#do-co_order" in answer.content.decode()


def test_a_row_names_the_first_receiver_and_the_duty_list(town: Town) -> None:
    town.brought_to("accepted")
    row = board(town, "dispatch").context["rows"][0]
    assert (row["first"], row["duty"]) == (town.unit("worker").label, "")
    Item.objects.filter(pk=town.lamp.pk).update(duty_code="S-01")
    CommunityDuty.objects.create(
        code="S-01", text="照明", kind="assist", basis="清单第3项", valid_from=date(2024, 1, 1)
    )
    assert board(town, "dispatch").context["rows"][0]["duty"] == "清单第3项"


def test_ticked_orders_go_to_the_form_for_many(town: Town) -> None:
    case = town.brought_to("accepted")
    page = board(town, "dispatch").content.decode()
    assert f'name="case" value="{case.number}" form="together"' in page
    chosen = town.client("street").get(reverse("appeals:bulk"), {"case": case.number, "move": "dispatch"})
    assert case.number in chosen.content.decode()
