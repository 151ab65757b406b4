"""The suggested next step: what the table expects, by whom, and why."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lianglin.appeals.rules import LIFECYCLE
from lianglin.appeals.rules.next_step import Situation, next_step

pytestmark = pytest.mark.rows("R050")
NOW = datetime(2026, 11, 27, 2, tzinfo=UTC)
STREET = frozenset({"appeals.dispatch", "appeals.accept", "appeals.call_back"})
UNIT = frozenset({"appeals.handle"})


def at(state: str, duties: frozenset[str] = STREET, **given: Any) -> Situation:
    return Situation(
        state, duties, given.pop("leads", True), given.pop("due_at", NOW + timedelta(days=3)), NOW, **given
    )


@pytest.mark.parametrize("state", [s for s in LIFECYCLE.states if not s.final], ids=lambda s: s.code)
def test_it_is_what_the_table_expects(state: Any) -> None:
    found = next_step(at(state.code))
    assert found
    assert found.move == ("" if state.follows else state.expects)


@pytest.mark.parametrize("state", [s.code for s in LIFECYCLE.states if s.final])
def test_at_the_end_there_is_none(state: str) -> None:
    assert next_step(at(state)) is None


@pytest.mark.parametrize(
    ("state", "duties", "leads", "mine"),
    [
        ("accepted", STREET, True, True), ("accepted", UNIT, True, False), ("handling", UNIT, True, True),
        ("handling", UNIT, False, False), ("handling", STREET, True, False), ("answered", STREET, True, True),
    ],
)  # fmt: skip
def test_whose_step_it_is(state: str, duties: frozenset[str], leads: bool, mine: bool) -> None:
    found = next_step(at(state, duties, leads=leads))
    assert found
    assert found.mine is mine


@pytest.mark.parametrize(
    ("state", "given", "why"),
    [
        ("accepted", {"objection": True, "returned": True}, "objection"), ("accepted", {"returned": True}, "returned"),
        ("handling", {"helpers": 1}, "helpers"), ("paused", {"due_at": NOW - timedelta(days=1)}, "paused"),
        ("handling", {"due_at": NOW - timedelta(minutes=1)}, "overdue"), ("handling", {"due_at": NOW + timedelta(hours=5)}, "soon"),
    ],
)  # fmt: skip
def test_why(state: str, given: dict[str, Any], why: str) -> None:
    found = next_step(at(state, **given))
    assert found
    assert found.why[0] == "expects"
    assert found.why[-1] == why


def test_more_time_is_offered_before_the_limit_only_and_to_who_may_give_it() -> None:
    soon, late = NOW + timedelta(hours=5), NOW - timedelta(hours=5)
    offered = [
        next_step(at("handling", duties, due_at=due, extended=extended))
        for duties, due, extended in ((STREET, soon, False), (STREET, soon, True), (STREET, late, False), (UNIT, soon, False))
    ]  # fmt: skip
    assert [one.beside if one else None for one in offered] == [("extend", "co_order"), (), ("co_order",), ()]
