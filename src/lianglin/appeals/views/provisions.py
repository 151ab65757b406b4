"""Limits and thresholds: what counts today, what waits for the second person, what counted before; a new row."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianglin.access.gate import acting, in_post
from lianglin.access.governance.deciding import TONES
from lianglin.access.governance.views.second import look
from lianglin.access.replies import done, pressed, status_of
from lianglin.appeals.actions import providing
from lianglin.appeals.forms.provisions import ProvisionForm
from lianglin.appeals.models import Provision
from lianglin.appeals.queries import provisions as queries
from lianglin.appeals.rules import provisions
from lianglin.appeals.views.rule_sets import area_words
from lianglin.cases.queries import limit_words
from lianglin.kit import clock, paging

State = Provision.State
UNITS = dict(provisions.UNITS)


def amount_words(amount: int, unit: str) -> str:
    """An amount in words: "5 working days", "2 times", "yes"."""
    if unit == "choice":
        return _("yes") if amount else _("no")
    if unit == "times":
        return _("%(n)d times") % {"n": amount}
    return limit_words(amount, unit)


@require_GET
@in_post("appeals.read")
def in_force(request: HttpRequest) -> HttpResponse:
    """What counts today in the area of the post: each kind with its value, its basis and its special rows."""
    actor = acting(request)
    area = actor.low if actor.role == "staff" else ""
    context = {
        "groups": [
            {
                "label": label,
                "rows": [_current(kind, area) for kind in provisions.KINDS if kind.group == code],
            }
            for code, label in provisions.GROUPS
        ],
        "area": area_words(area),
        "tabs": _tabs("in_force"),
        "may_propose": actor.may(providing.PROPOSE),
    }
    return render(request, "appeals/provisions/in_force.html", context)


def _current(kind: provisions.Kind, area: str) -> dict[str, Any]:
    today = clock.today()
    found = queries.provision(kind.code, area, today)
    special = [
        {"row": row, "for": queries.named(row), "amount": amount_words(row.amount, row.unit)}
        for row in queries.rows_of(kind.code, area, today)
        if row.item_code or row.class_code
    ]
    return {
        "kind": kind,
        "amount": amount_words(found.amount, found.unit),
        "row": found.row,
        "basis": found.row.basis if found.row else kind.basis,
        "special": sorted(special, key=lambda one: (one["row"].class_code, one["row"].item_code)),
    }


def _tabs(current: str) -> list[dict[str, Any]]:
    return [
        {"label": _("in force"), "url": reverse("appeals:provisions"), "current": current == "in_force"},
        {
            "label": _("all rows, the newest first"),
            "url": reverse("appeals:provision_rows"),
            "current": current == "rows",
        },
    ]


@require_GET
@in_post("appeals.read")
def rows(request: HttpRequest) -> HttpResponse:
    """Every row that was ever proposed, with its state: nothing that counted once is lost."""
    found = paging.page(queries.listed(State.values), "-id", cursor=request.GET.get("cursor", ""), size=30)
    context = {
        "page": found,
        "rows": [_shown(row) for row in found.rows],
        "tabs": _tabs("rows"),
        "may_propose": acting(request).may(providing.PROPOSE),
    }
    return render(request, "appeals/provisions/rows.html", context)


def _shown(row: Provision) -> dict[str, Any]:
    return {
        "row": row,
        "tone": TONES[row.state],
        "area": area_words(row.scope_code),
        "for": queries.named(row),
        "amount": amount_words(row.amount, row.unit),
    }


@require_http_methods(["GET", "POST"])
@in_post(providing.PROPOSE)
def new(request: HttpRequest) -> HttpResponse:
    """A new row, put before the second person; ``?code=`` begins it with what counts now."""
    actor = acting(request)
    kind = provisions.BY_CODE.get(request.GET.get("code", ""))
    initial = {"code": kind.code, "unit": kind.unit, "amount": kind.amount} if kind else {}
    form = ProvisionForm(request.POST if request.method == "POST" else None, initial=initial)
    answer = form.is_bound and done(
        request,
        form,
        lambda: providing.propose_provision(by=actor, **form.cleaned_data),
        _("Proposed. It counts once a second person has approved it."),
        lambda made: reverse("appeals:provision", args=[made.pk]),
    )
    context = {"form": form, "area": area_words(actor.low)}
    return answer or render(request, "appeals/provisions/new.html", context, status=status_of(form))


@require_http_methods(["GET", "POST"])
@in_post("appeals.read")
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One row; the second person decides here."""
    row = queries.listed(State.values).filter(pk=pk).first()
    if row is None:
        raise Http404
    seen = look(
        request,
        row,
        partial(providing.decide_provision, pk),
        duty=providing.APPROVE,
        said=_("Approved. From its first day on it counts."),
        here=reverse("appeals:provision", args=[pk]),
    )
    context = {**_shown(row), **seen.context, "default": _default(row)}
    return seen.answer or render(request, "appeals/provisions/one.html", context, status=seen.status)


def _default(row: Provision) -> str:
    kind = provisions.BY_CODE[row.code]
    return f"{amount_words(kind.amount, kind.unit)} · {kind.basis}"


@require_POST
@in_post(providing.PROPOSE)
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Its author takes a row back."""
    return pressed(
        request,
        lambda: providing.withdraw_provision(pk, by=acting(request)),
        _("Taken back."),
        reverse("appeals:provision", args=[pk]),
    )


routes: list[URLPattern] = [
    path("provisions/", in_force, name="provisions"),
    path("provisions/rows/", rows, name="provision_rows"),
    path("provisions/new/", new, name="provision_new"),
    path("provisions/<int:pk>/", one, name="provision"),
    path("provisions/<int:pk>/withdraw/", withdraw, name="provision_withdraw"),
]
