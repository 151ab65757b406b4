"""Petitions and remedies are warned of, climb the ladder and stand in the ledgers, as appeals do; the person's days never."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from lianglin.appeals import actions
from lianglin.appeals.actions import petitioning, remedying
from lianglin.appeals.queries import owed
from lianglin.appeals.rules import petition, remedy
from lianglin.appeals.tasks import warn_of_limits
from lianglin.cases.models import Case
from lianglin.kit import clock
from lianglin.notices.models import Message

from . import clocks_city
from .figures_city import City, at, on
from .test_calls import badly_graded
from .test_petitions import brought_to, registered
from .test_supervision import on_ledger, ordered, proposals

pytestmark = pytest.mark.rows("R051")


@pytest.fixture
def city(db: None) -> Iterator[City]:
    made = clocks_city.build()
    with at(on("2026-03-02 08:00")):
        yield made


def told(city: City, when: str) -> set[tuple[str, str]]:
    """(what, who) of all warnings so far, after a run at this moment and one more."""
    with at(on(when)):
        warn_of_limits(0)
        warn_of_limits(0)
    names = {post.pk: name for name, post in city.posts.items()}
    found = list(Message._base_manager.filter(code__in=("appeals.due_soon", "appeals.breached")))
    rows = [(one.code.removeprefix("appeals."), names[one.post_id or 0]) for one in found]
    assert len(rows) == len(set(rows)), "nobody is told twice"
    return set(rows)


def test_who_owes_the_notice_is_told_while_no_unit_is_in_charge(city: City) -> None:
    due = clock.local(registered(city).case.due_at)
    assert f"{due:%m-%d}" == "03-17"
    assert told(city, "2026-03-09 10:00") == set()
    assert told(city, "2026-03-11 10:00") == {("due_soon", "street")}
    assert told(city, "2026-03-18 08:00") == {("due_soon", "street"), ("breached", "street")}


def test_the_unit_and_the_street_are_told_of_the_sixty_days(city: City) -> None:
    case = brought_to(city, "accepted")
    assert f"{clock.local(case.due_at):%m-%d}" == "05-06", "the sixtieth day lies in the May holidays"
    assert told(city, "2026-04-20 10:00") == set()
    soon = {("due_soon", "unit"), ("due_soon", "street")}
    assert told(city, "2026-04-30 10:00") == soon
    assert told(city, "2026-05-07 08:00") == soon | {("breached", "unit"), ("breached", "street")}


def test_the_body_above_is_told_of_its_review_and_nobody_of_the_days_that_are_the_persons(city: City) -> None:
    brought_to(city, "answered")
    assert told(city, "2026-04-30 10:00") == set()
    city.act(
        "street", petitioning.ask_on, Case._base_manager.get().pk, "2026-04-30 11:00", note="不服处理意见"
    )
    assert {who for _what, who in told(city, "2026-05-28 10:00")} == {"ruler", "second"}


def test_a_remedy_is_warned_of_as_its_matter_was(city: City) -> None:
    case = called(city)
    made = badly_graded(city, case)
    assert made is not None
    assert told(city, "2026-11-05 17:00") == {("due_soon", "unit"), ("due_soon", "street")}


def called(city: City) -> int:
    """Answered and settled on the 3rd of November, to be called back."""
    case = city.report("2026-11-02 09:00", item=city.item)
    city.dispatch(case, "2026-11-02 10:00")
    city.act("unit", actions.take_on, case, "2026-11-02 11:00")
    city.act("unit", actions.answer, case, "2026-11-02 15:00", outcome="solved", note="已更换灯泡，恢复照明")
    city.act("street", actions.settle, case, "2026-11-03 09:00")
    return case


def test_the_ladder_proposes_petitions_and_remedies_by_the_limit_of_their_own(city: City) -> None:
    case = brought_to(city, "accepted")
    assert proposals(city, "ruler", "2026-04-20 10:00") == []
    assert proposals(city, "ruler", "2026-05-07 10:00") == [(case.pk, "press")]
    ordered(city, case.pk, "2026-05-07 11:00")
    assert proposals(city, "ruler", "2026-05-07 12:00") == []
    with at(on("2026-05-07 12:00")):
        page = city.browser("street").get(f"/appeals/beside/{case.number}/").content.decode()
    assert "/appeals/supervision/" in page


def test_an_order_about_a_petition_is_given_from_the_ladders_page(city: City) -> None:
    case = brought_to(city, "accepted")
    with at(on("2026-05-06 10:00")):
        ruler = city.browser("ruler")
        page = ruler.get("/appeals/supervision/ladder/").content.decode()
        assert f"/appeals/beside/{case.number}/" in page
        said = {"kind": "press", "ground": "overdue", "text": "请尽快办理并书面说明原因。"}
        answer = ruler.post(f"/appeals/supervision/new/?number={case.number}&kind=press", said)
        assert answer.status_code == 303
        assert ruler.get(answer["Location"]).status_code == 200


def test_a_petition_long_past_its_limit_stands_in_the_ledger_with_its_path(city: City) -> None:
    case = brought_to(city, "accepted")
    assert on_ledger(city, "long", "2026-05-08 10:00") == []
    assert on_ledger(city, "long", "2026-05-29 10:00") == [case.pk]
    with at(on("2026-05-29 10:00")):
        page = city.browser("ruler").get("/appeals/ledgers/?ledger=long").content.decode()
    assert f"/appeals/beside/{case.number}/" in page
    assert str(petition.LIFECYCLE.label) in page


@pytest.mark.parametrize(("opinion", "stands"), [("upheld", False), ("changed", True), ("again", True)])
def test_an_answer_that_a_review_does_not_uphold_was_poorly_handled(
    city: City, opinion: str, stands: bool
) -> None:
    case = brought_to(city, "review_asked")
    city.act(
        "ruler",
        petitioning.give_opinion,
        case.pk,
        "2026-04-20 09:00",
        opinion=opinion,
        note="区政府复查意见如下",
    )
    assert on_ledger(city, "weak", "2026-04-20 10:00") == ([case.pk] if stands else [])


def test_a_remedy_that_is_still_not_good_twice_was_poorly_handled(city: City) -> None:
    made = badly_graded(city, called(city))
    assert made is not None
    again: dict[str, Any] = {"reached": True, "solved": "no", "grade": 2, "note": "又坏了"}
    for day in ("04", "05"):
        city.act("unit", remedying.make_good, made.pk, f"2026-11-{day} 09:00", note="登门致歉，换了声控灯")
        assert on_ledger(city, "weak", f"2026-11-{day} 10:00") == []
        city.act("street", remedying.call_again, made.pk, f"2026-11-{day} 11:00", **again)
    assert on_ledger(city, "weak", "2026-11-05 12:00") == [made.pk]


def test_every_open_state_is_owed_by_somebody_or_is_the_persons_own() -> None:
    for one in (petition.LIFECYCLE, remedy.LIFECYCLE):
        waiting = petition.WAITING_FOR_PERSON if one.kind == petition.KIND else ()
        for state in owed.OPEN_STATES[one.kind]:
            by_unit, by_posts = state in owed.BY_UNIT[one.kind], (one.kind, state) in owed.BY_POSTS
            assert [by_unit, by_posts, state in waiting].count(True) == 1, state
