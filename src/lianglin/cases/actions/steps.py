"""What is written of every change: the step, the audit line, the event."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from lianglin.access import audit
from lianglin.access.actor import Actor
from lianglin.cases.models import Case, Step
from lianglin.cases.rules import SUBJECT
from lianglin.kit.events import CaseMoved, publish


def step_of(
    case: Case,
    seq: int,
    code: str,
    before: str,
    after: str,
    at: datetime,
    by: Actor,
    note: str,
    public: bool,
    data: dict[str, Any],
    on_behalf: int | None = None,
) -> Step:
    return Step(
        case=case,
        scope_code=case.scope_code,
        seq=seq,
        move=code,
        from_state=before,
        to_state=after,
        at=at,
        post_id=by.post_id,
        organisation_id=by.organisation_id,
        for_post_id=on_behalf,
        note=note.strip(),
        public=public,
        data=data,
    )


def tell(
    case: Case, code: str, now: datetime, *, values: Mapping[str, Any], on_behalf: int | None = None
) -> None:
    """Audits what was done to a case and makes it known."""
    audit.record(
        f"cases.{code}", SUBJECT, case.pk, scope_code=case.scope_code, values=values, on_behalf=on_behalf
    )
    make_known(case, code, now)


def make_known(case: Case, code: str, at: datetime) -> None:
    publish(
        CaseMoved(
            case_id=case.pk,
            kind=case.kind,
            scope_code=case.scope_code,
            move=code,
            state=case.state,
            at=at.isoformat(),
            opened_at=case.opened_at.isoformat(),
            number=case.number,
            outcome=case.outcome,
            unit_id=case.owner_id,
            due_at=case.due_at.isoformat() if case.due_at else "",
        )
    )
