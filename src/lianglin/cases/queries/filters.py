"""The filters that a post may use on a list, and what of them is no longer there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from django.db.models import QuerySet
from django.utils.http import urlencode

from lianglin.access.actor import Actor
from lianglin.access.prepared import Prepared
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


@Prepared
def _of_unit(actor: Actor, list_code: str) -> QuerySet[SavedFilter]:
    found = SavedFilter.objects.filter(organisation_id=actor.organisation_id, list_code=list_code)
    return found.order_by("name", "id")


def chips(
    actor: Actor,
    wanted: WorkList,
    given: dict[str, str],
    fields: Callable[[], dict[str, dict[str, str] | None]] | None = None,
) -> list[Chip]:
    """Own filters and those the unit shares, by name. One query; ``given`` is what the list is narrowed to now.

    ``fields`` gives what the list can be narrowed by, for a page that knows it already.
    """
    if actor.organisation_id is None:
        return []
    found = _of_unit(actor, wanted.code)
    usable = [saved for saved in found if saved.shared or saved.post_id == actor.post_id][:60]
    known = {} if not usable else fields() if fields else lists.fields(wanted, actor)
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
