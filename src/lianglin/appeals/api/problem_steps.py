"""The steps of a problem class as the API takes them: the verb of each, with the fields it reads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from lianglin.access.actor import Actor
from lianglin.access.models import Organisation
from lianglin.appeals.actions import problem_effects, problems
from lianglin.appeals.api.problem_schemas import StepIn
from lianglin.appeals.models import Campaign, ProblemClass, Project
from lianglin.appeals.queries import campaigns, projects
from lianglin.kit.errors import Refused

Step = Callable[[ProblemClass, Actor, StepIn], Any]


def unit_of(code: str, field: str) -> Organisation:
    """The organisation with this code; refused under the name of the field that gave it."""
    unit = Organisation.objects.filter(code=code).first()
    if unit is None:
        raise Refused(_("No unit has this code."), field=field)
    return unit


def _day(given: date | None, field: str) -> date:
    if given is None:
        raise Refused(_("Choose a day."), field=field)
    return given


def _written(text: str, field: str) -> str:
    if not text.strip():
        raise Refused(_("Nothing is written yet."), field=field)
    return text


def _project(pk: int | None, by: Actor) -> Project | None:
    if pk is None:
        return None
    found = projects.projects(by).filter(pk=pk).first()
    if found is None:
        raise Refused(_("Choose the project."), field="project")
    return found


def _campaign(pk: int | None, by: Actor) -> Campaign | None:
    if pk is None:
        return None
    found = campaigns.find(by, pk)
    if found is None:
        raise Refused(_("Choose the campaign."), field="campaign")
    return found


def _start(problem: ProblemClass, by: Actor, given: StepIn) -> Any:
    return problems.add_measure(
        problem.pk, by=by, kind=given.kind, title=_written(given.title, "title"), unit=unit_of(given.unit, "unit"),
        document_no=given.document_no, effective_on=given.effective_on, project=_project(given.project, by),
        campaign=_campaign(given.campaign, by),
    )  # fmt: skip


STEPS: dict[str, Step] = {
    "confirm": lambda p, by, given: problems.decide(p.pk, by=by, approve=True, note=given.note),
    "refuse": lambda p, by, given: problems.decide(p.pk, by=by, approve=False, note=given.note),
    "find_cause": lambda p, by, given: problems.find_cause(p.pk, by=by, kind=given.kind, text=given.text),
    "start": _start,
    "measure": lambda p, by, given: problem_effects.measure_effect(
        p.pk, by=by, first_day=_day(given.first_day, "first_day"), last_day=_day(given.last_day, "last_day")
    ),
    "close": lambda p, by, given: problem_effects.close(p.pk, by=by, note=given.note),
    "reopen": lambda p, by, given: problem_effects.reopen(p.pk, by=by, note=given.note),
    "leave": lambda p, by, given: problem_effects.leave_closed(p.pk, by=by, note=given.note),
    "owner": lambda p, by, given: problems.hand_to(
        p.pk, by=by, owner=unit_of(given.owner, "owner"), promised_on=given.promised_on, note=given.note
    ),
    "publish": lambda p, by, given: problems.publish(
        p.pk, by=by, title=_written(given.title, "title"), text=given.text, measures=given.measures
    ),
    "hide": lambda p, by, given: problems.hide(p.pk, by=by, note=given.note),
}  # fmt: skip
