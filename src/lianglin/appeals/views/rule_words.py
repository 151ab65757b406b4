"""Conditions of a rule in the reader's words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from lianglin.access.models import Organisation
from lianglin.appeals import rules
from lianglin.appeals.forms.rule_sets import WEEKDAYS
from lianglin.appeals.models import Item
from lianglin.appeals.queries import catalogue, questions, worklists
from lianglin.appeals.queries.dispatching import Advice, RuleBook
from lianglin.appeals.queries.worklists import Suggestion
from lianglin.appeals.rules.dispatching import Condition, misshapen
from lianglin.appeals.rules.questions import said
from lianglin.cases.models import Case
from lianglin.places.queries import cover


def condition_words(condition: Condition) -> str:
    """One condition: "item: Stairwell lighting, Leaking roofs"."""
    if misshapen(condition):
        return _("not readable")
    kind = condition["on"]
    if kind in ("hours", "season"):
        name = _("reported between") if kind == "hours" else _("season")
        return f"{name} {condition['from']}–{condition['to']}"
    if kind == "answer":
        question = questions.known().get(condition["question"])
        if question is None:
            return f"{condition['question']}: {', '.join(condition['in'])}"
        return f"{question.text} {', '.join(said(question, value) for value in condition['in'])}"
    heads = {
        "item": _("item"), "class": _("class"), "field": _("field"), "place": _("place"), "channel": _("channel"),
        "weekday": _("day of the week"),
    }  # fmt: skip
    names = _names(kind)
    values = [
        f"{names.get(value, '')} {value}".strip() if kind == "place" else names.get(value, str(value))
        for value in condition["in"]
    ]
    return f"{heads[kind]}: {', '.join(values)}"


def _names(kind: str) -> dict[Any, str]:
    known = catalogue.choices()
    match kind:
        case "item":
            return {code: item.label for code, item in known.by_code.items()}
        case "class":
            return {c.code: c.label for classes in known.categories.values() for c in classes}
        case "field":
            return {f.code: f.label for f in known.fields}
        case "channel":
            return {code: str(label) for code, label in rules.CHANNELS}
        case "place":
            found = cover().by_code
            streets = {code[:9]: community.division.label for code, community in found.items()}
            return streets | {code: community.label for code, community in found.items()}
        case _:
            return {day: str(label) for day, label in WEEKDAYS}


def conditions_words(conditions: Iterable[Condition]) -> list[str]:
    """All conditions of a rule; what it says when it has none."""
    return [condition_words(one) for one in conditions] or [_("every appeal")]


def explained(advice: Advice) -> dict[str, Any]:
    """An advice as the dispatcher reads it: the rule, its reason, the rules before it and why they do not fit."""
    return {
        "rule": advice.rule,
        "unit": advice.unit,
        "co_units": advice.co_units,
        "broken": broken(advice),
        "because": conditions_words(advice.rule.conditions),
        "passed": [{"rule": one.rule, "failed": condition_words(one.condition)} for one in advice.passed],
    }


def suggested(
    case: Case, item: Item | None, known: Iterable[Organisation], advice: Advice | None
) -> list[Suggestion]:
    """Units that an order may go to: by the rule that fits first, then the usual owners of the item; at most three."""
    usual = worklists.suggest(case, item, known)
    if advice is None or advice.wrong:
        return usual
    reason = _("rule “%(rule)s”: %(reason)s") % {"rule": advice.rule.title, "reason": advice.rule.reason}
    return [Suggestion(advice.unit, reason), *(one for one in usual if one.unit != advice.unit)][:3]


def wrong(known: RuleBook) -> list[dict[str, Any]]:
    """The rules in force that have become wrong, for an alert."""
    return [{"rule": rule, "wrong": texts} for rule, texts in known.wrong()]


def broken(advice: Advice | None) -> str:
    """That the rule which fits cannot be followed, and why; "" when it can, or none fits."""
    if advice is None or not advice.wrong:
        return ""
    return _("Rule “%(rule)s” takes this appeal and must be corrected: %(wrong)s") % {
        "rule": advice.rule.title,
        "wrong": " ".join(advice.wrong),
    }
