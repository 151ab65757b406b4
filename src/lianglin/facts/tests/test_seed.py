"""Sample facts of the demo: valid values, no consent needed, the same for the same seed, low incomes where aid is paid."""

from __future__ import annotations

from datetime import date, timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from lianglin.facts import registry, rules
from lianglin.facts.models import DataElement, PermittedValue
from lianglin.facts.seed import social
from lianglin.facts.tests import scene
from lianglin.kit import held
from lianglin.people.models import Household, Membership, Resident

ON = date(2026, 11, 28)


@pytest.fixture
def households(db: None) -> list[tuple[int, str, int]]:
    """Four hundred households of two: an elder and somebody of working age or a child."""
    held = scene.build()
    first = held.household
    made = Household.objects.bulk_create(
        Household(scope_code=first.scope_code, dwelling_id=first.dwelling_id, formed_on=ON, sample=True)
        for _number in range(400)
    )
    for number, household in enumerate(made):
        for relation, years in (("01", 62 + number % 30), ("20", number % 58)):
            person = Resident.objects.create(
                scope_code=first.scope_code,
                name="示例",
                sex="12"[number % 2],
                born_on=ON - timedelta(days=366 * years + 9),
            )
            Membership.objects.create(
                scope_code=first.scope_code,
                household=household,
                resident=person,
                relation=relation,
                from_on=ON - timedelta(days=30),
            )
    return [(household.pk, household.scope_code, household.dwelling_id) for household in made]


def elements() -> dict[str, DataElement]:
    return {element.code: element for element in DataElement.objects.all()}


@pytest.mark.rows("R066")
def test_sample_facts_are_values_that_their_elements_take(households: list[tuple[int, str, int]]) -> None:
    known = {str(element.pk): element for element in elements().values()}
    rows = list(social.rows(households, elements(), 1, ON))
    assert len({row[3] for row in rows}) > 60
    for row in rows:
        element = known[row[3]]
        codes = registry.permitted().get(element.domain, {})
        assert rules.clean(row[4], element.kind, codes=codes, domain=element.domain) == row[4], element.code
        assert element.basis != DataElement.Basis.CONSENT
        assert element.object_class == row[1]
        assert not element.derived_from


def test_the_same_seed_gives_the_same_facts(households: list[tuple[int, str, int]]) -> None:
    first = list(social.rows(households, elements(), 7, ON))
    assert first == list(social.rows(households, elements(), 7, ON))
    assert first != list(social.rows(households, elements(), 8, ON))


def test_a_household_on_the_allowance_has_a_low_income(households: list[tuple[int, str, int]]) -> None:
    rows = list(social.rows(households, elements(), 1, ON))
    codes = {str(element.pk): code for code, element in elements().items()}
    said = {(codes[row[3]], row[2]): row[4] for row in rows}
    aided = [
        subject
        for (code, subject), value in said.items()
        if (code, value) == ("household.assistance", "dibao")
    ]
    incomes = [
        said["household.income_month_fen", one]
        for one in aided
        if ("household.income_month_fen", one) in said
    ]
    assert incomes
    assert all(int(income) < 2 * 650_00 for income in incomes)


def test_what_was_drawn_can_be_copied_into_the_store(households: list[tuple[int, str, int]]) -> None:
    from lianglin.facts.seed import COLUMNS
    from lianglin.people.seed.copying import copy

    rows = list(social.rows(households[:20], elements(), 1, ON))
    assert copy("facts_fact", COLUMNS, rows) == len(rows)
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from facts_fact where sample and subject_id = %s", [households[0][0]])
        assert cursor.fetchone()[0] > 0


def test_an_upgrade_adds_what_is_missing_and_leaves_the_rest(db: None) -> None:
    scene.build()
    DataElement.objects.filter(code__in=("person.villager", "household.property_ok")).delete()
    DataElement.objects.filter(code="person.sex").update(steward="本市自定")
    PermittedValue.objects.filter(domain__code="assistance", code="none").delete()
    migration = import_module("lianglin.facts.migrations.0100_elements_for_benefits")
    migration.add(apps, None)
    assert DataElement.objects.count() == len(registry.shipped())
    assert DataElement.objects.get(code="person.sex").steward == "本市自定"
    held.forget()
    assert list(registry.permitted()["assistance"])[-1] == "none"
