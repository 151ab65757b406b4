"""Opening and moving a case: everything together or nothing, and the second of two people is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from tests import world as worlds
from tests.watch import at_once, in_turn, refused, traces
from tests.world import HERE, NEXT_DOOR, STREET, WORKER, World, build

from lianglin.access import actor as actors
from lianglin.access.models import AuditEntry
from lianglin.access.transaction import acting
from lianglin.cases import actions
from lianglin.cases.actions import Place
from lianglin.cases.models import Clock, Receipt, Step
from lianglin.cases.tests.errands import THURSDAY, helper, local, move, opened, stored
from lianglin.kit import clock
from lianglin.kit.crypto import match_key
from lianglin.kit.errors import Conflict, Forbidden, Refused
from lianglin.kit.ids import clean_case_number, new_case_number

# --- opening -----------------------------------------------------------------------------------------------


def test_opening_writes_case_step_clock_receipt_and_audit_together(city: World, it_is: Any) -> None:
    it_is(THURSDAY)
    made = opened(city, channel="desk")
    case = stored(made.case)
    assert (case.state, case.version, case.opened_at, case.scope_code) == ("new", 0, THURSDAY, HERE)
    assert clean_case_number(case.number) == case.number
    assert case.number.startswith("E2609")
    step = Step._base_manager.get(case=case)
    assert (step.seq, step.move, step.from_state, step.to_state, step.data) == (
        1,
        "open",
        "",
        "new",
        {"channel": "desk"},
    )
    assert (step.post_id, step.organisation_id) == (helper(city).post_id, helper(city).organisation_id)
    running = Clock._base_manager.get(case=case)
    assert (running.stage, running.stopped_at) == ("answer", None)
    assert running.due_at == case.due_at == local(2026, 9, 24, 12)
    receipt = Receipt.objects.get(case=case)
    assert bytes(receipt.secret_digest) == match_key(f"{case.number}:{made.secret}", "receipt")
    assert b"cases.open" in bytes(AuditEntry.objects.get(chain=HERE).body)


def test_a_rollback_leaves_nothing_of_an_opened_case(city: World) -> None:
    before = traces()
    with transaction.atomic():
        opened(city)
        assert traces() != before
        transaction.set_rollback(True)
    assert traces() == before


def test_a_case_is_not_opened_outside_of_ones_area(city: World) -> None:
    with acting(helper(city)) as by, refused(Forbidden):
        actions.open_case(
            kind="errand", title="买药", place=Place(community=city.community(NEXT_DOOR)), by=by,
            case_id=actions.reserve_id(),
        )  # fmt: skip


def test_a_taken_number_is_drawn_again(city: World, monkeypatch: pytest.MonkeyPatch) -> None:
    taken, free = opened(city).case.number, new_case_number("E", 2026, 9)
    drawn = iter([taken, taken, free])
    monkeypatch.setattr("lianglin.cases.actions.opening.new_case_number", lambda *when: next(drawn))
    assert opened(city).case.number == free
    assert Receipt.objects.filter(number=free).count() == 1


def test_five_taken_numbers_in_a_row_refuse_and_leave_nothing(
    city: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = opened(city).case.number
    monkeypatch.setattr("lianglin.cases.actions.opening.new_case_number", lambda *when: taken)
    with refused(Conflict):
        opened(city)


# --- moving ------------------------------------------------------------------------------------------------


def test_a_move_writes_one_step_one_audit_line_one_version(city: World) -> None:
    case = opened(city).case
    before = AuditEntry.objects.count()
    move(city, case, "start", note=" 马上去 ", seen_version=0, changes={"outcome": "done"})
    now = stored(case)
    assert (now.state, now.version, now.outcome, now.settled_at, now.closed_at) == (
        "busy",
        1,
        "done",
        None,
        None,
    )
    step = Step._base_manager.get(case=case, seq=2)
    assert (step.move, step.from_state, step.to_state, step.note) == ("start", "new", "busy", "马上去")
    entry = AuditEntry.objects.order_by("-seq").first()
    assert entry is not None
    assert AuditEntry.objects.count() == before + 1
    assert b"cases.start" in bytes(entry.body)
    assert "马上去".encode() not in bytes(entry.body)


def test_settled_closed_and_opened_again(city: World, it_is: Any) -> None:
    case = opened(city).case
    move(city, case, "start")
    done = it_is(clock.now() + timedelta(hours=1))
    move(city, case, "finish", data={"outcome": "done"})
    assert (stored(case).settled_at, stored(case).closed_at) == (done, None)
    shut = it_is(done + timedelta(hours=1))
    move(city, case, "shut")
    assert (stored(case).settled_at, stored(case).closed_at, stored(case).due_at) == (done, shut, None)
    move(city, case, "again", changes={"settled_at": None})
    assert (stored(case).settled_at, stored(case).closed_at) == (None, None)
    assert Clock._base_manager.filter(case=case, stopped_at=None).count() == 1


def test_refusals_leave_nothing(city: World) -> None:
    case = opened(city).case
    by = helper(city)
    with acting(by):
        locked = actions.lock(case.pk, by=by)
        for code, error, given in (
            ("go_on", Conflict, {}),
            ("start", Conflict, {"seen_version": 7}),
            ("finish", Conflict, {"data": {"outcome": "done"}}),
        ):
            with refused(error):
                actions.move(locked, code, by=by, **given)
        with refused(Forbidden, code="errand.do"):
            actions.move(locked, "start", by=replace(by, duties=frozenset({"errand.check"})))
        actions.move(locked, "start", by=by)
        with refused(Refused, field="ground"):
            actions.move(locked, "wait", by=by, note="下雨")
        with refused(Refused, field="note"):
            actions.move(locked, "wait", by=by, note=" ", data={"ground": "rain"})
    assert stored(case).version == 1
    assert stored(case).state == "busy"


def test_nobody_locks_a_case_elsewhere(city: World) -> None:
    case = opened(city).case
    for code in (f"community-{NEXT_DOOR}", "bureau-1"):
        with refused(Forbidden), acting(helper(city, code)) as by:
            actions.lock(case.pk, by=by)
    with refused(Forbidden), acting(actors.resident(case.pk + 1)) as by:
        actions.lock(case.pk, by=by)


def test_a_note_and_an_assignment(city: World) -> None:
    case, by = opened(city).case, helper(city)
    with acting(by):
        locked = actions.lock(case.pk, by=by)
        actions.remark(locked, by=by, note="门禁坏了", public=False)
        actions.assign(locked, by=by)
        with refused(Refused, field="note"):
            actions.remark(locked, by=by, note="  ")
        with refused(Forbidden):
            actions.assign(locked, by=replace(by, post_id=None))
    assert (stored(case).version, stored(case).assignee_id, stored(case).state) == (1, by.post_id, "new")
    assert Step._base_manager.get(case=case, seq=2).public is False


# --- two people at once ------------------------------------------------------------------------------------


@pytest.fixture
def committed(transactional_db: None, errands: None) -> worlds.World:
    return build()


def test_the_second_of_two_people_is_refused_honestly(committed: World) -> None:
    case = opened(committed).case
    by = {code: helper(committed, code) for code in (WORKER, STREET)}
    first, second = in_turn(
        lambda: move(committed, case, "start", by=by[WORKER], seen_version=0),
        lambda: move(committed, case, "start", by=by[STREET], seen_version=0),
    )
    assert first.state == "busy"
    assert isinstance(second, Conflict)
    assert "busy" in str(second.message)
    assert Step._base_manager.filter(case=case).count() == 2
    assert Clock._base_manager.filter(case=case).count() == 2
    assert stored(case).version == 1


def test_of_many_at_once_exactly_one_wins(committed: World) -> None:
    case = opened(committed).case
    by = helper(committed)
    ended = at_once(*[lambda: move(committed, case, "start", by=by) for _person in range(6)])
    assert sorted(type(one).__name__ for one in ended) == ["Case", *["Conflict"] * 5]
    assert list(AuditEntry.objects.values_list("seq", flat=True).order_by("seq")) == [1, 2]
