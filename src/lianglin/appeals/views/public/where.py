"""The question where: a search, a point on the map, or the way down from the district."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from lianglin.access import replies
from lianglin.appeals.forms import draft as drafts
from lianglin.appeals.forms.draft import Draft
from lianglin.appeals.forms.public import WhereForm
from lianglin.appeals.views.own import accepted, posted
from lianglin.appeals.views.public import later
from lianglin.appeals.views.public.steps import URLS, half_done, onward, show, too_early
from lianglin.kit.csrf import keeps_typing
from lianglin.places import queries as places
from lianglin.places.models import Division
from lianglin.places.search import Spot, search
from lianglin.places.views import CHOICES, style_url

MOST_BUILDINGS = 200
"""Of a compound that are offered to press; a bigger one is narrowed by searching for the number."""


@never_cache
@keeps_typing
@require_http_methods(["GET", "HEAD", "POST"])
def where(request: HttpRequest) -> HttpResponse:
    """A compound, building or community from a search, a point on the map, or a list from district down."""
    draft = drafts.load(request.session)
    if early := too_early(draft, "where"):
        return early
    first = {"place": draft.place, "lon": draft.lon, "lat": draft.lat, "place_text": draft.place_text}
    form = WhereForm(*posted(request), initial=first | draft.typed.get("where", {}))
    if request.method == "POST" and accepted(request, form):
        given = form.cleaned_data
        draft.place, draft.lon, draft.lat = given["place"], given["lon"], given["lat"]
        draft.place_text = given["place_text"]
        _keep_point_inside(draft, given["spot"])
        if not later.wanted(request) and _asks_for_building(request, given["place"], given["spot"]):
            later.keep(request, draft)
            change = "&change=1" if request.GET.get("change") == "1" else ""
            onward_to = f"{reverse(URLS['where'])}?compound={given['place'][2:]}{change}"
            return later.remember(request, replies.step(onward_to))
        return onward(request, draft, "where")
    if aside := half_done(request, draft, "where", form):
        return aside
    spot = draft.spot()
    return show(request, "where", draft, form, spot=spot, **_places_to_choose(request), **_map(draft, spot))


def _asks_for_building(request: HttpRequest, place: str, spot: Spot) -> bool:
    """Whether a compound was chosen of which one may still say the building."""
    chosen = place.startswith("c:") and request.POST.get("whole") != "1"
    return chosen and spot.compound is not None and places.buildings_in(spot.compound.pk)[:2].count() > 1


def _keep_point_inside(draft: Draft, spot: Spot) -> None:
    """A point of an earlier try does not stay with a place chosen elsewhere."""
    if draft.lon is None or draft.lat is None:
        return
    here = places.covering(draft.lon, draft.lat)
    if here is None or here.pk != spot.community.pk:
        draft.lon = draft.lat = None


def _places_to_choose(request: HttpRequest) -> dict[str, Any]:
    """What the search, a compound's list of buildings, or the way down from the district offers."""
    asked = (request.POST.get("q") or request.GET.get("q", "")).strip()[:40]
    compound, within = request.GET.get("compound", ""), request.GET.get("in", "")
    if compound.isdecimal() and len(compound) < 19:
        known = places.cover().by_id
        found = places.buildings_in(int(compound))[:MOST_BUILDINGS]
        return {
            "compound": compound,
            "buildings": [
                {"key": f"b:{b.pk}", "address": b.address, "community": known[b.community_id].label}
                for b in found
                if b.community_id in known
            ],
        }
    if asked:
        return {
            "asked": asked,
            "found": search(asked, limit=CHOICES, kinds=("building", "compound", "community")),
        }
    if within.isdecimal():
        return _way_down(within)
    return {"counties": places.counties()}


def _way_down(code: str) -> dict[str, Any]:
    division = places.division(code[:12])
    if division is None:
        return {}
    if division.level == Division.Level.TOWNSHIP:
        return {"within": division, "communities": places.communities_of(division)}
    below = [d for d in places.children(division) if d.level == Division.Level.COUNTY or d.communities_count]
    return {"within": division, "streets": below}


def _map(draft: Draft, spot: Spot | None) -> dict[str, Any]:
    lon, lat = draft.lon, draft.lat
    if lon is None and spot is not None:
        narrow = spot.building or spot.compound or spot.community
        lon, lat = narrow.lon, narrow.lat
    if lon is None:
        known = places.cover().communities
        first = next((c for c in known if c.loaded), known[0] if known else None)
        lon, lat = (first.lon, first.lat) if first else (126.64, 45.75)
    return {"map": {"style_url": style_url(), "lon": lon, "lat": lat, "zoom": 16 if spot else 14}}
