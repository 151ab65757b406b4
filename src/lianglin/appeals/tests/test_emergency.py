"""Danger to life is turned to 110, 119, 120 at once, whatever way it comes in; the report is taken all the same."""

from __future__ import annotations

import json
import uuid

import pytest
from django.test import Client

from lianglin.appeals.rules.emergency import numbers_for
from lianglin.appeals.tests.scene import Town, build
from lianglin.cases.models import Case

FIRE = "三号楼二单元起火了，楼道里全是烟"


@pytest.mark.rows("R049")
@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        (FIRE, ("119",)),
        ("老人晕倒在楼道里，没人管", ("120",)),
        ("有人打人，拿着刀，已经有人昏迷", ("120", "110")),
        ("燃气泄漏，满楼都能闻到", ("119",)),
        ("楼道堆放杂物，担心着火", ()),
        ("请加强防火灾宣传，防止起火", ()),
        ("楼道灯不亮", ()),
        ("一号楼电梯停了，有老人被困在电梯里", ("119",)),
    ],
)
def test_whom_to_call(text: str, numbers: tuple[str, ...]) -> None:
    assert numbers_for(text) == numbers


@pytest.mark.django_db
@pytest.mark.rows("R049")
def test_at_the_desk_and_by_the_interface() -> None:
    town: Town = build()
    browser = town.client("worker")
    sent = browser.post(
        "/appeals/desk/record/",
        {"once": str(uuid.uuid4()), "channel": "phone", "text": FIRE, "kind": "person"},
    )
    assert "119" in browser.get(sent.url).content.decode().split("receipt")[0]
    said = {"community": town.here.scope_code, "text": FIRE}
    made = Client().post("/api/v1/appeals/", json.dumps(said), content_type="application/json")
    assert made.json()["call_now"] == ["119"]
    assert Case._base_manager.count() == 2
