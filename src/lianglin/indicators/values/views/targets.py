"""Goals of figures: what counts in the own area, a proposal, the second person's decision."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianglin.access.duty_list.views import area_words
from lianglin.access.gate import acting, in_post
from lianglin.access.governance.deciding import State
from lianglin.access.replies import done, pressed, status_of
from lianglin.indicators.models import TargetChange
from lianglin.indicators.values import queries, targeting
from lianglin.indicators.values.forms import TargetForm
from lianglin.indicators.values.manifest import APPROVE_TARGETS, READ, TARGETS
from lianglin.indicators.values.views import second
from lianglin.indicators.views import showing
from lianglin.kit import clock, discovery, paging
from lianglin.kit.domain import Indicator


def _chosen() -> list[Indicator]:
    return [*showing.main(), *queries.imported_figures()]


def words(amount: Any, better: str, indicator: Indicator | None) -> str:
    """A goal in words."""
    if amount is None:
        return _("no goal of its own any more")
    unit = "" if indicator is None else "%" if indicator.unit == "percent" else f" {showing.unit(indicator)}"
    side = _("at most") if better == "down" else _("at least")
    return f"{side} {float(amount):g}{unit}"


def _label(code: str) -> Any:
    known = discovery.indicators().get(code)
    return known.label if known else code


@require_GET
@in_post(READ)
def listed(request: HttpRequest) -> HttpResponse:
    """What counts in the own area in the running month, every dated goal, what waits for a decision."""
    actor = acting(request)
    month = clock.today().replace(day=1)
    chosen = _chosen()
    goals = queries.targets([i.code for i in chosen], actor.low, month)
    found = paging.page(
        queries.goals(actor), "-valid_from", "-id", cursor=request.GET.get("cursor", ""), size=30
    )
    waiting = queries.changes(actor).filter(state=State.WAITING).order_by("-id")[:50]
    known = discovery.indicators()
    context = {
        "now": [
            {"indicator": i, "goal": goals[i.code], "words": words(goals[i.code].amount, goals[i.code].better, i),
             "area": area_words(goals[i.code].scope_code) if goals[i.code].since else ""}
            for i in chosen if i.code in goals
        ],
        "page": found,
        "rows": [
            {"goal": one, "label": _label(one.indicator), "area": area_words(one.scope_code),
             "words": words(one.amount, one.better, known.get(one.indicator))}
            for one in found.rows
        ],
        "waiting": [_row(one) for one in waiting],
        "area": area_words(actor.low),
        "may_propose": actor.may(TARGETS),
    }  # fmt: skip
    return render(request, "indicators/values/targets.html", context)


def _row(one: TargetChange) -> dict[str, Any]:
    known = discovery.indicators().get(one.indicator)
    return {
        "change": one,
        "label": _label(one.indicator),
        "words": words(one.amount, one.better, known),
        **second.told(one),
    }


@require_GET
@in_post(READ)
def changed(request: HttpRequest) -> HttpResponse:
    """All proposals, the newest first."""
    found = paging.page(
        queries.changes(acting(request)), "-id", cursor=request.GET.get("cursor", ""), size=30
    )
    context = {"page": found, "rows": [_row(one) for one in found.rows]}
    return render(request, "indicators/values/target_changes.html", context)


@require_http_methods(["GET", "POST"])
@in_post(TARGETS)
def propose(request: HttpRequest) -> HttpResponse:
    """A goal for the own area."""
    actor = acting(request)
    form = TargetForm(
        request.POST if request.method == "POST" else None,
        figures=[(i.code, i.label) for i in _chosen()],
        initial={"indicator": request.GET.get("indicator", "")},
    )
    answer = form.is_bound and done(
        request,
        form,
        lambda: targeting.propose(by=actor, **form.cleaned_data),
        _("Proposed. A second person decides."),
        lambda made: reverse("indicators:target_change", args=[made.pk]),
    )
    context = {"form": form, "area": area_words(actor.low)}
    return answer or render(request, "indicators/values/propose_target.html", context, status=status_of(form))


@require_http_methods(["GET", "POST"])
@in_post(READ)
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """One proposal beside what counts now; the second person decides here."""
    actor = acting(request)
    found = queries.changes(actor).select_related("proposed_post", "decided_post").filter(pk=pk).first()
    if found is None:
        raise Http404
    answer, form = second.decided(
        request,
        lambda approve, note: targeting.decide(by=actor, change_id=pk, approve=approve, note=note),
        approved=_("Approved. From its month on it counts."),
        here=reverse("indicators:target_change", args=[pk]),
    )
    now = queries.target(found.indicator, found.scope_code, clock.today().replace(day=1))
    known = discovery.indicators().get(found.indicator)
    more = {**_row(found), "now": words(now.amount, now.better, known) if now else ""}
    return answer or second.shown(
        request, "indicators/values/target_change.html", actor, found, form, APPROVE_TARGETS, more
    )


@require_POST
@in_post(TARGETS)
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Whoever proposed it takes it back."""
    actor = acting(request)
    here = reverse("indicators:target_change", args=[pk])
    return pressed(request, lambda: targeting.withdraw(by=actor, change_id=pk), _("Taken back."), here)
