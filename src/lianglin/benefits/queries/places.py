"""Places that a list of matches can be narrowed to."""

from __future__ import annotations

from lianglin.access.actor import WHOLE_CODE, Actor
from lianglin.places.models import Community, Division

WIDTHS = {0: 6, 2: 6, 4: 6, 6: 9, 9: 12}
"""Digits of a place -> digits of the places below it."""


def below(actor: Actor, prefix: str = "") -> list[tuple[str, str]]:
    """(scope code, name) of the places just below the actor's area, or a place of it; in the order of codes."""
    top = max(actor.low, prefix)
    width = WIDTHS.get(len(top), 0)
    if not width:
        return []
    if width == WHOLE_CODE:
        rows = Community.objects.filter(scope_code__startswith=top, valid_to__isnull=True)
        return sorted((place.scope_code, place.label) for place in rows.defer("geometry"))
    level = Division.Level.COUNTY if width == 6 else Division.Level.TOWNSHIP
    found = Division.objects.filter(level=level, scope_code__startswith=top).defer("geometry")
    return sorted((place.scope_code, place.label) for place in found if actor.covers(place.scope_code))
