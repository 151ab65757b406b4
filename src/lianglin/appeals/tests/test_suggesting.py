"""Suggested items: three at most, with chances and words, chosen by a person; what was chosen instead is kept."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from lianglin.access.transaction import acting
from lianglin.appeals.models import Appeal, ItemAdvice, SimilarityModel
from lianglin.appeals.queries import suggesting
from lianglin.appeals.rules.advised import Advised, packed, unpacked
from lianglin.appeals.tests.scene import Town, build
from lianglin.appeals.tests.similar_city import model_in_force, models_here
from lianglin.cases.models import Case

__all__ = ("models_here",)
pytestmark = [pytest.mark.django_db, pytest.mark.rows("R061")]
LIFT = "电梯停了，卡住不动，请处理"


@pytest.fixture
def town(db: None, models_here: None) -> Town:
    return build()


@pytest.fixture
def version(town: Town) -> str:
    return model_in_force("020601", "020603", "010301").version


def record(browser: Client, **fields: Any) -> Any:
    usual = {"once": "x" * 20, "channel": "phone", "text": LIFT, "item": "", "where": "", "place_text": ""}
    return browser.post(reverse("appeals:record"), {**usual, **fields})


@pytest.mark.parametrize(
    "text",
    ["", "x", "0123456789abcdef:", "0123456789abcdef:020601=82,a=1,b=2,c=3", "0:020601=82", "../..:1=1"],
)
def test_only_what_was_packed_is_unpacked(text: str) -> None:
    assert unpacked(text) is None


def test_packed_and_unpacked() -> None:
    told = packed("0123456789abcdef", [("020601", 0.824), ("020603", 0.1)])
    assert unpacked(told) == Advised("0123456789abcdef", (("020601", 82), ("020603", 10)))
    assert packed("0123456789abcdef", []) == ""


def test_items_with_chances_and_the_words_that_made_them(town: Town, version: str) -> None:
    found = suggesting.suggestions(LIFT)
    assert found is not None
    assert (found.version, found.items[0].item) == (version, town.lift)
    assert found.items[0].percent > 50
    assert "卡住不动" in found.items[0].words
    assert "请处理" not in found.items[0].words
    assert len(found.items) <= 3
    assert suggesting.suggestions("电梯") is None


def test_without_a_model_nothing_is_suggested(town: Town) -> None:
    assert suggesting.suggestions(LIFT) is None
    case = town.appeal(LIFT, item=None)
    shown = town.client("worker").get(reverse("appeals:items", args=[case.number]))
    assert "暂无建议" in shown.content.decode()


def test_while_recording_it_is_shown_and_taken_over_by_a_press_alone(town: Town, version: str) -> None:
    browser = town.client("worker")
    shown = browser.post(reverse("appeals:record_items"), {"text": LIFT}, HTTP_HX_REQUEST="true")
    assert 'name="take" value="020603"' in shown.content.decode()
    taken = record(browser, take="020603", name="王示例")
    assert taken.context["form"]["item"].value() == "电梯故障"
    assert taken.context["form"]["name"].value() == "王示例"
    assert not Case._base_manager.exists(), "nothing is sent by it"
    asked = record(browser, suggest="1")
    assert 'name="take" value="020603"' in asked.content.decode()


def test_nothing_is_filed_by_itself(town: Town, version: str) -> None:
    assert record(town.client("worker"), place=f"b:{town.building.pk}").status_code == 303
    assert Appeal._base_manager.get().item is None


def test_what_was_chosen_instead_is_kept_with_the_record(town: Town, version: str) -> None:
    told = suggesting.suggestions(LIFT)
    assert told is not None
    answer = record(
        town.client("worker"), item="楼道照明", place=f"b:{town.building.pk}", advised=f"{version}:020603=90"
    )
    assert answer.status_code == 303
    kept = ItemAdvice.objects.get()
    assert (kept.version, kept.suggested, kept.chosen, kept.followed) == (
        version,
        [["020603", 90]],
        town.lamp,
        False,
    )


def test_the_form_of_acceptance_fetches_it_and_keeps_what_was_chosen(town: Town, version: str) -> None:
    case = town.appeal(LIFT, item=None)
    browser = town.client("worker")
    detail = reverse("appeals:detail", args=[case.number])
    here = reverse("appeals:items", args=[case.number])
    text = browser.get(detail + "?move=accept").content.decode()
    assert f'hx-get="{here}"' in text
    assert f'href="{here}"' in text
    part = browser.get(here, HTTP_HX_REQUEST="true").content.decode()
    assert f'name="advised" value="{version}:020603=' in part
    chosen = browser.get(detail + f"?move=accept&item=020603&advised={version}:020603=90").content.decode()
    assert 'value="020603" selected' in chosen
    browser.post(
        reverse("appeals:move", args=[case.number, "accept"]),
        {"seen_version": case.version, "item": "020603", "advised": f"{version}:020603=90"},
    )
    kept = ItemAdvice.objects.get()
    assert (kept.chosen, kept.followed) == (town.lift, True)
    assert Appeal._base_manager.get().item == town.lift


@pytest.mark.parametrize("advised", ["", "x", "0123456789abcdef:999999=90"])
def test_what_was_never_suggested_is_not_kept(town: Town, version: str, advised: str) -> None:
    case = town.appeal(LIFT, item=None)
    town.client("worker").post(
        reverse("appeals:move", args=[case.number, "accept"]),
        {"seen_version": case.version, "item": "020603", "advised": advised},
    )
    assert not ItemAdvice.objects.exists()
    assert Case._base_manager.get(pk=case.pk).state == "accepted"


def test_only_who_may_accept_or_record_asks(town: Town, version: str) -> None:
    case = town.appeal(LIFT, item=None)
    for post, status in (
        ("worker", 200),
        ("street", 200),
        ("neighbour", 404),
        ("unit", 403),
        ("manager", 403),
    ):
        answer = town.client(post).get(reverse("appeals:items", args=[case.number]))
        assert answer.status_code == status, post
    assert town.client("unit").post(reverse("appeals:record_items"), {"text": LIFT}).status_code == 403


def test_an_advice_names_no_worker(town: Town, version: str) -> None:
    with acting(town.actor("worker")):
        assert SimilarityModel.objects.filter(in_force=True).exists()
    names = {field.name for field in ItemAdvice._meta.concrete_fields}
    assert names == {"case", "scope_code", "version", "suggested", "chosen", "followed", "at"}
