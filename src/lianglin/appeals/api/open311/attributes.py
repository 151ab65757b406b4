"""Extra questions of an item as the interface's attributes. An item without questions has no metadata."""

from __future__ import annotations

from typing import Any

from lianglin.appeals.models import Item
from lianglin.appeals.queries.questions import questions_of
from lianglin.appeals.rules.questions import Question

DATATYPES = {"yes_no": "singlevaluelist", "choice": "singlevaluelist", "number": "number", "text": "string"}
"""Kind of a question -> datatype of the specification."""


def of(item: Item) -> tuple[Question, ...]:
    """The questions of an item in their order."""
    return tuple(one.asked for one in questions_of(item))


def shown(question: Question, order: int) -> dict[str, Any]:
    """As a definition says it."""
    return {
        "variable": True,
        "code": question.code,
        "datatype": DATATYPES[question.kind],
        "required": question.required,
        "datatype_description": "",
        "order": order,
        "description": question.text,
        "values": [{"key": key, "name": str(name)} for key, name in question.options],
    }
