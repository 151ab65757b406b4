"""What a rule may name: the registry's data elements, and what the files of people say themselves."""

from __future__ import annotations

from collections.abc import Iterable

from lianglin.benefits.rules import health_facts
from lianglin.engines.eligibility.vocabulary import BORN_ON, SIZE, Fact, Kind, Level
from lianglin.facts import registry
from lianglin.facts.models import DataElement
from lianglin.kit.held import held

BORN_COLUMN, SEX_COLUMN, RELATION_COLUMN = "person.born_on", "person.sex", "person.relation"
SIZE_COLUMN = "household.size"
SEX = {"1": ("男", "male"), "2": ("女", "female")}
"""GB/T 2261.1; 0 and 9 say that it is not known, and so they are unknown to a rule."""
RELATIONS = {
    "0": ("户主", "head of the household"),
    "1": ("配偶", "husband or wife"),
    "2": ("子", "son"),
    "3": ("女", "daughter"),
    "4": ("孙子女", "grandchild"),
    "5": ("父母", "mother or father"),
    "6": ("祖父母", "grandparent"),
    "7": ("兄弟姐妹", "sister or brother"),
    "8": ("其他", "another member of the household"),
}
"""GB/T 4761 by its first digit, which is as fine as rules may ask."""
WITH_DECIMALS = {"平方米": 2, "摄氏度": 1}
"""Decimals that a rule sees of numbers measured in these units; counts, years and points are whole."""
FEN = "_fen"
OF_PEOPLE = (
    Fact(BORN_ON, BORN_COLUMN, "person", "date", "date of birth"),
    Fact("性别", SEX_COLUMN, "person", "code", "sex", values=SEX),
    Fact("与户主关系", RELATION_COLUMN, "person", "code", "relation to the head", values=RELATIONS),
    Fact(SIZE, SIZE_COLUMN, "household", "number", "people who live there", unit="人"),
)
"""What stands in a person's file and in the memberships, not in the store of facts."""
_KINDS: dict[str, Kind] = {"number": "number", "date": "date", "flag": "flag", "code": "code"}


@held
def facts() -> list[Fact]:
    """Every fact that a rule may name, those of people and of the health ground first; from memory.

    Left out: texts (no rule decides by a free text), what is derived (the engine computes it) and what is retired. Two
    elements of one name: the later one (by code) is called by its code.
    """
    found = [*OF_PEOPLE, *health_facts.facts()]
    taken, columns = {fact.name for fact in found}, {fact.column for fact in found}
    for element in registry.elements().values():
        if element.code in columns or not _is_askable(element):
            continue
        name = element.code if element.name in taken else element.name
        taken.add(name)
        found.append(_fact(element, name))
    return found


def _is_askable(element: DataElement) -> bool:
    return element.kind in _KINDS and not element.derived_from and element.retired_on is None


def _fact(element: DataElement, name: str) -> Fact:
    """An element as a fact; what is known of a dwelling counts as the household's who lives there."""
    level: Level = "person" if element.object_class == "person" else "household"
    values = registry.permitted().get(element.domain, {}) if element.kind == "code" else {}
    money = element.kind == "number" and element.code.endswith(FEN)
    return Fact(
        name,
        element.code,
        level,
        _KINDS[element.kind],
        element.name_en,
        scale=0 if money or element.kind != "number" else WITH_DECIMALS.get(element.unit, 0),
        money=money,
        unit=element.unit,
        values={code: (value.label, value.label_en) for code, value in values.items()},
    )


def columns_of(wanted: Iterable[str]) -> dict[str, list[str]]:
    """Codes of data elements among these columns, by the object class that holds them ("person", "household", "dwelling")."""
    known, found = registry.elements(), dict[str, list[str]]()
    for column in wanted:
        if column in known and column not in {fact.column for fact in OF_PEOPLE}:
            found.setdefault(known[column].object_class, []).append(column)
    return found
