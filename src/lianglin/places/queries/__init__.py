"""Reads about places. Places hold nobody's data: every role may read them, in any transaction."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import shapely
from django.db.models import Count, Q, QuerySet

from lianglin.kit.held import held
from lianglin.places.models import Building, Community, Compound, Division, Grid

TILES = "city.pmtiles"
"""The city's map in the data folder, made when the city is built."""
WITHOUT_SHAPES = ("geometry", "division__geometry")


@dataclass(frozen=True)
class Cover:
    """The communities in force and a tree over their areas, in the same order."""

    communities: tuple[Community, ...]
    tree: shapely.STRtree
    by_code: dict[str, Community]
    by_id: dict[int, Community]


def in_force() -> QuerySet[Community]:
    """The communities of today, with street, without shapes, by code."""
    return (
        Community.objects.filter(valid_to__isnull=True)
        .select_related("division")
        .defer(*WITHOUT_SHAPES)
        .order_by("scope_code")
    )


@held
def cover() -> Cover:
    """All communities of today with their tree; two queries at first use."""
    found = tuple(in_force())
    shapes = dict(Community.objects.filter(valid_to__isnull=True).values_list("pk", "geometry"))
    tree = shapely.STRtree([_shape(shapes[community.pk]) for community in found])
    return Cover(found, tree, {c.scope_code: c for c in found}, {c.pk: c for c in found})


def _shape(geojson: dict[str, Any]) -> Any:
    parts = geojson.get("coordinates")
    if not parts:
        return shapely.Polygon()
    if geojson["type"] == "MultiPolygon":
        return shapely.MultiPolygon([shapely.Polygon(rings[0], rings[1:]) for rings in parts])
    return shapely.Polygon(parts[0], parts[1:])


def covering(lon: float, lat: float) -> Community | None:
    """The community whose area holds a point (WGS84 degrees), the lower code on a shared border; None outside."""
    known = cover()
    hits = known.tree.query(shapely.Point(lon, lat), predicate="intersects")
    return known.communities[min(hits)] if len(hits) else None


CANVAS = 340
"""Pixels of the map's shorter side on a phone: what must be seen has room in them."""


def frame(codes: Collection[str]) -> tuple[float, float, float] | None:
    """Middle (WGS84) and zoom at which all these communities are seen at once; None without any."""
    known = cover()
    numbers = [n for n, c in enumerate(known.communities) if c.scope_code in codes]
    west, south, east, north = shapely.total_bounds(known.tree.geometries[numbers]).tolist()
    if not numbers or math.isnan(west):
        return None
    lon, lat = (west + east) / 2, (south + north) / 2
    span = max(east - west, (north - south) / math.cos(math.radians(lat)), 1e-4)
    return round(lon, 6), round(lat, 6), round(math.log2(CANVAS * 360 / (512 * span)), 2)


def community(code: str) -> Community | None:
    """The community of today with this 12-digit code; held in the process."""
    return cover().by_code.get(code)


def division(code: str) -> Division | None:
    """The division with this scope code, or 12-digit code, with its parent; its shape is not read."""
    found = Division.objects.select_related("parent").defer("geometry", "parent__geometry")
    return found.filter(Q(scope_code=code) | Q(code=code)).first()


def children(parent: Division) -> QuerySet[Division]:
    """The divisions directly below one, each with ``communities_count`` and ``loaded_count`` of its own."""
    in_force = Q(communities__valid_to__isnull=True)
    return (
        Division.objects.filter(parent=parent)
        .defer("geometry")
        .annotate(
            communities_count=Count("communities", filter=in_force),
            loaded_count=Count("communities", filter=in_force & Q(communities__loaded=True)),
        )
        .order_by("code")
    )


@dataclass
class Branch:
    """A district or county with its streets; counts are of communities in force."""

    division: Division
    streets: list[Division]
    communities: int
    loaded: int


def tree() -> list[Branch]:
    """Every district and county with its streets, by code, with counts of communities: the map's list twin. Two queries."""
    streets: dict[int, list[Division]] = {}
    counted = Division.objects.filter(level=Division.Level.TOWNSHIP).defer("geometry").order_by("code")
    in_force = Q(communities__valid_to__isnull=True)
    for street in counted.annotate(
        communities_count=Count("communities", filter=in_force),
        loaded_count=Count("communities", filter=in_force & Q(communities__loaded=True)),
    ):
        streets.setdefault(street.parent_id or 0, []).append(street)
    counties = Division.objects.filter(level=Division.Level.COUNTY).defer("geometry").order_by("code")
    return [
        Branch(
            county,
            below := streets.get(county.pk, []),
            sum(s.communities_count for s in below),
            sum(s.loaded_count for s in below),
        )
        for county in counties
    ]


@held
def counties() -> tuple[Division, ...]:
    """The districts and counties in which communities lie, by code; from memory."""
    found = Division.objects.filter(level=Division.Level.COUNTY).defer("geometry").order_by("code")
    known = {c.scope_code[:6] for c in cover().communities}
    return tuple(d for d in found if d.scope_code in known)


def communities_of(street: Division) -> list[Community]:
    """The communities of a street, by code; from memory."""
    return [c for c in cover().communities if c.division_id == street.pk]


def grids_of(place: Community) -> QuerySet[Grid]:
    """The grids of a community in force, with the number of their buildings, by code."""
    return (
        Grid.objects.filter(community=place, valid_to__isnull=True)
        .defer("geometry")
        .annotate(buildings_count=Count("memberships", filter=Q(memberships__valid_to__isnull=True)))
        .order_by("code")
    )


def compounds_of(place: Community) -> QuerySet[Compound]:
    """The compounds with a building in a community, with how many of their buildings lie in it, by name."""
    here = Q(memberships__building__community=place, memberships__valid_to__isnull=True)
    return (
        Compound.objects.filter(here)
        .defer("geometry")
        .annotate(buildings_count=Count("memberships", filter=here))
        .order_by("name", "pk")
    )


def buildings_of(place: Community) -> QuerySet[Building]:
    """The buildings of a community; page them by "id"."""
    return Building.objects.filter(scope_code=place.scope_code).defer("footprint")


def buildings_in(compound_id: int) -> QuerySet[Building]:
    """The buildings of a compound, by number."""
    belongs = Q(compounds__compound_id=compound_id, compounds__valid_to__isnull=True)
    return Building.objects.filter(belongs).defer("footprint").order_by("number", "pk")


def compound_of(building_id: int) -> Compound | None:
    """The compound that a building belongs to today, if any."""
    belongs = Q(memberships__building_id=building_id, memberships__valid_to__isnull=True)
    return Compound.objects.filter(belongs).defer("geometry").first()


def boundaries(code: str) -> dict[str, Any] | None:
    """GeoJSON of a place: a community with its grids, a division with what lies below it; None without such a code.

    Each feature has ``title``, ``code`` ("" where there is no page) and ``tone`` for the map island.
    """
    place = Community.objects.filter(scope_code=code, valid_to__isnull=True).first()
    if place is not None:
        grids = Grid.objects.filter(community=place, valid_to__isnull=True).order_by("code")
        shapes = [_feature(place.label, "plain", "", place.geometry)]
        return _collection(
            [*shapes, *(_feature(g.code[-3:], "plain", "", g.geometry) for g in grids if g.geometry)]
        )
    parent = division(code)
    if parent is None:
        return None
    below = Division.objects.filter(parent=parent, geometry__isnull=False).order_by("code")
    streets = [_feature(d.label, "plain", d.scope_code, d.geometry) for d in below]
    if parent.level == Division.Level.TOWNSHIP:
        inside = Community.objects.filter(division=parent, valid_to__isnull=True).order_by("scope_code")
        streets = [
            _feature(c.label, "good" if c.loaded else "closed", c.scope_code, c.geometry) for c in inside
        ]
    return _collection(streets)


def _feature(title: str, tone: str, code: str, geometry: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"title": title, "tone": tone, "code": code},
        "geometry": geometry,
    }


def _collection(features: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": features}


def loaded_codes() -> list[str]:
    """Codes of the communities whose people are loaded; from memory."""
    return [c.scope_code for c in cover().communities if c.loaded]
