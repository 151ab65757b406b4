"""Campaigns: the list, one begun, one with its seasons compared."""

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
from lianglin.appeals.actions import campaigns as actions
from lianglin.appeals.forms.projects import CampaignForm, SeasonForm
from lianglin.appeals.models import Campaign, CampaignSeason
from lianglin.appeals.models.problem import VERDICTS
from lianglin.appeals.queries import campaigns as queries
from lianglin.appeals.queries.problems import units_for
from lianglin.appeals.rules import problems as rules
from lianglin.appeals.views import problem_words as words
from lianglin.kit import clock, paging

PER_PAGE = 30


@require_GET
@in_post("appeals.read")
def listed(request: HttpRequest) -> HttpResponse:
    """The campaigns of the area or of the unit, newest first."""
    actor = acting(request)
    kinds, here = dict(rules.CAMPAIGNS), reverse("appeals:campaigns")
    kind = request.GET.get("kind", "")
    kind = kind if kind in kinds else ""
    page = paging.page(
        queries.campaigns(actor, kind=kind), "-id", cursor=request.GET.get("cursor", ""), size=PER_PAGE
    )
    labels = words.area_labels(one.scope_code for one in page.rows)
    rows = [
        {"campaign": one, "area": labels[one.scope_code], "covers": words.covers(one.codes)}
        for one in page.rows
    ]
    tabs = [
        {"label": label, "url": f"{here}?kind={code}" if code else here, "current": code == kind}
        for code, label in (("", _("all")), *rules.CAMPAIGNS)
    ]
    may = _may(actor, actor.low)
    return render(
        request, "appeals/campaigns/list.html", {"page": page, "rows": rows, "tabs": tabs, "may_begin": may}
    )


def _may(actor: Actor, area: str) -> bool:
    return actor.role == "staff" and actor.covers(area) and actor.may(rules.DECIDE)


@require_http_methods(["GET", "POST"])
@in_post(rules.DECIDE)
def new(request: HttpRequest) -> HttpResponse:
    """A new campaign."""
    actor = acting(request)
    form = CampaignForm(request.POST if request.method == "POST" else None, initial={"scope_code": actor.low})
    form.prepare(words.areas_of(actor), units_for(actor.low))
    answer = form.is_bound and done(
        request,
        form,
        lambda: actions.begin(by=actor, **form.cleaned_data),
        _("The campaign is begun. Add its seasons now."),
        lambda made: reverse("appeals:campaign", args=[made.pk]),
    )
    return answer or render(request, "appeals/campaigns/new.html", {"form": form}, status=status_of(form))


@require_http_methods(["GET", "POST"])
@in_post("appeals.read")
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One campaign: this season beside the last, week by week, and a form for the next season."""
    actor = acting(request)
    found = queries.find(actor, pk)
    if found is None:
        raise Http404
    form = SeasonForm(request.POST if request.method == "POST" else None)
    here = reverse("appeals:campaign", args=[pk])
    answer = form.is_bound and done(
        request,
        form,
        lambda: actions.add_season(by=actor, campaign_id=pk, **form.cleaned_data),
        _("The season is added."),
        here,
    )
    context = _context(found, actor) | {
        "form": form if _may(actor, found.scope_code) or form.errors else None
    }
    return answer or render(request, "appeals/campaigns/one.html", context, status=status_of(form))


def _context(found: Campaign, actor: Actor) -> dict[str, Any]:
    seasons, today = queries.seasons(found, actor), clock.today()
    begun = [season for season in seasons if season.first_day < today]
    compared = queries.compared(found, begun[0], begun[1], today) if len(begun) > 1 else None
    return {
        "campaign": found,
        "area": words.area_label(found.scope_code),
        "covers": words.covers(found.codes),
        "seasons": seasons,
        "this": begun[0] if begun else None,
        "last": begun[1] if compared else None,
        "compared": compared and _compared(compared, begun[0], begun[1]),
        "also": queries.subject_of(found, begun[0], begun[1]).also() if compared else "",
    }


def _compared(found: queries.Compared, this: CampaignSeason, last: CampaignSeason) -> dict[str, Any]:
    return {
        "found": found,
        "change": words.change(found.change.value),
        "ratio": words.ratio(found.change.value, found.change.low, found.change.high),
        "beside": words.ratio(found.beside.value, found.beside.low, found.beside.high),
        "told": dict(VERDICTS)[found.told],
        "tone": words.VERDICT_TONES[found.told],
        "columns": [_("Week of the season"), this.label, last.label],
        "rows": [[number, now, then] for number, then, now in found.weeks],
    }


routes: list[URLPattern] = [
    path("campaigns/", listed, name="campaigns"),
    path("campaigns/new/", new, name="campaign_new"),
    path("campaigns/<int:pk>/", one, name="campaign"),
]
