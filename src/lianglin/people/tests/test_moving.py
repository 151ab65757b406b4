"""Somebody moves away: memberships end, the keeping time runs, everything that names the person goes, and nobody else's."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from tests.world import FAR, HERE, SINCE, WORKER, World, build

from lianglin.access import actor as actors
from lianglin.access.models import AccessLog
from lianglin.access.transaction import acting
from lianglin.facts import registry
from lianglin.facts.models import DataElement, Fact
from lianglin.kit import clock
from lianglin.kit.errors import Conflict, Forbidden, Refused
from lianglin.people.actions import moving, names
from lianglin.people.models import (
    Consent,
    DuplicatePair,
    FormerValue,
    Guardianship,
    Household,
    Membership,
    NameKey,
    Resident,
)
from lianglin.people.tests import scene
from lianglin.people.tests.scene import Family
from lianglin.privacy.actions import retaining
from lianglin.privacy.models import RetentionRun
from lianglin.privacy.queries import retention


@pytest.fixture
def city(db: None) -> World:
    return build()


@pytest.fixture
def family(city: World) -> Family:
    return scene.family(city)


def leave(city: World, person: Resident, on: date, code: str = WORKER) -> Resident:
    with transaction.atomic(), acting(city.actors[code]) as by:
        return moving.move_away(person.pk, on=on, by=by)


def night() -> RetentionRun:
    rule = retention.rule_of("people.Resident")
    assert rule is not None
    with acting(actors.job()) as by:
        begun = retaining.begin(rule=rule, by=by)
        while retaining.go_on(run_id=begun.pk, by=by):
            pass
    return RetentionRun.objects.get(pk=begun.pk)


def test_moving_away_ends_the_membership_and_an_empty_household(city: World, family: Family) -> None:
    today = clock.today()
    leave(city, family.mother, today)
    held = Membership._base_manager.get(resident=family.mother)
    assert (held.to_on, Resident._base_manager.get(pk=family.mother.pk).ended_on) == (today, today)
    assert Household._base_manager.get(pk=family.household.pk).dissolved_on is None
    for home in Membership._base_manager.filter(household=family.household, to_on__isnull=True):
        leave(city, home.resident, today)
    assert Household._base_manager.get(pk=family.household.pk).dissolved_on == today


def test_who_lives_here_again_is_not_erased(city: World, family: Family) -> None:
    leave(city, family.mother, clock.today())
    with acting(city.actors[WORKER]) as by:
        person = moving.come_back(family.mother.pk, by=by)
    person.refresh_from_db()
    assert (person.left_on, person.ended_on) == (None, None)


def test_no_day_before_moving_in_or_after_today_and_not_twice(city: World, family: Family) -> None:
    for day in (SINCE - timedelta(days=1), clock.today() + timedelta(days=1)):
        with pytest.raises(Refused):
            leave(city, family.mother, day)
    with pytest.raises(Forbidden):
        leave(city, family.mother, clock.today(), f"community-{FAR}")
    leave(city, family.mother, clock.today())
    with pytest.raises(Conflict):
        leave(city, family.mother, clock.today())


def everything_about(person: Resident, city: World) -> None:
    """A row of each table that names the person."""
    now, here = clock.now(), {"scope_code": HERE}
    with acting(actors.job()) as by:
        names.write_keys([person], by=by)
    Consent._base_manager.create(
        **here,
        resident=person,
        text=scene.text(),
        purpose="contact",
        decision="given",
        decided_at=now,
        channel="page",
    )
    FormerValue._base_manager.create(**here, resident=person, column="phone", value="1", until_at=now)
    Fact._base_manager.create(
        **here, object_class="person", subject_id=person.pk, element=DataElement.objects.get(code="person.marital"),
        value="20", valid_from=SINCE, recorded_at=now, source="visit", purpose="serve_household",
        basis="statutory_duty", expires_on=date(2099, 1, 1),
    )  # fmt: skip
    post = city.posts[WORKER]
    AccessLog._base_manager.create(
        **here,
        at=now,
        resident_id=person.pk,
        post=post,
        organisation=post.organisation,
        purpose="handle_case",
        what="phone",
    )


def about(pk: int) -> dict[str, int]:
    tables: dict[str, Any] = {
        "resident": Resident._base_manager.filter(pk=pk),
        "joined": Resident._base_manager.filter(merged_into=pk),
        "membership": Membership._base_manager.filter(resident_id=pk),
        "guardian": Guardianship._base_manager.filter(guardian_id=pk),
        "key": NameKey._base_manager.filter(resident_id=pk),
        "consent": Consent._base_manager.filter(resident_id=pk),
        "former": FormerValue._base_manager.filter(resident_id=pk),
        "pair": DuplicatePair._base_manager.filter(first_id=pk),
        "fact": Fact._base_manager.filter(object_class="person", subject_id=pk),
    }
    return {name: rows.count() for name, rows in tables.items()}


def test_two_years_later_everything_about_the_person_is_gone_and_the_record_says_so(
    city: World, family: Family
) -> None:
    registry.load_shipped()
    mother = family.mother
    everything_about(mother, city)
    joined = Resident._base_manager.create(scope_code=HERE, name="旧档", merged_into=mother.pk)
    with acting(actors.job()) as by:
        names.write_keys([joined], by=by)
    DuplicatePair._base_manager.create(
        scope_code=HERE, first=mother, second=family.child, reason="name", found_at=clock.now()
    )
    everyone = Resident._base_manager.exclude(pk__in=[mother.pk, joined.pk])
    others = set(everyone.values_list("pk", flat=True))
    assert all(about(mother.pk).values())
    today = clock.today()
    two_years = date(today.year - 2, today.month, min(today.day, 28))
    Resident._base_manager.filter(pk=mother.pk).update(left_on=two_years + timedelta(days=5))
    assert night().erased == 0
    assert all(about(mother.pk).values())
    Resident._base_manager.filter(pk=mother.pk).update(left_on=two_years - timedelta(days=5))
    record = night()
    assert not any(about(mother.pk).values())
    assert not NameKey._base_manager.filter(resident_id=joined.pk).exists()
    assert record.erased == 1
    assert {
        "facts.Fact": 1,
        "people.Consent": 1,
        "people.FormerValue": 1,
        "people.Resident": 1,
    }.items() <= record.along.items()
    assert AccessLog._base_manager.filter(resident_id=mother.pk).exists()  # accounted for three years
    assert set(Resident._base_manager.values_list("pk", flat=True)) == others


def test_the_page_of_moving_away(city: World, family: Family) -> None:
    browser, page = city.browser(WORKER), f"/people/{family.mother.pk}/away/"
    assert browser.get(page).status_code == 200
    assert browser.post(page, {"left_on": "2999-01-01"}).status_code == 422
    assert browser.post(page, {"left_on": clock.today().isoformat()}).status_code == 303
    assert "已迁出" in browser.get(f"/people/{family.mother.pk}/").content.decode()
    assert browser.post(page).status_code == 303
    assert Resident._base_manager.get(pk=family.mother.pk).left_on is None
    assert city.browser(f"community-{FAR}").get(page).status_code == 404
