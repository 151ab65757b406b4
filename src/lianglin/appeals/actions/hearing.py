"""What the appellant says: called back, or on the page; confirmed, reopened, withdrawn, added to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from lianglin.access import actions as access
from lianglin.access.actor import Actor
from lianglin.appeals import rules
from lianglin.appeals.actions.asking import known, on_case
from lianglin.appeals.actions.calling import plan_next
from lianglin.appeals.actions.reopening import must_be_reopenable
from lianglin.appeals.models import CallBack
from lianglin.appeals.rules import grading
from lianglin.cases import actions as cases
from lianglin.cases.models import Case
from lianglin.cases.rules import SUBJECT
from lianglin.kit import clock
from lianglin.kit.errors import Refused


@on_case
def call_back(
    case: Case,
    *,
    by: Actor,
    reached: bool,
    solved: str = "",
    grade: int | None = None,
    note: str = "",
    result: str = "",
    next_at: datetime | None = None,
    reasons: Sequence[str] = (),
    seen_version: int | None = None,
) -> Case:
    """Records a call. Reached and solved (or partly): closed. Not solved: handled again. Third failed try: closed.

    ``result`` says how a call came out that gave no answer, ``next_at`` when the next one was agreed for. A bad grade
    makes a remedy, in the background.
    """
    cases.expect(case, "call_back", by=by, seen_version=seen_version)
    if result:
        known(result, grading.RESULTS, "result")
    if reached:
        known(solved, rules.SOLVED_ANSWERS, "solved")
    tries = (
        CallBack.objects.visible_to(by, purpose=by.work_purpose)
        .filter(case_id=case.pk, reached=False, at__gte=case.settled_at)
        .count()
    )
    heard = _Heard(reached, solved, grade, note, False, result, reasons)
    _record_answer(case, heard, by=by)
    plan_next(case, None if reached or rules.is_last_try(tries) else next_at, by=by)
    if reached and solved == "no":
        cases.move(
            case,
            "handle_again",
            by=by,
            seen_version=seen_version,
            note=note or _("not solved, says the appellant"),
            changes={"outcome": "", "settled_at": None},
        )
        access.take_back(subject=SUBJECT, subject_id=case.pk, scope_code=case.scope_code, by=by)
    elif reached or rules.is_last_try(tries):
        cases.move(
            case,
            "call_back",
            by=by,
            seen_version=seen_version,
            note=note,
            data={"reached": reached, "solved": solved, "grade": grade},
        )
    else:
        data = {"try": tries + 1, "result": result} | ({"next_at": next_at.isoformat()} if next_at else {})
        cases.remark(case, by=by, note=note or _("called, nobody answered"), data=data, code="call_try")
    return case


@on_case
def confirm(
    case: Case,
    *,
    by: Actor,
    solved: str,
    grade: int | None = None,
    note: str = "",
    reasons: Sequence[str] = (),
    seen_version: int | None = None,
) -> Case:
    """The resident says on the page that it is solved (or partly), and grades the work."""
    cases.expect(case, "confirm", by=by, seen_version=seen_version)
    known(solved, rules.SOLVED_ANSWERS, "solved")
    if solved == "no":
        raise Refused(_("If it is not solved, ask us to handle it again instead."), field="solved")
    _record_answer(case, _Heard(True, solved, grade, note, True, "", reasons), by=by)
    cases.move(
        case, "confirm", by=by, seen_version=seen_version, note=note, data={"solved": solved, "grade": grade}
    )
    return case


@on_case
def reopen(
    case: Case,
    *,
    by: Actor,
    note: str,
    grade: int | None = None,
    reasons: Sequence[str] = (),
    seen_version: int | None = None,
) -> Case:
    """Not satisfied: the resident has it handled again, with a reason; the handler is told.

    Refused later, or more often, than the dated rows for its item allow.
    """
    cases.expect(case, "reopen", by=by, seen_version=seen_version)
    must_be_reopenable(case, by)
    if case.state == "settled":
        _record_answer(case, _Heard(True, "no", grade, note, True, "", reasons), by=by)
    cases.move(
        case,
        "reopen",
        by=by,
        seen_version=seen_version,
        note=note,
        changes={"outcome": "", "settled_at": None},
    )
    return case


@on_case
def withdraw(case: Case, *, by: Actor, note: str = "", seen_version: int | None = None) -> Case:
    """The resident takes the appeal back."""
    cases.move(case, "withdraw", by=by, seen_version=seen_version, note=note)
    return case


@on_case
def add_material(case: Case, *, by: Actor, note: str) -> Case:
    """The resident (or the desk) adds to what was reported."""
    cases.remark(case, by=by, note=note)
    return case


@dataclass(frozen=True)
class _Heard:
    """What one call, or one answer on the page, gave."""

    reached: bool
    solved: str
    grade: int | None
    note: str
    online: bool
    result: str
    reasons: Sequence[str]


def _record_answer(case: Case, heard: _Heard, *, by: Actor) -> None:
    if heard.grade is not None:
        known(heard.grade, rules.GRADES, "grade")
    if heard.reached and grading.misfits(list(heard.reasons), heard.grade):
        raise Refused(_("Choose reasons that go with the grade, or none."), field="reasons")
    CallBack(
        case=case,
        scope_code=case.scope_code,
        at=clock.now(),
        post_id=by.post_id,
        organisation_id=by.organisation_id,
        online=heard.online,
        reached=heard.reached,
        solved=heard.solved if heard.reached else "",
        grade=heard.grade if heard.reached else None,
        note=heard.note[:400],
        result="" if heard.reached else heard.result,
        reasons=",".join(heard.reasons) if heard.reached else "",
    ).save(force_insert=True)
