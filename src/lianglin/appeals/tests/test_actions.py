"""Every move of an appeal: what it does, who may make it, and that a refusal leaves nothing behind."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from django.db import transaction
from tests.watch import at_once, events, in_turn, refused, traces
from tests.world import HERE, NEXT_DOOR, STREET, UNIT, WORKER, World, build

from lianglin.access import actions as access
from lianglin.access import actor as actors
from lianglin.access.actor import Actor
from lianglin.access.models import AuditEntry, Grant
from lianglin.access.transaction import acting
from lianglin.appeals import actions, rules
from lianglin.appeals.models import CallBack
from lianglin.appeals.tests.moves import MOVES, NOTE, STATES, VERBS, actor_for, arguments, perform, stored
from lianglin.cases.models import Case, Clock, Step
from lianglin.kit.errors import Conflict, Forbidden, Refused


@pytest.fixture
def city(db: None) -> World:
    return build()


def test_the_table_of_this_test_is_the_lifecycle() -> None:
    assert set(VERBS) == set(MOVES)


@pytest.mark.rows("R050")
@pytest.mark.parametrize("code", MOVES)
def test_a_move_from_each_of_its_states(city: World, code: str) -> None:
    city.report()
    city.report(reporter=actions.Reporter(name="赵示例", phone="15400000002"))
    for source in MOVES[code].sources:
        case, told = city.brought_to(source).case, len(events())
        lines = AuditEntry.objects.filter(chain=HERE).count()
        by = actor_for(city, code, case)
        with acting(by):
            perform(city, code, case, by, seen_version=stored(case).version)
        now, step = stored(case), Step._base_manager.filter(case=case).latest("seq")
        assert (now.state, step.move, step.from_state, step.to_state) == (
            MOVES[code].target,
            code,
            source,
            now.state,
        )
        assert (step.post_id, step.organisation_id, step.seq) == (
            by.post_id,
            by.organisation_id,
            now.version + 1,
        )
        assert [(e["move"], e["state"], e["case_id"]) for e in events()[told:]] == [
            (code, now.state, case.pk)
        ]
        written = [bytes(e.body) for e in AuditEntry.objects.filter(chain=HERE).order_by("seq")[lines:]]
        assert any(f'"cases.{code}"'.encode() in body for body in written)
        assert not any(NOTE["note"].encode() in body for body in written)
        assert Clock._base_manager.filter(case=case, stopped_at=None).count() == (
            0 if rules.LIFECYCLE.state(now.state).final else 1
        )
        assert (now.due_at is None) == (now.state == "paused" or rules.LIFECYCLE.state(now.state).final)


def test_a_move_from_any_other_state_is_refused(city: World) -> None:
    cases = {state: city.brought_to(state).case for state in STATES}
    assert {state: stored(case).state for state, case in cases.items()} == {state: state for state in STATES}
    tried = 0
    for code, move in MOVES.items():
        for state in set(STATES) - set(move.sources):
            by = actor_for(city, code, cases[state])
            # a unit sees what it was given: a case never dispatched is not there for it
            seen = by.role != "handler" or Grant.objects.filter(subject_id=cases[state].pk).exists()
            with acting(by), refused(Conflict if seen else Forbidden):
                perform(city, code, cases[state], by)
            tried += 1
    assert tried > 130


def test_without_its_duty_no_move_is_made(city: World) -> None:
    city.report()
    for code, move in MOVES.items():
        case = city.brought_to(move.sources[0]).case
        by = actor_for(city, code, case)
        lacking = replace(
            by, duties=by.duties - {move.duty, MOVES["call_back"].duty if code == "handle_again" else ""}
        )
        with acting(lacking), refused(Forbidden):
            perform(city, code, case, lacking)


def may(city: World, code: str, case: Case, by: Actor) -> bool:
    """Whether the move goes through; rolled back in either case."""
    with transaction.atomic():
        try:
            with acting(by):
                perform(city, code, case, by)
        except Forbidden:
            return False
        finally:
            transaction.set_rollback(True)
    return True


def test_each_persona_makes_the_moves_of_its_duties_on_the_cases_it_sees(city: World) -> None:
    """Neighbours, other districts, other units, managers and officers make none."""
    makes: dict[str, set[str]] = {}
    for code, move in MOVES.items():
        case = city.brought_to(move.sources[0]).case
        for post, by in city.actors.items():
            if may(city, code, case, by):
                makes.setdefault(post, set()).add(code)
    community = {"accept", "answer_now", "refuse", "call_back", "handle_again"}
    assert makes == {
        WORKER: community,
        STREET: community | {"redirect", "merge", "join", "unmerge", "dispatch", "send_back", "settle"},
        UNIT: {"object", "take_on", "pause", "resume", "answer"},
    }


def test_who_has_seen_an_older_version_is_told_so(city: World) -> None:
    city.report()
    for code, move in MOVES.items():
        case = city.brought_to(move.sources[0]).case
        by = actor_for(city, code, case)
        with acting(by), refused(Conflict):
            perform(city, code, case, by, seen_version=stored(case).version + 1)


@pytest.mark.parametrize(
    ("code", "wrong", "field"),
    [
        ("answer_now", {"outcome": ""}, "outcome"),
        ("answer_now", {"note": " "}, "note"),
        ("refuse", {"ground": "expert"}, "ground"),
        ("refuse", {"note": ""}, "note"),
        ("redirect", {"to": "  "}, "to"),
        ("redirect", {"note": ""}, "note"),
        ("object", {"note": "\n"}, "note"),
        ("pause", {"ground": "beyond_duty"}, "ground"),
        ("pause", {"note": ""}, "note"),
        ("answer", {"outcome": "yes"}, "outcome"),
        ("answer", {"note": ""}, "note"),
        ("send_back", {"note": ""}, "note"),
        ("call_back", {"solved": ""}, "solved"),
        ("call_back", {"grade": 6}, "grade"),
        ("handle_again", {"grade": 0}, "grade"),
        ("confirm", {"solved": ""}, "solved"),
        ("confirm", {"solved": "no"}, "solved"),
        ("confirm", {"grade": 9}, "grade"),
        ("reopen", {"note": " "}, "note"),
    ],
)
def test_a_missing_or_wrong_field_is_named_and_nothing_is_done(
    city: World, code: str, wrong: dict[str, Any], field: str
) -> None:
    case = city.brought_to(MOVES[code].sources[0]).case
    by = actor_for(city, code, case)
    with acting(by), refused(Refused, field=field):
        perform(city, code, case, by, **wrong)


def test_an_order_goes_only_to_a_unit_at_work_and_a_repeat_only_to_a_living_appeal(city: World) -> None:
    case, merged = city.brought_to("accepted").case, city.brought_to("merged").case
    unit = city.organisations[UNIT]
    unit.active = False
    unit.save()
    by = city.actors[STREET]
    with acting(by):
        with refused(Refused, field="unit"):
            perform(city, "dispatch", case, by, unit=unit)
        for parent in (case, stored(merged)):
            with refused(Refused, field="parent"):
                perform(city, "merge", case, by, parent=parent)


def test_half_a_move_is_none(city: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What fails after the step was written takes step, clock, version, audit line, event and grant with it."""
    case, by = city.brought_to("accepted").case, city.actors[STREET]

    def fails(**given: Any) -> None:
        give(**given)
        raise Refused("too late")

    give = access.give
    monkeypatch.setattr(access, "give", fails)
    with acting(by), refused(Refused):
        perform(city, "dispatch", case, by)


# --- events and transactions -------------------------------------------------------------------------------


def test_an_event_tells_codes_and_goes_with_the_rollback(city: World) -> None:
    case = city.brought_to("accepted").case
    assert [event["move"] for event in events()] == ["open", "accept"]
    assert "灯" not in json.dumps(events(), ensure_ascii=False)
    codes = {"case_id", "kind", "scope_code", "move", "state", "at", "opened_at"}
    assert set(events()[-1]) == codes | {"number", "outcome", "unit_id", "due_at"}
    before, by = traces(), city.actors[STREET]
    with pytest.raises(ZeroDivisionError):
        _fails_after_the_move(city, case, by)
    assert traces() == before


def _fails_after_the_move(city: World, case: Case, by: Actor) -> None:
    with transaction.atomic(), acting(by):
        perform(city, "dispatch", case, by)
        assert len(events()) == 3
        raise ZeroDivisionError


# --- two people at once ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "first", "second"),
    [
        ("accepted", "dispatch", "dispatch"),
        ("dispatched", "answer", "object"),
        ("handling", "answer", "withdraw"),
        ("settled", "confirm", "call_back"),
    ],
)
def test_the_second_of_two_people_is_told_and_changes_nothing(
    transactional_db: None, state: str, first: str, second: str
) -> None:
    city = build()
    case = city.brought_to(state).case

    def make(code: str) -> Case:
        who, verb, _given = VERBS[code]
        return city.do(who, verb, case, **arguments(city, code, case))

    done, told = in_turn(lambda: make(first), lambda: make(second))
    assert isinstance(done, Case)
    assert isinstance(told, Conflict), told
    assert stored(case).state == MOVES[first].target
    assert Step._base_manager.filter(case=case, move=second).count() == (1 if first == second else 0)
    assert CallBack._base_manager.filter(case=case).count() == (1 if first == "confirm" else 0)
    assert Grant.objects.filter(subject_id=case.pk).count() == 1


def test_many_dispatchers_at_once_give_one_order(transactional_db: None) -> None:
    city = build()
    case = city.brought_to("accepted").case
    units = [city.organisations[f"bureau-{1 + turn % 2}"] for turn in range(6)]
    ended = at_once(*[lambda unit=unit: city.do(STREET, "dispatch", case, unit=unit) for unit in units])
    assert sorted(type(one).__name__ for one in ended) == ["Case", *["Conflict"] * 5]
    assert Grant.objects.filter(subject_id=case.pk).count() == 1
    assert len([event for event in events() if event["move"] == "dispatch"]) == 1


def test_the_neighbour_cannot_touch_the_case(city: World) -> None:
    case = city.report().case
    for post in (
        f"community-{NEXT_DOOR}",
        "street-230104002",
        UNIT,
        "bureau-2",
        "manager",
        "protection_officer",
    ):
        by = city.actors[post]
        with acting(by), refused(Forbidden):
            actions.accept(case.pk, by=by)
    stranger = actors.resident(case.pk + 1)
    with acting(stranger), refused(Forbidden):
        actions.withdraw(case.pk, by=stranger)
