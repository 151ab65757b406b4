"""Projects (R059): the list with percent done, one proposed, one with its milestones, delays, money and acceptance."""

from __future__ import annotations

from functools import partial
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods

from lianglin.access.actor import Actor
from lianglin.access.gate import acting, in_post
from lianglin.access.replies import done, pressed, status_of
from lianglin.appeals.actions import projects as actions
from lianglin.appeals.forms import projects as made
from lianglin.appeals.forms.problems import NoteForm, RemarkForm
from lianglin.appeals.models import Project
from lianglin.appeals.queries import projects as queries
from lianglin.appeals.queries.problems import units_for
from lianglin.appeals.rules import problems as rules
from lianglin.appeals.views import problem_words as words
from lianglin.kit import clock, paging
from lianglin.notices import drafts

PER_PAGE = 30
FORMS: dict[str, type[forms.Form]] = {"approve": RemarkForm, "deliver": made.DeliverForm}
"""Moves whose form is not a reason alone."""


@require_GET
@in_post("appeals.read")
def listed(request: HttpRequest) -> HttpResponse:
    """The projects of the area or of the unit, newest first."""
    actor = acting(request)
    views = {
        "": _("all"),
        "open": _("in hand"),
        "late": _("a milestone is late"),
        "accepted": pgettext("project", "accepted"),
    }
    view = request.GET.get("view", "")
    view = view if view in views else ""
    found = queries.projects(actor, state="" if view == "late" else view, late=view == "late")
    page = paging.page(found, "-id", cursor=request.GET.get("cursor", ""), size=PER_PAGE)
    progress, labels = (
        queries.progress(page.rows, actor),
        words.area_labels(one.scope_code for one in page.rows),
    )
    here = reverse("appeals:projects")
    rows = [
        {
            "project": one,
            "tone": words.PROJECT_TONES[one.state],
            "progress": progress.get(one.pk, queries.Progress()),
            "area": labels[one.scope_code],
            "budget": words.yuan(one.budget_fen),
        }
        for one in page.rows
    ]
    tabs = [
        {"label": label, "url": f"{here}?view={code}" if code else here, "current": code == view}
        for code, label in views.items()
    ]
    may = actor.role == "staff" and actor.may(rules.DRAW_UP)
    return render(
        request, "appeals/projects/list.html", {"page": page, "rows": rows, "tabs": tabs, "may_propose": may}
    )


@require_http_methods(["GET", "POST"])
@in_post(rules.DRAW_UP)
def new(request: HttpRequest) -> HttpResponse:
    """A project and its milestones, proposed for the second person."""
    actor = acting(request)
    data = request.POST if request.method == "POST" else None
    areas, units = words.areas_of(actor), units_for(actor.low)
    form = made.ProjectForm(data, initial={"scope_code": actor.low, "starts_on": clock.today()})
    lines = [made.MilestoneForm(data, prefix=f"m{number}") for number in range(1, made.LINES + 1)]
    for one in (form, *lines):
        one.prepare(areas, units)
    draft = drafts.fill(request, "project-new", form, *lines)
    checked = [line.is_valid() for line in lines] if data else []
    answer = None
    if not all(checked):
        form.is_valid()
        form.add_error(None, _("A milestone is not complete: see below."))
    elif data:
        answer = done(
            request, form, lambda: _propose(actor, form, lines), _("Proposed. A second person approves it."),
            lambda project: reverse("appeals:project", args=[project.pk]),
        )  # fmt: skip
    if answer is not None:
        drafts.discard(request, draft)
        return answer
    context = {"form": form, "lines": lines, "draft": draft}
    return render(request, "appeals/projects/new.html", context, status=status_of(form))


def _propose(actor: Actor, form: made.ProjectForm, lines: list[made.MilestoneForm]) -> Project:
    given = dict(form.cleaned_data)
    planned = [actions.Planned(**line.cleaned_data) for line in lines if line.filled]
    draft = actions.Draft(budget_fen=given.pop("budget") or 0, **given)
    return actions.propose(by=actor, draft=draft, milestones=planned)


@require_http_methods(["GET", "POST"])
@in_post("appeals.read")
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One project; whose turn it is finds the form or the button."""
    actor = acting(request)
    found = _find(actor, pk)
    what, _dash, number = request.POST.get("do", "").partition("-")
    here, bound = reverse("appeals:project", args=[pk]), None
    if request.method == "POST":
        milestone = int(number[:15]) if number.isdecimal() else 0
        if what == "reach":
            reached = partial(actions.reach, pk, by=actor, milestone_id=milestone)
            return pressed(request, reached, _("The milestone is done."), here)
        bound = _form(what, number, request.POST)
        answer = done(request, bound, lambda: _act(actor, pk, what, milestone, bound), _("Recorded."), here)
        if answer is not None:
            return answer
        found = _find(actor, pk)
    context = _context(found, actor, what, number, bound)
    return render(request, "appeals/projects/one.html", context, status=status_of(bound) if bound else 200)


def _find(actor: Actor, pk: int) -> Project:
    found = queries.find(actor, pk)
    if found is None:
        raise Http404
    return found


def _form(what: str, number: str, data: Any) -> forms.Form:
    if what == "put_off":
        return made.PutOffForm(data, auto_id=f"id_put_off{number}_%s")
    return FORMS.get(what, NoteForm)(data, auto_id=f"id_{what}_%s")


def _act(actor: Actor, pk: int, what: str, milestone: int, form: forms.Form) -> Any:
    given = dict(form.cleaned_data)
    if what == "put_off":
        return actions.put_off(pk, by=actor, milestone_id=milestone, **given)
    if "spent" in given:
        given["spent_fen"] = given.pop("spent")
    return actions.take_step(pk, by=actor, code=what, **given)


def _context(
    found: Project, actor: Actor, what: str, number: str, bound: forms.Form | None
) -> dict[str, Any]:
    sheet, today = queries.sheet(found, actor), clock.today()
    may_move = found.state == "approved" and (actor.role == "handler" or _follows(found, actor))
    milestones = []
    for mark in sheet.milestones:
        sent = bound if what == "put_off" and number == str(mark.pk) else None
        mine = may_move and (
            actor.role != "handler" or actor.organisation_id in (mark.unit_id, found.unit_id)
        )
        milestones.append(
            {
                "mark": mark,
                "late": mark.done_on is None and mark.due_on < today,
                "kept": mark.done_on is not None and mark.done_on <= mark.first_due_on,
                "delays": sheet.delays.get(mark.pk, []),
                "form": (sent or _form("put_off", str(mark.pk), None)) if mine and not mark.done_on else None,
                "open": sent is not None,
            }
        )
    done_ones = sum(mark.done_on is not None for mark in sheet.milestones)
    return {
        "project": found,
        "tone": words.PROJECT_TONES[found.state],
        "area": words.area_label(found.scope_code),
        "budget": words.yuan(found.budget_fen),
        "spent": words.yuan(found.spent_fen),
        "milestones": milestones,
        "progress": queries.Progress(done_ones, len(sheet.milestones)),
        "deeds": _deeds(found, actor, what, bound, all_done=done_ones == len(sheet.milestones)),
        "story": [_step(step) for step in sheet.steps],
        "measures": sheet.measures,
    }


def _follows(found: Project, actor: Actor) -> bool:
    return actor.role == "staff" and actor.covers(found.scope_code) and actor.may(rules.DRAW_UP)


def _deeds(
    found: Project, actor: Actor, what: str, bound: forms.Form | None, *, all_done: bool
) -> list[dict[str, Any]]:
    """The moves that this post can make now, with their forms."""
    made_deeds = []
    for step in rules.PROJECT_STEPS:
        if found.state not in step.sources or not _may(step, found, actor, all_done=all_done):
            continue
        sent = bound if what == step.code else None
        expected = step.code in ("approve", "deliver", "accept")
        form = sent or _form(step.code, "", None)
        made_deeds.append({"step": step, "form": form, "open": sent is not None, "expected": expected})
    return made_deeds


def _may(step: rules.Step, found: Project, actor: Actor, *, all_done: bool) -> bool:
    if step.code == "deliver" and actor.role == "handler":
        return all_done and actor.organisation_id == found.unit_id and actor.may(actions.HANDLE)
    if not (actor.role == "staff" and actor.covers(found.scope_code) and actor.may(step.duty)):
        return False
    if step.code in ("approve", "refuse"):
        return found.proposed_by_id != actor.account_id
    if step.code == "accept":
        return found.delivered_by_id != actor.account_id
    return step.code != "deliver" or all_done


def _step(step: Any) -> dict[str, Any]:
    who = step.post.label if step.post else _("the platform")
    name = str(rules.project_past(step.move))
    return {
        "name": name[:1].upper() + name[1:],
        "state": "done",
        "at": step.at,
        "who": who,
        "quote": step.note,
    }


routes: list[URLPattern] = [
    path("projects/", listed, name="projects"),
    path("projects/new/", new, name="project_new"),
    path("projects/<int:pk>/", one, name="project"),
]
