"""Fills the doors of the demo city with sample people, by COPY in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from django.db import connection

from lianglin.access import audit
from lianglin.access.actor import job
from lianglin.access.transaction import acting
from lianglin.kit import clock
from lianglin.kit.crypto import encryptor, matcher
from lianglin.kit.seeding import SeedContext
from lianglin.people.rules.names import keys_of
from lianglin.people.seed import agreements, twins
from lianglin.people.seed.copying import NULL, built_afterwards, copy, move_sequences, octets
from lianglin.people.seed.draws import Ints
from lianglin.people.seed.population import Population, Synthesiser
from lianglin.places.models import Community

CHUNK = 20_000
"""Doors at a time: some 40,000 people, under 100 MB."""
GROWN = 18
"""From this age (completed years, roughly) somebody with a phone may report an appeal."""
TABLES = ("people_household", "people_resident", "people_membership", "people_namekey")


@dataclass(frozen=True)
class Made:
    """``made["people"]``: who lives in which building, for the floors above. Arrays in step."""

    building: Ints
    """Ids of buildings with people, in order of filling."""
    residents: Ints
    """How many live in each."""
    callers: Ints
    """How many of them are grown and have a phone."""
    caller_ids: Ints
    """Ids of these residents, building by building."""


def seed(context: SeedContext) -> None:
    """Sample people behind every door there is; ``made["people"]`` is a :class:`Made`. Nothing in a real city."""
    doors = context.made.get("places", {}).get("dwellings", 0) if context.demo else 0
    if not doors:
        nobody = np.zeros(0, dtype=np.int64)
        context.made["people"] = Made(nobody, nobody, nobody, nobody)
        return
    on = clock.local(context.until).date()
    synthesiser, tally, done = Synthesiser(seed=context.seed, on=on), _Tally(np.datetime64(on, "D")), 0
    with built_afterwards(*TABLES):
        for door in _doors(CHUNK):
            people = synthesiser.take(len(door.ids))
            _write(people, door.ids[people.dwelling - done], door.scopes, people.dwelling - done)
            tally.add(people, door.buildings[people.dwelling - done])
            done += len(door.ids)
            context.report("residents", 0.95 * done / max(doors, done))
        context.report("indexes", 0.96)
    move_sequences(*TABLES)
    context.made["people"] = tally.made()
    agreements.fill()
    twins.fill(Community.objects.get(pk=context.made["places"]["communities"][0]))
    with acting(job()):
        audit.record(
            "people.seed", "people.Resident", 0, values={"residents": tally.count, "seed": context.seed}
        )


@dataclass(frozen=True)
class _Doors:
    ids: Ints
    buildings: Ints
    scopes: list[str]


def _doors(size: int) -> Iterator[_Doors]:
    """All doors in order of their ids, which is the order of filling."""
    last = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "select d.id, u.building_id, d.scope_code from places_dwelling d join places_unit u on u.id = d.unit_id "
                "where d.id > %s order by d.id limit %s",
                [last, size],
            )
            rows = cursor.fetchall()
        if not rows:
            return
        ids, buildings, scopes = zip(*rows, strict=True)
        last = ids[-1]
        yield _Doors(np.array(ids), np.array(buildings), list(scopes))


class _Tally:
    """Remembers per building who may report something: eight bytes a caller."""

    def __init__(self, on: np.datetime64) -> None:
        self._grown_since = on - np.timedelta64(int(GROWN * 365.25), "D")
        self._pieces: list[tuple[Ints, Ints, Ints]] = []
        self.count = 0

    def add(self, people: Population, building_of_household: Ints) -> None:
        """Counts one chunk; a building may go on in the next."""
        building = building_of_household[people.household - people.first_household]
        calls = (people.born_on <= self._grown_since) & (people.phone != b"")
        ids = people.first_resident + 1 + np.nonzero(calls)[0]
        self._pieces.append((building.astype(np.int32), calls, ids))
        self.count += people.residents

    def made(self) -> Made:
        """All chunks together."""
        building = np.concatenate([piece[0] for piece in self._pieces])
        calls = np.concatenate([piece[1] for piece in self._pieces])
        starts = np.nonzero(np.append(True, np.diff(building) != 0))[0]
        return Made(
            building=building[starts].astype(np.int64),
            residents=np.add.reduceat(np.ones(len(building), dtype=np.int64), starts),
            callers=np.add.reduceat(calls.astype(np.int64), starts),
            caller_ids=np.concatenate([piece[2] for piece in self._pieces]),
        )


def _write(people: Population, dwelling: Ints, scopes: list[str], place: Ints) -> None:
    """One chunk into the three tables; ids follow the numbers of households and residents."""
    scope = [scopes[index] for index in place.tolist()]
    first = people.first_household + 1
    formed = people.formed_on.astype(str).tolist()
    copy(
        "people_household",
        "id, scope_code, dwelling_id, kind, formed_on, sample",
        (
            (str(first + row), scope[row], str(door), "family", formed[row], "t")
            for row, door in enumerate(dwelling.tolist())
        ),
    )
    household = (people.household - people.first_household).tolist()
    copy(
        "people_resident",
        "id, scope_code, name, sex, born_on, id_number, id_match, phone, phone_match, sample",
        _residents(people, [scope[row] for row in household]),
    )
    copy(
        "people_namekey",
        "scope_code, resident_id, key",
        (
            (scope[row], str(number), key)
            for number, name, row in zip(_ids(people), people.name.tolist(), household, strict=True)
            for key in keys_of(name)
        ),
    )
    joined, relations = people.joined_on.astype(str).tolist(), people.relation.tolist()
    copy(
        "people_membership",
        "id, scope_code, household_id, resident_id, relation, from_on",
        (
            (str(number), scope[row], str(first + row), str(number), relations[place_], joined[place_])
            for place_, (number, row) in enumerate(zip(_ids(people), household, strict=True))
        ),
    )


def _ids(people: Population) -> range:
    return range(people.first_resident + 1, people.first_resident + 1 + people.residents)


def _residents(people: Population, scope: list[str]) -> Iterator[tuple[str, ...]]:
    seal_id, seal_phone = encryptor("people.Resident.id_number"), encryptor("people.Resident.phone")
    match_id, match_phone = matcher("id_number"), matcher("phone")
    columns = (_ids(people), scope, people.name.tolist(), people.sex.tolist(), people.born_on.astype(str).tolist(),
               people.id_number.astype(str).tolist(), people.phone.astype(str).tolist())  # fmt: skip
    for number, code, name, sex, born, identity, phone in zip(*columns, strict=True):
        sealed = (octets(seal_phone(phone)), octets(match_phone(phone))) if phone else (NULL, NULL)
        yield (
            str(number), code, name, str(sex), born, octets(seal_id(identity)), octets(match_id(identity)), *sealed, "t",
        )  # fmt: skip
