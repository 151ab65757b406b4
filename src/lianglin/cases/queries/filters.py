"""The filters that a post may use on a list, and what of them is no longer there."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.http import urlencode

from lianglin.access.actor import Actor
from lianglin.cases.models import SavedFilter
from lianglin.kit import lists
from lianglin.kit.domain import WorkList


@dataclass(frozen=True)
class Chip:
    """A saved filter on a list: its address, whether it is the one in use, and which of its parts vanished."""

    saved: SavedFilter
    own: bool
    query: str
    current: bool
    gone: list[str] = field(default_factory=list)


def chips(actor: Actor, wanted: WorkList, given: dict[str, str]) -> list[Chip]:
    """Own filters and those the unit shares, by name. One query; ``given`` is what the list is narrowed to now."""
    if actor.organisation_id is None:
        return []
    found = SavedFilter.objects.filter(organisation_id=actor.organisation_id, list_code=wanted.code)
    usable = [
        saved for saved in found.order_by("name", "id")[:60] if saved.shared or saved.post_id == actor.post_id
    ]
    known = lists.fields(wanted, actor) if usable else {}
    return [
        Chip(
            saved=saved,
            own=saved.post_id == actor.post_id,
            query=urlencode(saved.query),
            current=bool(given) and saved.query == given,
            gone=vanished(saved.query, known),
        )
        for saved in usable
    ]


def vanished(query: dict[str, str], known: dict[str, dict[str, str] | None]) -> list[str]:
    """The parts of a filter that the list no longer has: a field, or a choice of it. Sorted names of fields."""
    gone = []
    for name, value in query.items():
        choices = known.get(name, {})
        if name not in known or (choices is not None and str(value) not in choices):
            gone.append(name)
    return sorted(gone)
