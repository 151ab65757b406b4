"""Imported figures of the city at the desk: entered with their file, decided by a second person."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lianglin.access.gate import acting, in_post
from lianglin.access.replies import done, status_of
from lianglin.benefits.actions import city_figures as actions
from lianglin.benefits.forms.city_figures import CityFigureForm
from lianglin.benefits.forms.parameters import RemarkForm
from lianglin.benefits.models import CityFigure
from lianglin.benefits.queries import city_figures as queries
from lianglin.benefits.rules.life import APPROVE, DRAFT, READ
from lianglin.kit import paging

TONES = {"waiting": "waiting", "in_force": "good", "replaced": "closed", "refused": "bad"}


@require_http_methods(["GET", "POST"])
@in_post(READ)
def listed(request: HttpRequest) -> HttpResponse:
    """What was imported, newest month first; a new number is entered here."""
    actor = acting(request)
    form = CityFigureForm(request.POST or None, request.FILES or None)
    answer = form.is_bound and done(
        request,
        form,
        lambda: actions.enter(by=actor, told=form.told()),
        _("Entered. It counts once a second person has approved it."),
        reverse("benefits:city_figures"),
    )
    found = paging.page(queries.figures(), *queries.KEYS, cursor=request.GET.get("cursor", ""), size=24)
    context = {
        "page": found,
        "rows": [{"figure": one, "tone": TONES[one.state]} for one in found.rows],
        "form": form,
        "may_enter": actor.may(DRAFT),
    }
    return answer or render(request, "benefits/figures/list.html", context, status=status_of(form))


@require_http_methods(["GET", "POST"])
@in_post(READ)
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One number with its file's digest; the second person decides here."""
    actor, figure = acting(request), queries.figures().filter(pk=pk).first()
    if figure is None:
        raise Http404
    form = RemarkForm(request.POST if request.method == "POST" else None)
    approve = request.POST.get("do") == "approve"
    answer = form.is_bound and done(
        request,
        form,
        lambda: actions.decide(pk, by=actor, approve=approve, note=form.cleaned_data["note"]),
        _("Approved. It stands among the figures after the next night.") if approve else _("Refused."),
        reverse("benefits:city_figure", args=[pk]),
    )
    waits, mine = figure.state == CityFigure.State.WAITING, figure.entered_by_id == actor.account_id
    context = {
        "figure": figure,
        "tone": TONES[figure.state],
        "form": form,
        "may_decide": waits and not mine and actor.may(APPROVE),
        "own": waits and mine,
    }
    return answer or render(request, "benefits/figures/one.html", context, status=status_of(form))
