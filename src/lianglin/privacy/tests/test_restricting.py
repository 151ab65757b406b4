"""A restriction closes every table of the person to every post, in Python and in PostgreSQL, until it is lifted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from tests.world import FAR, HERE, NEXT_DOOR, SINCE, STREET, WORKER, World

from lianglin.access.actor import Actor, job, resident
from lianglin.access.scoped import guards
from lianglin.access.transaction import acting
from lianglin.facts import registry
from lianglin.facts.models import Conflict as Contradiction
from lianglin.facts.models import DataElement, Fact
from lianglin.kit import clock, discovery
from lianglin.kit.crypto import match_key
from lianglin.kit.errors import Conflict, Forbidden, Refused
from lianglin.kit.ids import id_check_character
from lianglin.kit.restricted import is_marked, marked, plain
from lianglin.people.actions import names, taking_in
from lianglin.people.models import (
    Consent,
    DuplicateHalf,
    DuplicatePair,
    FormerValue,
    Guardianship,
    Household,
    Membership,
    Merge,
    NameKey,
    Resident,
)
from lianglin.people.tests import scene
from lianglin.people.tests.scene import logged_in
from lianglin.privacy.actions import requests
from lianglin.privacy.actions import restricting as actions
from lianglin.privacy.actions.requests import Asked
from lianglin.privacy.models import Restriction
from lianglin.privacy.queries import restricting

OFFICER = "protection_officer"
Two = tuple[Resident, Resident]
CLOSED = [
    "people.Resident",
    *sorted({one.model for one in discovery.each("follows") if not one.open} - {"people.Resident"}),
]
"""Every table of a person that a restriction closes."""


def fact(person: Resident) -> Fact:
    element = DataElement.objects.get(code="person.marital")
    return Fact._base_manager.create(
        scope_code=HERE, object_class="person", subject_id=person.pk, element=element, value="20", valid_from=SINCE,
        recorded_at=clock.now(), source="visit", purpose="serve_household", basis="statutory_duty",
        expires_on=date(2099, 1, 1),
    )  # fmt: skip


def rows(person: Resident, other: Resident) -> dict[str, Callable[[], Any]]:
    """How to make one row of each closed table about a person."""
    now, here = clock.now(), {"scope_code": HERE}
    home = Household._base_manager.filter(scope_code=HERE).first()
    return {
        "people.Resident": lambda: person,
        "people.Membership": lambda: Membership._base_manager.create(
            **here, household=home, resident=person, relation="99", from_on=SINCE
        ),
        "people.Guardianship": lambda: scene.guardian(other, person, "appointed"),
        "people.NameKey": lambda: NameKey._base_manager.create(**here, resident=person, key="wangjia"),
        "people.FormerValue": lambda: FormerValue._base_manager.create(
            **here, resident=person, column="phone", value="1", until_at=now
        ),
        "people.Consent": lambda: Consent._base_manager.create(
            **here,
            resident=person,
            text=scene.text(),
            purpose="contact",
            decision="given",
            decided_at=now,
            channel="page",
        ),
        "people.DuplicatePair": lambda: DuplicatePair._base_manager.create(
            **here, first=person, second=other, reason="name", found_at=now
        ),
        "people.DuplicateHalf": lambda: DuplicateHalf._base_manager.create(
            **here, pair_id=1, resident=person, found_at=now
        ),
        "people.Merge": lambda: Merge._base_manager.create(
            **here, pair_id=1, kept_id=person.pk, gone_id=other.pk, merged_at=now
        ),
        "facts.Fact": lambda: fact(person),
        "facts.Conflict": lambda: Contradiction._base_manager.create(
            **here,
            object_class="person",
            subject_id=person.pk,
            element=DataElement.objects.get(code="person.marital"),
            found_at=now,
        ),
        **_of_benefits(person, home),
    }


def _of_benefits(person: Resident, home: Any) -> dict[str, Callable[[], Any]]:
    """Rows about a person in the tables of benefits, by the models' names: the package may be absent."""
    now, day = clock.now(), clock.today()

    def made(label: str, **given: Any) -> Any:
        return apps.get_model(label)._base_manager.create(scope_code=HERE, resident_id=person.pk, **given)

    def measure() -> Any:
        return apps.get_model("benefits.Measure")._base_manager.create(code="tried", created_at=now)

    def match(label: str = "benefits.Match") -> Any:
        return made(
            label, household_id=home.pk, measure=measure(), answer=2, on=day, digest="0" * 64, matched_at=now, state_at=now
        )  # fmt: skip

    def step() -> Any:
        found = match()
        return made("benefits.MatchStep", match=found, measure=found.measure, kind="told", at=now)

    def claim() -> Any:
        kept: Any = apps.get_model("cases.Case")
        case = kept._base_manager.create(
            number="B1", kind="claim", scope_code=HERE, state="offered", opened_at=now, title="一项补贴",
            community=home.dwelling.unit.building.community,
        )  # fmt: skip
        return made(
            "benefits.Claim",
            case=case,
            household_id=home.pk,
            measure=measure(),
            channel="desk",
            started_at=now,
        )

    return {
        "benefits.Match": match,
        "benefits.HealthMatch": lambda: match("benefits.HealthMatch"),
        "benefits.MatchStep": step,
        "benefits.MatchAhead": lambda: made(
            "benefits.MatchAhead",
            household_id=home.pk,
            measure=measure(),
            change="begins",
            on=day,
            counted_at=now,
        ),
        "benefits.Mandate": lambda: made(
            "benefits.Mandate",
            kind="guardian",
            papers="guardian",
            agent_name="某人",
            from_on=SINCE,
            recorded_at=now,
        ),
        "benefits.Claim": claim,
    }


def restrict(city: World, person: Resident) -> Restriction:
    with transaction.atomic(), acting(city.actors[OFFICER]) as by:
        return actions.restrict(resident_id=person.pk, by=by)


def lift(city: World, found: Restriction) -> None:
    with transaction.atomic(), acting(city.actors[OFFICER]) as by:
        actions.lift(restriction_id=found.pk, note="本人要求。", by=by)


def seen(label: str, pk: int, actor: Actor) -> tuple[bool, bool]:
    """Whether an actor sees a row: through the QuerySet, and through raw SQL."""
    model: Any = apps.get_model(label)
    access = guards()[label].access(actor.role)
    if access is None or "S" not in access.rights:
        return False, False
    purpose = next(
        iter(sorted(actor.purposes & {"handle_case", "serve_household", "own_data", "system"})), ""
    )
    with acting(actor), connection.cursor() as cursor:
        by_queryset = (
            bool(purpose) and model.objects.visible_to(actor, purpose=purpose).filter(pk=pk).exists()
        )
        cursor.execute(f"select 1 from {model._meta.db_table} where {model._meta.pk.column} = %s", [pk])
        return by_queryset, cursor.fetchone() is not None


def test_every_closed_table_carries_a_scope_code(db: None) -> None:
    for label in CLOSED:
        assert "scope_code" in {field.name for field in apps.get_model(label)._meta.concrete_fields}, label


@pytest.mark.parametrize("label", CLOSED)
def test_each_table_of_the_person_is_closed_and_opened_again(city: World, two: Two, label: str) -> None:
    registry.load_shipped()
    made = rows(*two)[label]()
    before = apps.get_model(label)._base_manager.filter(pk=made.pk).values().get()
    posts = {code: city.actors[code] for code in (WORKER, STREET, OFFICER, "manager")}
    was = {code: seen(label, made.pk, actor) for code, actor in posts.items()}
    in_the_open = not guards()[label].ground
    assert was[WORKER] == (in_the_open, in_the_open)
    found = restrict(city, two[0])
    for code, actor in posts.items():
        assert seen(label, made.pk, actor) == (False, False), code
    assert seen(label, made.pk, job()) == (True, True)
    person = resident(resident_id=two[0].pk)
    if label in (
        "people.Resident",
        "people.Membership",
        "people.Guardianship",
        "people.Consent",
        "facts.Fact",
    ):
        assert seen(label, made.pk, person) == (True, True)
    lift(city, found)
    assert {code: seen(label, made.pk, actor) for code, actor in posts.items()} == was
    assert apps.get_model(label)._base_manager.filter(pk=made.pk).values().get() == before


def test_nobody_elses_rows_are_touched(city: World, two: Two) -> None:
    others = dict(Resident._base_manager.exclude(pk=two[0].pk).values_list("pk", "scope_code"))
    restrict(city, two[0])
    assert dict(Resident._base_manager.exclude(pk=two[0].pk).values_list("pk", "scope_code")) == others
    assert is_marked(Resident._base_manager.get(pk=two[0].pk).scope_code)


def test_a_row_of_two_persons_stays_closed_until_both_are_open(city: World, two: Two) -> None:
    guarded = scene.guardian(two[1], two[0], "appointed")
    first, second = restrict(city, two[0]), restrict(city, two[1])
    lift(city, first)
    assert is_marked(Guardianship._base_manager.get(pk=guarded.pk).scope_code)
    assert not is_marked(Resident._base_manager.get(pk=two[0].pk).scope_code)
    lift(city, second)
    assert Guardianship._base_manager.get(pk=guarded.pk).scope_code == HERE


def test_what_is_written_meanwhile_is_closed_too_and_the_joined_file_with_it(city: World, two: Two) -> None:
    old = Resident._base_manager.create(scope_code=HERE, name="旧档", merged_into=two[0].pk)
    found = restrict(city, two[0])
    with acting(job()) as by:
        names.write_keys([Resident._base_manager.get(pk=two[0].pk)], by=by)
    assert all(is_marked(row.scope_code) for row in NameKey._base_manager.filter(resident=two[0]))
    assert is_marked(Resident._base_manager.get(pk=old.pk).scope_code)
    lift(city, found)
    assert {row.scope_code for row in NameKey._base_manager.filter(resident=two[0])} == {HERE}


def test_lifted_after_the_community_was_renumbered_the_rows_get_the_new_code(city: World, two: Two) -> None:
    found = restrict(city, two[0])
    Restriction._base_manager.filter(pk=found.pk).update(scope_code=NEXT_DOOR)  # as gazetteer's recoding does
    lift(city, found)
    assert Resident._base_manager.get(pk=two[0].pk).scope_code == NEXT_DOOR


def test_a_list_does_not_bring_the_person_in_a_second_time(city: World, two: Two) -> None:
    number = "23010319800105000"
    number += id_check_character(number)
    Resident._base_manager.filter(pk=two[0].pk).update(id_match=match_key(number, "id_number"))
    restrict(city, two[0])
    before = Resident._base_manager.count()
    with acting(job(HERE, HERE + "~")) as by:
        tally = taking_in.take_in([(2, {"name": "王甲", "id_number": number})], by=by, writing=True)
    assert Resident._base_manager.count() == before
    assert [(one.row, one.code) for one in tally.findings] == [(2, "restricted")]
    assert tally.made == 0


@pytest.mark.parametrize("code", [WORKER, STREET, "manager", "administrator"])
def test_only_the_officer_decides(city: World, two: Two, code: str) -> None:
    with acting(city.actors[code]) as by, pytest.raises(Forbidden):
        actions.restrict(resident_id=two[0].pk, by=by)
    with (
        acting(city.actors[code]),
        connection.cursor() as cursor,
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
    ):
        cursor.execute("select privacy_restrict(%s)", [two[0].pk])


def test_twice_is_refused_and_so_is_lifting_without_a_reason(city: World, two: Two) -> None:
    found = restrict(city, two[0])
    with pytest.raises(Refused):
        restrict(city, two[0])
    with transaction.atomic(), acting(city.actors[OFFICER]) as by, pytest.raises(Refused):
        actions.lift(restriction_id=found.pk, note=" ", by=by)
    lift(city, found)
    with pytest.raises(Conflict):
        lift(city, found)


def test_from_the_request_to_the_lifting_through_the_pages(city: World, two: Two) -> None:
    def asked(kind: str) -> requests.Opened:
        with transaction.atomic(), acting(resident(resident_id=two[0].pk)) as by:
            return requests.ask(asked=Asked(kind, "请先不要使用我的信息"), by=by)

    def granted(made: requests.Opened) -> None:
        with transaction.atomic(), acting(city.actors[OFFICER]) as by:
            requests.fulfil(made.case.pk, by=by, outcome="done", note="照办。")

    granted(asked("restrict"))
    worker, herself = city.browser(WORKER), logged_in(two[0])
    assert worker.get(f"/people/{two[0].pk}/").status_code == 404
    assert "限制使用" in herself.get("/privacy/mine/").content.decode()
    assert herself.get("/privacy/mine/held/").status_code == 200
    found = restricting.of_resident(two[0].pk, job())
    assert found is not None
    assert f"#{two[0].pk}" in city.browser(OFFICER).get("/privacy/desk/restrictions/").content.decode()
    granted(asked("lift"))
    assert worker.get(f"/people/{two[0].pk}/").status_code == 200
    found.refresh_from_db()
    assert (found.note, found.lifted_at is not None) == ("照办。", True)


def test_the_mark_is_undone_exactly() -> None:
    for code in (HERE, FAR, "9", ""):
        assert plain(marked(code)) == plain(code) == code
        assert not code or is_marked(marked(code))
    assert not is_marked(HERE)
