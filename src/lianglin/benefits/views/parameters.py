"""Parameters at the desk: what is to be entered first, a value with its document, the second person's decision."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianglin.access.duty_list.views import area_words
from lianglin.access.gate import acting, in_post
from lianglin.access.governance.deciding import TONES
from lianglin.access.governance.views.second import look
from lianglin.access.replies import done, pressed, status_of
from lianglin.benefits.actions import parameters as actions
from lianglin.benefits.forms.parameters import ValueForm
from lianglin.benefits.models import Parameter, ParameterValue
from lianglin.benefits.queries import packages
from lianglin.benefits.queries import parameters as queries
from lianglin.benefits.rules.life import APPROVE, DRAFT, READ
from lianglin.kit import paging


@require_GET
@in_post(READ)
def listed(request: HttpRequest) -> HttpResponse:
    """Parameters, those with a place to be entered first; what waits for a second person above them."""
    actor, missing = acting(request), request.GET.get("list") == "missing"
    rows = queries.parameters(missing=missing)
    found = paging.page(rows, "-to_enter", "name", "id", cursor=request.GET.get("cursor", ""), size=30)
    values, here = queries.values([one.pk for one in found.rows]), reverse("benefits:parameters")
    context = {
        "page": found,
        "rows": [
            {"parameter": one, "values": [value_row(row, one) for row in values.get(one.pk, [])]}
            for one in found.rows
        ],
        "undecided": [
            {**value_row(row, row.parameter), "parameter": row.parameter} for row in queries.undecided()[:50]
        ],
        "tabs": [
            {"label": _("all"), "url": here, "current": not missing},
            {"label": _("to be entered"), "url": f"{here}?list=missing", "current": missing},
        ],
        "may_enter": actor.may(DRAFT),
    }
    return render(request, "benefits/parameters/list.html", context)


def value_row(row: ParameterValue, parameter: Parameter) -> dict[str, Any]:
    """One value in words."""
    said = packages.value_text(parameter.kind, parameter.scale, row.value)
    return {
        "value": row,
        "said": "" if row.value is None else said,
        "area": area_words(row.area) if row.area else _("whole city"),
        "tone": TONES[row.state],
    }


@require_http_methods(["GET", "POST"])
@in_post(READ)
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One parameter with every value it had; a new one is entered here."""
    actor, parameter = acting(request), Parameter.objects.filter(pk=pk).first()
    if parameter is None:
        raise Http404
    form = ValueForm(request.POST if request.method == "POST" else None, parameter=parameter)
    answer = form.is_bound and done(
        request,
        form,
        lambda: actions.enter(by=actor, entry=form.entry()),
        _("Entered. It counts once a second person has approved it."),
        reverse("benefits:parameter", args=[pk]),
    )
    context = {
        "parameter": parameter,
        "rows": [value_row(row, parameter) for row in queries.history(pk)],
        "form": form,
        "may_enter": actor.may(DRAFT),
    }
    return answer or render(request, "benefits/parameters/one.html", context, status=status_of(form))


@require_http_methods(["GET", "POST"])
@in_post(READ)
def value(request: HttpRequest, pk: int) -> HttpResponse:
    """One value; the second person decides here."""
    found = ParameterValue.objects.select_related("parameter").filter(pk=pk).first()
    if found is None:
        raise Http404
    seen = look(
        request,
        found,
        partial(actions.decide, pk),
        duty=APPROVE,
        said=_("Approved. It counts from its first day on."),
        here=reverse("benefits:parameter_value", args=[pk]),
    )
    context = {**seen.context, **value_row(found, found.parameter), "parameter": found.parameter}
    return seen.answer or render(request, "benefits/parameters/value.html", context, status=seen.status)


@require_POST
@in_post(DRAFT)
def back(request: HttpRequest, pk: int) -> HttpResponse:
    """Whoever entered it takes it back."""
    actor = acting(request)
    here = reverse("benefits:parameter_value", args=[pk])
    return pressed(request, lambda: actions.withdraw(pk, by=actor), _("Taken back."), here)
