"""The words of rules come from the registry: every element once, with its kind, its scale and its codes in order."""

from __future__ import annotations

from pathlib import Path

import pytest

from lianglin.benefits.queries import vocabulary
from lianglin.engines.eligibility.reading import read
from lianglin.engines.eligibility.vocabulary import Fact, Vocabulary
from lianglin.facts import registry
from lianglin.facts.models import DataElement
from lianglin.kit import held

pytestmark = [pytest.mark.django_db, pytest.mark.rows("R066")]


@pytest.fixture
def facts() -> dict[str, Fact]:
    held.forget()
    registry.load_shipped()
    return Vocabulary.of(vocabulary.facts()).facts


def test_money_is_whole_fen_and_a_code_list_keeps_its_order(facts: dict[str, Fact]) -> None:
    wage, level = facts["工资性收入月额"], facts["残疾等级"]
    assert (wage.column, wage.money, wage.scale, wage.level) == ("person.wage_fen", True, 0, "person")
    domain = registry.elements()["person.disability_level"].domain
    assert list(level.values) == list(registry.permitted()[domain])


def test_a_dwelling_is_the_households(facts: dict[str, Fact]) -> None:
    area = facts["建筑面积"]
    assert (area.level, area.scale, area.money) == ("household", 2, False)


def test_no_rule_can_name_a_text_or_what_is_derived(facts: dict[str, Fact]) -> None:
    columns = {fact.column for fact in facts.values()}
    assert "person.job_wish" not in columns
    assert "person.age" not in columns
    assert "household.income_per_head_fen" not in columns
    assert {"person.born_on", "person.sex", "person.relation", "household.size"} <= columns


def test_two_elements_of_one_name_do_not_close_the_house(facts: dict[str, Fact]) -> None:
    first = registry.elements()["person.wage_fen"]
    given = {f.attname: getattr(first, f.attname) for f in DataElement._meta.fields if f.attname != "id"}
    DataElement.objects.create(**{**given, "code": "person.wage_two_fen", "property_term": "wage_two_fen"})
    held.forget()
    named = Vocabulary.of(vocabulary.facts()).facts
    assert named["工资性收入月额"].column == "person.wage_fen"
    assert named["person.wage_two_fen"].money


def test_health_is_named_but_known_to_nobody_outside_of_its_ground(facts: dict[str, Fact]) -> None:
    health = [fact for fact in facts.values() if fact.health]
    assert health
    assert not any(vocabulary.columns_of(fact.column for fact in health))


def test_the_package_that_ships_reads_with_these_words(facts: dict[str, Fact]) -> None:
    folder = Path(vocabulary.__file__).parent.parent / "data" / "package"
    texts = {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*.yaml")}
    assert len(read(texts, vocabulary.facts()).measures) == 272
