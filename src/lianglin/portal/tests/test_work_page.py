"""我的待办: what waits for a post, from whom, on what rule, until when; nothing of anybody else's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests import world
from tests.world import HERE, NEXT_DOOR, World

from lianglin.cases.models import Case
from lianglin.kit import clock

pytestmark = pytest.mark.django_db
WORKER, STREET, UNIT = f"community-{HERE}", f"street-{HERE[:9]}", "bureau-1"


@pytest.fixture
def city(db: None) -> World:
    """The small city with its two items."""
    made = world.build()
    made.items = world.catalogue()  # pyright: ignore[reportAttributeAccessIssue]
    return made


def waiting(city: World, who: str, query: str = "") -> list[str]:
    """Numbers on the page, in order."""
    answer = city.browser(who).get("/work/" + query)
    return [row["case"].number for group in answer.context.get("groups", []) for row in group["rows"]]


def due(case: Case, **ago: float) -> None:
    """Moves a due date into the past (or, negative, the future)."""
    Case._base_manager.filter(pk=case.pk).update(due_at=clock.now() - timedelta(**ago))


@pytest.mark.parametrize(
    ("state", "who"),
    [
        ("received", {WORKER, STREET}),
        ("accepted", {STREET}),
        ("dispatched", {UNIT}),
        ("handling", {UNIT}),
        ("paused", set()),
        ("answered", {STREET}),
        ("settled", {WORKER, STREET}),
        ("closed", set()),
    ],
)
def test_a_case_waits_for_whoever_has_the_next_move(city: World, state: str, who: set[str]) -> None:
    case = city.brought_to(state).case
    asked = (WORKER, STREET, UNIT, "bureau-2", f"community-{NEXT_DOOR}", "manager", "protection_officer")
    assert {post for post in asked if case.number in waiting(city, post)} == who


def test_each_row_says_from_whom_on_what_rule_until_when(city: World) -> None:
    case = city.brought_to("answered", item=city.items.lamp).case
    answer = city.browser(STREET).get("/work/")
    (row,) = answer.context["groups"][0]["rows"]
    assert row["from_unit"] == city.organisations[UNIT].label
    assert (row["from_step"], row["rule"], row["limit"]) == ("已答复", "审核答复时限", "1 个工作日")
    assert row["url"] == f"/appeals/desk/{case.number}/"


def test_in_the_order_of_the_dates_under_overdue_today_later(city: World) -> None:
    later, overdue, today = (city.report(text=f"{text}的一件事").case for text in ("以后", "超期", "今天"))
    due(later, days=-9)
    due(overdue, days=2)
    due(today, seconds=-1)
    answer = city.browser(WORKER).get("/work/")
    groups = {group["code"]: [row["case"].pk for row in group["rows"]] for group in answer.context["groups"]}
    assert groups["overdue"] == [overdue.pk]
    assert groups["later"] == [later.pk]
    assert waiting(city, WORKER) == [overdue.number, today.number, later.number]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", 3),
        ("?only=overdue", 1),
        ("?only=urgent", 1),
        ("?task=appeal.settled", 1),
        ("?task=appeal.accepted", 3),
    ],
)
def test_chips_narrow_and_count(city: World, query: str, expected: int) -> None:
    city.report(text="燃气味道很大", item=city.items.gas)
    overdue = city.report(text="超期的一件事").case
    due(overdue, days=2)
    city.brought_to("settled")
    answer = city.browser(WORKER).get("/work/" + query)
    assert len(waiting(city, WORKER, query)) == expected
    counts = {chip["url"]: chip["count"] for chip in answer.context["chips"]}
    assert counts["/work/"] == 3
    assert counts["/work/?only=overdue"] == 1
    assert counts["/work/?task=appeal.settled"] == 1


def test_a_provisional_date_is_marked(city: World) -> None:
    case = city.report().case
    Case._base_manager.filter(pk=case.pk).update(due_provisional=True)
    assert "暂定" in city.browser(WORKER).get("/work/").content.decode()


def test_pages_by_date_with_the_same_statements_however_long(city: World) -> None:
    browser, counted = city.browser(WORKER), []
    for wanted in (1, 51):
        for number in range(wanted):
            city.report(text=f"第{number}件：灯不亮")
        browser.get("/work/")
        with CaptureQueriesContext(connection) as found:
            first = browser.get("/work/")
        counted.append(sum(not q["sql"].startswith(("SAVEPOINT", "RELEASE")) for q in found))
    assert counted[0] == counted[1] <= 9
    rest = browser.get("/work/", {"cursor": first.context["page"].older})
    numbers = [
        row["case"].number
        for page in (first, rest)
        for group in page.context["groups"]
        for row in group["rows"]
    ]
    assert len(numbers) == len(set(numbers)) == 52


@pytest.mark.parametrize("who", ["manager", "protection_officer", "administrator", "bureau-1"])
def test_a_post_without_work_sees_an_empty_page(city: World, who: str) -> None:
    city.report(text="别人的一件事")
    answer: Any = city.browser(who).get("/work/")
    assert answer.status_code == 200
    assert "没有待办" in answer.content.decode()
    assert "别人的一件事" not in answer.content.decode()


def test_strangers_go_to_the_login(client: Any, db: None) -> None:
    assert client.get("/work/").url == "/account/login/?next=%2Fwork%2F"
