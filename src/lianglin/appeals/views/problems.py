"""Problem classes: the list, and one put together by hand or from ticked appeals."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lianglin.access.actor import Actor
from lianglin.access.gate import acting, in_post
from lianglin.access.replies import done, status_of
from lianglin.appeals.actions import problems as actions
from lianglin.appeals.forms.problems import FilterForm, ProblemForm
from lianglin.appeals.models import ProblemClass
from lianglin.appeals.queries import candidates as waiting
from lianglin.appeals.queries import problems as queries
from lianglin.appeals.queries import worklists
from lianglin.appeals.rules import problems as rules
from lianglin.appeals.rules.effect import LONGEST
from lianglin.appeals.views import campaigns, candidates, problem_cases, problem_page, projects
from lianglin.appeals.views.problem_words import area_labels, areas_of, row_of
from lianglin.cases.models import Case
from lianglin.kit import clock, paging
from lianglin.kit.ids import clean_case_number

PER_PAGE = 30


@require_GET
@in_post("appeals.read")
def listed(request: HttpRequest) -> HttpResponse:
    """The classes of the area, or in which the unit has a part; newest first."""
    actor = acting(request)
    form = FilterForm(request.GET, places=worklists.places_below(actor))
    chosen = form.chosen()
    found = paging.page(
        queries.classes(actor, **chosen), "-id", cursor=request.GET.get("cursor", ""), size=PER_PAGE
    )
    labels, counts = area_labels(one.scope_code for one in found.rows), queries.with_counts(found.rows, actor)
    context = {
        "form": form,
        "page": found,
        "rows": [row_of(one, labels, counts) for one in found.rows],
        "narrowed": bool(chosen),
        "may_make": actor.role == "staff" and actor.may(rules.DRAW_UP),
        "waiting": waiting.count(actor) if actor.role == "staff" and actor.may(rules.DRAW_UP) else 0,
    }
    return render(request, "appeals/problems/list.html", context)


@require_http_methods(["GET", "POST"])
@in_post(rules.DRAW_UP)
def new(request: HttpRequest) -> HttpResponse:
    """A new class; ``?case=`` names the ticked appeals it begins with."""
    actor = acting(request)
    given = request.POST if request.method == "POST" else request.GET
    found = _ticked(actor, given.getlist("case"))
    areas = areas_of(actor)
    form = (
        ProblemForm(request.POST) if request.method == "POST" else ProblemForm(initial=_initial(actor, found))
    )
    form.prepare(areas, queries.units_for(actor.low))
    answer = form.is_bound and done(
        request,
        form,
        lambda: _make(actor, form, found),
        _("Put together. A second person confirms or refuses it."),
        lambda made: reverse("appeals:problem", args=[made.pk]),
    )
    context = {"form": form, "cases": found}
    return answer or render(request, "appeals/problems/new.html", context, status=status_of(form))


def _ticked(actor: Actor, numbers: list[str]) -> list[Case]:
    clean = []
    for number in numbers[: queries.MOST_CASES]:
        try:
            clean.append(clean_case_number(number))
        except ValueError:
            continue
    return list(worklists.appeals(actor).filter(number__in=clean).order_by("-id")) if clean else []


def _initial(actor: Actor, found: list[Case]) -> dict[str, Any]:
    """What the ticked appeals say: their items, their days; else the last ninety days."""
    today = clock.today()
    days = [clock.local(case.opened_at).date() for case in found]
    first, last = (min(days), max(days)) if days else (today - timedelta(days=90), today)
    return {
        "codes": queries.item_in([case.pk for case in found], actor)[: rules.MOST_CODES],
        "scope_code": actor.low,
        "first_day": max(first, last - timedelta(days=LONGEST - 1)),
        "last_day": last,
    }


def _make(actor: Actor, form: ProblemForm, found: list[Case]) -> ProblemClass:
    given = dict(form.cleaned_data)
    reason = given.pop("reason")
    drawn = actions.Drawn(breadth=form.breadth(), **given)
    return actions.make(by=actor, drawn=drawn, case_ids=[case.pk for case in found], reason=reason)


routes: list[URLPattern] = [
    path("problems/", listed, name="problems"),
    path("problems/new/", new, name="problem_new"),
    *candidates.routes,
    *problem_page.routes,
    *problem_cases.routes,
    *projects.routes,
    *campaigns.routes,
]
