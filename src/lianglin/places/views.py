"""Pages of places: a community or a division, choosing one, and the map's tiles, style and boundaries."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lianglin.kit import discovery
from lianglin.kit.errors import Missing
from lianglin.kit.paging import page
from lianglin.places import queries
from lianglin.places.models import Community, Division
from lianglin.places.search import search

HOUR, FOR_EVER = "public, max-age=3600", "public, max-age=31536000, immutable, no-transform"
BUILDINGS_A_PAGE = 40
CHOICES = 8
"""Rows to press that a person still reads."""


@require_safe
def place(request: HttpRequest, code: str) -> HttpResponse:
    """The page of a community, or of a division with what lies below it."""
    if (found := queries.community(code)) is not None:
        return _community_page(request, found)
    division = queries.division(code)
    if division is None:
        raise Missing(_("There is no place with the code %(code)s.") % {"code": code})
    if code != division.scope_code:
        return HttpResponseRedirect(reverse("places:place", args=[division.scope_code]))
    return _division_page(request, division)


def _community_page(request: HttpRequest, found: Community) -> HttpResponse:
    cursor = request.GET.get("cursor", "")
    return render(
        request,
        "places/community.html",
        {
            "place": found,
            "crumbs": [
                *_above(found.division),
                (found.division.label, _url(found.division.scope_code)),
                (found.label, ""),
            ],
            "panels": _panels(request, found),
            "grids": queries.grids_of(found),
            "compounds": queries.compounds_of(found),
            "buildings": page(queries.buildings_of(found), "id", cursor=cursor, size=BUILDINGS_A_PAGE),
            "map": _map([found], found.scope_code),
        },
    )


def _division_page(request: HttpRequest, found: Division) -> HttpResponse:
    is_street = found.level == Division.Level.TOWNSHIP
    communities = queries.communities_of(found) if is_street else []
    return render(
        request,
        "places/division.html",
        {
            "place": found,
            "crumbs": [*_above(found), (found.label, "")],
            "panels": _panels(request, found),
            "children": [] if is_street else queries.children(found),
            "communities": communities,
            "map": _map(communities, found.scope_code) if communities else None,
        },
    )


def _above(division: Division) -> list[tuple[str, str]]:
    """Links to what a division lies in, from the top; its parent's parent is the city, whose name is known."""
    chain: list[Division] = []
    parent = division.parent
    while parent is not None:
        chain.append(parent)
        parent = parent.parent
    return [(above.label, _url(above.scope_code)) for above in reversed(chain)]


def _url(code: str) -> str:
    return reverse("places:place", args=[code]) if code else ""


def _panels(request: HttpRequest, subject: Community | Division) -> list[dict[str, Any]]:
    """What other packages offer to this page; one that returns None stays away."""
    panels = sorted((p for p in discovery.each("panels") if p.slot == "place"), key=lambda p: p.order)
    offered = [(p, discovery.resolve(p.context)(request.actor, subject)) for p in panels]
    return [{"template": p.template, "context": context} for p, context in offered if context is not None]


def _map(shown: Sequence[Community], code: str) -> dict[str, Any]:
    """The map component's context, with all the communities shown in view."""
    lon, lat, zoom = queries.frame({c.scope_code for c in shown}) or (shown[0].lon, shown[0].lat, 14)
    return {
        "style_url": style_url(),
        "lon": lon,
        "lat": lat,
        "zoom": zoom,
        "geojson": reverse("places:boundary", args=[code]),
    }


@require_safe
def boundary(request: HttpRequest, code: str) -> JsonResponse:
    """GeoJSON of a place and what lies in it, with links for the map."""
    shapes = queries.boundaries(code)
    if shapes is None:
        raise Missing(_("There is no place with the code %(code)s.") % {"code": code})
    for feature in shapes["features"]:
        feature["properties"]["url"] = _url(feature["properties"].pop("code"))
    response = JsonResponse(shapes, json_dumps_params={"separators": (",", ":"), "ensure_ascii": False})
    response["Cache-Control"] = HOUR
    return response


@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """Places that fit ``q`` as rows to press, for a form field ``name``: an htmx fragment, also included by pages."""
    name = request.GET.get("name", "place")
    asked = request.GET.get("q", "").strip()[:40]
    found = search(asked, limit=CHOICES, kinds=("building", "compound", "community"))
    context = {"found": found, "name": name, "asked": asked}
    return render(request, "places/choices.html", context)


# --- the map ---------------------------------------------------------------------------------------------


@cache
def _style() -> dict[str, Any]:
    return json.loads((Path(__file__).parent / "data" / "map_style.json").read_text(encoding="utf-8"))


def style_url(*, loaded: bool = False) -> str:
    """Address of the map's style; ``loaded`` shows which communities have their people loaded."""
    return reverse("places:style") + ("?loaded=1" if loaded else "")


@require_safe
def style(request: HttpRequest) -> JsonResponse:
    """The map's style with the address of the tiles; without tiles, an empty ground under the shapes of the page."""
    drawn = dict(_style())
    tiles = settings.DATA / queries.TILES
    if tiles.exists():
        source = {
            **drawn["sources"]["city"],
            "url": f"pmtiles://{reverse('places:tiles')}?v={_version(tiles)}",
        }
        drawn["sources"] = {"city": source}
    else:
        drawn["sources"] = {}
        drawn["layers"] = [layer for layer in drawn["layers"] if "source" not in layer]
    if request.GET.get("loaded") == "1" and drawn["sources"]:
        drawn["layers"] = _with_loaded(drawn["layers"], queries.loaded_codes())
    response = JsonResponse(drawn, json_dumps_params={"separators": (",", ":"), "ensure_ascii": False})
    response["Cache-Control"] = HOUR
    return response


def _with_loaded(layers: list[dict[str, Any]], codes: list[str]) -> list[dict[str, Any]]:
    """The community layers, now coloured where people are loaded and hatched where not ("hatch" is drawn by the island)."""
    is_loaded = ["in", ["get", "code"], ["literal", codes]]
    base = {"type": "fill", "source": "city", "source-layer": "community"}
    full = {
        "id": "community-loaded",
        **base,
        "filter": is_loaded,
        "paint": {"fill-color": "#14525c", "fill-opacity": 0.32},
    }
    bare = {
        "id": "community-bare",
        **base,
        "filter": ["!", is_loaded],
        "paint": {"fill-pattern": "hatch", "fill-opacity": 0.6},
    }
    found: list[dict[str, Any]] = []
    for layer in layers:
        if layer["id"] == "community-fill":
            found += [bare, full]
        elif layer["id"] in ("community", "community-name"):
            found.append({**layer, "minzoom": 10.5 if layer["id"] == "community" else 12.5})
        else:
            found.append(layer)
    return found


def _version(path: Path) -> str:
    stat = path.stat()
    return f"{stat.st_mtime_ns:x}-{stat.st_size:x}"


ONE_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


@require_safe
def tiles(request: HttpRequest) -> HttpResponse | FileResponse:
    """The city's tiles, whole or one byte range (RFC 9110, 14.2); named by version, so kept by browsers for ever.

    Touches no database: its path is outside of the actor's transaction.
    """
    path = settings.DATA / queries.TILES
    if not path.exists():
        raise Http404
    size, etag = path.stat().st_size, f'"{_version(path)}"'
    headers = {"Accept-Ranges": "bytes", "ETag": etag, "Cache-Control": FOR_EVER}
    wanted = ONE_RANGE.fullmatch(request.headers.get("Range", ""))
    if wanted is None or not (wanted[1] or wanted[2]):
        return FileResponse(path.open("rb"), content_type="application/octet-stream", headers=headers)
    first = int(wanted[1]) if wanted[1] else max(size - int(wanted[2]), 0)
    last = min(int(wanted[2]), size - 1) if wanted[1] and wanted[2] else size - 1
    if first >= size or first > last:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    with path.open("rb") as file:
        file.seek(first)
        part = file.read(last - first + 1)
    headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    return HttpResponse(part, status=206, content_type="application/octet-stream", headers=headers)
