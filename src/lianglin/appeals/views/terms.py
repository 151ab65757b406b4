"""Limits of dispatch: what counts now (printable), a proposal, the second person's decision."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianglin.access.duty_list.views import area_words
from lianglin.access.gate import acting, in_post
from lianglin.access.governance.deciding import TONES, State
from lianglin.access.governance.views.second import look
from lianglin.access.replies import done, pressed, status_of
from lianglin.appeals.actions import terms as actions
from lianglin.appeals.forms.terms import TermForm
from lianglin.appeals.models import TermChange
from lianglin.appeals.queries import terms
from lianglin.appeals.rules import objecting
from lianglin.cases.queries import limit_words
from lianglin.kit import clock, paging


@require_GET
@in_post(actions.PROPOSE)
def listed(request: HttpRequest) -> HttpResponse:
    """What counts in the own area today, every dated row, what waits for a decision."""
    actor = acting(request)
    held = terms.in_force(actor.low, clock.today())
    found = paging.page(
        terms.listed(actor), "-valid_from", "-id", cursor=request.GET.get("cursor", ""), size=30
    )
    waiting = terms.changes(actor).filter(state=State.WAITING).order_by("-id")[:50]
    context = {
        "now": [_now(kind, str(label), held.get(kind)) for kind, label in objecting.TERMS],
        "page": found,
        "rows": [(one, area_words(one.scope_code), limit_words(one.amount, one.unit)) for one in found.rows],
        "waiting": [_row(one) for one in waiting],
        "area": area_words(actor.low),
        "today": clock.today(),
    }
    return render(request, "appeals/terms/list.html", context)


def _now(kind: str, label: str, held: Any) -> dict[str, Any]:
    amount, unit = (held.amount, held.unit) if held else objecting.DEFAULTS[kind]
    return {
        "label": label,
        "limit": limit_words(amount, unit),
        "area": area_words(held.scope_code) if held else "",
        "basis": held.basis if held else _("default of the platform"),
    }


def _row(one: TermChange) -> dict[str, Any]:
    return {
        "change": one,
        "area": area_words(one.scope_code),
        "limit": limit_words(one.amount, one.unit),
        "tone": TONES[one.state],
    }


@require_http_methods(["GET", "POST"])
@in_post(actions.PROPOSE)
def propose(request: HttpRequest) -> HttpResponse:
    """A limit for the own area."""
    actor = acting(request)
    form = TermForm(request.POST if request.method == "POST" else None)
    answer = form.is_bound and done(
        request,
        form,
        lambda: actions.propose(by=actor, **form.cleaned_data),
        _("Proposed. A second person decides."),
        lambda made: reverse("appeals:term_change", args=[made.pk]),
    )
    context = {"form": form, "area": area_words(actor.low)}
    return answer or render(request, "appeals/terms/propose.html", context, status=status_of(form))


@require_http_methods(["GET", "POST"])
@in_post(actions.PROPOSE)
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """One proposal; the second person decides here."""
    actor = acting(request)
    found = terms.changes(actor).select_related("proposed_post", "decided_post").filter(pk=pk).first()
    if found is None:
        raise Http404
    seen = look(
        request,
        found,
        partial(actions.decide, change_id=pk),
        duty=actions.APPROVE,
        said=_("Approved. From its first day on it counts."),
        here=reverse("appeals:term_change", args=[pk]),
    )
    context = {**_row(found), **seen.context}
    return seen.answer or render(request, "appeals/terms/change.html", context, status=seen.status)


@require_POST
@in_post(actions.PROPOSE)
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Whoever proposed it takes it back."""
    actor = acting(request)
    here = reverse("appeals:term_change", args=[pk])
    return pressed(request, lambda: actions.withdraw(by=actor, change_id=pk), _("Taken back."), here)


routes: list[URLPattern] = [
    path("terms/", listed, name="terms"),
    path("terms/propose/", propose, name="term_new"),
    path("terms/<int:pk>/", change, name="term_change"),
    path("terms/<int:pk>/back/", withdraw, name="term_back"),
]
