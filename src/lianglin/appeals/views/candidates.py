"""Candidates for problem classes: what the nightly scan found, and what a person makes of it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lianglin.access.actor import Actor
from lianglin.access.gate import acting, in_post
from lianglin.access.replies import done, status_of
from lianglin.appeals.actions import candidates as actions
from lianglin.appeals.forms.candidates import ConfirmForm, RefuseForm
from lianglin.appeals.models import ClassCandidate
from lianglin.appeals.queries import candidates as queries
from lianglin.appeals.queries.problems import units_for
from lianglin.appeals.rules import problems as rules
from lianglin.appeals.views import words as case_words
from lianglin.appeals.views.problem_words import area_label, area_labels
from lianglin.kit import paging
from lianglin.kit.ids import group_case_number

PER_PAGE = 30
SHOWN = 30
"""Appeals of a candidate on its page, newest first; the class shows them all."""


@require_GET
@in_post(rules.DRAW_UP)
def listed(request: HttpRequest) -> HttpResponse:
    """What waits for a look, newest first."""
    found = paging.page(
        queries.open_candidates(acting(request)), "-id", cursor=request.GET.get("cursor", ""), size=PER_PAGE
    )
    labels = area_labels(one.scope_code for one in found.rows)
    rows = [{"candidate": one, "area": labels[one.scope_code]} for one in found.rows]
    return render(request, "appeals/candidates/list.html", {"page": found, "rows": rows})


@require_http_methods(["GET", "POST"])
@in_post(rules.DRAW_UP)
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One candidate with its newest appeals; a person confirms it as a class or says that it is none."""
    actor = acting(request)
    found = queries.candidate(actor, pk)
    if found is None:
        raise Http404
    pressed = request.POST.get("do", "")
    confirm = ConfirmForm(
        request.POST if pressed == "confirm" else None, initial={"title": _title(found)}, prefix="confirm"
    )
    confirm.prepare([], units_for(actor.low))
    refuse = RefuseForm(request.POST if pressed == "refuse" else None, prefix="refuse")
    answer = _answered(request, actor, found, confirm, refuse)
    context: dict[str, Any] = {
        "candidate": found,
        "area": area_label(found.scope_code),
        "cases": [
            {
                "case": case,
                "number": group_case_number(case.number),
                "place": case_words.full_place(case),
                "tone": case_words.tone(case.state),
            }
            for case in queries.located(found, actor, limit=SHOWN)
        ],
        "open": found.state == ClassCandidate.State.OPEN,
        "confirm": confirm if actor.may(rules.DECIDE) else None,
        "refuse": refuse,
    }
    status = status_of(confirm if pressed == "confirm" else refuse)
    return answer or render(request, "appeals/candidates/one.html", context, status=status)


def _title(found: ClassCandidate) -> str:
    return f"{area_label(found.scope_code)}：{found.item.label}"[:60]


def _answered(
    request: HttpRequest, actor: Actor, found: ClassCandidate, confirm: ConfirmForm, refuse: RefuseForm
) -> HttpResponse | None:
    if confirm.is_bound:
        return done(
            request,
            confirm,
            lambda: actions.confirm(found.pk, by=actor, **confirm.cleaned_data),
            _("A problem class was made of it."),
            lambda made: reverse("appeals:problem", args=[made.pk]),
        )
    if refuse.is_bound:
        return done(
            request,
            refuse,
            lambda: actions.refuse(found.pk, by=actor, **refuse.cleaned_data),
            _("It is noted as none. The same days are not proposed again."),
            reverse("appeals:candidates"),
        )
    return None


routes: list[URLPattern] = [
    path("problems/candidates/", listed, name="candidates"),
    path("problems/candidates/<int:pk>/", one, name="candidate"),
]
