"""Errors: the rate by hour, the kinds, one kind and what becomes of it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lianglin.access.gate import acting, in_post
from lianglin.access.replies import done, status_of
from lianglin.kit import clock
from lianglin.kit.errors import Missing
from lianglin.kit.paging import page
from lianglin.operation import actions, rules
from lianglin.operation.forms import DecideForm
from lianglin.operation.models import ErrorKind
from lianglin.operation.queries import errors, labels


def _trend(hours: list[errors.Hour]) -> dict[str, Any]:
    """The hours as a chart's table: its twin holds what the lines show."""
    return {
        "columns": [_("Hour"), _("Errors")],
        "rows": [[f"{clock.local(hour.at):%m-%d %H}:00", hour.errors] for hour in hours],
    }


def _table(hours: list[errors.Hour]) -> list[errors.Hour]:
    """Hours in which something happened, newest first."""
    return [hour for hour in reversed(hours) if hour.requests or hour.errors]


@require_GET
@in_post("operation.watch")
def error_list(request: HttpRequest) -> HttpResponse:
    """The rate by hour, and every kind; ``?state=`` and ``?origin=`` narrow the kinds."""
    state = errors.checked(request.GET.get("state", ""), ErrorKind.State.values)
    origin = errors.checked(request.GET.get("origin", ""), ErrorKind.Origin.values)
    found = page(errors.kinds(state, origin), "-last_seen_at", "-id", cursor=request.GET.get("cursor", ""))
    hours = errors.hours()
    here = reverse("operation:errors")
    tabs = [
        {"label": label, "url": f"{here}?state={code}" if code else here, "current": code == state}
        for code, label in (("", _("all")), *ErrorKind.State.choices)
    ]
    context = {
        "page": found,
        "rows": [
            {
                "kind": kind,
                "tone": rules.TONES[kind.state],
                "label": labels.error(kind.error),
                "arose": labels.arose(kind),
            }
            for kind in found.rows
        ],
        "trend": _trend(hours),
        "hours": _table(hours)[:24],
        "lately": errors.lately(),
        "alarm": errors.alarming(),
        "tabs": tabs,
        "narrowed": bool(state or origin),
    }
    return render(request, "operation/errors.html", context)


@require_http_methods(["GET", "POST"])
@in_post("operation.watch")
def kind(request: HttpRequest, pk: int) -> HttpResponse:
    """One kind: when, where, how often, the numbers in the log; a POST says what becomes of it."""
    found = errors.kind(pk)
    if found is None:
        raise Missing(_("There is no such kind of error, or it is no longer kept."))
    form = DecideForm(request.POST or None, kind=found)
    by = acting(request)

    def act() -> None:
        actions.decide(pk=pk, by=by, **form.cleaned_data)

    here = reverse("operation:kind", args=[pk])
    if request.method == "POST" and (answer := done(request, form, act, _("Noted."), here)):
        return answer
    hours = errors.hours(found)
    context = {
        "kind": found,
        "label": labels.error(found.error),
        "arose": labels.arose(found),
        "tone": rules.TONES[found.state],
        "form": form,
        "marks": errors.marks(found),
        "trend": _trend(hours),
        "releases": errors.releases(found),
        "may_act": by.may("operation.act"),
    }
    return render(request, "operation/kind.html", context, status=status_of(form))
