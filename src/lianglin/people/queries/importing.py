"""What the taking-in of a list asks: who is known already, which doors there are, what was found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from lianglin.access.actor import TOP, Actor, job
from lianglin.access.transaction import acting
from lianglin.kit.crypto import matcher
from lianglin.kit.restricted import FIRST, marked
from lianglin.kit.rows import any_of
from lianglin.people.models import (
    Household,
    ImportMapping,
    ImportPart,
    Membership,
    NameKey,
    PeopleImport,
    Resident,
)
from lianglin.people.queries.guardians import purpose_of
from lianglin.people.rules import names
from lianglin.people.rules.importing import Finding, Person
from lianglin.places.models import Dwelling

Door = tuple[str, str, str]


def lists(actor: Actor) -> QuerySet[PeopleImport]:
    """Lists of the actor's area. Page them by ("-id")."""
    return PeopleImport.objects.visible_to(actor, purpose=purpose_of(actor))


def parts(record_id: int, actor: Actor) -> QuerySet[ImportPart]:
    """The parts of one list in the order of the file."""
    rows = ImportPart.objects.visible_to(actor, purpose=purpose_of(actor)).filter(record_id=record_id)
    return rows.order_by("first_row")


def findings(record_id: int, actor: Actor) -> Iterator[Finding]:
    """Everything that was found in a list, in the order of the file."""
    for found in parts(record_id, actor).values_list("findings", flat=True).iterator(chunk_size=50):
        yield from (Finding(*one) for one in found)


def remembered(organisation_id: int | None, headings: str) -> dict[str, int]:
    """What an office said last time about a file with these headings."""
    held = ImportMapping.objects.filter(organisation_id=organisation_id or 0, headings=headings).first()
    return held.mapping if held else {}


@dataclass(frozen=True)
class Marks:
    """Digests of ID numbers and phones, each made once for a part of a list."""

    ids: dict[str, bytes]
    phones: dict[str, bytes]


def marks_of(people: Sequence[Person]) -> Marks:
    """The digests of what these rows say."""
    by_id, by_phone = matcher("id_number"), matcher("phone")
    return Marks(
        {p.id_number: by_id(p.id_number) for p in people if p.id_number},
        {p.phone: by_phone(p.phone) for p in people if p.phone},
    )


def known_people(
    people: Sequence[Person], doors: dict[Door, tuple[int, str]], marks: Marks, actor: Actor
) -> dict[int, Resident]:
    """Row -> the resident it is: by ID number; without one by name, birth date and phone or door.

    ID number and phone stay sealed: their digests tell.
    """
    residents = Resident.objects.visible_to(actor, purpose=purpose_of(actor)).defer("id_number", "phone")
    by_match = {p.row: marks.ids[p.id_number] for p in people if p.id_number}
    matching = residents.filter(any_of("id_match", by_match.values())) if by_match else ()
    held = {bytes(r.id_match): r for r in matching}
    found = {row: held[match] for row, match in by_match.items() if match in held}
    found |= _by_name([p for p in people if not p.id_number], doors, marks, residents, actor)
    joined = {one.merged_into for one in found.values() if one.merged_into}
    kept = residents.in_bulk(joined) if joined else {}
    return {row: kept.get(one.merged_into, one) for row, one in found.items()}


def restricted_among(
    people: Sequence[Person], doors: dict[Door, tuple[int, str]], marks: Marks, actor: Actor
) -> frozenset[int]:
    """Rows of persons whose data may not be used now; looked up where no post looks, and only that is told."""
    low = marked(actor.low) or FIRST
    with acting(job(low, low + TOP)) as keeper:
        return frozenset(known_people(people, doors, marks, keeper))


def _by_name(
    people: Sequence[Person],
    doors: dict[Door, tuple[int, str]],
    marks: Marks,
    residents: QuerySet[Resident],
    actor: Actor,
) -> dict[int, Resident]:
    if not people:
        return {}
    keys = NameKey.objects.visible_to(actor, purpose=purpose_of(actor))
    asked = {names.clean(p.name) for p in people}
    ids = keys.filter(any_of("key", asked)).values_list("resident_id", flat=True)
    named: dict[tuple[str, Any], list[Resident]] = {}
    for one in residents.filter(any_of("id", list(ids))):
        named.setdefault((one.name, one.born_on), []).append(one)
    living = dwellings_of([r.pk for rows in named.values() for r in rows], actor)
    found = {}
    for person in people:
        phone = marks.phones.get(person.phone)
        door = doors[person.door][0] if person.door in doors else None
        for one in named.get((person.name, person.born_on), []):
            same_phone = phone is not None and one.phone_match is not None and bytes(one.phone_match) == phone
            if same_phone or (door is not None and door in living.get(one.pk, ())):
                found[person.row] = one
                break
    return found


def dwellings_of(resident_ids: Sequence[int], actor: Actor) -> dict[int, set[int]]:
    """Resident -> the dwellings of the households they belong to now."""
    found: dict[int, set[int]] = {}
    if not resident_ids:
        return found
    rows = Membership.objects.visible_to(actor, purpose=purpose_of(actor)).filter(
        any_of("resident_id", resident_ids), to_on__isnull=True
    )
    for resident_id, dwelling_id in rows.values_list("resident_id", "household__dwelling_id"):
        found.setdefault(resident_id, set()).add(dwelling_id)
    return found


def doors_of(asked: Iterable[Door], actor: Actor) -> dict[Door, tuple[int, str]]:
    """Door (building's address, unit, room) -> (dwelling, scope code), of those in the actor's area."""
    wanted = set(asked)
    if not wanted:
        return {}
    rows = Dwelling.objects.filter(
        any_of("unit__building__address", {door[0] for door in wanted}),
        any_of("room", {door[2] for door in wanted}),
        scope_code__gte=actor.low,
        scope_code__lt=actor.high,
        unit__building__scope_code__gte=actor.low,
        unit__building__scope_code__lt=actor.high,
    ).values_list("unit__building__address", "unit__number", "room", "pk", "scope_code")
    return {
        (address, str(unit), room): (pk, scope)
        for address, unit, room, pk, scope in rows
        if (address, str(unit), room) in wanted
    }


def households_at(dwelling_ids: Iterable[int], actor: Actor) -> dict[int, tuple[int, str]]:
    """Dwelling -> the household (its number and scope code) that lives there now."""
    rows = Household.objects.visible_to(actor, purpose=purpose_of(actor)).filter(
        any_of("dwelling_id", set(dwelling_ids)), dissolved_on__isnull=True
    )
    told = rows.order_by("id").values_list("dwelling_id", "pk", "scope_code")
    return {dwelling: (pk, scope) for dwelling, pk, scope in told}
