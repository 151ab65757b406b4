"""Whether rules of dispatch still say something: units that take orders, codes that the catalogue knows, places that exist."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from django.db.models import Q
from django.utils.translation import gettext as _

from lianglin.access.models import Organisation
from lianglin.appeals import rules as appeal_rules
from lianglin.appeals.models import DispatchRule
from lianglin.appeals.queries import catalogue, questions, worklists
from lianglin.appeals.rules.dispatching import Condition, misshapen
from lianglin.places.queries import cover


class Checked:
    """Rules looked at against the units, the catalogue and the places of today."""

    def __init__(self, units: Iterable[Organisation]) -> None:
        self._able = {unit.code: unit for unit in units}

    def co_units(self, rule: DispatchRule) -> list[Organisation]:
        """The units that handle it with the lead, those that take orders."""
        return [self._able[code] for code in rule.co_units if code in self._able]

    def wrong_with(self, rule: DispatchRule) -> list[str]:
        """What is wrong with a rule today, each as a sentence; [] when it can be followed."""
        return [*self._units(rule), *wrong_conditions(rule.conditions, rule.rule_set.scope_code)]

    def _units(self, rule: DispatchRule) -> Iterator[str]:
        if rule.unit.code not in self._able:
            yield _("The unit “%(unit)s” takes no orders. Choose another.") % {"unit": rule.unit.label}
        for code in rule.co_units:
            if code not in self._able:
                yield _("The co-handling unit with the code “%(code)s” takes no orders. Take it out.") % {
                    "code": code
                }


def checked(rules: Sequence[DispatchRule]) -> Checked:
    """Looks at rules; one query for all their units."""
    if not rules:
        return Checked([])
    named = {code for rule in rules for code in rule.co_units}
    leads = {rule.unit_id for rule in rules}
    return Checked(worklists.units().filter(Q(pk__in=leads) | Q(code__in=named)))


def wrong_conditions(conditions: Iterable[Condition], area: str) -> list[str]:
    """What is wrong with these conditions of a rule of an area: forms, unknown codes, places outside of it."""
    found: list[str] = []
    seen: set[str] = set()
    for condition in conditions:
        if misshapen(condition):
            found.append(_("A condition has not the form of one. Take it out and write it anew."))
            continue
        kind = condition["on"]
        if kind in seen and kind != "answer":
            found.append(_("A rule has one condition of a kind. Put the values of both into one."))
        seen.add(kind)
        found += _unknown(condition, area)
    return found


def _unknown(condition: Condition, area: str) -> Iterator[str]:
    kind = condition["on"]
    if kind == "place":
        for code in condition["in"]:
            if not code.startswith(area):
                yield _("The place “%(code)s” is not in the area of these rules.") % {"code": code}
            elif not any(found.startswith(code) for found in cover().by_code):
                yield _("There is no place with the code “%(code)s”. Look it up in the register.") % {
                    "code": code
                }
        return
    if kind == "answer":
        yield from _unknown_answer(condition)
        return
    known = _known(kind)
    if known is None:
        return
    for code in condition["in"]:
        if code not in known:
            yield _("The catalogue in force has no code “%(code)s”. Correct the condition.") % {"code": code}


def _unknown_answer(condition: Condition) -> Iterator[str]:
    question = questions.known().get(condition["question"])
    if question is None:
        yield _("No item of the catalogue in force asks the question “%(code)s”. Correct the condition.") % {
            "code": condition["question"]
        }
        return
    possible = {code for code, _label in question.options}
    for code in condition["in"] if possible else ():
        if code not in possible:
            yield _("The question “%(question)s” has no answer “%(code)s”. Correct the condition.") % {
                "question": question.text,
                "code": code,
            }


def _known(kind: str) -> set[str] | None:
    held = catalogue.choices()
    if kind == "item":
        return set(held.by_code)
    if kind == "class":
        return {found.code for classes in held.categories.values() for found in classes}
    if kind == "field":
        return {found.code for found in held.fields}
    if kind == "channel":
        return {code for code, _label in appeal_rules.CHANNELS}
    return None
