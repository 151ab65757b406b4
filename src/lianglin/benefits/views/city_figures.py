"""Imported figures of the city at the desk: entered with their file, decided by a second person."""

from __future__ import annotations

from functools import partial

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lianglin.access.gate import acting, in_post
from lianglin.access.governance.deciding import TONES
from lianglin.access.governance.views.second import look
from lianglin.access.replies import done, status_of
from lianglin.benefits.actions import city_figures as actions
from lianglin.benefits.forms.city_figures import CityFigureForm
from lianglin.benefits.queries import city_figures as queries
from lianglin.benefits.rules.life import APPROVE, DRAFT, READ
from lianglin.kit import paging


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
    figure = queries.figures().filter(pk=pk).first()
    if figure is None:
        raise Http404
    seen = look(
        request,
        figure,
        partial(actions.decide, pk),
        duty=APPROVE,
        said=_("Approved. It stands among the figures after the next night."),
        here=reverse("benefits:city_figure", args=[pk]),
    )
    context = {**seen.context, "figure": figure}
    return seen.answer or render(request, "benefits/figures/one.html", context, status=seen.status)
