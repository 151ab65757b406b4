"""An emergency opening for one named person reaches that person's restricted rows, for its minutes; nothing else does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.world import FAR, HERE, NEXT_DOOR, SINCE, STREET, UNIT, WORKER, World, build

from lianglin.access.actor import PURPOSES, Actor
from lianglin.access.governance import lent, widening
from lianglin.access.models import AccessLog, BreakGlass, GlassPerson
from lianglin.access.queries import own_looks
from lianglin.access.scoped import guards
from lianglin.access.transaction import acting
from lianglin.kit import clock, messages
from lianglin.kit.crypto import match_key
from lianglin.kit.errors import Forbidden, Refused
from lianglin.notices.models import Message
from lianglin.people.models import Household, Membership, Resident
from lianglin.people.tests import scene
from lianglin.privacy.actions import emergency as actions
from lianglin.privacy.actions import restricting
from lianglin.privacy.queries import emergency as queries

pytestmark = pytest.mark.django_db
OFFICER = "protection_officer"
NAME, PHONE, BORN = "单雄英", "15412345678", date(1950, 3, 1)
REACHED = {"people.Resident", "people.Membership", "people.Household", "people.Guardianship", "facts.Fact"}
"""What saves: who, where, who is to be called, what is known. Consents, matters, looks and health data stay closed."""


@pytest.fixture
def city(db: None) -> Iterator[World]:
    yield build()
    clock.set_offset(timedelta(0))


def made_in(code: str, name: str, phone: str) -> Resident:
    person = Resident._base_manager.create(
        scope_code=code, name=name, phone=phone, phone_match=match_key(phone, "phone"), born_on=BORN
    )
    home = Household._base_manager.filter(scope_code=code).order_by("pk")[0]
    Membership._base_manager.create(
        scope_code=code, household=home, resident=person, relation="02", from_on=SINCE
    )
    return person


@pytest.fixture
def people(city: World) -> dict[str, Resident]:
    """Two restricted persons of HERE and one of another community, and one whose data is free."""
    made = {
        "her": made_in(HERE, NAME, PHONE),
        "other": made_in(HERE, "赵示例", "15412345670"),
        "elsewhere": made_in(NEXT_DOOR, "钱示例", "15412345671"),
        "free": made_in(HERE, "孙示例", "15412345672"),
    }
    scene.guardian(made["free"], made["her"], "appointed")
    for key in ("her", "other", "elsewhere"):
        with transaction.atomic(), acting(city.actors[OFFICER]) as by:
            restricting.restrict(resident_id=made[key].pk, by=by)
    return made


def opened(city: World, who: str = WORKER, **given: Any) -> BreakGlass:
    values = {"name": NAME, "known": {"phone": "154 1234 5678"}, "reason": "老人昏倒，找不到家属"} | given
    with transaction.atomic(), acting(city.actors[who]) as by:
        return actions.open_for(**values, by=by)


def rescuer(city: World, made: BreakGlass, who: str = WORKER) -> Actor:
    return lent.rescuer(GlassPerson._base_manager.get(pk=made.pk), city.actors[who])


def files(actor: Actor) -> list[int]:
    """Which files the actor's database role gives, whatever Python says."""
    with acting(actor), connection.cursor() as cursor:
        cursor.execute("select id from people_resident order by 1")
        return [pk for (pk,) in cursor.fetchall()]


def test_the_named_persons_file_opens_in_full(city: World, people: Any) -> None:
    made = opened(city)
    with acting(city.actors[WORKER]) as by:
        found = lent.named_in_force(made.pk, by)
        assert found is not None
        shown = queries.open_file(found, by)
    assert shown is not None
    assert {line.name: line.text for line in shown.lines}["phone"] == PHONE
    assert [one.guardian_id for one in shown.guardians] == [people["free"].pk]
    assert files(rescuer(city, made)) == [people["her"].pk]


def test_the_officer_is_told_that_it_is_restricted_data(city: World, people: Any) -> None:
    made = opened(city)
    (told,) = Message._base_manager.filter(code="access.break_glass_person")
    assert told.post_id == city.posts[OFFICER].pk
    assert (made.purposes, made.scope_code, made.told) == ("vital_interest", HERE, 1)
    with acting(city.actors[OFFICER]), connection.cursor() as cursor:
        cursor.execute("select count(*) from access_glassperson")
        assert cursor.fetchone()[0] == 0  # who looked, not at whom


@pytest.mark.parametrize("how", ["nobody", "broken"])
def test_nothing_opens_when_no_officer_can_be_told(
    city: World, people: Any, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if how == "nobody":
        city.posts[OFFICER].ends_on = clock.today() - timedelta(days=1)
        city.posts[OFFICER].save()
    else:
        monkeypatch.setattr(messages, "send", lambda message: (_ for _ in ()).throw(OSError("no outbox")))
    with pytest.raises(Refused):
        opened(city)
    assert not GlassPerson._base_manager.exists()


def test_nothing_else_reaches_restricted_rows(city: World, people: Any) -> None:
    """Neither the post itself, nor an ordinary opening of the very place, nor an opening for somebody else."""
    her = people["her"].pk
    worker = city.actors[WORKER]
    assert her not in files(worker)
    with transaction.atomic(), acting(worker) as by:
        usual = widening.break_glass(
            scope_code=HERE, purposes=["handle_case", "serve_household"], reason="x", by=by
        )
    found = lent.find("glass", usual.pk, worker.post_id or 0)
    assert found is not None
    assert her not in files(lent.lend(worker, found))
    other = opened(city, name="赵示例", known={"born_on": BORN})
    assert files(rescuer(city, other)) == [people["other"].pk]
    assert lent.find("glass", other.pk, worker.post_id or 0) is None


def test_the_role_reads_what_saves_and_writes_nothing(city: World, people: Any) -> None:
    reached = {label for label, guard in guards().items() if guard.personal and "rescue" in guard.roles}
    assert reached == REACHED
    assert {guard.roles["rescue"].rights for guard in guards().values() if "rescue" in guard.roles} == {"S"}
    actor = rescuer(city, opened(city))
    with acting(actor), connection.cursor() as cursor:
        for label in sorted(REACHED):
            table = apps.get_model(label)._meta.db_table
            with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
                cursor.execute(f"update {table} set scope_code = scope_code")
        for label in ("people.Consent", "people.NameKey", "cases.Case", "access.AccessLog"):
            table = apps.get_model(label)._meta.db_table
            with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
                cursor.execute(f"select count(*) from {table}")


def test_it_ends_with_its_minutes_or_before(city: World, people: Any) -> None:
    first, second = opened(city), opened(city)
    actor, again = rescuer(city, first), rescuer(city, second)
    with transaction.atomic(), acting(city.actors[WORKER]) as by:
        widening.end_glass(opening=first, by=by)
    assert files(actor) == []
    assert files(again) == [people["her"].pk]
    clock.set_offset(second.ends_at - clock.now() + timedelta(seconds=1))
    assert files(again) == []
    with acting(city.actors[WORKER]) as by:
        assert lent.named_in_force(second.pk, by) is None


claimed = st.fixed_dictionaries(
    {
        "resident_id": st.none() | st.sampled_from(["her", "other", "elsewhere", "free"]),
        "low": st.sampled_from(["", HERE, "c3", "~"]),
        "high": st.sampled_from(["", "~", ":"]),
        "purposes": st.sets(st.sampled_from(sorted(PURPOSES))),
        "post": st.sampled_from([WORKER, STREET, OFFICER]),
        "mine": st.booleans(),
    }
)


@given(claim=claimed)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_person_comes_from_the_row_whatever_is_claimed(city: World, people: Any, claim: Any) -> None:
    """Python may say any range, any purpose, anybody: PostgreSQL gives the named person to the post that opened."""
    with transaction.atomic():
        made = opened(city)
        person = people[claim["resident_id"]].pk if claim["resident_id"] else None
        forged = replace(
            rescuer(city, made, claim["post"]),
            resident_id=person,
            low=claim["low"],
            high=claim["high"],
            purposes=frozenset(claim["purposes"]),
            lent_id=made.pk if claim["mine"] else made.pk + 1,
        )
        due = [people["her"].pk] if claim["post"] == WORKER and claim["mine"] else []
        assert files(forged) == due
        transaction.set_rollback(True)


def test_nobody_names_a_person_to_an_opening_of_before(city: World, people: Any) -> None:
    with transaction.atomic(), acting(city.actors[WORKER]) as by:
        usual = widening.break_glass(scope_code=HERE, purposes=["handle_case"], reason="x", by=by)
    with acting(city.actors[WORKER]), connection.cursor() as cursor:
        for opening, post in (
            (usual, WORKER),
            (opened(city, STREET), WORKER),
            (opened(city, STREET), STREET),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                cursor.execute(
                    "insert into access_glassperson (opening_id, resident_id, post_id) values (%s, %s, %s)",
                    [opening.pk, people["other"].pk, city.posts[post].pk],
                )


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"known": {}}, "id_number"),
        ({"name": "单雄"}, "name"),
        ({"known": {"phone": PHONE, "born_on": date(1951, 1, 1)}}, "name"),
        ({"name": "钱示例", "known": {"phone": "15412345671"}}, "name"),
        ({"name": "孙示例", "known": {"phone": "15412345672"}}, "name"),
        ({"name": "王示例", "known": {"phone": "15400000000"}}, "name"),
    ],
)
def test_it_needs_one_restricted_person_of_the_own_area(
    city: World, people: Any, given: Any, field: str
) -> None:
    with pytest.raises(Refused) as caught:
        opened(city, **given)
    assert caught.value.field == field
    assert not BreakGlass.objects.exists()


@pytest.mark.parametrize("who", [OFFICER, "manager", "administrator", UNIT, f"community-{FAR}"])
def test_other_posts_open_nothing(city: World, people: Any, who: str) -> None:
    with pytest.raises((Forbidden, Refused)):
        opened(city, who)


def test_the_pages_and_what_the_person_reads(city: World, people: Any) -> None:
    browser = city.browser(WORKER)
    assert browser.get("/privacy/emergency/").status_code == 200
    assert browser.post("/privacy/emergency/", {"name": NAME, "reason": "x"}).status_code == 422
    sent = {"name": NAME, "phone": PHONE, "reason": "昏倒在家"}
    answer = browser.post("/privacy/emergency/", sent)
    assert answer.status_code == 303
    page = browser.get(answer.headers["Location"]).content.decode()
    assert PHONE in page
    look = AccessLog._base_manager.get(resident_id=people["her"].pk)
    assert (look.purpose, look.scope_code, look.break_glass_id) == (
        "vital_interest", HERE, BreakGlass.objects.get().pk,
    )  # fmt: skip
    with acting(scene.own(people["her"])) as herself:
        assert [row["purpose"] for row in own_looks(actor=herself)] == ["vital_interest"]
    assert city.browser(STREET).get(answer.headers["Location"]).status_code == 403
    assert browser.get(f"/people/{people['her'].pk}/").status_code == 404
    assert browser.post(f"{answer.headers['Location']}end/").status_code == 303
    assert browser.get(answer.headers["Location"]).status_code == 403
    officer = city.browser(OFFICER)
    assert "/account/" in officer.get("/account/").headers.get("Location", "/account/")
    seen = officer.get(f"/account/emergency/{look.break_glass_id}/")
    assert seen.status_code in (200, 404)
