"""What every verb on a problem class shares: the class locked, the table asked, the history and the audit written."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from lianglin.access import actions as access
from lianglin.access import audit
from lianglin.access.actor import Actor
from lianglin.access.models import Organisation
from lianglin.access.transaction import together
from lianglin.appeals.models import ProblemClass, ProblemStep
from lianglin.appeals.queries import recipients
from lianglin.appeals.queries.dispatching import areas_over
from lianglin.appeals.queries.problem_guards import PROBLEM
from lianglin.appeals.rules import problems
from lianglin.kit import clock, messages
from lianglin.kit.errors import Conflict, Forbidden, Refused

SHOW_AGAIN = "appeals_show_problem"
"""Name of the task (in problem_tasks of tasks) that brings the public row of a class up to date."""


def on_problem(function: Callable[..., Any]) -> Callable[..., Any]:
    """Locks the class by id before the action; all or nothing."""

    @wraps(function)
    def locked(problem_id: int, *, by: Actor, **arguments: Any) -> Any:
        with together():
            return function(lock(problem_id, by), by=by, **arguments)

    return locked


def lock(problem_id: int, by: Actor) -> ProblemClass:
    """The class, locked, if it lies in the post's area. Units read it; they do not move it."""
    if by.role not in ("staff", "job"):
        raise Forbidden(
            _("The posts of the area move a problem class; your unit answers its orders and its projects.")
        )
    found = ProblemClass.objects.visible_to(by, purpose=by.work_purpose).filter(pk=problem_id)
    held = found.select_for_update(of=("self",), no_key=True).first()
    if held is None:
        raise Forbidden(_("There is no such problem class in the area of your current post."))
    return held


def must_work_in(area: str, by: Actor) -> None:
    """A post follows what lies in its own area; units have a part by what they were given."""
    if by.role != "staff" or not by.covers(area):
        raise Forbidden(_("This area is not that of your current post. Choose one within it."))


def take_step(problem: ProblemClass, code: str, *, by: Actor, note: str = "") -> ProblemClass:
    """One move of the table: duty, state, reason, the second person; then state, history, audit. Saves the class."""
    step = problems.step(code)
    by.require(step.duty)
    must_work_in(problem.scope_code, by)
    if problem.state not in step.sources:
        raise Conflict(
            _("It is “%(state)s” by now, and that cannot be done any more. Look at it again.")
            % {"state": problem.get_state_display()}  # pyright: ignore[reportAttributeAccessIssue]
        )
    if step.said:
        said(note, "note")
    before, problem.state = problem.state, step.target
    problem.save()
    tell(problem, code, by=by, note=note, before=before)
    show_again(problem)
    return problem


def tell(problem: ProblemClass, code: str, *, by: Actor, note: str = "", before: str = "") -> ProblemStep:
    """Writes the history and the audit's line."""
    made = ProblemStep(
        problem=problem, scope_code=problem.scope_code, move=code, from_state=before, to_state=problem.state,
        at=clock.now(), account_id=by.account_id, post_id=by.post_id, note=note.strip(),
    )  # fmt: skip
    made.save(force_insert=True)
    audit.record(
        f"appeals.problem.{code}", PROBLEM, problem.pk, scope_code=problem.scope_code, values={"note": note}
    )
    return made


def said(text: str, field: str) -> str:
    """A reason that a reader can weigh, and that holds no number of a person."""
    if len(text.strip()) < problems.SHORTEST:
        raise Refused(_("Say why in at least %(n)d characters.") % {"n": problems.SHORTEST}, field=field)
    return impersonal(text, field)


def impersonal(text: str, field: str) -> str:
    """A text without a mobile number or an ID number: a page about a class of cases names nobody."""
    if problems.names_somebody(text):
        raise Refused(
            _("This text holds a mobile or an ID number. Nothing about a person belongs here: take it out."),
            field=field,
        )
    return text.strip()


def give_part(problem: ProblemClass, unit: Organisation, *, by: Actor) -> None:
    """Lets a unit see the class; its cases stay closed to it unless it was given them."""
    access.give(
        subject=PROBLEM, subject_id=problem.pk, organisation=unit, scope_code=problem.scope_code, reason="problem", by=by
    )  # fmt: skip


def show_again(problem: ProblemClass) -> None:
    """Has the public row brought up to date after the transaction."""
    app.configure_task(SHOW_AGAIN, queue="events").defer(problem_id=problem.pk)


def call_deciders(problem: ProblemClass, code: str, *, but: int | None = None) -> None:
    """Tells the posts of the narrowest area that hold the duty to decide; not the post that asks."""
    for area in areas_over(problem.scope_code):
        posts = [pk for pk in recipients.posts_over(problems.DECIDE, [area]) if pk != but]
        for post_id in posts:
            messages.send(
                messages.Message(
                    code=f"appeals.{code}",
                    channel="in_app",
                    scope_code=problem.scope_code,
                    post_id=post_id,
                    context={"title": problem.title, "link": reverse("appeals:problem", args=[problem.pk])},
                    once=f"{code}:{problem.pk}:{post_id}:{clock.today()}",
                )
            )
        if posts:
            return
