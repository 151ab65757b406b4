"""What is new since a page was read: told by a number, 304 while nothing changed, within what a post may see."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lianglin.appeals.tests.scene import Town, build

pytestmark = pytest.mark.rows("R050")


@pytest.fixture(scope="module")
def built(lasting: None) -> Town:
    return build()


@pytest.fixture
def town(built: Town, db: None) -> Town:
    return built


def test_a_list_tells_how_many_came_and_answers_304_until_more_do(town: Town) -> None:
    town.brought_to("received")
    worker = town.client("worker")
    here = worker.get(reverse("appeals:desk")).context["live"]
    first = worker.get(here)
    assert (first.status_code, first.json()["count"]) == (200, 0)
    assert worker.get(here, headers={"If-None-Match": first["ETag"]}).status_code == 304
    town.brought_to("received")
    told = worker.get(here, headers={"If-None-Match": first["ETag"]})
    assert (told.status_code, told.json()) == (200, {"count": 1, "text": "1 条新内容"})


def test_what_lies_elsewhere_or_does_not_fit_is_not_told(town: Town) -> None:
    worker = town.client("worker")
    narrowed = worker.get(reverse("appeals:desk"), {"urgent": "on"}).context["live"]
    here = worker.get(reverse("appeals:desk")).context["live"]
    town.appeal(community=town.there)
    assert worker.get(here).json()["count"] == 0
    town.appeal()
    assert worker.get(narrowed).json()["count"] == 0
    assert worker.get(here).json()["count"] == 1
    assert town.client("officer").get(here).status_code == 403


def test_a_case_and_the_board_tell_what_moved(town: Town) -> None:
    case, street = town.brought_to("accepted"), town.client("street")
    page = street.get(reverse("appeals:detail", args=[case.number])).context["live"]
    queue = street.get(reverse("appeals:dispatch_board"), {"view": "dispatch"}).context["live"]
    assert (street.get(page).json()["count"], street.get(queue).json()["count"]) == (0, 0)
    town.do("street", "dispatch", case, unit=town.unit("unit"))
    assert (street.get(page).json()["text"], street.get(queue).json()["text"]) == (
        "1 条新进展",
        "队列已有变化",
    )
    assert town.client("neighbour").get(page).status_code == 404


def test_the_question_costs_one_query_of_its_own(town: Town) -> None:
    worker = town.client("worker")
    here = worker.get(reverse("appeals:desk")).context["live"]
    with CaptureQueriesContext(connection) as found:
        worker.get(here)
    asked = [query["sql"] for query in found.captured_queries if '"cases_case"' in query["sql"]]
    assert len(asked) == 1, asked
