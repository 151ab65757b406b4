"""What stands beside the order: suggested units with reasons, those of the place, those searched for, an open objection."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext

from lianglin.appeals.forms import desk as forms
from lianglin.appeals.queries import orders, worklists
from lianglin.appeals.views import rule_words, words


def _objection(context: forms.MoveContext) -> str:
    """That the order will be the ruling on an objection, where one waits."""
    waiting = orders.open_objection(context.case, context.actor) if context.case.owner_id else None
    if waiting is None:
        return ""
    said = gettext(
        "%(unit)s objected (%(ground)s). An order to another unit upholds it; one to the same unit rejects it and needs a reason."
    )
    return said % {"unit": waiting.unit.label, "ground": waiting.get_ground_display()}


def shown(context: forms.MoveContext) -> dict[str, Any]:
    """For the dispatcher: suggested units with reasons, those responsible for the place, those searched for."""
    known = worklists.units_of([context.case.scope_code])
    advice = context.advice
    suggested = rule_words.suggested(context.case, context.item, known, advice)
    first = {entry.unit.pk for entry in suggested}
    found = worklists.units_named(context.unit_text) if context.unit_text else []
    found = [unit for unit in found if unit.pk not in first]
    seen = first | {unit.pk for unit in found}
    return {
        "suggested": suggested,
        "advice": rule_words.explained(advice) if advice else None,
        "others": [unit for unit in known if unit.pk not in seen],
        "text": context.unit_text,
        "found": found,
        "own": bool(context.item and "社区" in context.item.owner_name.split("/")),
        "limit": words.item_limit(context.case, context.item),
        "objection": _objection(context),
        "none": gettext("No unit of this area usually handles this item. Search for one by name."),
    }
