"""Rows of matches as pages show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from lianglin.access.actor import Actor
from lianglin.access.queries import place_names
from lianglin.benefits.models import Match, MatchAhead, MatchBase
from lianglin.benefits.queries import explained, matches, programs
from lianglin.engines.eligibility.package import Measure
from lianglin.kit import clock
from lianglin.people.models import Household

TONES = {
    "suggested": "new",
    "told": "active",
    "claimed": "good",
    "declined": "closed",
    "not_eligible": "closed",
    "gone": "plain",
}


def door(home: Household) -> str:
    """The address of a household's door."""
    unit = home.dwelling.unit
    return _("%(address)s, unit %(unit)s, room %(room)s") % {
        "address": unit.building.address,
        "unit": unit.number,
        "room": home.dwelling.room,
    }


def measures() -> dict[str, Measure]:
    """The measures in force by their codes."""
    return programs.package(clock.today()).by_id()


def name_of(code: str, known: Mapping[str, Measure]) -> str:
    """A measure's name in the reader's language; its code where it is no longer in force."""
    return explained.label(known[code]) if code in known else code


def rows_of(found: Iterable[Match | MatchAhead], actor: Actor) -> list[dict[str, Any]]:
    """A page of a list: measure, door, community, what is missing, where it stands."""
    rows, known = list(found), measures()
    homes = matches.doors((row.household_id for row in rows), actor)
    names = place_names({row.scope_code for row in rows})
    return [
        {
            "match": row,
            "measure": name_of(row.measure.code, known),
            "door": door(homes[row.household_id]) if row.household_id in homes else f"#{row.household_id}",
            "community": names.get(row.scope_code, row.scope_code),
            "missing": missing(row, known),
            "tone": TONES.get(getattr(row, "state", ""), "plain"),
        }
        for row in rows
    ]


def missing(row: MatchBase | MatchAhead, known: Mapping[str, Measure]) -> list[dict[str, str]]:
    """The conditions of the masks in words: which, by which paper, where."""
    measure = known.get(row.measure.code)
    if measure is None:
        return []
    return [
        {"name": explained.condition_label(one), "proof": one.proof, "where": one.where}
        for one in explained.named(measure, row.failed | row.unknown)
    ]


def why_gone(row: MatchBase, known: Mapping[str, Measure]) -> str:
    """Why a match is gone, in words."""
    if row.measure.code not in known:
        return _("The measure is not in force any more.")
    said = missing(row, known)
    if not said:
        return _("The person does not live there any more.")
    return _("Not fulfilled any more: %(names)s.") % {"names": "、".join(one["name"] for one in said)}
