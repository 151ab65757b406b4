"""Takes some hundred rows in: who is known, who is new, where they live; or only says what would happen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from lianglin.access.actor import WHOLE_CODE, Actor
from lianglin.kit import clock
from lianglin.kit.crypto import match_key
from lianglin.people.models import Household, Membership, Resident
from lianglin.people.queries import importing as queries
from lianglin.people.queries import search
from lianglin.people.rules.importing import Finding, Person, read_row
from lianglin.people.rules.names import keys_of

OTHER = "99"
"""Relation to the head where the list says none (GB/T 4761: not stated)."""


@dataclass
class Tally:
    """What a part gave: counts of persons, what was found, ids of those who are new."""

    made: int = 0
    filled: int = 0
    same: int = 0
    wrong: int = 0
    findings: list[Finding] = field(default_factory=list)
    ids: list[int] = field(default_factory=list)


@dataclass
class _Part:
    """The sound rows of a part and what the database knows about them."""

    people: list[Person]
    doors: dict[queries.Door, tuple[int, str]]
    known: dict[int, Resident]


def take_in(rows: Iterable[tuple[int, dict[str, str]]], *, by: Actor, writing: bool) -> Tally:
    """Takes rows (number, field -> text) in as a job of the place; with ``writing`` False nothing is written.

    The same list a second time makes nobody twice: persons are matched by the digest of the ID number, without
    one by name, birth date and phone or door. Of somebody known only gaps are filled.
    """
    by.require("system")
    tally = Tally()
    tally.findings, part = _read(rows, by)
    fresh: list[tuple[Person, str]] = []
    filled: list[tuple[Resident, Person]] = []
    for person in part.people:
        resident = part.known.get(person.row)
        if resident is None:
            fresh.append((person, part.doors[person.door][1] if person.door else by.low))
        elif _gaps(resident, person):
            filled.append((resident, person))
        else:
            tally.same += 1
        if resident is not None and _differs(resident, person):
            tally.findings.append(Finding(person.row, "name", "differs"))
    homes = queries.dwellings_of([resident.pk for resident in part.known.values()], by)
    _elsewhere(part, homes, tally)
    tally.made, tally.filled = len(fresh), len(filled)
    tally.wrong = len({one.row for one in tally.findings if one.fatal})
    tally.findings.sort()
    if writing:
        tally.ids = _write(fresh, filled, part, homes, by)
    return tally


def _read(rows: Iterable[tuple[int, dict[str, str]]], by: Actor) -> tuple[list[Finding], _Part]:
    found: list[Finding] = []
    people: list[Person] = []
    today, seen = clock.today(), set[object]()
    for number, cells in rows:
        person, wrong = read_row(number, cells, today=today)
        found += wrong
        if person is None:
            continue
        same = person.id_number or (person.name, person.born_on, person.phone, person.door)
        if same in seen:
            found.append(Finding(number, "name", "twice"))
            continue
        seen.add(same)
        people.append(person)
    doors = queries.doors_of((p.door for p in people if p.door), by)
    placed = []
    for person in people:
        if person.door and person.door not in doors:
            found.append(Finding(person.row, "building", "door_unknown"))
        elif not person.door and len(by.low) != WHOLE_CODE:
            found.append(Finding(person.row, "building", "place_unknown"))
        else:
            placed.append(person)
    closed = queries.restricted_among(placed, doors, by)
    found += [Finding(person.row, "name", "restricted") for person in placed if person.row in closed]
    placed = [person for person in placed if person.row not in closed]
    return found, _Part(placed, doors, queries.known_people(placed, doors, by))


def _gaps(resident: Resident, person: Person) -> dict[str, object]:
    """Columns that are empty and that the list fills."""
    gaps: dict[str, object] = {}
    if person.phone and resident.phone_match is None:
        gaps |= {"phone": person.phone, "phone_match": match_key(person.phone, "phone")}
    if person.id_number and resident.id_match is None:
        gaps |= {"id_number": person.id_number, "id_match": match_key(person.id_number, "id_number")}
    if person.born_on and resident.born_on is None:
        gaps["born_on"] = person.born_on
    if person.sex in ("1", "2") and resident.sex == Resident.Sex.UNKNOWN:
        gaps["sex"] = person.sex
    return gaps


def _differs(resident: Resident, person: Person) -> bool:
    match = resident.phone_match
    return (
        resident.name != person.name
        or bool(person.born_on and resident.born_on and resident.born_on != person.born_on)
        or bool(match is not None and person.phone and bytes(match) != match_key(person.phone, "phone"))
    )


def _elsewhere(part: _Part, homes: dict[int, set[int]], tally: Tally) -> None:
    for person in part.people:
        resident = part.known.get(person.row)
        if resident is not None and person.door:
            living = homes.get(resident.pk, set())
            if living and part.doors[person.door][0] not in living:
                tally.findings.append(Finding(person.row, "building", "elsewhere"))


def _write(
    fresh: list[tuple[Person, str]],
    filled: list[tuple[Resident, Person]],
    part: _Part,
    homes: dict[int, set[int]],
    by: Actor,
) -> list[int]:
    made = Resident.objects.bulk_create(_resident(person, scope) for person, scope in fresh)
    if keys := [(r.scope_code, r.pk, key) for r in made for key in sorted(keys_of(r.name))]:
        search.copy_keys(keys)
    for resident, person in filled:
        gaps = _gaps(resident, person)
        for name, value in gaps.items():
            setattr(resident, name, value)
        resident.save(update_fields=list(gaps))
    living = [(r, p) for r, (p, _scope) in zip(made, fresh, strict=True) if p.door]
    living += [(r, p) for p in part.people if (r := part.known.get(p.row)) and p.door and not homes.get(r.pk)]
    for back in [r for r, _p in living if r.left_on is not None]:
        back.left_on = None
        back.save(update_fields=["left_on"])
    _house(living, part, by)
    return [resident.pk for resident in made]


def _resident(person: Person, scope: str) -> Resident:
    return Resident(
        scope_code=scope,
        name=person.name,
        sex=person.sex or Resident.Sex.UNKNOWN,
        born_on=person.born_on,
        id_number=person.id_number or None,
        id_match=match_key(person.id_number, "id_number") if person.id_number else None,
        phone=person.phone or None,
        phone_match=match_key(person.phone, "phone") if person.phone else None,
    )


def _house(living: list[tuple[Resident, Person]], part: _Part, by: Actor) -> None:
    """Puts people into the household of their door, a new one where nobody lived."""
    today = clock.today()
    wanted = {person.door: part.doors[person.door] for _resident, person in living if person.door}
    held = queries.households_at((dwelling for dwelling, _scope in wanted.values()), by)
    empty = {dwelling: scope for dwelling, scope in wanted.values() if dwelling not in held}
    for household in Household.objects.bulk_create(
        Household(scope_code=scope, dwelling_id=dwelling, formed_on=today)
        for dwelling, scope in empty.items()
    ):
        held[household.dwelling_id] = household
    Membership.objects.bulk_create(
        Membership(
            scope_code=held[part.doors[person.door][0]].scope_code,
            household=held[part.doors[person.door][0]],
            resident=resident,
            relation=person.relation or OTHER,
            from_on=person.from_on or today,
        )
        for resident, person in living
        if person.door
    )
