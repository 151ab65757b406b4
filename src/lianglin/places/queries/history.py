"""What was where on a date, and figures of former months on today's map."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from lianglin.kit.held import held
from lianglin.places.models import Community, PlaceChange, PlaceShare, PlaceVersion
from lianglin.places.rules.crosswalk import Crosswalk, Origin, Passage, Vector

BEGUN = (PlaceChange.State.RUNNING, PlaceChange.State.DONE)


@held
def crosswalk() -> Crosswalk:
    """Every change that was begun; held in the process. Two queries."""
    return fresh_crosswalk()


def fresh_crosswalk() -> Crosswalk:
    """The same, read now: for who writes figures, and must not be ten minutes behind."""
    rows = PlaceShare.objects.filter(change__state__in=BEGUN).values_list(
        "change_id", "change__effective_on", "change__kind", "from_code", "to_code", "weight"
    )
    found: dict[tuple[date, int, bool], dict[tuple[str, str], int]] = defaultdict(dict)
    for change, on, kind, old, new, weight in rows:
        found[on, change, kind == PlaceChange.Kind.MERGE][old, new] = weight
    passages = tuple(
        Passage(on, shares, merge, change) for (on, change, merge), shares in sorted(found.items())
    )
    if not passages:
        return Crosswalk()
    gone = {code for passage in passages for code in (*passage.sources, *passage.targets)}
    names = dict(Community.objects.filter(scope_code__in=gone).values_list("scope_code", "name"))
    return Crosswalk(passages, names)


def on_todays_map(values: Mapping[str, Vector], month: date) -> dict[str, Vector]:
    """Figures of a month kept by community (code -> whole counts) under today's codes.

    A merged community gets the sum, parts of a split one their share by households; the total never changes.
    :func:`origin` says which figures came about so.
    """
    return crosswalk().on_todays_map(values, month)


def origin(code: str, month: date) -> Origin | None:
    """Of which former communities a community's figure of a month is made; None when it is its own."""
    return crosswalk().origin(code, month)


def origin_names(found: Origin) -> str:
    """The former communities in words."""
    names = crosswalk().names
    return "、".join(names.get(code, code) for code in found.codes)


@dataclass(frozen=True)
class AsOf:
    """A community as it was on a date: current row or former state."""

    code: str
    name: str
    households: int
    geometry: Any
    valid_from: date
    valid_to: date | None


def as_of(day: date, prefix: str = "") -> list[AsOf]:
    """The communities in force on a date below a code, by code, with the names and shapes of that date. Two queries."""
    inside = Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gt=day))
    former = PlaceVersion.objects.filter(
        inside, kind=PlaceVersion.Kind.COMMUNITY, code__gte=prefix, code__lt=prefix + "~"
    )
    found = {v.code: AsOf(v.code, v.name, v.households, v.geometry, v.valid_from, v.valid_to) for v in former}
    for c in Community.objects.filter(inside, scope_code__gte=prefix, scope_code__lt=prefix + "~"):
        found.setdefault(
            c.scope_code, AsOf(c.scope_code, c.name, c.households, c.geometry, c.valid_from, c.valid_to)
        )
    return [found[code] for code in sorted(found)]


def changes_of(code: str) -> list[PlaceChange]:
    """What happened to a place, or will: the newest first, cancelled ones left out."""
    named = Q(shares__from_code__gte=code, shares__from_code__lt=code + "~") | Q(
        shares__to_code__gte=code, shares__to_code__lt=code + "~"
    )
    found = PlaceChange.objects.filter(named).exclude(state=PlaceChange.State.CANCELLED).distinct()
    return list(found.order_by("-effective_on", "-id")[:20])


def versions_of(code: str) -> Iterable[PlaceVersion]:
    """The former states of a community, the newest first."""
    return PlaceVersion.objects.filter(kind=PlaceVersion.Kind.COMMUNITY, code=code).order_by("-valid_from")


def successors(code: str) -> list[str]:
    """Today's codes of a community that is no longer in force, ordered; itself when nothing became of it."""
    found = {code}
    for passage in crosswalk().passages:
        if not found.isdisjoint(passage.sources):
            new = {new for (old, new) in passage.shares if old in found}
            found = (found - set(passage.sources)) | new
    return sorted(found)
