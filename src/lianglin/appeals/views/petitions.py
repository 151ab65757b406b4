"""Petitions on the desk: the list, registering one, turning an appeal into one; their own page is views/side.py."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lianglin.access.gate import acting, in_post
from lianglin.access.replies import done, status_of
from lianglin.appeals.actions import petitioning as actions
from lianglin.appeals.forms.petitions import RegisterForm, TurnForm
from lianglin.appeals.queries import petitions as queries
from lianglin.appeals.rules import petition
from lianglin.appeals.views import receipts, words
from lianglin.appeals.views.handling import find
from lianglin.cases import queries as cases
from lianglin.cases.actions import Opened
from lianglin.cases.models import Case
from lianglin.kit import paging, qr
from lianglin.kit.signs import local_dt

TONES = {
    "registered": "new", "accepted": "active", "answered": "good", "review_asked": "warn", "reviewed": "good",
    "recheck_asked": "warn", "ended": "closed", "not_accepted": "closed", "withdrawn": "closed",
}  # fmt: skip


@require_GET
@in_post("appeals.read")
def listed(request: HttpRequest) -> HttpResponse:
    """The petitions of the area, or given to the unit, newest first."""
    actor, ended = acting(request), request.GET.get("ended") == "1"
    found = paging.page(
        queries.petitions(actor, ended=ended), "-id", cursor=request.GET.get("cursor", ""), size=30
    )
    here = reverse("appeals:petitions")
    context = {
        "page": found,
        "rows": [_row(case) for case in found.rows],
        "tabs": [
            {"label": _("in hand"), "url": here, "current": not ended},
            {"label": _("ended"), "url": f"{here}?ended=1", "current": ended},
        ],
        "may_register": actor.may(petition.WORK),
    }
    return render(request, "appeals/petitions/list.html", context)


def _row(case: Case) -> dict[str, Any]:
    return {
        "case": case,
        "number": words.grouped(case.number),
        "tone": TONES[case.state],
        "left": cases.time_left(case),
        "place": words.place(case),
    }


@require_http_methods(["GET", "POST"])
@in_post(petition.WORK)
def new(request: HttpRequest) -> HttpResponse:
    """Registers a petition that came in writing or at the desk."""
    actor = acting(request)
    form = RegisterForm(request.POST if request.method == "POST" else None, actor=actor)
    answer = form.is_bound and done(
        request,
        form,
        lambda: actions.register(by=actor, place=form.where(), asked=form.asked(), reporter=form.reporter()),
        _("Registered. The notice whether it is accepted is due."),
        lambda made: _kept(request, made),
    )
    return answer or render(request, "appeals/petitions/new.html", {"form": form}, status=status_of(form))


@require_http_methods(["GET", "POST"])
@in_post(petition.WORK)
def turn(request: HttpRequest, number: str) -> HttpResponse:
    """An appeal goes on as a petition."""
    actor = acting(request)
    case = find(actor, number)
    form = TurnForm(request.POST if request.method == "POST" else None)
    answer = form.is_bound and done(
        request,
        form,
        lambda: actions.turn_into_petition(case.pk, by=actor, note=form.cleaned_data["note"]),
        _("It goes on as a petition. Tell the person its number and its secret."),
        lambda made: _kept(request, made),
    )
    context = {"form": form, "case": case, "number": words.grouped(case.number)}
    return answer or render(request, "appeals/petitions/turn.html", context, status=status_of(form))


def _kept(request: HttpRequest, made: Opened) -> str:
    receipts.to_receipt(request, made)
    return reverse("appeals:petition_registered")


@require_GET
@in_post(petition.WORK)
def registered(request: HttpRequest) -> HttpResponse:
    """The receipt, shown once."""
    receipt = receipts.taken(request)
    seen = cases.visible(acting(request)).filter(kind=petition.KIND)
    case = seen.filter(number=receipt["number"]).first() if receipt else None
    if receipt is None or case is None:
        return redirect("appeals:petitions")
    context = {
        "case": case,
        "number": words.grouped(case.number),
        "secret": receipt["secret"],
        "facts": [
            (_("place"), words.place(case)),
            (_("state"), case.state_label),
            (_("due"), local_dt(case.due_at)),
        ],
        "qr": qr.svg(request.build_absolute_uri(f"{reverse('appeals:track')}?number={case.number}")),
    }
    return render(request, "appeals/petitions/registered.html", context)


routes: list[URLPattern] = [
    path("petitions/", listed, name="petitions"),
    path("petitions/new/", new, name="petition_new"),
    path("petitions/registered/", registered, name="petition_registered"),
    path("petitions/from/<str:number>/", turn, name="petition_turn"),
]
