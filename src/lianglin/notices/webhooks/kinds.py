"""Of which kinds of cases a webhook hears: those that a post of its unit, or of its area, may open itself."""

from __future__ import annotations

from collections.abc import Collection

from lianglin.access.actor import duties_of
from lianglin.kit import discovery
from lianglin.kit.guards import Text

UNIT = "unit_handler"
AREA = {0: "city_coordinator", 6: "district_coordinator", 9: "street_coordinator", 12: "community_worker"}
"""The kind of post that keeps an area, by the length of the area's code."""


def heard(of_unit: bool, area: str) -> frozenset[str]:
    """The kinds that the unit's posts, or those that keep the area, may open; none for an area that nobody keeps."""
    role = UNIT if of_unit else AREA.get(len(area))
    if role is None:
        return frozenset()
    duties = duties_of(role)
    return frozenset(code for code, one in discovery.lifecycles().items() if one.read in duties)


def choices(only: Collection[str] | None = None) -> list[tuple[str, Text]]:
    """(code, label) of the kinds, all or only some."""
    return [(code, one.label) for code, one in discovery.lifecycles().items() if only is None or code in only]
