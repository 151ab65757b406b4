"""What is published: whole months, small cells hidden. Anybody may read it, and the definitions."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lianglin.indicators import queries, rules
from lianglin.indicators.models import PublishedValue
from lianglin.indicators.rules import Counts
from lianglin.indicators.views import showing
from lianglin.indicators.views.showing import address
from lianglin.kit import discovery
from lianglin.kit.domain import Indicator
from lianglin.kit.period import Period

Cells = dict[tuple[str, str, str, date], PublishedValue]


@require_safe
def definitions(request: HttpRequest) -> HttpResponse:
    """Every figure with what exactly is counted, its goal and its version."""
    figures = [(indicator, showing.unit(indicator)) for indicator in queries.figures_of()]
    return render(request, "indicators/definitions.html", {"figures": figures})


@require_safe
def public(request: HttpRequest) -> HttpResponse:
    """The published figures of a place and of the places in it."""
    months = [Period.month_of(month) for month in queries.published_months()]
    if not months:
        return render(request, "indicators/public.html", {"months": []})
    month = next((m for m in months if m.code == request.GET.get("month")), months[0])
    code = request.GET.get("place", "").strip()
    around = queries.surroundings(code, month)
    if around is None:
        raise Http404(_("There is no such place."))
    own = "" if around.place.level == "city" else code
    cells = queries.published([own, *(p.code for p in around.below)], [month.start], members=own == "")
    figures = [i for i in showing.main() if i.published and i.cells]
    crumbs = [(p.label, address("public", place=p.code, month=month.code)) for p in around.above]
    context = {
        "months": months,
        "month": month,
        "place": around.place,
        "crumbs": [*crumbs, (around.place.label, "")],
        "keep": [("place", code)],
        "figures": figures,
        "tiles": [_tile(i, cells.get((own, i.code, "", month.start))) for i in figures],
        "lines": [
            {
                "place": place,
                "url": address("public", place=place.code, month=month.code)
                if place.level != "community"
                else "",
                "cells": [_tile(i, cells.get((place.code, i.code, "", month.start))) for i in figures],
            }
            for place in around.below
        ],
        "tables": _tables(cells, month) if own == "" else [],
    }
    return render(request, "indicators/public.html", context)


def _tile(indicator: Indicator, cell: PublishedValue | None) -> dict[str, Any]:
    """A published cell; nothing counted is zero, a hidden cell says so."""
    if cell is not None and cell.hidden:
        return {"indicator": indicator, "hidden": cell.hidden, "unit": showing.unit(indicator)}
    counts = Counts(0, 0 if indicator.unit == "percent" else None)
    if cell is not None and cell.numerator is not None:
        counts = Counts(cell.numerator, cell.denominator)
    amount = None if cell is None and indicator.city_only else rules.value(counts)
    shown = showing.Shown(indicator, counts, amount)
    return {
        "indicator": indicator,
        "shown": shown,
        "hidden": "",
        "unit": shown.unit,
        "at": cell.published_at if cell else None,
    }


def _tables(cells: Cells, month: Period) -> list[tuple[Indicator, list[tuple[Any, dict[str, Any]]]]]:
    made = []
    for indicator in showing.breakdowns():
        if indicator.published:
            labels = discovery.resolve(indicator.members)()
            found = [
                (label, cells.get(("", indicator.code, member, month.start)))
                for member, label in labels.items()
            ]
            made.append((indicator, [(label, _tile(indicator, cell)) for label, cell in found if cell]))
    return made
