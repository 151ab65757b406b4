"""What planning a change reads: communities with their shapes, buildings with their doors, the changes themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import shapely
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lianglin.access.actor import TOP, Actor, job
from lianglin.cases.models import Case
from lianglin.gazetteer.rules import House
from lianglin.kit.errors import Refused
from lianglin.places.models import Building, Community, PlaceChange, PlaceShare, PlaceVersion
from lianglin.places.rules import geometry


def changes(actor: Actor) -> QuerySet[PlaceChange]:
    """The changes of a post's area, to be paged by "-id"."""
    return PlaceChange.objects.filter(scope_code__gte=actor.low, scope_code__lt=actor.high).defer("after")


def due(today: date) -> list[PlaceChange]:
    """Changes to be carried out today, begun ones first, in the order of their dates."""
    states = (PlaceChange.State.RUNNING, PlaceChange.State.PLANNED)
    found = PlaceChange.objects.filter(state__in=states, effective_on__lte=today)
    return sorted(found, key=lambda c: (c.state != PlaceChange.State.RUNNING, c.effective_on, c.pk))


def communities(codes: Sequence[str]) -> list[Community]:
    """The communities in force with these codes, ordered as asked; Refused names those that are not there."""
    rows = {
        c.scope_code: c
        for c in Community.objects.filter(scope_code__in=codes, valid_to__isnull=True)
        .select_related("division")
        .defer("division__geometry")
    }
    missing = [code for code in codes if code not in rows]
    if missing:
        raise Refused(
            _("No community in force has the code %(codes)s. Correct the code, or look it up under Places.")
            % {"codes": ", ".join(missing)[:200]},
            field="codes",
        )
    return [rows[code] for code in codes]


def shape_of(row: Any) -> Any:
    """The shape of a community, grid or version; empty where none is drawn."""
    if not row.geometry or not row.geometry.get("coordinates"):
        return shapely.Polygon()
    try:
        return geometry.read(row.geometry)[0]
    except geometry.BadShape:
        return shapely.Polygon()


def houses(codes: Sequence[str]) -> list[House]:
    """The buildings of some communities with their doors. One statement."""
    rows = Building.objects.filter(scope_code__in=codes).order_by("id")
    columns = ("id", "scope_code", "lon", "lat", "units", "floors", "doors_per_floor")
    return [
        House(pk, code, lon, lat, u * f * d) for pk, code, lon, lat, u, f, d in rows.values_list(*columns)
    ]


def neighbours(codes: Sequence[str], outline: Any, *, within: float = 0.002) -> list[Community]:
    """Communities in force near an outline, without those named, with their shapes."""
    west, south, east, north = outline.bounds if not outline.is_empty else (0, 0, 0, 0)
    street = sorted({code[:6] for code in codes})
    found = []
    for prefix in street:
        rows = Community.objects.filter(
            valid_to__isnull=True, scope_code__gte=prefix, scope_code__lt=prefix + TOP,
            lon__gte=west - 0.05, lon__lte=east + 0.05, lat__gte=south - 0.05, lat__lte=north + 0.05,
        ).exclude(scope_code__in=codes)  # fmt: skip
        found += [row for row in rows if shape_of(row).dwithin(outline, within)]
    return found


def taken(street: str) -> list[str]:
    """Every community code that a street ever gave: none is given twice."""
    return list(
        Community.objects.filter(scope_code__gte=street, scope_code__lt=street + TOP).values_list(
            "scope_code", flat=True
        )
    )


def open_change(codes: Sequence[str]) -> PlaceChange | None:
    """A planned or begun change that already names one of these communities."""
    states = (PlaceChange.State.RUNNING, PlaceChange.State.PLANNED)
    return PlaceChange.objects.filter(state__in=states, shares__from_code__in=codes).defer("after").first()


def open_cases(codes: Sequence[str]) -> int:
    """Cases not yet closed in some communities; in the background's role (see ``access.transaction.counting``)."""
    found = Case.objects.visible_to(job(), purpose="system")
    return found.filter(scope_code__in=codes, closed_at__isnull=True).count()


def shapes_before(change: PlaceChange, codes: Sequence[str]) -> list[Any]:
    """The outlines that a change starts from: those it left behind once it was begun, else those in force."""
    left = {v.code: shape_of(v) for v in PlaceVersion.objects.filter(change=change, kind="community")}
    rows = Community.objects.filter(scope_code__in=[c for c in codes if c not in left])
    found = [*left.values(), *(shape_of(row) for row in rows)]
    return [shape for shape in found if not shape.is_empty]


def names_of(changes: Sequence[PlaceChange]) -> dict[int, dict[str, str]]:
    """Change -> code -> name of the communities that it takes from, in the reader's language."""
    pairs = list(
        PlaceShare.objects.filter(change__in=changes)
        .order_by("from_code")
        .values_list("change_id", "from_code")
    )
    rows = Community.objects.filter(scope_code__in={code for _change, code in pairs}).defer("geometry")
    labels = {row.scope_code: row.label for row in rows.order_by("valid_from", "pk")}
    found: dict[int, dict[str, str]] = {change.pk: {} for change in changes}
    for change_id, code in pairs:
        found[change_id][code] = labels.get(code, "")
    return found
