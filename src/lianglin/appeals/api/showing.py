"""An appeal as the API shows it, in a list and by itself."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from lianglin.access.actor import Actor
from lianglin.access.prepared import Prepared
from lianglin.appeals.api.moves import MOVES
from lianglin.appeals.models import Appeal
from lianglin.cases import queries as cases
from lianglin.cases.models import Case
from lianglin.kit import clock


def row(case: Case) -> dict[str, Any]:
    """As lists show it; the fields of CaseOut."""
    return {
        "number": case.number,
        "title": case.title,
        "state": case.state,
        "state_label": case.state_label,
        "outcome": case.outcome,
        "urgent": case.urgent,
        "scope_code": case.scope_code,
        "place": case.place_text or case.community.label,
        "opened_at": case.opened_at,
        "due_at": case.due_at,
        "due_provisional": case.due_provisional,
        "overdue": bool(case.due_at and case.due_at < clock.now()),
        "version": case.version,
    }


@Prepared
def _told(actor: Actor, case_id: int) -> QuerySet[Appeal]:
    told = Appeal.objects.visible_to(actor, purpose=actor.work_purpose)
    return told.select_related("item").filter(pk=case_id)


def detail_of(case: Case, actor: Actor) -> dict[str, Any]:
    """By itself, with its public steps and the moves this actor may make; the fields of DetailOut."""
    (appeal,) = _told(actor, case.pk)
    return {
        **row(case),
        "text": appeal.text,
        "item": appeal.item.code if appeal.item else "",
        "item_label": appeal.item.label if appeal.item else "",
        "channel": appeal.channel,
        "owner": case.owner.name if case.owner else "",
        "settled_at": case.settled_at,
        "closed_at": case.closed_at,
        "moves": [m.code for m in cases.possible_moves(case, actor) if m.code in MOVES],
        "steps": [
            {
                "at": s.at,
                "move": s.move,
                "to_state": s.to_state,
                "note": s.note,
                "organisation": s.organisation.name if s.organisation else "",
            }
            for s in cases.steps(case, actor)
        ],
    }
