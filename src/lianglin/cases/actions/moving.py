"""Moving a locked case, adding to it, extending its time, taking it on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lianglin.access import audit
from lianglin.access.actor import Actor
from lianglin.access.prepared import Prepared
from lianglin.cases import rules
from lianglin.cases.actions.clocks import open_clock, run_clocks
from lianglin.cases.actions.steps import make_known, step_of, tell
from lianglin.cases.models import Case, Step
from lianglin.cases.queries.standing_in import stands_in_for
from lianglin.cases.rules import SUBJECT
from lianglin.kit import clock
from lianglin.kit.calendar import calendar
from lianglin.kit.domain import Move
from lianglin.kit.errors import Conflict, Forbidden, Refused
from lianglin.kit.writing import insert, update


@Prepared
def _locked(by: Actor, case_id: int) -> QuerySet[Case]:
    return (
        Case.objects.visible_to(by, purpose=by.work_purpose)
        .select_for_update(of=("self",), no_key=True)
        .select_related("assignee")
        .filter(pk=case_id)
    )


def lock(case_id: int, *, by: Actor) -> Case:
    """The case, locked until the transaction ends; Forbidden when the actor cannot see it."""
    case = next(iter(_locked(by, case_id)), None)
    if case is None:
        raise Forbidden(_("There is no such case in the area of your current post."))
    return case


def move(
    case: Case,
    code: str,
    *,
    by: Actor,
    seen_version: int | None = None,
    note: str = "",
    data: Mapping[str, Any] | None = None,
    limit: tuple[int, str] | None = None,
    changes: Mapping[str, Any] | None = None,
) -> Step:
    """Makes one move on a locked case (see :func:`lock`).

    ``data`` holds the move's fields (codes and ids); ``changes`` sets further columns of the case;
    ``limit`` overrides the amount and unit of the clock that starts. Raises Forbidden without the duty,
    Conflict when the case has moved since the page was read, Refused for missing fields.
    """
    lifecycle, given = case.lifecycle, dict(data or {})
    wanted = expect(case, code, by=by, seen_version=seen_version)
    missing = rules.missing_fields(wanted, given, note)
    if missing:
        raise Refused(
            _("“%(move)s” needs: %(fields)s. Fill it in and send again.")
            % {"move": wanted.label, "fields": ", ".join(missing)},
            field=missing[0],
        )
    now = clock.now()
    behalf = stands_in_for(case, by)
    before, case.state, case.version = case.state, wanted.target, case.version + 1
    for name, value in (changes or {}).items():
        setattr(case, name, value)
    run_clocks(case, wanted, limit, now)
    target = lifecycle.state(wanted.target)
    case.closed_at = now if target.final else None
    if target.settled and not lifecycle.state(before).settled:
        case.settled_at = now
    usual = ("state", "version", "due_at", "due_provisional", "closed_at", "settled_at")
    update(case, *usual, *(name for name in changes or {} if name not in usual))
    step = step_of(
        case, case.version + 1, code, before, case.state, now, by, note, wanted.public, given, behalf
    )
    insert(step)
    tell(case, code, now, values={"state": case.state, "note": note, **given}, on_behalf=behalf)
    return step


def expect(case: Case, code: str, *, by: Actor, seen_version: int | None = None) -> Move:
    """The move, if this actor may make it on the locked case as it now stands; Forbidden or Conflict otherwise."""
    wanted = case.lifecycle.move(code)
    by.require(wanted.duty)
    _must_be_current(case, wanted, seen_version)
    return wanted


def remark(
    case: Case,
    *,
    by: Actor,
    note: str,
    public: bool = True,
    data: Mapping[str, Any] | None = None,
    code: str = "remark",
) -> Step:
    """Adds a note to a locked case without moving it."""
    if not note.strip() and not data:
        raise Refused(_("The note is empty. Write what you want to add."), field="note")
    now = clock.now()
    case.version += 1
    update(case, "version")
    step = step_of(
        case, case.version + 1, code, case.state, case.state, now, by, note, public, dict(data or {})
    )
    insert(step)
    audit.record(f"cases.{code}", SUBJECT, case.pk, scope_code=case.scope_code, values={"note": note})
    return step


def extend(
    case: Case,
    *,
    by: Actor,
    days: int,
    note: str,
    duty: str,
    seen_version: int | None = None,
    unit: str = "working_days",
) -> Step:
    """Gives the running stage more days (of work, or of the calendar), once approved; the resident sees the reason."""
    by.require(duty)
    must_be_as_seen(case, seen_version)
    if not 1 <= days <= 30:
        raise Refused(_("An extension has 1 to 30 working days."), field="days")
    if not note.strip():
        raise Refused(_("An extension needs a reason that the resident can read."), field="note")
    running = open_clock(case)
    if running is None:
        raise Refused(_("No clock runs on this case now, so there is nothing to extend."))
    running.extended += days
    due = calendar().add(running.due_at, days, unit)
    running.due_at, running.provisional = due.at, due.provisional
    running.save(update_fields=["extended", "due_at", "provisional"])
    if running.paused_at is None:  # a clock that stands promises no date before it runs on
        case.due_at, case.due_provisional = due.at, due.provisional
        case.save(update_fields=["due_at", "due_provisional"])
    step = remark(
        case,
        by=by,
        note=note,
        data={"days": days, "unit_of_days": unit, "due_at": due.at.isoformat()},
        code="extend",
    )
    make_known(case, "extend", step.at)
    return step


def assign(case: Case, *, by: Actor) -> None:
    """Takes a case onto one's own post."""
    note_assignment(case, by=by)
    case.assignee_id = by.post_id
    case.save(update_fields=["assignee"])


def note_assignment(case: Case, *, by: Actor) -> None:
    """Audits that a move takes the case onto one's own post (``changes={"assignee_id": by.post_id}``)."""
    if by.post_id is None:
        raise Forbidden(_("Only a post can take on a case."))
    audit.record("cases.assign", SUBJECT, case.pk, scope_code=case.scope_code, values={"post": by.post_id})


def must_be_as_seen(case: Case, seen_version: int | None) -> None:
    """Conflict when somebody has worked on the locked case since it was read."""
    if seen_version is not None and seen_version != case.version:
        raise Conflict(
            _(
                "Somebody else has worked on this case since you opened it: it is now “%(state)s”. Look at it again before you go on."
            )
            % {"state": case.state_label}
        )


def _must_be_current(case: Case, wanted: Move, seen_version: int | None) -> None:
    must_be_as_seen(case, seen_version)
    if case.state not in wanted.sources:
        raise Conflict(
            _("“%(move)s” is not possible while the case is “%(state)s”. Look at the case again.")
            % {"move": wanted.label, "state": case.state_label}
        )
