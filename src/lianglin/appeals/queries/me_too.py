"""Open matters near by that may be the very one somebody is about to report: what anybody may be told of them.

Item, place as closely as its compound, since when, where it stands, how many people: no name, number or word of others.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import get_language

from lianglin.appeals import rules
from lianglin.appeals.models import Item
from lianglin.appeals.queries import alike, catalogue
from lianglin.appeals.queries.alike import Asked, OpenNear
from lianglin.appeals.rules.grams import cell_of
from lianglin.places.queries import cover
from lianglin.places.search import Spot

MOST = 3


@dataclass(frozen=True)
class OpenMatter:
    """An open matter as it is shown to who may be troubled by the same."""

    case_id: int
    """Never shown: the page knows it by its place in the list."""
    item_label: str
    place: str
    since: datetime
    state_label: str
    people: int
    strong: bool
    """Whether it is said to be very likely the same."""


def asked(text: str, item: Item | None, spot: Spot, *, lon: float | None, lat: float | None) -> Asked:
    """What is asked of the earlier appeals; the classes follow from the item alone until a model adds its own."""
    if lon is None or lat is None:
        narrow = spot.building or spot.compound
        lon, lat = (narrow.lon, narrow.lat) if narrow else (None, None)
    return Asked(
        text=text,
        kinds=(item.category.code, "") if item else ("",),
        scope_code=spot.community.scope_code,
        item_id=item.pk if item else None,
        cell=cell_of(lon, lat),
        lon=lon,
        lat=lat,
        building_id=spot.building.pk if spot.building else None,
    )


def open_matters(question: Asked, item: Item | None) -> list[OpenMatter]:
    """At most three, the likeliest first; by a model's weighing, or, without a model, of the same item at the place."""
    if not (version := alike.await_place(question.scope_code)):
        return [_told(one, strong=False) for one in _same_item(question, item)][:MOST]
    from lianglin.appeals.queries import (
        comparing,
    )  # brings SciPy: only where there is something to compare with

    model = comparing.of_version(version)
    if model is None:
        return [_told(one, strong=False) for one in _same_item(question, item)][:MOST]
    read = comparing.question(model, question)
    found = comparing.compare(model, read, alike.open_near(read.asked), most=MOST)
    return [_told(one.near, strong=one.strong) for one in found if isinstance(one.near, OpenNear)]


def _same_item(question: Asked, item: Item | None) -> list[OpenNear]:
    """Those of the same item in the same building or within its radius, oldest first."""
    if item is None or item.duplicate_radius_m < 0:
        return []
    near = [one for one in alike.open_near(question) if one.item_id == item.pk]
    here = [one for one in near if _at_one_place(question, one, item.duplicate_radius_m)]
    return sorted(here, key=lambda one: one.opened_at)


def _at_one_place(question: Asked, one: OpenNear, radius: int) -> bool:
    if question.building_id is not None and one.building_id == question.building_id:
        return True
    far = alike.metres(question, one)
    return far is not None and far <= radius


def _told(one: OpenNear, *, strong: bool) -> OpenMatter:
    item, community = catalogue.choices().by_id.get(one.item_id), cover().by_id.get(one.community_id)
    compound = (one.compound_en or one.compound) if get_language() == "en" else one.compound
    return OpenMatter(
        case_id=one.case_id,
        item_label=item.label if item else "",
        place=compound or (community.label if community else ""),
        since=one.opened_at,
        state_label=str(rules.LIFECYCLE.state(one.state).label),
        people=one.people,
        strong=strong,
    )
