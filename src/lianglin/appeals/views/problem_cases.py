"""The cases of a problem class: those in it, taken out with a reason; those that fit, put in by a tick."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from lianglin.access.actor import Actor
from lianglin.access.gate import acting, in_post
from lianglin.access.replies import done, status_of
from lianglin.appeals.actions import problems as actions
from lianglin.appeals.forms.problems import TakeOutForm, line
from lianglin.appeals.models import ProblemClass
from lianglin.appeals.queries import problems as queries
from lianglin.appeals.queries import worklists
from lianglin.appeals.rules import problems as rules
from lianglin.appeals.views import words
from lianglin.appeals.views.problem_page import find
from lianglin.kit import paging
from lianglin.kit.errors import Refused


class PutInForm(forms.Form):
    """Why the ticked appeals belong to the class; the ticks stand beside it."""

    reason = line(gettext_lazy("why these belong together"), longest=200, required=False)


@require_http_methods(["GET", "POST"])
@in_post("appeals.read")
def cases(request: HttpRequest, pk: int) -> HttpResponse:
    """All cases of a class that the post may read, and for who follows it those that fit."""
    actor, problem = acting(request), find(request, pk)
    may = actor.role == "staff" and actor.may(rules.DRAW_UP) and problem.state not in rules.FINISHED
    what, here = request.POST.get("do", ""), reverse("appeals:problem_cases", args=[pk])
    put_in = PutInForm(request.POST if what == "add" else None)
    take_out = TakeOutForm(request.POST if request.method == "POST" and what != "add" else None)
    sent = put_in if put_in.is_bound else take_out
    if sent.is_bound:
        added = what == "add"
        answer = done(
            request,
            sent,
            lambda: _add(actor, problem, request, sent) if added else _remove(actor, problem, sent),
            _said if added else _("Taken out. The reason is in the history."),
            here,
        )
        if answer is not None:
            return answer
    found = paging.page(
        queries.cases_of(problem, actor), "-id", cursor=request.GET.get("cursor", ""), size=30
    )
    context = {
        "problem": problem,
        "page": found,
        "rows": [_row(case, take_out) for case in found.rows],
        "offered": [_row(case, None) for case in queries.offered_cases(problem, actor)] if may else [],
        "removed": queries.removed_of(problem, actor),
        "put_in": put_in,
        "take_out": take_out,
        "ticked": request.POST.getlist("case"),
        "may": may,
    }
    return render(request, "appeals/problems/cases.html", context, status=status_of(sent))


def _row(case: Any, sent: TakeOutForm | None) -> dict[str, Any]:
    mine = sent is not None and sent.is_bound and sent.data.get("case") == case.number
    form = sent if mine else TakeOutForm(auto_id=f"id_{case.number}_%s", initial={"case": case.number})
    place = case.place_text or (case.building.address if case.building else "")
    return {"case": case, "tone": words.tone(case.state), "place": place, "form": form, "open": mine}


def _said(added: int) -> str:
    return _("%(n)d appeals put in.") % {"n": added}


def _add(actor: Actor, problem: ProblemClass, request: HttpRequest, form: forms.Form) -> int:
    numbers = request.POST.getlist("case")[: queries.MOST_CASES]
    found = worklists.appeals(actor).filter(number__in=[number[:24] for number in numbers])
    ids = list(found.values_list("pk", flat=True))
    return actions.add_cases(problem.pk, by=actor, case_ids=ids, reason=form.cleaned_data["reason"])


def _remove(actor: Actor, problem: ProblemClass, form: forms.Form) -> Any:
    case = worklists.find(actor, form.cleaned_data["case"])
    if case is None:
        raise Refused(_("There is no such appeal in the area of your current post."))
    return actions.remove_case(problem.pk, by=actor, case_id=case.pk, reason=form.cleaned_data["reason"])


routes: list[URLPattern] = [path("problems/<int:pk>/cases/", cases, name="problem_cases")]
