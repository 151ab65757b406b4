"""A correction: asked by the person, decided by the officer, made by whoever holds the datum; the former value is kept."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction
from tests.world import HERE, SINCE, WORKER, World

from lianglin.access.actor import job, resident
from lianglin.access.transaction import acting
from lianglin.facts import actions as facts
from lianglin.facts import queries as known
from lianglin.facts import registry, rules
from lianglin.facts.models import Fact
from lianglin.kit import clock
from lianglin.kit.crypto import match_key
from lianglin.kit.errors import Refused
from lianglin.people.models import FormerValue, NameKey, Resident
from lianglin.people.tests.scene import logged_in
from lianglin.privacy.actions import requests
from lianglin.privacy.actions.requests import Asked
from lianglin.privacy.models import Correction
from lianglin.privacy.queries.subjects import Key

OFFICER = "protection_officer"
Two = tuple[Resident, Resident]


def ask(person: Resident, datum: str, value: str) -> requests.Opened:
    with transaction.atomic(), acting(resident(resident_id=person.pk)) as by:
        return requests.ask(asked=Asked("correct", datum=datum, value=value), by=by)


def fulfil(city: World, made: requests.Opened, **more: object) -> None:
    with transaction.atomic(), acting(city.actors[OFFICER]) as by:
        requests.fulfil(made.case.pk, by=by, outcome="done", note="已更正。", **more)


@pytest.mark.parametrize(
    ("datum", "value", "kept"),
    [
        ("people:phone", "15499998888", "15499998888"),
        ("people:name", "王 甲乙", "王 甲乙"),
        ("people:born_on", "1957-03-09", date(1957, 3, 9)),
        ("people:sex", "2", "2"),
    ],
)
def test_a_column_is_corrected_and_its_former_value_kept(
    city: World, two: Two, datum: str, value: str, kept: object
) -> None:
    column = datum.partition(":")[2]
    before = getattr(two[0], column)
    made = ask(two[0], datum, value)
    assert getattr(Resident._base_manager.get(pk=two[0].pk), column) == before
    fulfil(city, made)
    person = Resident._base_manager.get(pk=two[0].pk)
    former = FormerValue._base_manager.get()
    assert getattr(person, column) == kept
    assert (former.resident_id, former.column, former.value, former.case_id) == (
        person.pk,
        column,
        None if before is None else str(before),
        made.case.pk,
    )
    assert Correction._base_manager.get().corrected_at is not None
    assert getattr(Resident._base_manager.get(pk=two[1].pk), column) == getattr(two[1], column)


def test_what_finds_a_person_follows_the_correction(city: World, two: Two) -> None:
    fulfil(city, ask(two[0], "people:phone", "15499998888"))
    fulfil(city, ask(two[0], "people:name", "单明"))
    person = Resident._base_manager.get(pk=two[0].pk)
    assert person.phone_match is not None
    assert bytes(person.phone_match) == match_key("15499998888", "phone")
    keys = set(NameKey._base_manager.filter(resident=person).values_list("key", flat=True))
    assert {"单明", "shanming"} <= keys


@pytest.mark.parametrize(
    ("datum", "value"),
    [
        ("people:phone", "12"),
        ("people:name", " "),
        ("people:born_on", "2999-01-01"),
        ("people:sex", "7"),
        ("people:id_number", "230103195703091234"),
        ("people:merged_into", "1"),
        ("facts:person.marital", "20"),
        ("nobody:x", "1"),
    ],
)
def test_what_is_no_value_or_not_held_is_refused(city: World, two: Two, datum: str, value: str) -> None:
    registry.load_shipped()
    with pytest.raises(Refused):
        ask(two[0], datum, value)
    assert not Correction._base_manager.exists()


def test_a_fact_is_corrected_and_what_was_believed_stays_readable(city: World, two: Two) -> None:
    registry.load_shipped()
    new = facts.NewFact("person", two[0].pk, "person.marital", "10", SINCE)
    with acting(city.actors[WORKER]) as by:
        (old,) = facts.record([new], by=by)
    believed = clock.now()
    fulfil(city, ask(two[0], "facts:person.marital", "20"))
    with acting(city.actors[WORKER]) as by:
        (held,) = known.of_subject("person", two[0].pk, actor=by)
        records = known.history("person", two[0].pk, registry.elements()["person.marital"], actor=by)
    assert (held.value, held.current.record.valid_from, held.current.disputed) == ("20", SINCE, False)
    then = rules.as_of(map(known.as_rule, records), valid_on=clock.today(), known_at=believed)
    assert [one.value for one in then] == ["10"]
    old.refresh_from_db()
    assert (old.value, Fact._base_manager.count()) == ("10", 2)


def test_told_at_the_desk_the_community_writes_it_down(city: World, two: Two) -> None:
    with acting(city.actors[WORKER]) as by:
        asked = Asked("correct", "电话不对", contact="王甲")
        made = requests.ask(asked=asked, by=by, community=city.community(HERE))
        requests.check(made.case.pk, by=by, identity="papers", subject=Key("resident", two[0].pk))
    with pytest.raises(Refused):
        fulfil(city, made)
    with acting(city.actors[WORKER]) as by:
        requests.provide(made.case.pk, by=by, note="已核对。", datum="people:phone", value="15499997777")
    fulfil(city, made)
    assert Resident._base_manager.get(pk=two[0].pk).phone == "15499997777"


def test_what_no_column_holds_is_corrected_by_hand(city: World, two: Two) -> None:
    with acting(resident(resident_id=two[0].pk)) as by:
        made = requests.ask(asked=Asked("correct", "我不住这一户了"), by=by)
    with pytest.raises(Refused):
        fulfil(city, made)
    fulfil(city, made, by_hand=True)
    assert not FormerValue._base_manager.exists()


def test_a_refusal_changes_nothing(city: World, two: Two) -> None:
    made = ask(two[0], "people:phone", "15499998888")
    with acting(city.actors[OFFICER]) as by:
        requests.refuse(made.case.pk, by=by, ground="correct_already", note="已核对，无误。")
    assert Resident._base_manager.get(pk=two[0].pk).phone == two[0].phone
    assert Correction._base_manager.get().corrected_at is None


def test_only_the_background_writes_a_correction(city: World, two: Two) -> None:
    from lianglin.kit.errors import Forbidden
    from lianglin.people.actions.correcting import correct

    for actor in (city.actors[WORKER], resident(resident_id=two[0].pk)):
        with acting(actor) as by, pytest.raises(Forbidden):
            correct(two[0].pk, "phone", "15499998888", None, by)
    with acting(job("9999", "9999~")) as by, pytest.raises(Forbidden):
        correct(two[0].pk, "phone", "15499998888", None, by)


def test_the_pages_from_the_wish_to_the_outcome(city: World, two: Two) -> None:
    browser = logged_in(two[0])
    listed = browser.get("/privacy/mine/correct/").content.decode()
    assert "154****0000" in listed
    assert "15400000000" not in listed
    assert browser.get("/privacy/mine/correct/people:nothing/").status_code == 404
    page = "/privacy/mine/correct/people:phone/"
    assert browser.post(page, {"value": "12"}).status_code == 422
    receipt = browser.post(page, {"value": "15499998888"})
    assert receipt.status_code == 200
    made = Correction._base_manager.get()
    desk = city.browser(OFFICER)
    detail = desk.get(f"/privacy/desk/requests/{made.case.number}/").content.decode()
    assert "15499998888" in detail
    assert "154****0000" in detail
    form = {"version": made.case.version, "outcome": "done", "note": "已按您说的更正。"}
    assert desk.post(f"/privacy/desk/requests/{made.case.number}/fulfil/", form).status_code == 303
    outcome = browser.get(f"/privacy/mine/requests/{made.case.number}/").content.decode()
    assert "已更正" in outcome
    assert "15499998888" in outcome
