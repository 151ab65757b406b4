"""Opening, moving, pausing, extending, claiming: with a lifecycle of the test's own, whatever domains there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from tests import world as worlds

from lianglin.access import actor as actors
from lianglin.access.actor import Actor
from lianglin.access.models import AuditEntry
from lianglin.access.transaction import acting, become, current_actor, together
from lianglin.cases import actions
from lianglin.cases.actions import Opened, Place
from lianglin.cases.models import Case, Clock, Receipt, Step
from lianglin.kit import clock, discovery
from lianglin.kit.clock import CITY_ZONE
from lianglin.kit.crypto import match_key
from lianglin.kit.domain import Lifecycle, Limit, Move, State
from lianglin.kit.errors import Conflict, Forbidden, HouseError, Refused, TooMany
from lianglin.kit.ids import clean_case_number, new_case_number

ERRAND = Lifecycle(
    kind="errand", label="errand", prefix="E", first="new", url="", outcomes=(("done", "done"),),
    states=(
        State("new", "new", expects="start"), State("busy", "busy", expects="finish"),
        State("waiting", "waiting", expects="go_on", paused=True), State("done", "done", expects="shut", settled=True),
        State("shut", "shut", final=True, settled=True),
    ),
    limits=(
        Limit("answer", "answer", 2, "working_hours"), Limit("work", "work", 3, "working_days", setting="item"),
        Limit("thanks", "thanks", 1, "working_days"),
    ),
    moves=(
        Move("start", "start", ("new",), "busy", "errand.do", stops=("answer",), starts="work"),
        Move("wait", "wait", ("busy",), "waiting", "errand.do", fields=("ground",), note="required", pauses=True),
        Move("go_on", "go on", ("waiting",), "busy", "errand.do", resumes=True),
        Move("drop", "drop", ("busy", "waiting"), "new", "errand.do", stops=("work",), starts="answer"),
        Move("finish", "finish", ("busy",), "done", "errand.check", fields=("outcome",), stops=("work",), starts="thanks"),
        Move("shut", "shut", ("done",), "shut", "errand.check", stops=("thanks",)),
        Move("again", "again", ("done", "shut"), "new", "errand.check", stops=("thanks",), starts="answer"),
    ),
)  # fmt: skip
THURSDAY = datetime(2026, 9, 24, 10, tzinfo=CITY_ZONE)
"""25-27 September 2026 is the mid-autumn holiday, 1-7 October the national one, Saturday 10 October is worked."""


@pytest.fixture
def errands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "lifecycles", lambda: {"errand": ERRAND})


@pytest.fixture
def it_is(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], datetime]:
    """Stops the house's clock at an instant."""

    def stop(at: datetime) -> datetime:
        monkeypatch.setattr(clock, "now", lambda: at)
        return at

    return stop


@pytest.fixture
def world(db: None, errands: None) -> worlds.World:
    worlds.forget_tries()
    return worlds.build()


def helper(world: worlds.World, code: str = worlds.WORKER) -> Actor:
    """Somebody of the small city whose post does errands."""
    return replace(world.actors[code], duties=frozenset({"errand.do", "errand.check"}))


def opened(world: worlds.World, by: Actor | None = None, **given: Any) -> Opened:
    place = Place(community=world.community(worlds.HERE))
    with acting(by or helper(world)) as somebody:
        return actions.open_case(
            kind="errand", title="买药", place=place, by=somebody, case_id=actions.reserve_id(), **given
        )


def move(world: worlds.World, case: Case, code: str, **given: Any) -> Case:
    """One move in a transaction of its own."""
    with acting(given.pop("by", None) or helper(world)) as by:
        locked = actions.lock(case.pk, by=by)
        actions.move(locked, code, by=by, **given)
    return locked


@contextmanager
def refused(kind: type[HouseError], **says: str) -> Iterator[None]:
    """The block is refused, nothing of it is left although the transaction around it goes on, nor who acts changed."""
    before, who = worlds.traces(), current_actor()
    with pytest.raises(kind) as caught, together() if who else transaction.atomic():
        yield
    assert {name: getattr(caught.value, name) for name in says} == says
    assert str(caught.value.message)
    assert current_actor() == who
    assert worlds.traces() == before


def stored(case: Case) -> Case:
    return Case._base_manager.get(pk=case.pk)


def local(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=CITY_ZONE)


# --- opening -----------------------------------------------------------------------------------------------


def test_opening_writes_case_step_clock_receipt_and_audit_together(world: worlds.World, it_is: Any) -> None:
    it_is(THURSDAY)
    made = opened(world, channel="desk")
    case = stored(made.case)
    assert (case.state, case.version, case.opened_at, case.scope_code) == ("new", 0, THURSDAY, worlds.HERE)
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
    assert (step.post_id, step.organisation_id) == (helper(world).post_id, helper(world).organisation_id)
    running = Clock._base_manager.get(case=case)
    assert (running.stage, running.stopped_at) == ("answer", None)
    assert running.due_at == case.due_at == local(2026, 9, 24, 12)
    receipt = Receipt.objects.get(case=case)
    assert bytes(receipt.secret_digest) == match_key(f"{case.number}:{made.secret}", "receipt")
    assert b"cases.open" in bytes(AuditEntry.objects.get(chain=worlds.HERE).body)


def test_a_rollback_leaves_nothing_of_an_opened_case(world: worlds.World) -> None:
    before = worlds.traces()
    with transaction.atomic():
        opened(world)
        assert worlds.traces() != before
        transaction.set_rollback(True)
    assert worlds.traces() == before


def test_a_case_is_not_opened_outside_of_ones_area(world: worlds.World) -> None:
    with acting(helper(world)) as by, refused(Forbidden):
        actions.open_case(
            kind="errand", title="买药", place=Place(community=world.community(worlds.NEXT_DOOR)), by=by,
            case_id=actions.reserve_id(),
        )  # fmt: skip


def test_a_taken_number_is_drawn_again(world: worlds.World, monkeypatch: pytest.MonkeyPatch) -> None:
    taken, free = opened(world).case.number, new_case_number("E", 2026, 9)
    drawn = iter([taken, taken, free])
    monkeypatch.setattr(actions, "new_case_number", lambda *when: next(drawn))
    assert opened(world).case.number == free
    assert Receipt.objects.filter(number=free).count() == 1


def test_five_taken_numbers_in_a_row_refuse_and_leave_nothing(
    world: worlds.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = opened(world).case.number
    monkeypatch.setattr(actions, "new_case_number", lambda *when: taken)
    with refused(Conflict):
        opened(world)


# --- moving ------------------------------------------------------------------------------------------------


def test_a_move_writes_one_step_one_audit_line_one_version(world: worlds.World) -> None:
    case = opened(world).case
    before = AuditEntry.objects.count()
    move(world, case, "start", note=" 马上去 ", seen_version=0, changes={"outcome": "done"})
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


def test_settled_closed_and_opened_again(world: worlds.World, it_is: Any) -> None:
    case = opened(world).case
    move(world, case, "start")
    done = it_is(clock.now() + timedelta(hours=1))
    move(world, case, "finish", data={"outcome": "done"})
    assert (stored(case).settled_at, stored(case).closed_at) == (done, None)
    shut = it_is(done + timedelta(hours=1))
    move(world, case, "shut")
    assert (stored(case).settled_at, stored(case).closed_at, stored(case).due_at) == (done, shut, None)
    move(world, case, "again", changes={"settled_at": None})
    assert (stored(case).settled_at, stored(case).closed_at) == (None, None)
    assert Clock._base_manager.filter(case=case, stopped_at=None).count() == 1


def test_refusals_leave_nothing(world: worlds.World) -> None:
    case = opened(world).case
    by = helper(world)
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


def test_nobody_locks_a_case_elsewhere(world: worlds.World) -> None:
    case = opened(world).case
    for code in (f"community-{worlds.NEXT_DOOR}", "bureau-1"):
        with refused(Forbidden), acting(helper(world, code)) as by:
            actions.lock(case.pk, by=by)
    with refused(Forbidden), acting(actors.resident(case.pk + 1)) as by:
        actions.lock(case.pk, by=by)


def test_a_note_and_an_assignment(world: worlds.World) -> None:
    case, by = opened(world).case, helper(world)
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


# --- clocks ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("starts", "limit", "due", "provisional"),
    [
        (local(2026, 9, 24, 10), None, local(2026, 9, 30, 17), False),  # over the mid-autumn holiday
        (local(2026, 9, 30, 16, 59), None, local(2026, 10, 10, 17), False),  # a Saturday that is worked
        (local(2026, 9, 26, 3), (1, "working_days"), local(2026, 9, 28, 17), False),  # begun on a holiday
        (local(2026, 9, 24, 16, 30), (1, "working_hours"), local(2026, 9, 28, 9), False),
        (local(2026, 9, 24, 11, 30), (1, "working_hours"), local(2026, 9, 24, 13, 30), False),  # over noon
        (local(2026, 9, 30, 23, 30), (4, "hours"), local(2026, 10, 1, 3, 30), False),  # day and night
        (
            local(2026, 12, 31, 9),
            (2, "working_days"),
            local(2027, 1, 5, 17),
            True,
        ),  # a year not announced yet
    ],
)
def test_a_clock_ends_at_this_instant(
    world: worlds.World, it_is: Any, starts: datetime, limit: Any, due: datetime, provisional: bool
) -> None:
    it_is(starts)
    case = opened(world).case
    move(world, case, "start", limit=limit)
    assert (stored(case).due_at, stored(case).due_provisional) == (due, provisional)
    first, second = Clock._base_manager.filter(case=case).order_by("id")
    assert (first.stage, first.stopped_at) == ("answer", starts)
    assert (second.stage, second.stopped_at, second.due_at) == ("work", None, due)
    if limit:
        assert (second.amount, second.unit) == limit


WAITS = {"data": {"ground": "rain"}, "note": "等雨停"}


@pytest.mark.parametrize(
    ("limit", "paused", "resumed", "seconds", "due"),
    [
        # 16:00-17:00 on the last day before the holiday and 8:30-9:30 after it: two working hours
        ((2, "working_days"), local(2026, 9, 24, 16), local(2026, 9, 28, 9, 30), 7200, local(2026, 9, 30, 10, 30)),
        ((8, "working_hours"), local(2026, 9, 24, 16), local(2026, 9, 28, 9, 30), 7200, local(2026, 9, 28, 13, 30)),
        ((30, "hours"), local(2026, 9, 24, 16), local(2026, 9, 24, 23), 25200, local(2026, 9, 25, 23)),
        ((2, "working_days"), local(2026, 9, 25, 9), local(2026, 9, 27, 18), 0, local(2026, 9, 29, 17)),
    ],
)  # fmt: skip
def test_a_pause_moves_the_due_date_by_the_time_it_took(
    world: worlds.World,
    it_is: Any,
    limit: Any,
    paused: datetime,
    resumed: datetime,
    seconds: int,
    due: datetime,
) -> None:
    it_is(THURSDAY)
    case = opened(world).case
    move(world, case, "start", limit=limit)
    it_is(paused)
    move(world, case, "wait", **WAITS)
    assert (stored(case).due_at, stored(case).due_provisional) == (None, False)
    it_is(resumed)
    move(world, case, "go_on")
    running = Clock._base_manager.get(case=case, stopped_at=None)
    assert (running.paused_at, running.paused_seconds) == (None, seconds)
    assert running.due_at == stored(case).due_at == due


def test_a_paused_clock_can_be_stopped(world: worlds.World, it_is: Any) -> None:
    it_is(THURSDAY)
    case = opened(world).case
    move(world, case, "start")
    move(world, case, "wait", **WAITS)
    later = it_is(THURSDAY + timedelta(hours=1))
    move(world, case, "drop")
    stopped = Clock._base_manager.get(case=case, stage="work")
    assert (stopped.stopped_at, stopped.paused_at, stopped.paused_seconds) == (later, None, 3600)
    assert stored(case).due_at == local(2026, 9, 24, 14)


@pytest.mark.rows("R050")
def test_more_time_is_given_with_a_reason_and_in_working_days(world: worlds.World, it_is: Any) -> None:
    it_is(THURSDAY)
    case, by = opened(world).case, helper(world)
    move(world, case, "start")
    with acting(by):
        locked = actions.lock(case.pk, by=by)
        for given, error, says in (
            ({"days": 0, "note": "x"}, Refused, {"field": "days"}),
            ({"days": 31, "note": "x"}, Refused, {"field": "days"}),
            ({"days": 2, "note": " "}, Refused, {"field": "note"}),
            ({"days": 2, "note": "x", "seen_version": 0}, Conflict, {}),
            ({"days": 2, "note": "x", "duty": "errand.other"}, Forbidden, {"code": "errand.other"}),
        ):
            with refused(error, **says):
                actions.extend(locked, by=by, **{"duty": "errand.check", **given})
        actions.extend(locked, by=by, days=2, note="等配件", duty="errand.check", seen_version=1)
    now, running = stored(case), Clock._base_manager.get(case=case, stopped_at=None)
    assert (now.due_at, running.due_at, running.extended) == (
        local(2026, 10, 9, 17),
        local(2026, 10, 9, 17),
        2,
    )
    step = Step._base_manager.get(case=case, move="extend")
    assert (step.note, step.public, step.data["days"], now.version) == ("等配件", True, 2, 2)


def test_more_time_while_the_clock_stands_shows_no_due_date(world: worlds.World, it_is: Any) -> None:
    it_is(THURSDAY)
    case, by = opened(world).case, helper(world)
    move(world, case, "start")
    move(world, case, "wait", **WAITS)
    with acting(by):
        actions.extend(actions.lock(case.pk, by=by), by=by, days=1, note="等配件", duty="errand.check")
    assert stored(case).due_at is None
    move(world, case, "go_on")
    assert stored(case).due_at == local(2026, 10, 8, 17)


def test_without_a_running_clock_there_is_nothing_to_extend(world: worlds.World) -> None:
    case, by = opened(world).case, helper(world)
    for code, data in (("start", {}), ("finish", {"outcome": "done"}), ("shut", {})):
        move(world, case, code, data=data)
    with acting(by):
        locked = actions.lock(case.pk, by=by)
        with refused(Refused):
            actions.extend(locked, by=by, days=1, note="x", duty="errand.check")


# --- claiming with number and secret -----------------------------------------------------------------------


def claim(number: str, secret: str, address: str = "") -> Actor:
    with transaction.atomic(), acting(actors.public()):
        return actions.claim(number=number, secret=secret, address=address)


def test_number_and_secret_make_the_holder_of_that_case(world: worlds.World) -> None:
    made, other = opened(world), opened(world)
    grouped = f"{made.case.number[0]} {made.case.number[1:5].lower()} {made.case.number[5:]}"
    with acting(actors.public()):
        holder = actions.claim(number=grouped, secret=f" {made.secret} ", address="")
        assert (holder.role, holder.case_id, current_actor()) == ("resident", made.case.pk, holder)
        assert list(Case._base_manager.values_list("pk", flat=True)) == [made.case.pk]
    with refused(Refused, field="secret"):
        claim(made.case.number, other.secret)
    with refused(Refused, field="number"):
        claim(made.case.number[:-1] + str((int(made.case.number[-1]) + 1) % 10), made.secret)


def test_eight_wrong_secrets_lock_the_number_though_each_was_rolled_back(
    world: worlds.World, it_is: Any
) -> None:
    start = it_is(clock.now())
    made, other = opened(world), opened(world)
    for _try in range(actions.CLAIM_TRIES):
        with refused(Refused, field="secret"):
            claim(made.case.number, "00000000")
    with refused(TooMany, code="900"):
        claim(made.case.number, made.secret)
    assert claim(other.case.number, other.secret).case_id == other.case.pk
    it_is(start + actions.CLAIM_WINDOW)
    assert claim(made.case.number, made.secret).case_id == made.case.pk


def test_only_wrong_secrets_count(world: worlds.World) -> None:
    made = opened(world)
    for _try in range(actions.CLAIM_TRIES + 2):
        claim(made.case.number, made.secret)


def test_one_address_cannot_try_many_numbers(world: worlds.World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "CLAIM_TRIES", 1)
    for _try in range(10):
        with refused(Refused):
            claim(new_case_number("E", 2026, 9), "00000000", "192.0.2.7")
    with refused(TooMany):
        claim(new_case_number("E", 2026, 9), "00000000", "192.0.2.7")
    with refused(Refused):
        claim(new_case_number("E", 2026, 9), "00000000", "192.0.2.8")


def test_who_acts_goes_back_when_the_block_is_refused(world: worlds.World) -> None:
    made = opened(world)
    with acting(actors.public()) as anybody, refused(Refused):
        become(actors.resident(made.case.pk))
        assert current_actor() != anybody
        raise Refused("no")


# --- two people at once ------------------------------------------------------------------------------------


@pytest.fixture
def committed(transactional_db: None, errands: None) -> worlds.World:
    return worlds.build()


def test_the_second_of_two_people_is_refused_honestly(committed: worlds.World) -> None:
    case = opened(committed).case
    by = {code: helper(committed, code) for code in (worlds.WORKER, worlds.STREET)}
    first, second = worlds.in_turn(
        lambda: move(committed, case, "start", by=by[worlds.WORKER], seen_version=0),
        lambda: move(committed, case, "start", by=by[worlds.STREET], seen_version=0),
    )
    assert first.state == "busy"
    assert isinstance(second, Conflict)
    assert "busy" in str(second.message)
    assert Step._base_manager.filter(case=case).count() == 2
    assert Clock._base_manager.filter(case=case).count() == 2
    assert stored(case).version == 1


def test_of_many_at_once_exactly_one_wins(committed: worlds.World) -> None:
    case = opened(committed).case
    by = helper(committed)
    ended = worlds.at_once(*[lambda: move(committed, case, "start", by=by) for _person in range(6)])
    assert sorted(type(one).__name__ for one in ended) == ["Case", *["Conflict"] * 5]
    assert list(AuditEntry.objects.values_list("seq", flat=True).order_by("seq")) == [1, 2]
