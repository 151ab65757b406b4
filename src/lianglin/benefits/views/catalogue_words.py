"""A measure in plain words for the public pages and the printed package."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from lianglin.access.duty_list.views import area_words
from lianglin.benefits.queries import packages
from lianglin.benefits.rules.groups import BY_SIGN, Group
from lianglin.benefits.views.measure_words import in_english
from lianglin.engines.eligibility.package import Condition, Measure, Package
from lianglin.engines.eligibility.tree import Node, ParameterOf, walk
from lianglin.engines.eligibility.vocabulary import Parameter
from lianglin.kit import clock


def groups_of(signs: str) -> list[Group]:
    """The groups that a version's column names."""
    return [BY_SIGN[sign] for sign in signs.split() if sign in BY_SIGN]


def every_words(every: str) -> str:
    """How often it is paid."""
    return {"month": _("every month"), "year": _("every year"), "once": _("once")}.get(every, "")


def benefit_words(measure: Measure) -> str:
    """What one gets, in words."""
    amount = measure.amount
    said = amount.said_en if in_english() and amount.said_en else amount.said
    return said or every_words(amount.every)


def condition_words(measure: Measure) -> list[dict[str, Any]]:
    """The conditions: name, what it takes, the proof and where to get it, the rule's own line."""
    natures = {
        "fixed": _("follows from facts about you"),
        "actionable": _("can be arranged"),
        "judged": _("is looked at by the office"),
    }
    return [
        {
            "name": condition_name(condition),
            "nature": natures[condition.nature],
            "proof": condition.proof,
            "where": condition.where,
            "text": condition.text,
        }
        for condition in measure.conditions
    ]


def condition_name(condition: Condition) -> str:
    """A condition's name in the reader's language."""
    return condition.name_en if in_english() and condition.name_en else condition.name


def parameters_of(package: Package, measure: Measure) -> list[Parameter]:
    """The dated figures that a measure rests on, each once."""
    names = dict.fromkeys(node.name for node in _nodes(measure) if isinstance(node, ParameterOf))
    return [package.vocabulary.parameters[name] for name in names if name in package.vocabulary.parameters]


def _nodes(measure: Measure) -> Iterator[Node]:
    for condition in measure.conditions:
        yield from walk(condition.truth)
    if measure.amount.value is not None:
        yield from walk(measure.amount.value)


def figures(package: Package, measure: Measure) -> list[dict[str, Any]]:
    """The figures in words: name, value today in each area that has one, the document; 待填 where none was entered."""
    day, found = clock.today(), list[dict[str, Any]]()
    for parameter in parameters_of(package, measure):
        kind = "money" if parameter.money else parameter.kind
        for value in parameter.values:
            if not (value.from_on <= day and (value.to_on is None or day <= value.to_on)):
                continue
            said = packages.value_text(kind, parameter.scale, value.value)
            found.append(
                {
                    "name": parameter.name_en if in_english() and parameter.name_en else parameter.name,
                    "area": area_words(value.area) if value.area else "",
                    "missing": value.value is None,
                    "value": _yuan(said, parameter) if value.value is not None else "",
                    "document": value.document,
                    "from_on": value.from_on,
                }
            )
    return found


def _yuan(said: str, parameter: Parameter) -> str:
    """1000元 and 元/月 → 1000 元/月."""
    unit = parameter.unit
    return (
        f"{said.removesuffix('元')} {unit}"
        if parameter.money and unit.startswith("元")
        else f"{said} {unit}".strip()
    )
