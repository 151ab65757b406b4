"""Projects (R059): proposed, approved by a second person, milestones done or put off with a reason, delivered, accepted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import Any

from django.utils.translation import gettext as _

from lianglin.access import actions as access
from lianglin.access import audit
from lianglin.access.actor import Actor
from lianglin.access.models import Organisation
from lianglin.access.transaction import together
from lianglin.appeals.actions.asking import known
from lianglin.appeals.actions.problem_steps import impersonal, must_work_in, said, show_again
from lianglin.appeals.models import Milestone, MilestoneDelay, ProblemMeasure, Project, ProjectStep
from lianglin.appeals.queries.problem_guards import PROJECT
from lianglin.appeals.rules import problems
from lianglin.kit import clock
from lianglin.kit.errors import Conflict, Forbidden, Refused

HANDLE = "appeals.handle"
MOST_FEN = 10**13
"""A hundred thousand million yuan: above it, somebody typed too many noughts."""


@dataclass(frozen=True)
class Planned:
    """One milestone as it is planned."""

    title: str
    unit: Organisation
    due_on: date


@dataclass(frozen=True)
class Draft:
    """A project as it is proposed; ``budget_fen`` in whole 分."""

    title: str
    aim: str
    unit: Organisation
    scope_code: str
    budget_fen: int
    money: str
    starts_on: date
    due_on: date
    document_no: str = ""


def on_project(function: Callable[..., Any]) -> Callable[..., Any]:
    """Locks the project by id before the action; all or nothing."""

    @wraps(function)
    def locked(project_id: int, *, by: Actor, **arguments: Any) -> Any:
        with together():
            found = Project.objects.visible_to(by, purpose=by.work_purpose).filter(pk=project_id)
            held = found.select_for_update(of=("self",), no_key=True).first()
            if held is None:
                raise Forbidden(
                    _("There is no such project in the area of your current post, or given to your unit.")
                )
            return function(held, by=by, **arguments)

    return locked


def propose(*, by: Actor, draft: Draft, milestones: Sequence[Planned]) -> Project:
    """Proposes a project with its milestones; a second person approves it."""
    by.require(problems.DRAW_UP)
    must_work_in(draft.scope_code, by)
    known(draft.money, problems.MONEY, "money")
    if not draft.starts_on < draft.due_on:
        raise Refused(_("A project ends after it begins."), field="due_on")
    if not 0 <= draft.budget_fen <= MOST_FEN or (draft.money == "none") != (draft.budget_fen == 0):
        raise Refused(_("The budget and where the money comes from do not fit together."), field="budget")
    if not milestones or len(milestones) > problems.MOST_MILESTONES:
        raise Refused(
            _("A project has one to %(n)d milestones.") % {"n": problems.MOST_MILESTONES}, field="milestones"
        )
    if any(not draft.starts_on <= one.due_on <= draft.due_on for one in milestones):
        raise Refused(
            _("Each milestone is due between the project's first and last day."), field="milestones"
        )
    with together():
        made = Project(
            scope_code=draft.scope_code, title=impersonal(draft.title, "title"), aim=impersonal(draft.aim, "aim"),
            unit=draft.unit, budget_fen=draft.budget_fen, money=draft.money, starts_on=draft.starts_on, due_on=draft.due_on,
            first_due_on=draft.due_on, document_no=draft.document_no.strip(), proposed_at=clock.now(),
            proposed_by_id=by.account_id,
        )  # fmt: skip
        made.save(force_insert=True)
        Milestone.objects.bulk_create(
            Milestone(
                project=made, scope_code=made.scope_code, position=at, title=impersonal(one.title, "milestones"),
                unit=one.unit, due_on=one.due_on, first_due_on=one.due_on,
            )
            for at, one in enumerate(milestones, start=1)
        )  # fmt: skip
        for unit in {draft.unit, *(one.unit for one in milestones)}:
            access.give(
                subject=PROJECT, subject_id=made.pk, organisation=unit, scope_code=made.scope_code, reason="project", by=by
            )  # fmt: skip
        _tell(made, "made", by=by)
    return made


@on_project
def take_step(
    project: Project, *, by: Actor, code: str, note: str = "", spent_fen: int | None = None
) -> Project:
    """One move of the project's table: approve, refuse, deliver, accept, send back, give up."""
    step = next((one for one in problems.PROJECT_STEPS if one.code == code), None)
    if step is None:
        raise Refused(_("The page was incomplete. Open it again."))
    _may(project, code, by)
    if project.state not in step.sources:
        raise Conflict(
            _("It is “%(state)s” by now, and that cannot be done any more. Look at it again.")
            % {"state": project.get_state_display()}  # pyright: ignore[reportAttributeAccessIssue]
        )
    if step.said:
        said(note, "note")
    today = clock.today()
    if code == "approve":
        project.approved_at, project.approved_by_id = clock.now(), by.account_id
    elif code == "deliver":
        _must_be_done(project, by)
        project.delivered_on, project.delivered_by_id, project.spent_fen = today, by.account_id, spent_fen
    elif code == "send_back":
        project.delivered_on = project.delivered_by = None
    elif code == "accept":
        project.accepted_on, project.accepted_by_id = today, by.account_id
    project.state = step.target
    project.save()
    _tell(project, code, by=by, note=note)
    _tell_classes(project, by)
    return project


def _may(project: Project, code: str, by: Actor) -> None:
    if code == "deliver" and by.role == "handler":
        by.require(HANDLE)
        if by.organisation_id != project.unit_id:
            raise Forbidden(_("The unit in charge of the project reports it as finished."))
        return
    by.require(problems.DRAW_UP if code == "deliver" else problems.DECIDE)
    must_work_in(project.scope_code, by)
    if code in ("approve", "refuse") and project.proposed_by_id == by.account_id:
        raise Forbidden(
            _("Who proposed the project cannot decide on it. Leave it to a second person with this duty.")
        )
    if code == "accept" and project.delivered_by_id == by.account_id:
        raise Forbidden(
            _(
                "Who reported the work as finished cannot accept it. Leave it to a second person with this duty."
            )
        )


def _must_be_done(project: Project, by: Actor) -> None:
    open_ones = Milestone.objects.visible_to(by, purpose=by.work_purpose).filter(
        project=project, done_on__isnull=True
    )
    if left := open_ones.count():
        raise Conflict(_("%(n)d milestones are not done yet.") % {"n": left})


@on_project
def reach(project: Project, *, by: Actor, milestone_id: int) -> Milestone:
    """A milestone is done today, says its unit, the unit in charge, or the post that follows the project."""
    held = _milestone(project, milestone_id, by)
    held.done_on = clock.today()
    held.save(update_fields=["done_on"])
    _tell(project, "reach", by=by, note=held.title)
    _tell_classes(project, by)
    return held


@on_project
def put_off(project: Project, *, by: Actor, milestone_id: int, due_on: date, reason: str) -> MilestoneDelay:
    """A milestone is due later, with the reason; the day first promised stays and counts in the figures."""
    held = _milestone(project, milestone_id, by)
    said(reason, "reason")
    if due_on <= held.due_on:
        raise Refused(_("The new day lies behind the one so far."), field="due_on")
    made = MilestoneDelay(
        milestone=held, project=project, scope_code=project.scope_code, from_on=held.due_on, to_on=due_on,
        reason=reason.strip(), at=clock.now(), post_id=by.post_id,
    )  # fmt: skip
    made.save(force_insert=True)
    held.due_on = due_on
    held.save(update_fields=["due_on"])
    if due_on > project.due_on:
        project.due_on = due_on
        project.save(update_fields=["due_on"])
    _tell(project, "put_off", by=by, note=reason)
    return made


def _milestone(project: Project, milestone_id: int, by: Actor) -> Milestone:
    if project.state != "approved":
        raise Conflict(_("Milestones move while the project is approved and not yet reported as finished."))
    rows = Milestone.objects.visible_to(by, purpose=by.work_purpose).select_for_update(
        of=("self",), no_key=True
    )
    held = rows.filter(project=project, pk=milestone_id, done_on__isnull=True).first()
    if held is None:
        raise Conflict(_("This milestone is done already."))
    if by.role == "handler":
        by.require(HANDLE)
        if by.organisation_id not in (held.unit_id, project.unit_id):
            raise Forbidden(_("This milestone is another unit's."))
    else:
        by.require(problems.DRAW_UP)
        must_work_in(project.scope_code, by)
    return held


def _tell(project: Project, code: str, *, by: Actor, note: str = "") -> None:
    ProjectStep(
        project=project, scope_code=project.scope_code, move=code, at=clock.now(), account_id=by.account_id,
        post_id=by.post_id, note=note.strip(),
    ).save(force_insert=True)  # fmt: skip
    audit.record(
        f"appeals.project.{code}", PROJECT, project.pk, scope_code=project.scope_code, values={"note": note}
    )


def _tell_classes(project: Project, by: Actor) -> None:
    """What residents are told of the classes that the project serves changes with it."""
    held = ProblemMeasure.objects.visible_to(by, purpose=by.work_purpose).filter(project=project)
    for measure in held.select_related("problem"):
        show_again(measure.problem)
