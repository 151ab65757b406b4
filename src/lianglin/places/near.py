"""The residents' page of service points: a list first, a map beside it; nobody's position is asked or kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lianglin.kit import clock
from lianglin.places import queries
from lianglin.places.models import Community, ServicePoint
from lianglin.places.queries import history, services
from lianglin.places.rules.datum import metres
from lianglin.places.search import resolve, search
from lianglin.places.views import style_url

OPEN = ("", "now", "saturday")


@dataclass(frozen=True)
class Row:
    """A point in the list; metres as the crow flies, None without a place to measure from."""

    shown: services.Shown
    metres: int | None = None


def _asked(request: HttpRequest) -> tuple[str, str, str]:
    """(place code, kind, hours) of the address; what cannot be counts as not asked."""
    place, kind, hours = (request.GET.get(name, "") for name in ("place", "kind", "open"))
    return (
        place if 4 <= len(place) <= 12 and place.isascii() and place.isdigit() else "",
        kind if kind in ServicePoint.Kind.values else "",
        hours if hours in OPEN else "",
    )


def _rows(place: str, kind: str, hours: str) -> tuple[list[Row], Community | None]:
    """The points of a community's street (nearest first), of a place, or of the whole city."""
    found = queries.community(place)
    wanted = services.of_place(found.scope_code[:9] if found else place, kind=kind)
    shown = services.shown(wanted[: 5 * services.NEAR], clock.now())
    if hours:
        shown = [one for one in shown if (one.status.open if hours == "now" else one.on_saturdays)]
    if found is None:
        return [Row(one) for one in shown[: services.NEAR]], None
    rows = [
        Row(one, 10 * round(float(metres(found.lon, found.lat, one.point.lon, one.point.lat)) / 10))
        for one in shown
    ]
    return sorted(rows, key=lambda row: (row.metres or 0, row.shown.point.pk))[: services.NEAR], found


@require_safe
def services_list(request: HttpRequest) -> HttpResponse:
    """Where help is near home: chosen by community, compound or address; open now or on Saturday."""
    place, kind, hours = _asked(request)
    asked = request.GET.get("q", "").strip()[:40]
    choices = []
    if asked and not place:
        found = [one for one in search(asked, limit=8) if one.community_code]
        if len({one.community_code for one in found}) == 1:
            spot = resolve(found[0].key)
            place = spot.community.scope_code if spot else ""
        else:
            choices = found
    rows, community = _rows(place, kind, hours) if place or not asked else ([], None)
    query = urlencode(
        {key: value for key, value in (("place", place), ("kind", kind), ("open", hours)) if value}
    )
    first = rows[0].shown.point if rows else None
    context = {
        "place": community, "near": community is not None, "points": rows, "choices": choices, "asked": asked,
        "kind": kind, "open": hours, "kinds": ServicePoint.Kind.choices,
        "crumbs": [(community.label, reverse("places:place", args=[place])), (_("Services near home"), "")] if community else [],
        "map": {
            "style_url": style_url(), "lon": (community or first).lon, "lat": (community or first).lat,  # pyright: ignore[reportOptionalMemberAccess]
            "zoom": 14 if community else 12, "geojson": f"{reverse('places:services_json')}?{query}",
        } if first else None,
    }  # fmt: skip
    return render(request, "places/services.html", context)


@require_safe
def services_json(request: HttpRequest) -> JsonResponse:
    """The same points for the map."""
    rows, _community = _rows(*_asked(request))
    features = [
        {
            "type": "Feature",
            "properties": {
                "title": row.shown.point.label,
                "text": f"{row.shown.point.get_kind_display()} · {row.shown.said}",
                "tone": row.shown.tone,
            },
            "geometry": {"type": "Point", "coordinates": [row.shown.point.lon, row.shown.point.lat]},
        }
        for row in rows
    ]
    return JsonResponse(
        {"type": "FeatureCollection", "features": features}, json_dumps_params={"ensure_ascii": False}
    )


def panel(actor: Any, place: Any) -> dict[str, Any] | None:
    """The service points and the history of a community, for its page."""
    if not isinstance(place, Community):
        return None
    points = services.shown(services.of_place(place.scope_code)[:6], clock.now())
    return {"place": place, "points": points, "changes": history.changes_of(place.scope_code)}
