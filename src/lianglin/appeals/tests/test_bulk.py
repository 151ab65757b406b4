"""Several appeals moved together: each by itself, each told, nothing twice."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lianglin.access.models import AuditEntry
from lianglin.appeals.tests.scene import Town, build
from lianglin.cases.actions import AT_ONCE
from lianglin.cases.models import BulkMove, Case, Step

pytestmark = pytest.mark.django_db
BULK = "/appeals/desk/bulk/"


@pytest.fixture
def town(db: None) -> Town:
    return build()


def fresh(case: Case) -> Case:
    return Case._base_manager.get(pk=case.pk)


def closed_label(case: Case) -> str:
    return fresh(case).state_label


def ask(town: Town, who: str, cases: list[Case], move: str = "", **more: Any) -> Any:
    given = {"case": [case.number for case in cases], **({"move": move} if move else {}), **more}
    return town.client(who).get(BULK, given)


def sent(cases: list[Case], move: str, **fields: Any) -> dict[str, Any]:
    """The form as the page sends it, with the versions that the page showed."""
    chosen = [f"{case.number}:{fresh(case).version}" for case in cases]
    return {"key": str(uuid4()), "move": move, "chosen": chosen, "seen_version": "0", **fields}


def told(answer: Any, town: Town, who: str) -> tuple[list[str], dict[str, str]]:
    """The result page: numbers that were moved, and number -> reason of the others."""
    assert answer.status_code in (302, 303), answer.status_code
    shown = town.client(who).get(answer.url)
    context = shown.context
    assert shown.status_code == 200
    return [line["number"] for line in context["done"]], {
        line["number"]: line["why"] for line in context["refused"]
    }


def test_the_preview_says_which_can_and_which_cannot_and_why(town: Town) -> None:
    accepted, closed = town.brought_to("accepted"), town.brought_to("closed")
    shown = ask(town, "street", [accepted, closed], "dispatch")
    assert [row["case"].pk for row in shown.context["able"]] == [accepted.pk]
    (stays,) = shown.context["unable"]
    assert (stays["case"].pk, stays["why"]) == (closed.pk, f"现在是“{closed_label(closed)}”，不能这样办")


def test_each_is_moved_stepped_and_audited_by_itself(town: Town) -> None:
    cases = [town.brought_to("accepted", text=f"第{n}件：灯不亮") for n in range(3)]
    audited = AuditEntry.objects.count()
    answer = town.client("street").post(BULK, sent(cases, "dispatch", unit=town.unit("unit").pk))
    done, refused = told(answer, town, "street")
    assert sorted(done) == sorted(case.number for case in cases)
    assert refused == {}
    for case in cases:
        assert fresh(case).state == "dispatched"
        assert Step._base_manager.filter(case=case, move="dispatch").count() == 1
    assert AuditEntry.objects.count() - audited == 2 * len(cases)  # the move and the grant of each


def test_who_was_slower_is_told_for_that_case_alone(town: Town) -> None:
    first, second = town.brought_to("accepted"), town.brought_to("accepted", text="另一盏灯也不亮")
    form = sent([first, second], "dispatch", unit=town.unit("unit").pk)
    town.do("street", "dispatch", first, unit=town.unit("other_unit"))
    done, refused = told(town.client("street").post(BULK, form), town, "street")
    assert done == [second.number]
    assert "已派单" in refused[first.number]
    assert fresh(first).owner_id == town.unit("other_unit").pk


def test_the_same_form_twice_does_nothing_twice(town: Town) -> None:
    cases = [town.brought_to("accepted"), town.brought_to("accepted", text="另一盏灯也不亮")]
    form, browser = sent(cases, "remark", note="已提醒物业"), town.client("street")
    first, second = browser.post(BULK, form), browser.post(BULK, form)
    assert first.url == second.url
    assert Step._base_manager.filter(case__in=cases, move="remark").count() == 2
    assert BulkMove.objects.count() == 1


def test_a_case_that_fails_half_way_leaves_nothing_and_the_others_go_on(town: Town) -> None:
    parent = town.brought_to("accepted")
    child = town.appeal("同一盏灯，也不亮")
    done, refused = told(
        town.client("street").post(BULK, sent([parent, child], "merge", other=parent.number)), town, "street"
    )
    assert done == [child.number]
    assert set(refused) == {parent.number}
    assert fresh(parent).state == "accepted"
    assert Step._base_manager.filter(case=parent, move="merge").count() == 0


def test_what_lies_elsewhere_is_not_there(town: Town) -> None:
    mine, theirs = town.appeal(), town.appeal("隔壁社区的灯坏了", community=town.there)
    shown = ask(town, "worker", [mine, theirs], "accept")
    assert [case.pk for case in shown.context["found"]] == [mine.pk]
    town.client("worker").post(BULK, sent([mine, theirs], "accept"))
    assert fresh(mine).state == "accepted"
    assert fresh(theirs).state == "received"


@pytest.mark.parametrize(("who", "move"), [("worker", "dispatch"), ("unit", "settle"), ("street", "refuse")])
def test_a_move_without_its_duty_or_for_one_person_alone_is_not_offered(
    town: Town, who: str, move: str
) -> None:
    case = town.brought_to("dispatched")
    town.client(who).post(BULK, sent([case], move, unit=town.unit("unit").pk, note="x"))
    assert fresh(case).state == "dispatched"
    offered = [entry["url"] for entry in ask(town, who, [case]).context["moves"]]
    assert not any(f"move={move}&" in url for url in offered)


def test_at_most_two_hundred_and_it_says_so(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    assert AT_ONCE == 200
    monkeypatch.setattr("lianglin.appeals.views.bulk.AT_ONCE", 2)
    for n in range(3):
        town.appeal(f"第{n}件：灯不亮")
    shown = town.client("worker").get(BULK, {"all": "1", "state": "open", "move": "accept"})
    assert len(shown.context["found"]) == 2
    assert "最新的2件" in shown.content.decode()


def test_an_incomplete_form_is_shown_again_with_what_is_missing(town: Town) -> None:
    case = town.brought_to("accepted")
    answer = town.client("street").post(BULK, sent([case], "dispatch"))
    assert answer.status_code == 422
    assert answer.context["form"].errors["unit"]
    assert fresh(case).state == "accepted"


def test_another_post_does_not_see_the_result(town: Town) -> None:
    case = town.appeal()
    answer = town.client("worker").post(BULK, sent([case], "accept"))
    assert town.client("worker").get(answer.url).status_code == 200
    assert town.client("street").get(answer.url).status_code == 404


def test_the_list_offers_boxes_without_a_script(town: Town) -> None:
    case = town.appeal()
    shown = town.client("worker").get("/appeals/desk/").content.decode()
    assert f'<input type="checkbox" name="case" value="{case.number}">' in shown
    assert re.search(rf'<form method="get" action="{reverse("appeals:bulk")}">', shown)


def test_the_preview_takes_the_same_few_statements_however_many(town: Town) -> None:
    browser, counted = town.client("street"), []
    cases = [town.brought_to("accepted", text=f"第{n}件：灯不亮") for n in range(8)]
    for chosen in (cases[:1], cases):
        numbers = [case.number for case in chosen]
        browser.get(BULK, {"case": numbers, "move": "dispatch"})
        with CaptureQueriesContext(connection) as found:
            browser.get(BULK, {"case": numbers, "move": "dispatch"})
        counted.append(len(found))
    assert counted[0] == counted[1]
