"""Finding a place by what people type: characters, pinyin, initials, with or without a building's number."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import get_language

from lianglin.kit import pinyin
from lianglin.kit.held import held
from lianglin.places.models import Building, Community, Compound, Division
from lianglin.places.queries import compound_of, cover, covering

Kind = Literal["building", "compound", "community", "division"]
NUMBERED = re.compile(
    r"^(?P<name>.*?\D)\s*(?P<number>\d{1,4})\s*(?:号楼|号|栋|幢|座|#|haolou|lou|dong|building|bldg)?\s*(?P<rest>.*)$",
    re.I,
)
"""A name and a building's number: 和宁小区3号楼, hnxq 3, 和宁 12-2-301."""


@dataclass(frozen=True)
class Found:
    """One place that fits. ``key`` names it in forms: "b:12" building, "c:3" compound, "n:230102001001" community,
    "d:230102" division. ``where`` is what it lies in; ``community_code`` names its (main) community, if it has one.
    """

    kind: Kind
    key: str
    label: str
    where: str
    rank: int
    community_code: str = ""


@dataclass(frozen=True)
class _Entry:
    name: pinyin.Name
    kind: Kind
    id: int
    label: str
    label_en: str
    where: str
    where_en: str
    code: str


@dataclass(frozen=True)
class _Index:
    entries: list[_Entry]
    by_first: dict[str, list[int]]


@held
def _index() -> _Index:
    """Every named place, ready for matching; some 2,000 names in a big city."""
    entries = [*_divisions(), *_communities(), *_compounds()]
    by_first: dict[str, list[int]] = defaultdict(list)
    for number, entry in enumerate(entries):
        for first in pinyin.starts(entry.name):
            by_first[first].append(number)
    return _Index(entries, dict(by_first))


def _divisions() -> Iterable[_Entry]:
    for d in Division.objects.select_related("parent").defer("geometry", "parent__geometry").order_by("code"):
        above, above_en = (d.parent.name, d.parent.name_en or d.parent.name) if d.parent else ("", "")
        yield _Entry(pinyin.ready(d.name), "division", d.pk, d.name, d.name_en, above, above_en, d.scope_code)


def _communities() -> Iterable[_Entry]:
    for c in cover().communities:
        street = c.division
        yield _Entry(
            pinyin.ready(c.name),
            "community",
            c.pk,
            c.name,
            c.name_en,
            street.name,
            street.name_en or street.name,
            c.scope_code,
        )


def _compounds() -> Iterable[_Entry]:
    inside = _communities_of_compounds()
    for pk, name, name_en in Compound.objects.order_by("pk").values_list("pk", "name", "name_en"):
        found = inside.get(pk, [])
        where = "、".join(c.name for c in found[:2])
        where_en = ", ".join(c.name_en or c.name for c in found[:2])
        yield _Entry(
            pinyin.ready(name),
            "compound",
            pk,
            name,
            name_en,
            where,
            where_en,
            found[0].scope_code if found else "",
        )


def _communities_of_compounds() -> dict[int, list[Community]]:
    """Compound id -> its communities, the one with most of its buildings first."""
    pairs = Building.objects.filter(compounds__valid_to__isnull=True, compounds__isnull=False).values_list(
        "compounds__compound_id", "community_id"
    )
    counts: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for compound_id, community_id in pairs.iterator():
        counts[compound_id][community_id] += 1
    by_id = cover().by_id
    return {
        compound_id: [by_id[c] for c in sorted(inside, key=lambda c: (-inside[c], c)) if c in by_id]
        for compound_id, inside in counts.items()
    }


def main_community(compound_id: int) -> Community | None:
    """The community in which most of a compound's buildings lie; from memory."""
    entry = next((e for e in _index().entries if e.kind == "compound" and e.id == compound_id), None)
    return cover().by_code.get(entry.code) if entry else None


def search(
    text: str, *, limit: int = 12, kinds: tuple[Kind, ...] = ("building", "compound", "community", "division")
) -> list[Found]:
    """The places that fit, best first; at most one query, for the buildings of a numbered question."""
    numbered = NUMBERED.match(text.strip())
    buildings = (
        _numbered(numbered["name"], int(numbered["number"]), limit)
        if numbered and "building" in kinds
        else []
    )
    named = [_found(entry, rank) for rank, entry in _named(text) if entry.kind in kinds]
    return [*buildings, *named][:limit]


def _named(text: str) -> list[tuple[int, _Entry]]:
    question, index = pinyin.clean(text), _index()
    if not question:
        return []
    fits = []
    for number in index.by_first.get(question[0], ()):
        entry = index.entries[number]
        rank = pinyin.rank(question, entry.name)
        if rank is not None:
            fits.append((rank, len(entry.name.text), number, entry))
    return [(rank, entry) for rank, _length, _number, entry in sorted(fits, key=lambda f: f[:3])]


def _numbered(name: str, number: int, limit: int) -> list[Found]:
    """Buildings with this number in the compounds and communities that the name fits."""
    named = _named(name)[:20]
    compounds = {entry.id: rank for rank, entry in named if entry.kind == "compound"}
    if not compounds:
        return []
    rows = (
        Building.objects.filter(
            number=number, compounds__compound_id__in=compounds, compounds__valid_to__isnull=True
        )
        .values_list("pk", "address", "community_id", "compounds__compound_id")
        .order_by("pk")
    )
    by_id = cover().by_id
    found = [
        Found(
            "building",
            f"b:{pk}",
            address,
            by_id[community_id].label,
            compounds[compound_id],
            by_id[community_id].scope_code,
        )
        for pk, address, community_id, compound_id in rows
        if community_id in by_id
    ]
    return sorted(found, key=lambda f: f.rank)[:limit]


def _found(entry: _Entry, rank: int) -> Found:
    english = get_language() == "en"
    key = {"compound": f"c:{entry.id}", "community": f"n:{entry.code}", "division": f"d:{entry.code}"}[
        entry.kind
    ]
    label = entry.label_en if english and entry.label_en else entry.label
    code = "" if entry.kind == "division" else entry.code
    return Found(entry.kind, key, label, entry.where_en if english else entry.where, rank, code)


@dataclass(frozen=True)
class Spot:
    """A place that was chosen in a form: always a community, and what narrows it."""

    community: Community
    building: Building | None = None
    compound: Compound | None = None

    @property
    def label(self) -> str:
        """The narrowest name of the place."""
        narrow = self.building.address if self.building else self.compound.label if self.compound else ""
        return narrow or self.community.label


def resolve(key: str, *, lon: float | None = None, lat: float | None = None) -> Spot | None:
    """The place that a form's ``key`` (see :class:`Found`) or a point on the map means; None when there is none.

    A compound that spans communities counts where the point lies, else where most of its buildings are.
    """
    kind, _colon, code = key.partition(":")
    here = covering(lon, lat) if lon is not None and lat is not None else None
    known = cover()
    if kind == "b" and code.isdecimal() and len(code) < 19:
        building = Building.objects.defer("footprint").filter(pk=int(code)).first()
        inside = known.by_id.get(building.community_id) if building else None
        return Spot(inside, building, compound_of(int(code))) if inside and building else None
    if kind == "c" and code.isdecimal() and len(code) < 19:
        compound = Compound.objects.defer("geometry").filter(pk=int(code)).first()
        inside = here or main_community(int(code)) if compound else None
        return Spot(inside, None, compound) if inside and compound else None
    inside = known.by_code.get(code) if kind == "n" else here
    return Spot(inside) if inside else None
