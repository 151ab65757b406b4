"""What is published: whole months, small cells hidden. Anybody may read it, and the definitions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lianglin.indicators import queries, rules
from lianglin.indicators.models import PublishedValue
from lianglin.indicators.opened import files
from lianglin.indicators.opened import queries as opened
from lianglin.indicators.queries import Place, Surroundings
from lianglin.indicators.rules import Counts
from lianglin.indicators.views import showing
from lianglin.indicators.views.showing import address
from lianglin.kit import discovery
from lianglin.kit.domain import Indicator
from lianglin.kit.errors import Missing
from lianglin.kit.period import Period
from lianglin.places.search import search

Cells = dict[tuple[str, str, str, date], PublishedValue]
FOUND = 8
"""Communities that a search offers."""


@require_safe
def public(request: HttpRequest) -> HttpResponse:
    """The published figures of a place, one of them over thirteen months, and the places in it."""
    months = [Period.month_of(month) for month in queries.published_months()]
    if not months:
        return render(request, "indicators/public.html", {"months": []})
    month = next((m for m in months if m.code == request.GET.get("month")), months[0])
    code = request.GET.get("place", "").strip()
    around = queries.surroundings(code, month)
    if around is None:
        raise Missing(_("There is no such place."))
    own = "" if around.place.level == "city" else code
    cells = queries.published([own, *(p.code for p in around.below)], [month.start], members=own == "")
    told = opened.told_in(month.start)
    figures = [i for i in showing.main() if i.published and i.cells and (own == "" or _below_city(i))]
    columns = [i for i in figures if _below_city(i)]
    selected = _selected(request, figures)
    context = {
        "months": months,
        "month": month,
        "place": around.place,
        "crumbs": _crumbs(around, month, selected),
        "keep": [("place", code), ("indicator", selected.code if selected else "")],
        "figures": figures,
        "tiles": [_of(i, around.place, cells, month, told) for i in figures],
        "columns": columns,
        "lines": [_line(place, columns, cells, month, told) for place in around.below],
        "tables": _tables(cells, month) if own == "" else [],
        **_ways(around, month, selected),
        **_searched(request, month),
        **_trend(selected, around.place, own, month),
    }
    return render(request, "indicators/public.html", context)


def _ways(around: Surroundings, month: Period, selected: Indicator | None) -> dict[str, str]:
    """What the places below are called, and the ways to the map and the files."""
    below = {"city": _("By district"), "county": _("By street and town"), "township": _("By community")}
    drawn = selected.code if selected and _below_city(selected) else ""
    to_map = address("open_map", place=around.place.code, month=month.code, indicator=drawn)
    return {
        "unit_below": below.get(around.place.level, ""),
        "map_url": to_map if around.below else "",
        "file_url": address("open_figure", selected.code) if selected else "",
    }


def _below_city(indicator: Indicator) -> bool:
    return len(files.levels_of(indicator)) > 1


def _selected(request: HttpRequest, figures: Sequence[Indicator]) -> Indicator | None:
    """The figure of the trend: the asked one, else the first with a goal."""
    asked = request.GET.get("indicator", "")
    found = next((i for i in figures if i.code == asked), None)
    return found or next((i for i in figures if i.target is not None), next(iter(figures), None))


def _crumbs(around: Surroundings, month: Period, selected: Indicator | None) -> list[tuple[str, str]]:
    code = selected.code if selected else ""
    above = [
        (p.label, address("public", place=p.code, month=month.code, indicator=code)) for p in around.above
    ]
    return [*above, (around.place.label, "")]


def _searched(request: HttpRequest, month: Period) -> dict[str, Any]:
    """The communities that fit what somebody typed."""
    asked = request.GET.get("q", "").strip()[:40]
    found = search(asked, limit=FOUND, kinds=("compound", "community")) if asked else []
    offered = {
        one.community_code: (one, address("public", place=one.community_code, month=month.code))
        for one in reversed(found)
        if one.community_code
    }
    return {"asked": asked, "found": list(reversed(offered.values()))}


def _trend(selected: Indicator | None, place: Place, own: str, month: Period) -> dict[str, Any]:
    """The selected figure over the thirteen months until this one; months that are not published are left blank."""
    if selected is None:
        return {}
    months = [month]
    while len(months) < queries.TREND:
        months.insert(0, months[0].previous())
    rows = opened.series(selected.code, own, months)
    known = opened.known_months(selected.code, months)
    points = []
    for one in months:
        row = rows.get(one.start)
        tile = _tile(selected, row, told=one.start in known and place.loaded)
        points.append({**tile, "month": one})
    return {"selected": selected, "trend": points, "trend_unit": "%" if selected.unit == "percent" else ""}


def _line(
    place: Place, figures: Sequence[Indicator], cells: Cells, month: Period, told: Collection[str]
) -> dict[str, Any]:
    """A place below with its figures. Months before a merge or a split stand under the codes of their time."""
    known = any((place.code, i.code, "", month.start) in cells for i in figures)
    return {
        "place": place,
        "url": address("public", place=place.code, month=month.code),
        "former": bool(place.made_of) and not known,
        "cells": [_of(i, place, cells, month, told) for i in figures],
    }


def _of(
    indicator: Indicator, place: Place, cells: Cells, month: Period, told: Collection[str]
) -> dict[str, Any]:
    own = "" if place.level == "city" else place.code
    cell = cells.get((own, indicator.code, "", month.start))
    return _tile(indicator, cell, told=indicator.code in told and not (place.made_of and cell is None))


def _tile(indicator: Indicator, cell: PublishedValue | None, *, told: bool = True) -> dict[str, Any]:
    """A published cell; nothing counted in a published month is zero, a hidden cell says so."""
    if cell is not None and cell.hidden:
        return {"indicator": indicator, "hidden": cell.hidden, "unit": showing.unit(indicator)}
    counts = Counts(0, 0 if indicator.unit == "percent" else None)
    if cell is not None and cell.numerator is not None:
        counts = Counts(cell.numerator, cell.denominator)
    amount = rules.value(counts) if told or cell is not None else None
    shown = showing.Shown(indicator, counts, amount)
    return {
        "indicator": indicator,
        "shown": shown,
        "hidden": "",
        "unit": shown.unit,
        "imported": files.origin(indicator) == "imported",
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
