"""Guardians: who may do what for whom at which age, entered from papers, asked anew at every request."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.world import FAR, HERE, NEXT_DOOR, SINCE, WORKER, World, build

from lianglin.access.models import AuditEntry
from lianglin.access.transaction import acting
from lianglin.kit import clock
from lianglin.kit.errors import Forbidden, Refused
from lianglin.kit.events import ActsFor
from lianglin.people import rules
from lianglin.people.actions import guardians as actions
from lianglin.people.actions.guardians import NewGuardian
from lianglin.people.models import Guardianship, Resident
from lianglin.people.queries import guardians as queries
from lianglin.people.tests import scene
from lianglin.people.tests.scene import Family, born, own


@pytest.fixture
def city(db: None) -> World:
    return build()


@pytest.fixture
def family(city: World) -> Family:
    return scene.family(city)


def enter(city: World, ward: Resident, code: str = WORKER, refused: Any = None, **given_: object) -> Any:
    new = NewGuardian(**{"kind": "appointed", "papers": "decision", "from_on": SINCE, **given_})  # pyright: ignore
    with acting(city.actors[code]) as by:
        if refused is None:
            return actions.appoint(ward.pk, guardian=new, by=by)
        with pytest.raises(refused) as wrong:
            actions.appoint(ward.pk, guardian=new, by=by)
        return wrong.value


def test_an_outside_guardian_rests_encrypted(city: World, family: Family) -> None:
    made = enter(city, family.mother, name="赵外人", phone="154 0000 0009")
    found = Guardianship._base_manager.get(pk=made.pk)
    assert (found.guardian_phone, found.scope_code) == ("15400000009", HERE)
    assert any(b"people.appoint" in bytes(entry.body) for entry in AuditEntry.objects.all())


@pytest.mark.parametrize(
    ("given_", "field"),
    [
        ({"kind": "parent", "name": "x", "phone": "15400000009"}, "kind"),
        ({"name": "", "phone": ""}, "name"),
        ({"name": "x", "phone": "12"}, "phone"),
        ({"from_on": date(2999, 1, 1), "name": "x", "phone": "15400000009"}, "from_on"),
        ({"guardian_id": 999_999}, "guardian_id"),
    ],
)
def test_what_does_not_fit_is_refused_at_its_field(
    city: World, family: Family, given_: dict[str, object], field: str
) -> None:
    assert enter(city, family.mother, refused=Refused, **given_).field == field


def test_a_child_is_nobodys_guardian_and_nobody_the_own(city: World, family: Family) -> None:
    for guardian_id in (family.child.pk, family.mother.pk):
        assert enter(city, family.mother, refused=Refused, guardian_id=guardian_id).field == "guardian_id"


def test_another_community_enters_and_ends_nothing(city: World, family: Family) -> None:
    enter(city, family.child, f"community-{NEXT_DOOR}", refused=Forbidden, name="x", phone="15400000009")
    held = Guardianship._base_manager.get(ward=family.child)
    with acting(city.actors[f"community-{FAR}"]) as by, pytest.raises(Forbidden):
        actions.end(held.pk, on=clock.today(), by=by)


def acts(city: World, guardian: Resident, ward: Resident) -> bool:
    with acting(city.actors[WORKER]) as by:
        return queries.acts_for(ActsFor(guardian.pk, ward.pk), by=by)


def test_a_guardianship_that_ended_counts_no_more(city: World, family: Family) -> None:
    assert acts(city, family.mother, family.child)
    assert not acts(city, family.child, family.mother)
    held = Guardianship._base_manager.get(ward=family.child)
    with acting(city.actors[WORKER]) as by:
        actions.end(held.pk, on=clock.today() - timedelta(days=1), by=by)
    assert not acts(city, family.mother, family.child)


def test_a_parent_acts_until_the_day_of_age(city: World, family: Family) -> None:
    family.youth.born_on = born(18)
    family.youth.save(update_fields=["born_on"])
    assert not acts(city, family.mother, family.youth)
    scene.guardian(family.mother, family.youth, "appointed")
    assert acts(city, family.mother, family.youth)


def test_a_guardian_lists_the_own_wards_and_no_others(city: World, family: Family) -> None:
    with acting(own(family.mother)) as by:
        assert [ward.id for ward in queries.wards(by)] == [family.child.pk, family.youth.pk]
        assert [ward.may("consent") for ward in queries.wards(by)] == [True, False]
    with acting(own(family.child)) as by:
        assert queries.wards(by) == []
    with acting(own(family.child, family.mother.pk)) as by:
        assert queries.wards(by) == []


def test_a_ward_reads_who_the_guardian_is(city: World, family: Family) -> None:
    with acting(own(family.child)) as by:
        assert [g.guardian_id for g in queries.in_force(family.child.pk, actor=by)] == [family.mother.pk]
        assert queries.in_force(family.youth.pk, actor=by) == []


# --- the rules alone ---------------------------------------------------------------------------------------

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
days = st.dates(date(1990, 1, 1), date(2060, 1, 1))


@unhurried
@given(born_on=days, on=days)
def test_ages_count_completed_years(born_on: date, on: date) -> None:
    years = rules.age(born_on, on)
    if born_on > on:
        assert years is None
        return
    assert years is not None
    assert on.year - born_on.year - 1 <= years <= on.year - born_on.year
    assert rules.is_child(born_on, on) == (years < 14)
    assert rules.decides_alone(born_on, on) == (years >= 14)


@unhurried
@given(born_on=days, on=days, kind=st.sampled_from([code for code, _ in rules.GUARDIAN_KINDS]))
def test_never_do_both_or_the_wrong_one_consent(born_on: date, on: date, kind: str) -> None:
    if rules.guardian_may("consent", kind, born_on, on) and not rules.is_child(born_on, on):
        assert kind not in rules.FOR_MINORS
        assert (rules.age(born_on, on) or 0) >= rules.ADULT
    if rules.is_child(born_on, on):
        assert rules.guardian_may("consent", kind, born_on, on)


def test_a_leapling_completes_the_year_on_the_first_of_march() -> None:
    assert rules.age(date(2012, 2, 29), date(2026, 2, 28)) == 13
    assert rules.age(date(2012, 2, 29), date(2026, 3, 1)) == 14
    assert rules.guardian_may("see", "parent", None, date(2026, 1, 1)) is False
