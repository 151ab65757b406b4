"""A breach from its finding to its end: nobody is forgotten, nobody is told twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.world import WORKER, World

from lianglin.access import actor as actors
from lianglin.access.transaction import acting
from lianglin.kit import clock
from lianglin.kit.errors import Conflict, Forbidden, Refused
from lianglin.notices.models import Message
from lianglin.people.models import Resident
from lianglin.privacy.actions import breaches
from lianglin.privacy.models import Affected, Breach

OFFICER = "protection_officer"
FOUND: dict[str, Any] = {
    "title": "名单误发",
    "kinds": "姓名、电话",
    "cause": "发错群",
    "contact": "024-12345",
}
HARM: dict[str, Any] = {
    "persons": 2,
    "harm": "骚扰电话",
    "harmful": True,
    "measures": "已撤回，请留意陌生来电",
}


@pytest.fixture
def found(city: World) -> Breach:
    with acting(city.actors[OFFICER]) as by:
        return breaches.record(by=by, found_at=clock.now() - timedelta(hours=1), **FOUND)


def test_the_clock_runs_from_the_finding(found: Breach) -> None:
    assert found.state == "open"
    assert found.authority_due_at - found.found_at == timedelta(hours=24)


def test_only_the_officer_and_nothing_in_the_future(city: World) -> None:
    with acting(city.actors[WORKER]) as by, pytest.raises(Forbidden):
        breaches.record(by=by, found_at=clock.now(), **FOUND)
    with acting(city.actors[OFFICER]) as by, pytest.raises(Refused) as refused:
        breaches.record(by=by, found_at=clock.now() + timedelta(hours=1), **FOUND)
    assert refused.value.field == "found_at"


def test_everybody_is_told_once_in_their_channel(
    city: World, found: Breach, two: tuple[Resident, Resident]
) -> None:
    Resident._base_manager.filter(pk=two[1].pk).update(phone=None)
    appeal = city.report()
    numbers = [str(two[0].pk), str(two[1].pk), appeal.case.number, str(two[0].pk)]
    with acting(city.actors[OFFICER]) as by:
        assert breaches.concern(found.pk, by=by, numbers=numbers) == 3
        assert breaches.concern(found.pk, by=by, numbers=numbers[:1]) == 0
        breaches.assess(found.pk, by=by, **HARM)
        with pytest.raises(Refused):
            breaches.notify(found.pk, by=by)
        breaches.tell_authority(found.pk, by=by)
        with pytest.raises(Conflict):
            breaches.tell_authority(found.pk, by=by)
        breaches.notify(found.pk, by=by)
        with pytest.raises(Conflict):
            breaches.notify(found.pk, by=by)
        closed = breaches.close(found.pk, by=by)
    assert closed.state == "closed"
    told = {(a.subject_kind, a.subject_id): a.told for a in Affected._base_manager.all()}
    assert told == {
        ("resident", two[0].pk): "sms",
        ("resident", two[1].pk): "paper",
        ("case", appeal.case.pk): "sms",
    }
    sent = Message._base_manager.filter(code="privacy.breach")
    assert sorted(message.address for message in sent) == ["15400000000", "15400000001"]
    assert all("已撤回" in message.body and "024-12345" in message.body for message in sent)


def test_harm_is_told_before_the_end(city: World, found: Breach) -> None:
    with acting(city.actors[OFFICER]) as by:
        breaches.assess(found.pk, by=by, **HARM)
        with pytest.raises(Conflict):
            breaches.close(found.pk, by=by)


def test_what_harms_nobody_may_be_closed(city: World, found: Breach) -> None:
    with acting(city.actors[OFFICER]) as by:
        breaches.assess(found.pk, by=by, **{**HARM, "harmful": False})
        assert breaches.close(found.pk, by=by).state == "closed"


@pytest.mark.parametrize("number", ["999999999", "A000000000000", "王甲"])
def test_a_number_that_means_nobody_is_refused(city: World, found: Breach, number: str) -> None:
    with acting(city.actors[OFFICER]) as by, pytest.raises(Refused) as refused:
        breaches.concern(found.pk, by=by, numbers=[number])
    assert refused.value.field == "numbers"


def test_who_is_concerned_is_seen_by_the_officer_alone(city: World, found: Breach, two: Any) -> None:
    with acting(city.actors[OFFICER]) as by:
        breaches.concern(found.pk, by=by, numbers=[str(two[0].pk)])
        assert Affected._base_manager.count() == 1
    for actor in (city.actors[WORKER], city.actors["manager"]):
        with acting(actor):
            assert Affected._base_manager.count() == 0
    with acting(actors.job()):
        assert Affected._base_manager.count() == 1
