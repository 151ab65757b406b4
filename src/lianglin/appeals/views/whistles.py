"""Calls of a street to departments: the list, a new one, one with what both sides say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lianglin.access.actor import Actor
from lianglin.access.gate import acting, in_post
from lianglin.access.models import Organisation
from lianglin.access.replies import done, see, status_of
from lianglin.appeals.actions import whistling as actions
from lianglin.appeals.forms.whistles import ArrivedForm, AssessForm, CallForm
from lianglin.appeals.models import WhistleCall, WhistleUnit
from lianglin.appeals.queries import whistles, worklists
from lianglin.appeals.views.rule_sets import units_near
from lianglin.cases.models import Case
from lianglin.kit import clock, paging
from lianglin.kit.errors import HouseError, Refused
from lianglin.kit.ids import clean_case_number, group_case_number


@require_GET
@in_post("appeals.read")
def calls(request: HttpRequest) -> HttpResponse:
    """The calls of the area, or to the unit, newest first."""
    actor = acting(request)
    found = paging.page(whistles.calls(actor), "-id", cursor=request.GET.get("cursor", ""), size=30)
    units = whistles.units_of_calls([call.pk for call in found.rows], actor)
    now = clock.now()
    rows = [
        {"call": call, "units": units.get(call.pk, ()), "stands": _stands(call, units.get(call.pk, ()), now)}
        for call in found.rows
    ]
    may_call = actor.role == "staff" and actor.may(actions.CALL)
    return render(request, "appeals/whistles/calls.html", {"page": found, "rows": rows, "may_call": may_call})


def _stands(call: WhistleCall, units: Sequence[WhistleUnit], now: datetime) -> tuple[str, str]:
    """Where a call stands as far as the post sees its units: (words, tone)."""
    if units and all(unit.answered_at for unit in units):
        return _("answered"), "good"
    if units and all(unit.arrived_at for unit in units):
        return _("there, answer to come"), "active"
    there = sum(1 for unit in units if unit.arrived_at)
    if there:
        return _("%(n)d of %(all)d there") % {"n": there, "all": len(units)}, "active"
    if call.arrive_by < now:
        return _("not there in time"), "bad"
    return _("called"), "waiting"


@require_http_methods(["GET", "POST"])
@in_post("appeals.dispatch")
def new(request: HttpRequest) -> HttpResponse:
    """A new call, by a street; ``?number=`` names the appeal it is about."""
    actor = acting(request)
    units = units_near(actor).exclude(kind=Organisation.Kind.COMMUNITY)
    form = CallForm(request.POST if request.method == "POST" else None, units=units)
    answer = form.is_bound and done(
        request,
        form,
        lambda: _call(actor, dict(form.cleaned_data)),
        _("Called. The units are told."),
        lambda made: reverse("appeals:whistle", args=[made.pk]),
    )
    return answer or render(request, "appeals/whistles/new.html", {"form": form}, status=status_of(form))


def _call(actor: Actor, given: dict[str, Any]) -> WhistleCall:
    number, case = given.pop("number").strip(), None
    if number:
        case = _case(actor, number)
    return actions.call(by=actor, case=case, units=list(given.pop("units")), **given)


def _case(actor: Actor, number: str) -> Case:
    try:
        case = worklists.find(actor, clean_case_number(number))
    except ValueError:
        case = None
    if case is None:
        raise Refused(_("There is no such appeal in the area of your current post."), field="number")
    return case


@require_http_methods(["GET", "POST"])
@in_post("appeals.read")
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One call: the unit says that it is there and what it did, the street how it was."""
    actor = acting(request)
    found = whistles.calls(actor).filter(pk=pk).first()
    if found is None:
        raise Http404
    status, bound = 200, None
    if request.method == "POST":
        bound = _form(request)
        if bound is None or bound.is_valid():
            try:
                _act(actor, found, request, bound.cleaned_data if bound else {})
            except HouseError as error:
                if bound is None:
                    raise
                bound.add_error(error.field if error.field in bound.fields else None, str(error.message))
                status = error.status
            else:
                messages.success(request, _("The call is brought up to date."))
                return see(reverse("appeals:whistle", args=[pk]))
        else:
            status = 422
    return render(request, "appeals/whistles/one.html", _context(request, found, bound), status=status)


def _form(request: HttpRequest) -> Any:
    what = request.POST.get("do", "")
    if what == "answer":
        return ArrivedForm(request.POST)
    if what.startswith("assess"):
        return AssessForm(request.POST, auto_id=f"id_{what}_%s")
    return None


def _act(actor: Actor, found: WhistleCall, request: HttpRequest, given: dict[str, Any]) -> None:
    what, _dash, unit = request.POST.get("do", "").partition("-")
    if what == "arrive":
        actions.arrive(by=actor, call_id=found.pk)
    elif what == "answer":
        actions.answer(by=actor, call_id=found.pk, **given)
    elif what == "assess" and unit.isdecimal():
        actions.assess(by=actor, call_id=found.pk, unit_id=int(unit[:15]), **given)
    else:
        raise Refused(_("The page was incomplete. Open it again."))


def _context(request: HttpRequest, found: WhistleCall, bound: Any) -> dict[str, Any]:
    actor = acting(request)
    units = whistles.units_of(found, actor)
    what = request.POST.get("do", "")
    assessing = actor.may(actions.CALL) and found.street_id == actor.organisation_id
    over = clock.now() >= found.arrive_by
    rows = []
    for unit in units:
        code = f"assess-{unit.unit_id}"
        form = bound if what == code else AssessForm(auto_id=f"id_{code}_%s")
        offered = assessing and not unit.came and (over or unit.answered_at)
        rows.append({"unit": unit, "form": form if offered else None, "code": code})
    mine = _mine(units, actor)
    return {
        "call": found,
        "number": group_case_number(found.case.number) if found.case else "",
        "over": over,
        "rows": rows,
        "mine": mine,
        "answering": (bound if what == "answer" else ArrivedForm())
        if mine and not mine.answered_at
        else None,
    }


def _mine(units: list[WhistleUnit], actor: Actor) -> WhistleUnit | None:
    if not actor.may(actions.ANSWER):
        return None
    return next((unit for unit in units if unit.unit_id == actor.organisation_id), None)


routes: list[URLPattern] = [
    path("calls/", calls, name="whistles"),
    path("calls/new/", new, name="whistle_new"),
    path("calls/<int:pk>/", one, name="whistle"),
]
