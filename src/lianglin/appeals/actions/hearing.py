"""What the appellant says: called back, or on the page; confirmed, reopened, withdrawn, added to."""

from __future__ import annotations

from django.utils.translation import gettext as _

from lianglin.access import actions as access
from lianglin.access.actor import Actor
from lianglin.appeals import rules
from lianglin.appeals.actions.asking import known, on_case
from lianglin.appeals.models import CallBack
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
    seen_version: int | None = None,
) -> Case:
    """Records a call. Reached and solved (or partly): closed. Not solved: handled again. Third failed try: closed."""
    cases.expect(case, "call_back", by=by, seen_version=seen_version)
    if reached:
        known(solved, rules.SOLVED_ANSWERS, "solved")
    tries = (
        CallBack.objects.visible_to(by, purpose=by.work_purpose)
        .filter(case_id=case.pk, reached=False, at__gte=case.settled_at)
        .count()
    )
    _record_answer(case, by=by, reached=reached, solved=solved, grade=grade, note=note, online=False)
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
        cases.remark(
            case, by=by, note=note or _("called, nobody answered"), data={"try": tries + 1}, code="call_try"
        )
    return case


@on_case
def confirm(
    case: Case,
    *,
    by: Actor,
    solved: str,
    grade: int | None = None,
    note: str = "",
    seen_version: int | None = None,
) -> Case:
    """The resident says on the page that it is solved (or partly), and grades the work."""
    cases.expect(case, "confirm", by=by, seen_version=seen_version)
    known(solved, rules.SOLVED_ANSWERS, "solved")
    if solved == "no":
        raise Refused(_("If it is not solved, ask us to handle it again instead."), field="solved")
    _record_answer(case, by=by, reached=True, solved=solved, grade=grade, note=note, online=True)
    cases.move(
        case, "confirm", by=by, seen_version=seen_version, note=note, data={"solved": solved, "grade": grade}
    )
    return case


@on_case
def reopen(
    case: Case, *, by: Actor, note: str, grade: int | None = None, seen_version: int | None = None
) -> Case:
    """Not satisfied: the resident has it handled again, with a reason; the handler is told."""
    cases.expect(case, "reopen", by=by, seen_version=seen_version)
    if case.state == "settled":
        _record_answer(case, by=by, reached=True, solved="no", grade=grade, note=note, online=True)
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


def _record_answer(
    case: Case, *, by: Actor, reached: bool, solved: str, grade: int | None, note: str, online: bool
) -> None:
    if grade is not None:
        known(grade, rules.GRADES, "grade")
    CallBack(
        case=case,
        scope_code=case.scope_code,
        at=clock.now(),
        post_id=by.post_id,
        organisation_id=by.organisation_id,
        online=online,
        reached=reached,
        solved=solved if reached else "",
        grade=grade if reached else None,
        note=note[:400],
    ).save(force_insert=True)
