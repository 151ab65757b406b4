"""The first page, search, and the map of the city with its list."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from lianglin.access.gate import acting
from lianglin.kit import discovery
from lianglin.kit.context import navigation
from lianglin.kit.ids import clean_case_number
from lianglin.places import queries as places
from lianglin.places.search import Found, search
from lianglin.places.views import style_url

PLANNED = (
    (_("At my door"), "door", _("jobs, classes, canteens, doctors nearby")),
    (_("Neighbours' council"), "talk", _("topics, meetings, promises")),
)
"""Doors of the house that no installed package opens yet; one leaves the list when a package has a link of that name."""
LARGE = 6
"""How many large buttons the first page has room for."""


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Large buttons for everything that is open, and honestly what is not yet. A visitor costs no query."""
    links = [link for link in navigation(request, "resident") if not link["current"]]
    named = {str(link["label"]) for link in links}
    closed = [
        {"label": label, "icon": icon, "note": note}
        for label, icon, note in PLANNED
        if str(label) not in named
    ]
    panels = sorted((p for p in discovery.each("panels") if p.slot == "home"), key=lambda p: p.order)
    offered = [(p.template, discovery.resolve(p.context)(acting(request), request)) for p in panels]
    context = {
        "open_doors": links,
        "closed_doors": closed[: max(LARGE - len(links), 0)],
        "later_doors": closed[max(LARGE - len(links), 0) :],
        "panels": [
            {"template": template, "context": given} for template, given in offered if given is not None
        ],
    }
    response = render(request, "portal/home.html", context)
    if context["panels"]:  # somebody's own: no cache keeps it
        add_never_cache_headers(response)
    return response


@require_safe
def search_page(request: HttpRequest) -> HttpResponse:
    """Places by name, pinyin or initials; a case number, for staff, leads to its case."""
    asked = request.GET.get("q", "").strip()[:40]
    if url := _case_url(request, asked):
        return HttpResponseRedirect(url)
    found = [{"found": f, "url": _url_of(f)} for f in search(asked)] if asked else []
    return render(request, "portal/search.html", {"asked": asked, "found": found})


def _case_url(request: HttpRequest, asked: str) -> str:
    """The case's page for somebody who acts in a post; the page itself checks whether they may see it."""
    if acting(request).post_id is None:
        return ""
    try:
        number = clean_case_number(asked)
    except ValueError:
        return ""
    prefix = number.rstrip("0123456789")
    kind = next((k for k in discovery.lifecycles().values() if k.prefix == prefix), None)
    return reverse(kind.url, args=[number]) if kind else ""


def _url_of(found: Found) -> str:
    """The place page that shows a hit: its own, or its community's."""
    kind, _colon, code = found.key.partition(":")
    if kind in ("n", "d"):
        return reverse("places:place", args=[code])
    spot = found.community_code
    return reverse("places:place", args=[spot]) if spot else ""


@require_safe
def city(request: HttpRequest) -> HttpResponse:
    """The map, with communities whose people are loaded in colour and the others hatched; the same as a list."""
    known = places.cover().communities
    lon, lat, zoom = places.frame({c.scope_code for c in known}) or (126.64, 45.75, 11)
    context: dict[str, Any] = {
        "branches": places.tree(),
        "communities": len(known),
        "loaded": sum(c.loaded for c in known),
        "map": {"style_url": style_url(loaded=True), "lon": lon, "lat": lat, "zoom": max(zoom + 1, 11)},
    }
    return render(request, "portal/city.html", context)
