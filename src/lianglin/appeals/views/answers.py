"""Entries of the knowledge base beside an answer on the spot: which fit, and the text begun from one."""

from __future__ import annotations

from typing import Any

from lianglin.appeals.models import Item, KnowledgeVersion
from lianglin.appeals.queries import knowledge
from lianglin.cases.models import Case

SHOWN = 5


def fitting(case: Case) -> list[KnowledgeVersion]:
    """Entries that may answer an appeal, by its item, its words and its place; from memory."""
    item = case.appeal.item
    return knowledge.find(
        case.appeal.text, item=item.code if item else "", scope_code=case.scope_code, limit=SHOWN
    )


def begun_from(pk: str) -> dict[str, Any]:
    """How a form begins from an entry; {} when there is none (any more)."""
    found = knowledge.version(int(pk)) if pk.isdecimal() and len(pk) < 19 else None
    return {"entry": found.pk, "note": found.answer, "outcome": "explained"} if found else {}


def from_template(item: Item | None) -> dict[str, Any]:
    """How the answer to a matter of this item begins: with its template, if it has one."""
    return {"note": item.response_template} if item is not None and item.response_template else {}
