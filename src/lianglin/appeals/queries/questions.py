"""Which questions an item asks, and what was answered to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lianglin.access.actor import Actor
from lianglin.appeals.models import Item, ItemQuestion, QuestionAnswer
from lianglin.appeals.queries import catalogue
from lianglin.appeals.rules import questions as rules
from lianglin.cases.models import Case
from lianglin.kit.held import held


@held
def _all() -> dict[int, tuple[ItemQuestion, ...]]:
    """Item id -> its questions in their order, of every version; they are never changed. One query at first use."""
    found: dict[int, list[ItemQuestion]] = {}
    for one in ItemQuestion.objects.order_by("item_id", "position", "id"):
        found.setdefault(one.item_id, []).append(one)
    return {item: tuple(rows) for item, rows in found.items()}


def questions_of(item: Item | None) -> tuple[ItemQuestion, ...]:
    """The questions of an item in their order; from memory."""
    return _all().get(item.pk, ()) if item is not None else ()


def known() -> dict[str, rules.Question]:
    """Question code -> question, of the catalogue in force: for conditions of dispatch."""
    in_force = catalogue.choices().by_id
    return {one.code: one.asked for item_id, rows in _all().items() if item_id in in_force for one in rows}


def answers_of(case_ids: Sequence[int], actor: Actor) -> dict[int, Mapping[str, frozenset[str]]]:
    """Case id -> question code -> what was answered; one query."""
    found: dict[int, dict[str, frozenset[str]]] = {}
    rows = QuestionAnswer.objects.visible_to(actor, purpose=actor.work_purpose).filter(case_id__in=case_ids)
    for case_id, code, value in rows.values_list("case_id", "question__code", "value"):
        found.setdefault(case_id, {})[code] = frozenset({value})
    return dict(found)


def told(case: Case, actor: Actor) -> list[tuple[str, str]]:
    """Question and answer of one appeal in words; nothing is asked of the database where its item asks nothing."""
    if not questions_of(case.appeal.item):
        return []
    seen = QuestionAnswer.objects.visible_to(actor, purpose=actor.work_purpose).filter(case_id=case.pk)
    rows = seen.select_related("question").order_by("question__position", "id")
    return [(one.question.text, rules.said(one.question.asked, one.value)) for one in rows]
