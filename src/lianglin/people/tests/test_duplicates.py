"""Two files of one person: found, joined by a person, taken apart exactly; whatever hangs on them follows."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from tests.world import FAR, HERE, NEXT_DOOR, SINCE, STREET, WORKER, World, build

from lianglin.access.actor import job
from lianglin.access.transaction import acting
from lianglin.facts import actions as facts
from lianglin.facts import queries as known
from lianglin.facts import registry
from lianglin.facts.models import Fact
from lianglin.kit import clock, discovery
from lianglin.kit.crypto import match_key
from lianglin.kit.errors import Conflict, Forbidden, Refused
from lianglin.people.actions import duplicates as actions
from lianglin.people.actions import names
from lianglin.people.models import (
    Consent,
    DuplicatePair,
    Guardianship,
    Household,
    Membership,
    NameKey,
    Resident,
)
from lianglin.people.queries import consents, search
from lianglin.people.queries import duplicates as queries
from lianglin.people.queries import importing as lists
from lianglin.people.rules.importing import Person
from lianglin.people.tests import scene
from lianglin.people.tests.scene import Family

TABLES = sorted(
    {apps.get_model(one.model)._meta.db_table for one in discovery.each("follows")}
    - {"people_duplicatepair", "people_duplicatehalf", "people_merge", "access_loginsession"}
)
GROUND = "papers"


@pytest.fixture
def city(db: None) -> World:
    made = build()
    Resident._base_manager.update(phone=None, phone_match=None)  # they all share one
    return made


@pytest.fixture
def family(city: World) -> Family:
    return scene.family(city)


@pytest.fixture
def twin(city: World, family: Family) -> Resident:
    """A second file of the mother, behind another door, with a phone, a ward of her own and a consent."""
    person = {"name": "单雄英", "born_on": family.mother.born_on, "phone": "15412345678"}
    made = Resident._base_manager.create(
        scope_code=HERE, phone_match=match_key("15412345678", "phone"), **person
    )
    home = Household._base_manager.filter(scope_code=HERE).order_by("pk")[1]
    for household in (home, family.household):
        Membership._base_manager.create(
            scope_code=HERE, household=household, resident=made, relation="99", from_on=SINCE
        )
    scene.guardian(made, Resident._base_manager.filter(scope_code=HERE).first(), "appointed")
    Consent._base_manager.create(
        scope_code=HERE, resident=made, text=scene.text(), purpose="contact", decision="given", decided_at=clock.now(), channel="page",
    )  # fmt: skip
    with acting(job()) as by:
        names.write_keys([*family, made], by=by)
    return made


def find(scope: str = HERE) -> list[DuplicatePair]:
    with acting(job(scope, scope + "~")):
        queries.find(scope)
    return list(DuplicatePair._base_manager.order_by("pk"))


def everything() -> dict[str, list[Any]]:
    """Every row of every table that follows, read by the test's own eyes."""
    with connection.cursor() as cursor:
        cursor.execute("set local role none")
        found = {}
        for table in TABLES:
            cursor.execute(f"select * from {table} order by 1")
            found[table] = cursor.fetchall()
        return found


def join(city: World, pair: DuplicatePair, keep: Resident, code: str = WORKER) -> Any:
    with acting(city.actors[code]) as by:
        return actions.merge(pair.pk, keep_id=keep.pk, ground=GROUND, by=by)


def test_what_two_files_have_in_common_is_found_once(city: World, family: Family, twin: Resident) -> None:
    (pair,) = find()
    assert (pair.first_id, pair.second_id, pair.reason, pair.state) == (
        family.mother.pk,
        twin.pk,
        "name",
        "open",
    )
    assert find() == [pair]
    for person in (family.child, family.youth):
        Resident._base_manager.filter(pk=person.pk).update(id_match=b"x" * 32)
    other = {"name": "单雄英", "phone_match": match_key("15412345678", "phone")}
    Resident._base_manager.create(scope_code=HERE, **other)
    Resident._base_manager.create(scope_code=NEXT_DOOR, **other)
    assert sorted(found.reason for found in find()) == ["id", "name", "phone"]


def test_initials_alone_are_nothing_in_common(city: World) -> None:
    people = [
        Resident._base_manager.create(scope_code=HERE, name=name, born_on=date(1980, 1, 5))
        for name in ("王伟", "吴文")
    ]
    with acting(job()) as by:
        names.write_keys(people, by=by)
    assert find() == []


def test_joining_moves_what_hangs_on_the_file(city: World, family: Family, twin: Resident) -> None:
    (pair,) = find()
    mother = family.mother
    join(city, pair, mother)
    kept, gone = Resident._base_manager.get(pk=mother.pk), Resident._base_manager.get(pk=twin.pk)
    assert (kept.phone, gone.merged_into) == ("15412345678", mother.pk)
    open_homes = Membership._base_manager.filter(resident=mother, to_on__isnull=True)
    assert open_homes.count() == open_homes.values("household_id").distinct().count() == 2
    assert not Membership._base_manager.filter(resident=twin, to_on__isnull=True).exists()
    assert Guardianship._base_manager.filter(guardian=mother).count() == 3
    keys = NameKey._base_manager.filter(resident=mother).values_list("key", flat=True)
    assert sorted(keys) == sorted(set(keys))
    with acting(city.actors[WORKER]) as by:
        assert consents.consented(mother.pk, "contact", actor=by)
        found = search.search("shan", actor=by).people
        assert mother.pk in {person.pk for person in found}
        assert twin.pk not in {person.pk for person in found}


def test_facts_follow_and_are_read_as_one(city: World, family: Family, twin: Resident) -> None:
    registry.load_shipped()
    with acting(city.actors[WORKER]) as by:
        new = facts.NewFact("person", twin.pk, "person.marital", "20", SINCE)
        (fact,) = facts.record([new], by=by)
    (pair,) = find()
    join(city, pair, family.mother)
    with acting(city.actors[WORKER]) as by:
        (held,) = known.of_subject("person", family.mother.pk, actor=by)
        at_home = [h for h in known.of_household(family.household.pk, actor=by) if h.object_class == "person"]
    assert (held.subject_id, held.current.record.id) == (family.mother.pk, fact.pk)
    assert [h.subject_id for h in at_home] == [family.mother.pk]
    fact.refresh_from_db()
    assert (fact.subject_id, fact.resident_id) == (family.mother.pk, family.mother.pk)
    with acting(scene.own(family.mother)) as herself:
        assert consents.consented(family.mother.pk, "contact", actor=herself)
        assert [row.pk for row in Fact.objects.visible_to(herself, purpose="own_data")] == [fact.pk]


def test_what_was_changed_since_is_not_overwritten(city: World, family: Family, twin: Resident) -> None:
    (pair,) = find()
    made = join(city, pair, family.mother)
    Resident._base_manager.filter(pk=family.mother.pk).update(phone=None)
    before = everything()
    with acting(city.actors[WORKER]) as by, pytest.raises(Conflict):
        actions.undo(made.pk, by=by)
    assert everything() == before


def test_two_persons_stay_two(city: World, family: Family, twin: Resident) -> None:
    (pair,) = find()
    before = everything()
    with acting(city.actors[WORKER]) as by:
        with pytest.raises(Refused):
            actions.different(pair.pk, ground="", by=by)
        actions.different(pair.pk, ground="asked", by=by)
        with pytest.raises(Conflict):
            actions.merge(pair.pk, keep_id=twin.pk, ground=GROUND, by=by)
    assert everything() == before
    assert find() == [DuplicatePair._base_manager.get(state="different")]


def test_only_the_own_place_and_one_of_the_two(city: World, family: Family, twin: Resident) -> None:
    (pair,) = find()
    with acting(city.actors[f"community-{FAR}"]) as by, pytest.raises(Forbidden):
        actions.merge(pair.pk, keep_id=twin.pk, ground=GROUND, by=by)
    with acting(city.actors["manager"]) as by, pytest.raises(Forbidden):
        actions.merge(pair.pk, keep_id=twin.pk, ground=GROUND, by=by)
    with acting(city.actors[WORKER]) as by, pytest.raises(Refused):
        actions.merge(pair.pk, keep_id=family.child.pk, ground=GROUND, by=by)


def test_who_moved_is_found_across_communities_and_joined_by_the_street(city: World, family: Family) -> None:
    moved = Resident._base_manager.create(scope_code=NEXT_DOOR, name="单雄英", id_match=b"i" * 32)
    far = Resident._base_manager.create(scope_code=FAR, name="单雄英", id_match=b"i" * 32)
    Resident._base_manager.filter(pk=family.mother.pk).update(id_match=b"i" * 32)
    with acting(job(HERE[:6], HERE[:6] + "~")):
        assert queries.find_across(HERE[:6]) == 1
    (pair,) = DuplicatePair._base_manager.all()
    assert (pair.scope_code, pair.first_id, pair.second_id) == (HERE[:9], family.mother.pk, moved.pk)
    with acting(city.actors[WORKER]) as by, pytest.raises(Forbidden):
        actions.merge(pair.pk, keep_id=moved.pk, ground=GROUND, by=by)
    join(city, pair, moved, STREET)
    assert Membership._base_manager.filter(resident=moved, scope_code=HERE).count() == 1
    assert city.browser(STREET).get("/people/duplicates/").status_code == 200
    assert Resident._base_manager.get(pk=far.pk).merged_into is None


def test_later_joinings_are_undone_first(city: World, family: Family, twin: Resident) -> None:
    (pair,) = find()
    first = join(city, pair, family.mother)
    third = Resident._base_manager.create(scope_code=HERE, name="单雄英", born_on=family.mother.born_on)
    later = DuplicatePair._base_manager.create(
        scope_code=HERE, first=family.mother, second=third, reason="name", found_at=clock.now()
    )
    second = join(city, later, third)
    assert set(Resident._base_manager.filter(merged_into=third.pk)) == {family.mother, twin}
    with acting(city.actors[WORKER]) as by:
        with pytest.raises(Conflict):
            actions.undo(first.pk, by=by)
        actions.undo(second.pk, by=by)
        actions.undo(first.pk, by=by)
    assert not Resident._base_manager.filter(merged_into__isnull=False).exists()


@pytest.mark.parametrize("code", [WORKER, STREET, "protection_officer", "administrator"])
def test_only_the_background_moves_rows(city: World, code: str) -> None:
    for call in ("people_follow(%s, 1, 2)", "people_follow_back(%s, 1, 2, '{}')"):
        with (
            acting(city.actors[code]),
            connection.cursor() as cursor,
            pytest.raises(DatabaseError, match="permission denied"),
            transaction.atomic(),
        ):
            cursor.execute(f"select {call}", ["people.Consent.resident_id"])
    with (
        acting(job()),
        connection.cursor() as cursor,
        pytest.raises(DatabaseError, match="nothing is declared"),
        transaction.atomic(),
    ):
        cursor.execute("select people_follow('access.Post.account_id', 1, 2)")


def test_a_list_taken_in_later_finds_the_file_that_stays(city: World, family: Family, twin: Resident) -> None:
    Resident._base_manager.filter(pk=twin.pk).update(id_match=match_key("230103198001050001", "id_number"))
    Resident._base_manager.filter(pk=family.mother.pk).update(id_match=b"z" * 32)
    (pair,) = find()
    join(city, pair, family.mother)
    person = Person(1, "单雄英", "230103198001050001")
    with acting(job(HERE, HERE + "~")) as by:
        assert lists.known_people([person], {}, lists.marks_of([person]), by) == {1: family.mother}


def test_the_pages_from_the_pair_to_the_undoing(city: World, family: Family, twin: Resident) -> None:
    (pair,) = find()
    browser = city.browser(WORKER)
    assert "单**" in browser.get("/people/duplicates/").content.decode()
    page = browser.get(f"/people/duplicates/{pair.pk}/").content.decode()
    assert "154****5678" in page
    assert "单雄英" not in page
    assert browser.post(f"/people/duplicates/{pair.pk}/", {"keep": family.mother.pk}).status_code == 422
    assert (
        browser.post(f"/people/duplicates/{pair.pk}/", {"keep": family.mother.pk, "ground": GROUND}).headers[
            "Location"
        ]
        == "/people/duplicates/"
    )
    assert browser.get(f"/people/{twin.pk}/").headers["Location"] == f"/people/{family.mother.pk}/"
    late = browser.post(f"/people/duplicates/{pair.pk}/", {"keep": twin.pk, "ground": GROUND}, follow=True)
    assert late.redirect_chain == [("/people/duplicates/", 303)]
    listed = late.content.decode()
    assert "已经做过了" in listed, "who comes second is told so, and keeps nothing of the first undone"
    assert "/people/duplicates/undo/" in listed
    undo = listed.split('action="')[-1].split('"')[0]
    assert browser.post(undo).status_code == 303
    assert Resident._base_manager.get(pk=twin.pk).merged_into is None
    assert browser.post("/people/duplicates/").status_code == 303
    assert city.browser(f"community-{FAR}").get(f"/people/duplicates/{pair.pk}/").status_code == 404
