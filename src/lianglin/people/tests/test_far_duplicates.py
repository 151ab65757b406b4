"""Files of one person in two districts: each says its half and sees its own file alone; joined, and taken apart again."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.world import FAR, HERE, NEXT_DOOR, SINCE, STREET, WORKER, World, build

from lianglin.access.actor import Actor, job
from lianglin.access.models import Post
from lianglin.access.transaction import acting
from lianglin.kit import clock
from lianglin.kit.errors import Conflict, Forbidden, Refused
from lianglin.kit.restricted import marked
from lianglin.people import tasks
from lianglin.people.actions import far_duplicates as actions
from lianglin.people.models import DuplicateHalf, DuplicatePair, Household, Membership, Merge, Resident
from lianglin.people.queries import duplicates as queries
from lianglin.people.tests.test_duplicates import everything

pytestmark = pytest.mark.django_db
OTHER = f"community-{FAR}"
NUMBER = b"i" * 32


@pytest.fixture
def city(db: None) -> World:
    made = build()
    Resident._base_manager.update(phone=None, phone_match=None)
    return made


@pytest.fixture
def files(city: World) -> dict[str, Resident]:
    """One person with a file and a home in two districts; the one far away knows the phone."""
    made = {}
    for code, phone in ((HERE, None), (FAR, "15412345678")):
        made[code] = Resident._base_manager.create(
            scope_code=code, name="单雄英", id_match=NUMBER, phone=phone
        )
        home = Household._base_manager.filter(scope_code=code).order_by("pk")[0]
        Membership._base_manager.create(
            scope_code=code, household=home, resident=made[code], relation="02", from_on=SINCE
        )
    return made


def find() -> int:
    with acting(job()):
        return queries.find_far()


def half(code: str) -> DuplicateHalf:
    return DuplicateHalf._base_manager.get(scope_code=code)


def say(city: World, code: str, said: str, who: str = "") -> DuplicateHalf:
    number = half(code).pk
    with transaction.atomic(), acting(city.actors[who or f"community-{code}"]) as by:
        return actions.say(number, said=said, ground="papers", by=by)


def test_a_number_in_two_districts_is_found_once_and_each_gets_its_half(city: World, files: Any) -> None:
    Resident._base_manager.create(scope_code=NEXT_DOOR, name="单雄英", id_match=b"n" * 32)
    Resident._base_manager.create(scope_code=HERE, name="单雄英", id_match=b"n" * 32)
    assert find() == 1
    assert find() == 0
    (pair,) = DuplicatePair._base_manager.all()
    assert pair.scope_code == HERE[:4]
    assert {(one.scope_code, one.resident_id) for one in DuplicateHalf._base_manager.all()} == {
        (code, person.pk) for code, person in files.items()
    }
    assert tasks.find_duplicates(tasks.CITY) == 0


def test_they_are_joined_once_the_second_half_fits_and_either_takes_it_back(city: World, files: Any) -> None:
    find()
    before = everything()
    said = say(city, HERE, "moved")
    assert (said.state, Resident._base_manager.filter(merged_into__isnull=False).count()) == ("open", 0)
    say(city, FAR, "here")
    kept = Resident._base_manager.get(pk=files[FAR].pk)
    gone = Resident._base_manager.get(pk=files[HERE].pk)
    assert gone.merged_into == kept.pk
    (old,) = Membership._base_manager.filter(scope_code=HERE, resident=kept)
    assert old.to_on == clock.today()
    assert Membership._base_manager.filter(resident=kept, to_on__isnull=True).count() == 1
    assert {one.state for one in DuplicateHalf._base_manager.all()} == {"merged"}
    assert DuplicatePair._base_manager.get().state == "merged"
    with acting(city.actors[WORKER]) as by:
        actions.undo(half(HERE).pk, by=by)
        with pytest.raises(Conflict):
            actions.undo(half(HERE).pk, by=by)
    assert everything() == before
    assert {(one.state, one.said) for one in DuplicateHalf._base_manager.all()} == {("open", "")}
    say(city, FAR, "moved")
    say(city, HERE, "here")
    kept = Resident._base_manager.get(pk=files[HERE].pk)
    assert kept.phone == "15412345678"


@pytest.mark.parametrize("said", ["here", "moved"])
def test_two_halves_alike_join_nothing_and_are_asked_again(city: World, files: Any, said: str) -> None:
    find()
    before = everything()
    say(city, HERE, said)
    say(city, FAR, said)
    assert everything() == before
    assert {(one.state, one.said, one.clash) for one in DuplicateHalf._base_manager.all()} == {
        ("open", "", True)
    }


@pytest.mark.parametrize("first", ["", "here", "moved"])
def test_two_persons_from_either_side_end_it(city: World, files: Any, first: str) -> None:
    find()
    before = everything()
    if first:
        say(city, HERE, first)
    say(city, FAR, "different")
    assert everything() == before
    assert DuplicatePair._base_manager.get().state == "different"
    assert find() == 0
    with pytest.raises(Conflict):
        say(city, HERE, "here")


def test_nobody_says_twice_nor_both_halves_nor_anothers(city: World, files: Any) -> None:
    find()
    say(city, HERE, "here", who=STREET)
    with pytest.raises(Conflict):
        say(city, HERE, "moved")
    with pytest.raises(Forbidden):
        say(city, FAR, "moved", who=WORKER)
    both = city.posts[OTHER]
    Post.objects.filter(pk=both.pk).update(account=city.posts[STREET].account)
    city.actors["both"] = Actor(**{**vars(city.actors[OTHER]), "account_id": city.posts[STREET].account_id})
    with pytest.raises(Forbidden):
        say(city, FAR, "moved", who="both")
    with acting(city.actors[OTHER]) as by, pytest.raises(Refused):
        actions.say(half(FAR).pk, said="x", ground="papers", by=by)
    assert not Merge._base_manager.exists()


def test_a_restricted_file_is_neither_offered_nor_joined(city: World, files: Any) -> None:
    Resident._base_manager.filter(pk=files[FAR].pk).update(scope_code=marked(FAR))
    assert find() == 0
    Resident._base_manager.filter(pk=files[FAR].pk).update(scope_code=FAR)
    find()
    say(city, HERE, "moved")
    Resident._base_manager.filter(pk=files[FAR].pk).update(scope_code=marked(FAR))
    with pytest.raises(Conflict):
        say(city, FAR, "here")
    assert not Merge._base_manager.exists()


prefixes = st.sampled_from(["", "23", "2301", "230103", "230104", HERE, FAR, NEXT_DOOR, HERE[:9], FAR[:9]])


@given(low=prefixes, purpose=st.sampled_from(["handle_case", "statistics"]))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_post_reads_halves_of_its_place_and_no_district_reads_the_pair(
    city: World, files: Any, low: str, purpose: str
) -> None:
    """PostgreSQL and the QuerySet give the same; whoever reads one half below the city reads neither pair nor the other."""
    find()
    actor = Actor(role="staff", low=low, high=low + "~", purposes=frozenset({purpose}))
    with acting(actor) as by, connection.cursor() as cursor:
        cursor.execute("select scope_code from people_duplicatehalf order by 1")
        seen = [code for (code,) in cursor.fetchall()]
        cursor.execute("select count(*) from people_duplicatepair")
        pairs = cursor.fetchone()[0]
        if purpose == "handle_case":
            rows = DuplicateHalf.objects.visible_to(by, purpose=purpose).order_by("scope_code")
            assert [one.scope_code for one in rows] == seen
            assert seen == sorted(code for code in (HERE, FAR) if code.startswith(low))
        else:
            assert seen == []
        assert pairs == (1 if purpose == "handle_case" and len(low) <= 4 else 0)


def test_the_pages_show_the_own_file_and_nothing_of_the_other(city: World, files: Any) -> None:
    find()
    browser, other = city.browser(WORKER), city.browser(OTHER)
    assert "elsewhere/" in browser.get("/people/duplicates/").content.decode()
    listed = browser.get("/people/duplicates/elsewhere/").content.decode()
    assert f"#{files[HERE].pk}" in listed
    address = f"/people/duplicates/elsewhere/{half(HERE).pk}/"
    page = browser.get(address).content.decode()
    for word in (f"#{files[FAR].pk}", FAR, "5678", "单雄英"):
        assert word not in page, word
    assert other.get(address).status_code == 404
    assert browser.post(address, {"said": "moved"}).status_code == 422
    assert browser.post(address, {"said": "moved", "ground": "asked"}).status_code == 303
    theirs = f"/people/duplicates/elsewhere/{half(FAR).pk}/"
    assert other.post(theirs, {"said": "here", "ground": "papers"}).status_code == 303
    joined = browser.get(address).content.decode()
    assert f"#{files[FAR].pk}" not in joined
    assert browser.get(f"/people/{files[HERE].pk}/").status_code == 404
    late = browser.post(address, {"said": "moved", "ground": "asked"}, follow=True)
    assert "已经做过了" in late.content.decode()
    assert browser.post(f"{address}undo/").status_code == 303
    assert Resident._base_manager.get(pk=files[HERE].pk).merged_into is None
