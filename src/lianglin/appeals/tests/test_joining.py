"""Merged, taken apart, split: nobody is lost, nobody counts twice, no promise grows longer."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.world import resident_browser

from lianglin.access.actor import job
from lianglin.access.transaction import acting
from lianglin.appeals import actions, rules, tasks
from lianglin.appeals.actions import Reporter
from lianglin.appeals.models import Appellant
from lianglin.appeals.queries import figures
from lianglin.appeals.tests.scene import Town, build
from lianglin.cases.models import Case, Clock, Step
from lianglin.kit import clock
from lianglin.kit.errors import Conflict, Forbidden, HouseError, Refused
from lianglin.kit.events import CaseMoved
from lianglin.kit.period import Period

pytestmark = pytest.mark.django_db
OTHER = Reporter(name="赵示例", phone="15400000002")
ANSWER = {"outcome": "solved", "note": "线路修好了，灯都亮了。"}


@pytest.fixture
def town(db: None) -> Town:
    return build()


def fresh(case: Case) -> Case:
    return Case._base_manager.get(pk=case.pk)


def told(case: Case) -> None:
    """Delivers what the last step of a case made known to the followers, as the background does; twice, as a retry may."""
    step = Step._base_manager.filter(case=case).order_by("-seq")[0]
    now = fresh(case)
    event = CaseMoved(
        now.pk, now.kind, now.scope_code, step.move, now.state, step.at.isoformat(), now.opened_at.isoformat()
    )
    for _time in range(2):
        with acting(job()):
            tasks.lead_followers(event)


def joined(town: Town, parent_state: str = "handling", child_state: str = "received") -> tuple[Case, Case]:
    """An appeal in hand, and another person's on the same matter that follows it."""
    parent = town.brought_to(parent_state)
    child = town.brought_to(child_state, text="我家楼下的灯也不亮", reporter=OTHER)
    town.do("street", "merge", child, parent=parent)
    return parent, fresh(child)


def test_the_same_persons_repeat_ends_and_another_persons_follows(town: Town) -> None:
    parent = town.brought_to("handling")
    repeat, other = town.appeal("又说一遍，灯不亮"), town.appeal("我也来说灯不亮", reporter=OTHER)
    nobody = town.appeal("不留名，灯不亮", reporter=Reporter())
    for case in (repeat, other, nobody):
        town.do("street", "merge", case, parent=parent)
    assert [fresh(case).state for case in (repeat, other, nobody)] == ["merged", "joined", "joined"]
    assert {fresh(case).parent_id for case in (repeat, other, nobody)} == {parent.pk}


@pytest.mark.rows("R049")
def test_followers_are_told_the_answer_and_each_is_called_back(town: Town) -> None:
    parent, child = joined(town)
    town.do("unit", "answer", parent, **ANSWER)
    town.do("street", "settle", parent)
    told(parent)
    after = fresh(child)
    assert (after.state, after.outcome, after.settled_at is not None) == ("settled", "solved", True)
    step = Step._base_manager.get(case=child, move="follow")
    assert (step.note, step.data["parent"], step.public) == (ANSWER["note"], parent.number, True)
    assert Clock._base_manager.get(case=child, stopped_at__isnull=True).stage == "call_back"
    for case, solved in ((parent, "yes"), (child, "no")):  # each by itself, each with an answer of its own
        town.do("worker", "call_back", case, reached=True, solved=solved, note="还是不亮" * (solved == "no"))
    assert (fresh(parent).state, fresh(child).state) == ("closed", "accepted")


def test_who_follows_reads_the_answer_and_not_whose_it_was(town: Town) -> None:
    parent, child = joined(town)
    browser = resident_browser(child.pk)
    before = browser.get("/appeals/mine/").content.decode()
    town.do("unit", "answer", parent, **ANSWER)
    town.do("street", "settle", parent)
    told(parent)
    after = browser.get("/appeals/mine/").content.decode()
    assert ANSWER["note"] in after
    for page in (before, after):
        assert parent.number not in page.replace(" ", "")


def test_an_answer_on_the_spot_leads_too(town: Town) -> None:
    parent, child = joined(town, "accepted")
    town.do("worker", "answer_now", parent, **ANSWER)
    told(parent)
    assert fresh(child).state == "settled"


@pytest.mark.parametrize(
    ("who", "verb", "fields"),
    [
        ("worker", "refuse", {"ground": "beyond_duty", "note": "请拨打 12348。"}),
        ("street", "redirect", {"to": "铁路局", "note": "属铁路局管辖。"}),
        ("resident", "withdraw", {}),
    ],
)
def test_when_the_earlier_one_ends_without_an_answer_nobody_is_dropped(
    town: Town, who: str, verb: str, fields: dict[str, Any]
) -> None:
    parent, child = joined(town, "accepted")
    town.world.do("resident", verb, parent, **fields) if who == "resident" else town.do(
        who, verb, parent, **fields
    )
    told(parent)
    after = fresh(child)
    assert (after.state, after.parent_id, after.due_at is not None) == ("accepted", None, True)


def test_a_merge_never_lengthens_a_promise(town: Town) -> None:
    parent, child = (
        town.brought_to("handling"),
        town.brought_to("handling", text="我家的灯也不亮", reporter=OTHER),
    )
    due = fresh(child).due_at
    town.do("street", "merge", child, parent=parent)
    assert fresh(child).due_at == due
    assert Clock._base_manager.filter(case=child, stage="handle").count() == 1


def test_taken_apart_while_the_earlier_one_is_in_hand_and_not_afterwards(town: Town) -> None:
    parent, child = joined(town)
    town.do("street", "unmerge", child, note="不是同一盏灯")
    assert (fresh(child).state, fresh(child).parent_id) == ("accepted", None)
    town.do("street", "merge", child, parent=parent)
    town.do("unit", "answer", parent, **ANSWER)
    town.do("street", "settle", parent)
    with pytest.raises(Refused, match="已办结"), transaction.atomic():
        town.do("street", "unmerge", child, note="晚了")
    told(parent)
    with pytest.raises(Conflict), transaction.atomic():
        town.do("street", "unmerge", child, note="更晚了")


def test_what_cannot_lead_and_who_may_not(town: Town) -> None:
    parent, child = joined(town)
    late, settled = town.appeal("第三个人说灯不亮", reporter=OTHER), town.brought_to("settled")
    third = town.appeal("第四个人说灯不亮", reporter=Reporter(name="钱示例", phone="15400000004"))
    for target in (child, settled, third):
        with pytest.raises(Refused), transaction.atomic():
            town.do("street", "merge", third, parent=target)
    with pytest.raises(Refused, match="并入这一件"), transaction.atomic():
        town.do("street", "merge", parent, parent=late)
    with pytest.raises(Forbidden), transaction.atomic():
        town.do("worker", "merge", third, parent=parent)
    with pytest.raises(Forbidden), transaction.atomic():
        town.do("worker", "unmerge", child, note="不是一件")


def test_a_split_keeps_the_origin_and_opens_the_second_for_the_same_person(town: Town) -> None:
    case = town.brought_to("handling")
    before = fresh(case)
    with acting(town.actor("street")) as by:
        made = actions.split(case.pk, by=by, text="电梯也坏了，停在五楼", item=town.lift)
    origin, part = fresh(case), fresh(made.case)
    assert (origin.state, origin.due_at, origin.owner_id) == (before.state, before.due_at, before.owner_id)
    assert (part.state, part.origin_id, part.scope_code, part.urgent) == (
        "received",
        case.pk,
        case.scope_code,
        True,
    )
    people = [Appellant._base_manager.get(pk=pk) for pk in (case.pk, part.pk)]
    assert people[0].phone == people[1].phone
    assert made.secret
    assert Step._base_manager.get(case=case, move="split").data == {"part": part.number}


@pytest.mark.parametrize("state", ["answered", "settled", "closed", "refused"])
def test_what_is_answered_or_ended_is_not_split(town: Town, state: str) -> None:
    case = town.brought_to(state)
    with pytest.raises(Refused), transaction.atomic(), acting(town.actor("street")) as by:
        actions.split(case.pk, by=by, text="还有一件别的事")


def test_the_page_shows_what_belongs_together_and_gives_the_second_receipt(town: Town) -> None:
    parent, child = joined(town)
    browser = town.client("street")
    assert child.title in browser.get(f"/appeals/desk/{parent.number}/").content.decode()
    assert parent.number in browser.get(f"/appeals/desk/{child.number}/").content.decode()
    answer = browser.post(
        f"/appeals/desk/{parent.number}/split/",
        {"seen_version": fresh(parent).version, "text": "电梯也坏了，停在五楼", "item": ""},
    )
    receipt = browser.get(answer.url)
    part = Case._base_manager.get(origin=parent)
    assert part.number in receipt.content.decode().replace(" ", "")


def test_only_a_case_with_others_asks_for_them(town: Town) -> None:
    parent, _child = joined(town)
    alone, browser = town.brought_to("handling"), town.client("street")
    asked = []
    for case in (alone, parent):
        browser.get(f"/appeals/desk/{case.number}/")
        with CaptureQueriesContext(connection) as found:
            browser.get(f"/appeals/desk/{case.number}/")
        asked.append(sum("origin_id" in query["sql"].split("WHERE")[-1] for query in found.captured_queries))
    assert asked == [0, 1]


# --- figures stay right ------------------------------------------------------------------------------------

STEPS = st.lists(st.tuples(st.sampled_from(["merge", "unmerge", "split", "settle"]), st.integers(0, 5), st.integers(0, 5)), max_size=8)  # fmt: skip
COUNTED = (
    "appeals.received",
    "appeals.settled",
    "appeals.on_time",
    "appeals.overdue",
    "appeals.ended_otherwise",
)


def sums() -> dict[str, tuple[int, int]]:
    """Both counts of each figure of this month, over all communities."""
    found: dict[str, Counter[str]] = {code: Counter() for code in COUNTED}
    with acting(job()):
        for cell in figures.cells(COUNTED, Period.month_of(clock.today()), None):
            found[cell.indicator].update(n=cell.numerator, d=cell.denominator or 0)
    return {code: (counted["n"], counted["d"]) for code, counted in found.items()}


def attempt(town: Town, verb: str, cases: list[Case], one: int, other: int) -> None:
    """One step as somebody at the desk would try it; what the rules refuse stays undone."""
    case, second = cases[one % len(cases)], cases[other % len(cases)]
    try:
        with transaction.atomic():
            if verb == "split":
                with acting(town.actor("street")) as by:
                    cases.append(actions.split(case.pk, by=by, text="还有另一件事要说").case)
            elif verb == "settle":
                town.do("worker", "answer_now", case, **ANSWER)
                told(case)
            elif verb == "merge":
                town.do("street", "merge", case, parent=fresh(second))
            else:
                town.do("street", "unmerge", case, note="不是一件")
    except HouseError:
        pass


@given(steps=STEPS)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_appellant_counts_once_whatever_is_merged_taken_apart_or_split(town: Town, steps: Any) -> None:
    with transaction.atomic():
        phones = ["15400000001", "15400000001", "15400000002", "15400000003"]
        cases = [town.appeal(reporter=Reporter(name="示例", phone=phone)) for phone in phones]
        for verb, one, other in steps:
            before, known = sums(), len(cases)
            attempt(town, verb, cases, one, other)
            after, states = sums(), Counter(Case._base_manager.values_list("state", flat=True))
            assert (
                after["appeals.received"][0]
                == len(cases)
                == before["appeals.received"][0] + len(cases) - known
            )
            assert after["appeals.ended_otherwise"][0] == states["merged"]
            assert after["appeals.settled"][0] == states["settled"]
            assert after["appeals.settled"][0] <= after["appeals.settled"][1] <= len(cases) - states["merged"]
            assert after["appeals.on_time"][0] <= after["appeals.on_time"][1] == after["appeals.settled"][1]
            if verb in ("merge", "unmerge"):
                assert after["appeals.settled"] == before["appeals.settled"]
            for case in Case._base_manager.filter(state__in=rules.TOGETHER):
                assert case.parent is not None
                assert case.parent.state not in rules.TOGETHER
        transaction.set_rollback(True)
