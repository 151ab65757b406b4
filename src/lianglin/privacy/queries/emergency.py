"""What an emergency opening for one person shows: who it is, where, whom to call, what is known."""

from __future__ import annotations

from dataclasses import dataclass

from lianglin.access.actor import Actor
from lianglin.access.governance import lent
from lianglin.access.models import GlassPerson
from lianglin.access.transaction import acting
from lianglin.facts import queries as facts
from lianglin.kit.domain import Datum
from lianglin.people.models import Guardianship, Resident
from lianglin.people.queries import file, guardians, residents


@dataclass(frozen=True)
class Opened:
    """The file in full, as PostgreSQL gives it to the post under its opening."""

    person: Resident
    lines: list[file.Line]
    guardians: list[Guardianship]
    facts: list[Datum]


def open_file(found: GlassPerson, by: Actor) -> Opened | None:
    """What the opening reaches, read under the role that reads this one person; None once it is over."""
    with acting(lent.rescuer(found, by)) as rescuer:
        person = residents.resident(found.resident_id, actor=rescuer)
        if person is None:
            return None
        home = file.current(person.pk, actor=rescuer)
        lines = [
            file.Line(name, label, file.value_of(person, home, name), plain=True)
            for name, (label, _mask) in file.FIELDS.items()
        ]
        return Opened(
            person,
            lines,
            guardians.in_force(person.pk, actor=rescuer),
            facts.correctable(person.pk, rescuer),
        )
