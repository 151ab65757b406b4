"""Who may ask, who answers, until when; nobody else learns of it."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.world import HERE, NEXT_DOOR, UNIT, WORKER, World

from lianglin.access import actor as actors
from lianglin.access.actor import Actor
from lianglin.access.transaction import acting
from lianglin.cases.models import Case, Clock
from lianglin.kit import clock
from lianglin.kit.calendar import calendar
from lianglin.kit.errors import Conflict, Forbidden, Refused
from lianglin.people.models import Resident
from lianglin.privacy import rules
from lianglin.privacy.actions import requests
from lianglin.privacy.actions.requests import Asked, Kin
from lianglin.privacy.models import Petitioner, RightsRequest
from lianglin.privacy.queries import requests as queries
from lianglin.privacy.queries.subjects import Key

OFFICER = "protection_officer"
Two = tuple[Resident, Resident]


def asked_by(person: Resident, **given: str) -> requests.Opened:
    wanted = Asked(**{"kind": "correct", "text": "电话换了，请改一下", **given})
    with transaction.atomic(), acting(actors.resident(resident_id=person.pk)) as by:
        return requests.ask(asked=wanted, by=by)


def act(city: World, who: str, verb: str, case: Case, **given: object) -> Case:
    with transaction.atomic(), acting(city.actors[who]) as by:
        return getattr(requests, verb)(case.pk, by=by, **given)


def test_a_resident_who_logged_in_asks_and_the_clock_runs(city: World, two: Two) -> None:
    made = asked_by(two[0])
    case = Case._base_manager.get(pk=made.case.pk)
    asked = RightsRequest._base_manager.get(pk=case.pk)
    assert (case.kind, case.state, case.scope_code) == (rules.KIND, "checked", HERE)
    assert (asked.subject_kind, asked.subject_id, asked.identity) == ("resident", two[0].pk, "login")
    running = Clock._base_manager.get(case=case)
    assert (running.amount, running.unit) == (15, "working_days")
    assert case.due_at == calendar().add_working_days(case.opened_at, 15).at


def test_whoever_holds_a_receipt_asks_about_that_matter(city: World) -> None:
    appeal = city.report()
    with acting(actors.resident(appeal.case.pk)) as by:
        made = requests.ask(asked=Asked("delete", "请删除我的电话"), by=by)
    asked = RightsRequest._base_manager.get(pk=made.case.pk)
    assert (asked.subject_kind, asked.subject_id, asked.identity) == ("case", appeal.case.pk, "receipt")
    assert not Petitioner._base_manager.exists()
    assert len(made.secret) == 8


@pytest.mark.parametrize("actor", [actors.public(), actors.resident()], ids=["public", "nobody"])
def test_whoever_proves_nothing_cannot_ask(city: World, actor: Actor) -> None:
    with acting(actor), pytest.raises((Refused, Forbidden)):
        requests.ask(asked=Asked("see"), by=actor)
    assert not RightsRequest._base_manager.exists()


def test_what_is_meant_must_be_said(city: World, two: Two) -> None:
    with pytest.raises(Refused) as refused:
        asked_by(two[0], text="  ")
    assert refused.value.field == "text"
    with pytest.raises(Refused):
        asked_by(two[0], kind="sell")


def test_the_desk_records_checks_and_looks_up_and_the_officer_answers(city: World, two: Two) -> None:
    with acting(city.actors[WORKER]) as by:
        given = Asked("see", acting_for="relative", contact="王小明 15400000009")
        made = requests.ask(asked=given, by=by, community=city.community(HERE))
    with pytest.raises(Refused) as refused:
        act(city, WORKER, "check", made.case, identity="papers")
    assert refused.value.field == "subject"
    known = {"identity": "papers", "subject": Key("resident", two[0].pk)}
    for kin, field in (
        (None, "relation"),
        (Kin("child", ""), "relation_proof"),
        (Kin("child", "birth"), "death_proof"),
    ):
        with pytest.raises(Refused) as refused:
            act(city, WORKER, "check", made.case, **known, kin=kin)
        assert refused.value.field == field
    act(city, WORKER, "check", made.case, **known, kin=Kin("child", "birth", "certificate"))
    asked = RightsRequest._base_manager.get(pk=made.case.pk)
    assert (asked.relation, asked.relation_proof, asked.death_proof) == ("child", "birth", "certificate")
    act(city, WORKER, "provide", made.case, note="登记有姓名、电话。")
    act(city, OFFICER, "send_back", made.case, note="还有住户信息吗？")
    act(city, WORKER, "provide", made.case, note="有住户信息。")
    done = act(city, OFFICER, "fulfil", made.case, outcome="done", note="副本已备好。")
    assert (done.state, done.outcome, done.due_at) == ("fulfilled", "done", None)
    with connection.cursor() as cursor:
        cursor.execute("select t::text from privacy_rightsrequest t")
        assert "15400000009" not in cursor.fetchone()[0]


def test_a_file_of_another_community_cannot_be_named(city: World, two: Two) -> None:
    with acting(city.actors[WORKER]) as by:
        made = requests.ask(asked=Asked("see"), by=by, community=city.community(HERE))
    elsewhere = Resident._base_manager.filter(scope_code=NEXT_DOOR).first()
    with pytest.raises(Refused) as refused:
        act(city, WORKER, "check", made.case, identity="papers", subject=Key("resident", elsewhere.pk))
    assert refused.value.field == "subject"
    with acting(city.actors[WORKER]) as by, pytest.raises(Forbidden):
        requests.ask(asked=Asked("see"), by=by, community=city.community(NEXT_DOOR))


def test_a_refusal_names_a_ground_of_the_law(city: World, two: Two) -> None:
    made = asked_by(two[0])
    with pytest.raises(Refused) as refused:
        act(city, OFFICER, "refuse", made.case, ground="busy", note="没空。")
    assert refused.value.field == "ground"
    with pytest.raises(Refused):
        act(city, OFFICER, "refuse", made.case, ground="kept_by_law", note=" ")
    act(city, OFFICER, "refuse", made.case, ground="kept_by_law", note="档案法要求保存。")
    assert RightsRequest._base_manager.get(pk=made.case.pk).ground == "kept_by_law"


def test_more_time_needs_a_reason(city: World, two: Two) -> None:
    made = asked_by(two[0])
    due = Case._base_manager.get(pk=made.case.pk).due_at
    with pytest.raises(Refused):
        act(city, OFFICER, "extend", made.case, days=5, note="")
    act(city, OFFICER, "extend", made.case, days=5, note="档案在另一处。")
    assert Case._base_manager.get(pk=made.case.pk).due_at == calendar().add_working_days(due, 5).at


@pytest.mark.parametrize(
    ("who", "verb"),
    [
        (WORKER, "fulfil"),
        (WORKER, "refuse"),
        (OFFICER, "check"),
        (OFFICER, "provide"),
        (UNIT, "fulfil"),
        ("manager", "fulfil"),
    ],
)
def test_each_move_belongs_to_one_post(city: World, two: Two, who: str, verb: str) -> None:
    made = asked_by(two[0])
    given = {
        "fulfil": {"outcome": "done", "note": "x"},
        "refuse": {"ground": "duty", "note": "x"},
        "check": {"identity": "papers"},
        "provide": {"note": "x"},
    }[verb]
    with pytest.raises(Forbidden):
        act(city, who, verb, made.case, **given)


def test_what_is_answered_stays_answered(city: World, two: Two) -> None:
    made = asked_by(two[0])
    act(city, OFFICER, "fulfil", made.case, outcome="done", note="已改。", by_hand=True)
    with pytest.raises(Conflict):
        act(city, OFFICER, "refuse", made.case, ground="duty", note="x")


def test_the_officer_sees_requests_and_no_other_case(city: World, two: Two) -> None:
    """The post covers the city and reads no case; as a handler of its unit it has the requests alone."""
    city.report()
    made = asked_by(two[0])
    with acting(city.actors[OFFICER]) as officer:
        assert Case._base_manager.count() == 0
        with requests.at_desk(officer) as handler:
            assert list(Case._base_manager.values_list("pk", flat=True)) == [made.case.pk]
            assert [case.pk for case in queries.worklist(handler)] == [made.case.pk]
        assert Case._base_manager.count() == 0


def test_a_matter_that_is_no_request_cannot_be_answered_here(city: World) -> None:
    appeal = city.report()
    with acting(city.actors[WORKER]) as by, pytest.raises(Forbidden):
        requests.check(appeal.case.pk, by=by, identity="papers")


def test_whoever_asked_takes_it_back(city: World, two: Two) -> None:
    made = asked_by(two[0])
    with acting(actors.resident(resident_id=two[0].pk)) as by:
        holder = requests.hold(made.case.pk, by=by)
        requests.withdraw(made.case.pk, by=holder)
    assert Case._base_manager.get(pk=made.case.pk).state == "withdrawn"


@given(st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_another_resident_never_sees_a_request(city: World, two: Two, data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from([code for code, _label in rules.KINDS]))
    other = data.draw(st.integers(1, 2**40).filter(lambda number: number != two[0].pk))
    made = asked_by(two[0], kind=kind)
    with acting(actors.resident(resident_id=other)) as stranger:
        assert queries.mine(stranger) == []
        assert Petitioner._base_manager.count() == RightsRequest._base_manager.count() == 0
        assert Case._base_manager.count() == 0
        with pytest.raises(Forbidden):
            requests.hold(made.case.pk, by=stranger)
    with acting(actors.resident(resident_id=two[0].pk)) as owner:
        assert made.case.pk in {case.pk for case in queries.mine(owner)}


def test_figures_count_what_was_answered_in_time(city: World, two: Two) -> None:
    first, second, third = (asked_by(person) for person in (two[0], two[1], two[0]))
    act(city, OFFICER, "fulfil", first.case, outcome="done", note="已改。", by_hand=True)
    act(city, OFFICER, "fulfil", second.case, outcome="done", note="已改。", by_hand=True)
    Clock._base_manager.filter(case=second.case).update(due_at=second.case.opened_at)
    month = queries.Period.month_of(clock.today())
    with acting(actors.job()):
        found = {(c.indicator, c.scope_code): (c.numerator, c.denominator) for c in
                 queries.cells([rules.ASKED, rules.IN_TIME], month, None)}  # fmt: skip
    assert found == {(rules.ASKED, HERE): (3, None), (rules.IN_TIME, HERE): (1, 2)}
    assert Case._base_manager.get(pk=third.case.pk).due_at is not None
