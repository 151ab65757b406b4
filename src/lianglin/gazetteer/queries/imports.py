"""What an import is compared with, and the imports of a post's area."""

from __future__ import annotations

from django.db.models import QuerySet

from lianglin.access.actor import Actor
from lianglin.gazetteer.models import PlaceImport
from lianglin.gazetteer.queries.planning import shape_of
from lianglin.places.models import Building, Community, Compound, Division, Grid
from lianglin.places.rules.importing import Known


def imports(actor: Actor) -> QuerySet[PlaceImport]:
    """The files of a post's area, without their contents; page them by "-id"."""
    found = PlaceImport.objects.filter(scope_code__gte=actor.low, scope_code__lt=actor.high)
    return found.defer("content", "report")


def known(kind: str) -> Known:
    """What the register holds of the things that a kind of file speaks of. Two to five statements."""
    rows = list(Community.objects.filter(valid_to__isnull=True).only("scope_code", "name", "geometry"))
    drawn = {row.scope_code: shape for row in rows if not (shape := shape_of(row)).is_empty}
    found = Known(
        divisions=dict(Division.objects.values_list("code", "name")),
        communities={row.scope_code: row.name for row in rows},
        retired=frozenset(
            Community.objects.filter(valid_to__isnull=False).values_list("scope_code", flat=True)
        ),
        shapes=drawn if kind != "divisions" else {},
    )
    if kind in ("buildings", "osm"):
        triples = Building.objects.values_list("key", "scope_code", "lon", "lat")
        for key, code, lon, lat in triples.iterator():
            found.points = found.points or {}
            found.points[key], found.owners[key] = (lon, lat), code  # pyright: ignore[reportIndexIssue]
    if kind == "compounds":
        found.points = {
            key: (lon, lat) for key, lon, lat in Compound.objects.values_list("key", "lon", "lat")
        }
    if kind == "grids":
        found.grids = frozenset(Grid.objects.values_list("code", flat=True))
    return found
