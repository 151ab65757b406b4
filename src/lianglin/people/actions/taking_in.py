"""Takes some hundred rows in: who is known, who is new, where they live; or only says what would happen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from lianglin.access.actor import WHOLE_CODE, Actor
from lianglin.kit import clock
from lianglin.kit.rows import insert
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
    marks: queries.Marks


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
        elif _gaps(resident, person, part.marks):
            filled.append((resident, person))
        else:
            tally.same += 1
        if resident is not None and _differs(resident, person, part.marks):
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
    marks = queries.marks_of(placed)
    closed = queries.restricted_among(placed, doors, marks, by)
    found += [Finding(person.row, "name", "restricted") for person in placed if person.row in closed]
    placed = [person for person in placed if person.row not in closed]
    return found, _Part(placed, doors, queries.known_people(placed, doors, marks, by), marks)


def _gaps(resident: Resident, person: Person, marks: queries.Marks) -> dict[str, object]:
    """Columns that are empty and that the list fills."""
    gaps: dict[str, object] = {}
    if person.phone and resident.phone_match is None:
        gaps |= {"phone": person.phone, "phone_match": marks.phones[person.phone]}
    if person.id_number and resident.id_match is None:
        gaps |= {"id_number": person.id_number, "id_match": marks.ids[person.id_number]}
    if person.born_on and resident.born_on is None:
        gaps["born_on"] = person.born_on
    if person.sex in ("1", "2") and resident.sex == Resident.Sex.UNKNOWN:
        gaps["sex"] = person.sex
    return gaps


def _differs(resident: Resident, person: Person, marks: queries.Marks) -> bool:
    match = resident.phone_match
    return (
        resident.name != person.name
        or bool(person.born_on and resident.born_on and resident.born_on != person.born_on)
        or bool(match is not None and person.phone and bytes(match) != marks.phones[person.phone])
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
    made = _people(fresh, part.marks)
    for resident, person in filled:
        gaps = _gaps(resident, person, part.marks)
        for name, value in gaps.items():
            setattr(resident, name, value)
        resident.save(update_fields=list(gaps))
    again = [(r, p) for p in part.people if (r := part.known.get(p.row)) and p.door and not homes.get(r.pk)]
    for back in [r for r, _p in again if r.left_on is not None]:
        back.left_on = None
        back.save(update_fields=["left_on"])
    living = [(pk, p) for pk, (p, _scope) in zip(made, fresh, strict=True) if p.door]
    _house(living + [(r.pk, p) for r, p in again], part, by)
    return made


def _people(fresh: list[tuple[Person, str]], marks: queries.Marks) -> list[int]:
    """Writes new persons and the keys of their names; their numbers in order."""
    made = insert(
        Resident,
        {
            "scope_code": [scope for _person, scope in fresh],
            "name": [person.name for person, _scope in fresh],
            "sex": [person.sex or Resident.Sex.UNKNOWN.value for person, _scope in fresh],
            "born_on": [person.born_on for person, _scope in fresh],
            "id_number": [person.id_number or None for person, _scope in fresh],
            "id_match": [marks.ids.get(person.id_number) for person, _scope in fresh],
            "phone": [person.phone or None for person, _scope in fresh],
            "phone_match": [marks.phones.get(person.phone) for person, _scope in fresh],
        },
    )
    named = [(pk, person.name, scope) for pk, (person, scope) in zip(made, fresh, strict=True)]
    search.copy_keys([(scope, pk, key) for pk, name, scope in named for key in sorted(keys_of(name))])
    return made


def _house(living: list[tuple[int, Person]], part: _Part, by: Actor) -> None:
    """Puts people into the household of their door, a new one where nobody lived."""
    today = clock.today()
    wanted = dict(part.doors[person.door] for _pk, person in living if person.door)
    held = queries.households_at(wanted, by) if wanted else {}
    empty = {dwelling: scope for dwelling, scope in wanted.items() if dwelling not in held}
    new = insert(
        Household,
        {
            "scope_code": list(empty.values()),
            "dwelling_id": list(empty),
            "formed_on": [today] * len(empty),
        },
    )
    held |= {dwelling: (pk, scope) for pk, (dwelling, scope) in zip(new, empty.items(), strict=True)}
    homes = [(held[part.doors[p.door][0]], pk, p) for pk, p in living if p.door]
    insert(
        Membership,
        {
            "scope_code": [scope for (_household, scope), _pk, _p in homes],
            "household_id": [household for (household, _scope), _pk, _p in homes],
            "resident_id": [pk for _home, pk, _p in homes],
            "relation": [p.relation or OTHER for _home, _pk, p in homes],
            "from_on": [p.from_on or today for _home, _pk, p in homes],
        },
    )
