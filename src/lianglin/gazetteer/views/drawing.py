"""Boundaries: paste an outline, see what it changes, keep it as a draft. Never in place."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lianglin.access.gate import acting, in_post
from lianglin.access.replies import see
from lianglin.gazetteer import rules
from lianglin.gazetteer.actions import planning
from lianglin.gazetteer.forms import ShapeForm, SplitForm, WhichForm
from lianglin.gazetteer.queries import planning as read
from lianglin.gazetteer.views.changes import drafted
from lianglin.kit.errors import Missing, Refused
from lianglin.places.models import Community, Grid, PlaceChange
from lianglin.places.rules import geometry
from lianglin.places.views import style_url

CODE = 12
"""Digits of a community's code."""


def _community(request: HttpRequest) -> Community:
    """The community to be drawn, of the post's area."""
    code = request.GET.get("code", "")
    found = Community.objects.filter(scope_code=code, valid_to__isnull=True).first()
    if found is None or not acting(request).covers(code):
        raise Missing(_("There is no such community in the area of your post."))
    return found


def _asked(request: HttpRequest, title: str) -> HttpResponse | None:
    """Without the code of a community: the page on which one is chosen, by name; it leads on with the code."""
    code = request.GET.get("code", "")
    if request.method == "POST" or (len(code) == CODE and code.isdecimal()):
        return None
    given = request.GET.copy()
    if "code_pick" not in given:
        given["code_find"] = "1"  # a name alone is a search: what fits is shown, one is pressed
    form = WhichForm(given if "code" in given else None)
    if form.is_valid():
        return see(f"{request.path}?code={form.cleaned_data['code']}")
    crumbs = [(_("Changes of places"), reverse("gazetteer:changes")), (title, "")]
    shown = {"title": title, "crumbs": crumbs, "form": form}
    return render(request, "gazetteer/which.html", shown, status=422 if form.errors else 200)


def _context(place: Community, title: str, lead: str, mode: str) -> dict[str, Any]:
    return {
        "title": title,
        "lead": lead,
        "place": place,
        "mode": mode,
        "style_url": style_url(),
        "shapes_url": f"{reverse('gazetteer:around')}?code={place.scope_code}",
    }


@require_http_methods(["GET", "HEAD", "POST"])
@in_post("places.manage")
def redraw(request: HttpRequest) -> HttpResponse:
    """A community's new outline; neighbours give way, so that no gap and no overlap comes about."""
    title = _("Redraw a boundary")
    if (asked := _asked(request, title)) is not None:
        return asked
    place = _community(request)
    form = ShapeForm(request.POST if request.method == "POST" else None)

    def act(form: Any) -> PlaceChange:
        drawn = [shape for _p, shape in form.cleaned_data["shape"] if shape.geom_type != "LineString"]
        if len(drawn) != 1:
            raise Refused(_("Draw exactly one outline: the whole new area of the community."), field="shape")
        old = read.shape_of(place)
        if old.is_empty:
            raise Refused(
                _("No boundary is recorded for %(name)s. Import its boundary first.") % {"name": place.name}
            )
        around = {
            n.scope_code: read.shape_of(n)
            for n in read.neighbours([place.scope_code], geometry.merged([old, drawn[0]]))
        }
        new = geometry.snapped(drawn[0], list(around.values()))
        targets, problems = rules.give_way(place.scope_code, old, new, around)
        if problems:
            raise Refused(
                _("The new boundaries do not fit: %(why)s. Draw them again.")
                % {"why": "; ".join(problems[:3])},
                field="shape",
            )
        return planning.redraw_communities(by=acting(request), targets=targets, decision=form.decision())

    lead = _(
        "Neighbours give way: what the community gains they lose. The draft shows the difference in numbers and as a picture."
    )
    return drafted(request, form, act, _context(place, title, lead, "area"), "gazetteer/draw.html")


@require_http_methods(["GET", "HEAD", "POST"])
@in_post("places.manage")
def split(request: HttpRequest) -> HttpResponse:
    """A line across a community, and the codes and names of its parts."""
    title = _("Split a community")
    if (asked := _asked(request, title)) is not None:
        return asked
    place = _community(request)
    free = rules.next_codes(place.scope_code[:9], read.taken(place.scope_code[:9]), 1)
    initial = {
        "first_code": place.scope_code,
        "first_name": place.name,
        "second_code": free[0] if free else "",
    }
    form = SplitForm(request.POST if request.method == "POST" else None, initial=initial)

    def act(form: Any) -> PlaceChange:
        parts = form.parts(read.shape_of(place))
        return planning.split_community(
            by=acting(request), code=place.scope_code, parts=parts, decision=form.decision()
        )

    lead = _(
        "Buildings go with the ground they stand on; what names no building stays with the larger part, or with the old code."
    )
    return drafted(request, form, act, _context(place, title, lead, "line"), "gazetteer/draw.html")


@require_http_methods(["GET", "HEAD", "POST"])
@in_post("places.manage")
def grids(request: HttpRequest) -> HttpResponse:
    """New grids of a community, all at once."""
    title = _("Redraw the grids")
    if (asked := _asked(request, title)) is not None:
        return asked
    place = _community(request)
    form = ShapeForm(request.POST if request.method == "POST" else None)

    def act(form: Any) -> PlaceChange:
        shapes = [shape for _p, shape in form.cleaned_data["shape"] if shape.geom_type != "LineString"]
        return planning.redraw_grids(
            by=acting(request), code=place.scope_code, shapes=shapes, decision=form.decision()
        )

    lead = _(
        "All grids of the community, each an area; together they cover it. 200 to 500 households each are usual."
    )
    return drafted(request, form, act, _context(place, title, lead, "areas"), "gazetteer/draw.html")


@require_safe
@in_post("places.manage")
def around(request: HttpRequest) -> JsonResponse:
    """The outline to be drawn, its grids and its neighbours, as GeoJSON for the map."""
    place = _community(request)
    outline = read.shape_of(place)
    features = [_feature(place.name, "good", place.geometry, "own")]
    features += [
        _feature(n.name, "plain", n.geometry, "neighbour")
        for n in read.neighbours([place.scope_code], outline)
    ]
    for grid in Grid.objects.filter(community=place, valid_to__isnull=True, geometry__isnull=False):
        features.append(_feature(grid.code[-3:], "plain", grid.geometry, "grid"))
    return JsonResponse(
        {"type": "FeatureCollection", "features": features}, json_dumps_params={"ensure_ascii": False}
    )


def _feature(title: str, tone: str, shape: Any, part: str) -> dict[str, Any]:
    return {"type": "Feature", "properties": {"title": title, "tone": tone, "part": part}, "geometry": shape}
