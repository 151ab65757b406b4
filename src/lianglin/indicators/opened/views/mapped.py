"""The map of a figure: published for anybody, the own area's for its posts. The list says everything the map does."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lianglin.indicators import queries as figures
from lianglin.indicators.opened import choropleth, files, queries, shapes
from lianglin.indicators.opened.choropleth import Map
from lianglin.indicators.queries import Surroundings
from lianglin.indicators.values.queries import target
from lianglin.indicators.views import asking, showing
from lianglin.indicators.views.showing import address
from lianglin.kit.domain import Indicator
from lianglin.kit.errors import Missing
from lianglin.kit.period import Period
from lianglin.places.views import style_url


def drawn(indicators: list[Indicator]) -> list[Indicator]:
    """The figures that can be drawn by place: those that add up, about places."""
    return [i for i in indicators if i.cells and not i.members and not i.city_only]


@require_safe
def published(request: HttpRequest) -> HttpResponse:
    """A published figure by district, street or community."""
    context = _published(request)
    context["frame"] = "kit/base.html"
    return render(request, "indicators/opened/map.html", context)


@require_safe
def published_json(request: HttpRequest) -> JsonResponse:
    """The same as shapes for the map island."""
    response = _shapes(_published(request)["map"])
    response["Cache-Control"] = "public, max-age=3600"
    return response


def _published(request: HttpRequest) -> dict[str, Any]:
    months = [Period.month_of(month) for month in figures.published_months()]
    if not months:
        raise Missing(_("Nothing is published yet."))
    month = next((m for m in months if m.code == request.GET.get("month")), months[0])
    offered = [i for i in drawn(files.opened()) if len(files.levels_of(i)) > 1]
    chosen = _chosen(request, offered)
    around = _around(request.GET.get("place", "").strip(), month)
    cells = figures.published([p.code for p in around.below], [month.start])
    told = chosen.code in queries.told_in(month.start)
    values = choropleth.of_published(around.below, chosen, cells, month.start, told=told)
    return _context("open_map", around, month, months, chosen, offered, values)


@require_safe
def own(request: HttpRequest) -> HttpResponse:
    """A figure of the post's area by the next level, as the desk counts it."""
    context = _own(request)
    context["frame"] = "kit/desk.html"
    return render(request, "indicators/opened/map.html", context)


@require_safe
def own_json(request: HttpRequest) -> JsonResponse:
    """The same as shapes for the map island; the answer stays with the reader."""
    return _shapes(_own(request)["map"])


def _own(request: HttpRequest) -> dict[str, Any]:
    actor = asking.reader(request)
    month = asking.month(request)
    around = _around(asking.place_code(request, actor), month)
    offered = drawn(showing.main())
    chosen = _chosen(request, offered)
    values = choropleth.of_own_area(around, chosen, month.start) if around.width else {}
    return _context("own_map", around, month, asking.months(), chosen, offered, values, covers=actor.covers)


def _chosen(request: HttpRequest, offered: list[Indicator]) -> Indicator:
    code = request.GET.get("indicator", "")
    found = next((i for i in offered if i.code == code), None) if code else None
    if found is None and (code or not offered):
        raise Missing(_("There is no such figure."))
    return found or next((i for i in offered if i.target is not None), offered[0])


def _around(code: str, month: Period) -> Surroundings:
    around = figures.surroundings(code, month)
    if around is None:
        raise Missing(_("There is no such place."))
    return around


def _context(
    name: str, around: Surroundings, month: Period, months: list[Period], chosen: Indicator,
    offered: list[Indicator], values: Any, covers: Any = None,
) -> dict[str, Any]:  # fmt: skip
    def to(code: str, page: str = name) -> str:
        return address(page, place=code, month=month.code, indicator=chosen.code)

    urls = {p.code: to(p.code) for p in around.below if p.level != "community"}
    above = [p for p in around.above if covers is None or covers(p.code)]
    drawn_map = choropleth.made(chosen, around, values, urls)
    return {
        "map": drawn_map,
        "place": around.place,
        "month": month,
        "months": months,
        "indicator": chosen,
        "indicators": offered,
        "unit": showing.unit(chosen),
        "chart_unit": "%" if chosen.unit == "percent" else "",
        "goal": _goal(chosen, around.place.code, month),
        "crumbs": [*((p.label, to(p.code)) for p in above), (around.place.label, "")],
        "keep": [("place", around.place.code), ("indicator", chosen.code)],
        "style_url": style_url(),
        "geojson": to(around.place.code, f"{name}_json"),
        "inside": name == "own_map",
        "figures_url": address("dashboard" if name == "own_map" else "public", place=around.place.code, month=month.code),
    }  # fmt: skip


def _goal(chosen: Indicator, place: str, month: Period) -> float | None:
    """The goal that counts for the place and month, for the line of a chart of rates."""
    found = target(chosen.code, "" if len(place) == 4 else place, month.start)
    return found.amount if found and chosen.unit == "percent" else None


def _shapes(drawn_map: Map) -> JsonResponse:
    """GeoJSON with ``class`` for the island's shade and pattern; never anything below a community."""
    outlines = shapes.simplified(area.place.code for area in drawn_map.areas)
    sign = "%" if drawn_map.indicator.unit == "percent" else ""
    words = {choropleth.HIDDEN: _("not shown"), choropleth.NONE: _("no data")}
    features = [
        {
            "type": "Feature",
            "properties": {
                "title": area.place.label,
                "text": words.get(area.tone, f"{area.amount}{sign}"),
                "class": area.tone,
                "url": area.url,
            },
            "geometry": outlines[area.place.code],
        }
        for area in drawn_map.areas
        if area.place.code in outlines
    ]
    return JsonResponse(
        {"type": "FeatureCollection", "features": features},
        json_dumps_params={"separators": (",", ":"), "ensure_ascii": False},
    )
