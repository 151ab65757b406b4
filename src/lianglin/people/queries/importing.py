"""What the taking-in of a list asks: who is known already, which doors there are, what was found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db.models import QuerySet

from lianglin.access.actor import TOP, Actor, job
from lianglin.access.transaction import acting
from lianglin.kit.crypto import match_key
from lianglin.kit.restricted import FIRST, marked
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


def known_people(
    people: Sequence[Person], doors: dict[Door, tuple[int, str]], actor: Actor
) -> dict[int, Resident]:
    """Row -> the resident it is: by ID number; without one by name, birth date and phone or door."""
    residents = Resident.objects.visible_to(actor, purpose=purpose_of(actor))
    by_match = {p.row: match_key(p.id_number, "id_number") for p in people if p.id_number}
    held = {bytes(r.id_match): r for r in residents.filter(id_match__in=list(by_match.values()))}
    found = {row: held[match] for row, match in by_match.items() if match in held}
    found |= _by_name([p for p in people if not p.id_number], doors, residents, actor)
    joined = {one.merged_into for one in found.values() if one.merged_into}
    kept = residents.in_bulk(joined) if joined else {}
    return {row: kept.get(one.merged_into, one) for row, one in found.items()}


def restricted_among(
    people: Sequence[Person], doors: dict[Door, tuple[int, str]], actor: Actor
) -> frozenset[int]:
    """Rows of persons whose data may not be used now; looked up where no post looks, and only that is told."""
    low = marked(actor.low) or FIRST
    with acting(job(low, low + TOP)) as keeper:
        return frozenset(known_people(people, doors, keeper))


def _by_name(
    people: Sequence[Person], doors: dict[Door, tuple[int, str]], residents: QuerySet[Resident], actor: Actor
) -> dict[int, Resident]:
    if not people:
        return {}
    keys = NameKey.objects.visible_to(actor, purpose=purpose_of(actor))
    ids = keys.filter(key__in={names.clean(p.name) for p in people}).values_list("resident_id", flat=True)
    named: dict[tuple[str, Any], list[Resident]] = {}
    for one in residents.filter(pk__in=list(ids)):
        named.setdefault((one.name, one.born_on), []).append(one)
    living = dwellings_of([r.pk for rows in named.values() for r in rows], actor)
    found = {}
    for person in people:
        phone = match_key(person.phone, "phone") if person.phone else None
        door = doors[person.door][0] if person.door in doors else None
        for one in named.get((person.name, person.born_on), []):
            same_phone = phone is not None and one.phone_match is not None and bytes(one.phone_match) == phone
            if same_phone or (door is not None and door in living.get(one.pk, ())):
                found[person.row] = one
                break
    return found


def dwellings_of(resident_ids: Sequence[int], actor: Actor) -> dict[int, set[int]]:
    """Resident -> the dwellings of the households they belong to now."""
    rows = Membership.objects.visible_to(actor, purpose=purpose_of(actor)).filter(
        resident_id__in=resident_ids, to_on__isnull=True
    )
    found: dict[int, set[int]] = {}
    for resident_id, dwelling_id in rows.values_list("resident_id", "household__dwelling_id"):
        found.setdefault(resident_id, set()).add(dwelling_id)
    return found


def doors_of(asked: Iterable[Door], actor: Actor) -> dict[Door, tuple[int, str]]:
    """Door (building's address, unit, room) -> (dwelling, scope code), of those in the actor's area."""
    wanted = set(asked)
    if not wanted:
        return {}
    rows = Dwelling.objects.filter(
        scope_code__gte=actor.low,
        scope_code__lt=actor.high,
        unit__building__scope_code__gte=actor.low,
        unit__building__scope_code__lt=actor.high,
        unit__building__address__in={door[0] for door in wanted},
        room__in={door[2] for door in wanted},
    ).values_list("unit__building__address", "unit__number", "room", "pk", "scope_code")
    return {
        (address, str(unit), room): (pk, scope)
        for address, unit, room, pk, scope in rows
        if (address, str(unit), room) in wanted
    }


def households_at(dwelling_ids: Iterable[int], actor: Actor) -> dict[int, Household]:
    """Dwelling -> the household that lives there now."""
    rows = Household.objects.visible_to(actor, purpose=purpose_of(actor)).filter(
        dwelling_id__in=set(dwelling_ids), dissolved_on__isnull=True
    )
    return {row.dwelling_id: row for row in rows.order_by("id")}
