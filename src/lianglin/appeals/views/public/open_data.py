"""诉求热力图与开放数据: counts by place and class, and the yearly files. Small counts are not in the tables they are read from."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Max
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lianglin.appeals.actions.open_counting import DEFINITIONS
from lianglin.appeals.forms.open_data import HeatForm
from lianglin.appeals.models import OpenCount, OpenFile
from lianglin.appeals.queries import open_counts
from lianglin.appeals.queries.subjects import title_of
from lianglin.appeals.rules.subscribing import Subject
from lianglin.kit.errors import Missing
from lianglin.places import queries as places
from lianglin.places.views import style_url

TONES = ((60, "bad"), (30, "warn"), (0, "plain"))
"""From how many cases on a community is drawn in a tone; what is not shown is grey."""
HIDDEN = "closed"


@require_safe
def heat(request: HttpRequest) -> HttpResponse:
    """The cases reported in one month, by community, as a list and on the map."""
    form = HeatForm(request.GET)
    chosen = form.chosen()
    rows = _rows(chosen)
    whole = OpenCount.objects.filter(
        month=chosen["month"], category_code=chosen["category"], scope_code=""
    ).first()
    context = {
        "form": form, "rows": rows, "whole": whole, "month": chosen["month"], "counted_at": whole and whole.counted_at,
        "title_of": title_of(Subject(chosen["area"], chosen["category"])) if chosen["area"] else "",
        "map": _map(request, chosen, rows),
    }  # fmt: skip
    return render(request, "appeals/open/heat.html", context)


def _rows(chosen: dict[str, Any]) -> list[dict[str, Any]]:
    if chosen["month"] is None or not chosen["area"]:
        return []
    known = places.cover().by_code
    found = open_counts.of_area(chosen["month"], chosen["area"], chosen["category"])
    return [
        {"count": count, "place": known[count.scope_code], "tone": _tone(count)}
        for count in found
        if count.scope_code in known
    ]


def _tone(count: OpenCount) -> str:
    if count.received is None:
        return HIDDEN
    return next(tone for least, tone in TONES if count.received >= least)


def _map(request: HttpRequest, chosen: dict[str, Any], rows: list[dict[str, Any]]) -> dict[str, Any] | None:
    framed = places.frame({row["place"].scope_code for row in rows}) if rows else None
    if framed is None:
        return None
    query = f"month={chosen['month']:%Y-%m}&area={chosen['area']}&category={chosen['category']}"
    lon, lat, zoom = framed
    return {
        "style_url": style_url(), "lon": lon, "lat": lat, "zoom": zoom,
        "geojson": f"{reverse('appeals:heat_json')}?{query}",
    }  # fmt: skip


@require_safe
def heat_json(request: HttpRequest) -> JsonResponse:
    """The same as shapes for the map."""
    features = []
    for row in _rows(HeatForm(request.GET).chosen()):
        count, place = row["count"], row["place"]
        said = _("not shown") if count.received is None else _("%(n)s reported") % {"n": count.received}
        features.append(
            {
                "type": "Feature",
                "properties": {
                    "title": f"{place.label} · {said}",
                    "tone": row["tone"],
                    "code": place.scope_code,
                },
                "geometry": place.geometry or None,
            }
        )
    response = JsonResponse({"type": "FeatureCollection", "features": features})
    response["Cache-Control"] = "public, max-age=3600"
    return response


@require_safe
def open_data(request: HttpRequest) -> HttpResponse:
    """The yearly files with what their columns mean, when they were counted, and their digests."""
    files = [
        {"one": one, "url": reverse(f"appeals:open_file_{one.format}", args=[one.year])}
        for one in open_counts.files()
    ]
    context = {
        "files": files,
        "definitions": [(name, said[get_language() == "en"]) for name, said in DEFINITIONS.items()],
        "counted_at": OpenFile.objects.aggregate(at=Max("counted_at"))["at"],
    }
    return render(request, "appeals/open/data.html", context)


TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


@require_safe
def open_file(request: HttpRequest, year: int, form: str) -> HttpResponse:
    """One yearly file; its digest is its ETag."""
    found = OpenFile.objects.filter(year=year, format=form).first() if year <= date.max.year else None
    if found is None:
        raise Missing(_("There is no file of this year."))
    tag = f'"{found.sha256}"'
    if tag in request.headers.get("If-None-Match", ""):
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = HttpResponse(bytes(found.content), content_type=TYPES[form])
        response["Content-Disposition"] = f'attachment; filename="lianglin-appeals-{year}.{form}"'
    response["ETag"] = tag
    response["Cache-Control"] = "public, max-age=3600"
    return response


routes: list[URLPattern] = [
    path("heat/", heat, name="heat"),
    path("heat/shapes.json", heat_json, name="heat_json"),
    path("open-data/", open_data, name="open_data"),
    path("open-data/<int:year>.csv", open_file, {"form": "csv"}, name="open_file_csv"),
    path("open-data/<int:year>.json", open_file, {"form": "json"}, name="open_file_json"),
]
