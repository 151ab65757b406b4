"""A person's file as staff read it: masked, and one field in full for a purpose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_noop

from lianglin.access.actor import Actor
from lianglin.kit import clock
from lianglin.people import rules
from lianglin.people.models import Household, Membership, Resident
from lianglin.people.queries.residents import memberships

FIELDS = {
    "name": (gettext_noop("full name"), "name"),
    "born_on": (gettext_noop("born on"), "date"),
    "id_number": (gettext_noop("ID number"), "id_number"),
    "phone": (gettext_noop("phone"), "phone"),
    "dwelling": (gettext_noop("dwelling"), "address"),
}
"""Field of the file -> its words (as the access log keeps them) and how it is masked."""


@dataclass(frozen=True)
class Line:
    """One field on the page: ``text`` masked or in full, "" when nothing is held."""

    name: str
    label: str
    text: str
    plain: bool = False


def address(household: Household) -> str:
    """The door of a household in one line."""
    unit = household.dwelling.unit
    return f"{unit.building.address} {unit.number}-{household.dwelling.room}"


def current(resident_id: int, *, actor: Actor) -> Membership | None:
    """Where a person lives now."""
    return next((m for m in memberships(resident_id, actor=actor) if m.to_on is None), None)


def value_of(person: Resident, home: Membership | None, name: str) -> str:
    """A field's value in full."""
    if name == "dwelling":
        return address(home.household) if home else ""
    value: Any = getattr(person, name)
    return "" if value is None else value.isoformat() if name == "born_on" else str(value)


def lines(person: Resident, home: Membership | None, *, shown: str = "") -> list[Line]:
    """The fields of the file, all masked but the one that is shown."""
    made = []
    for name, (label, kind) in FIELDS.items():
        full = value_of(person, home, name)
        made.append(Line(name, label, full if name == shown else rules.mask(full, kind), name == shown))
    return made


def is_child(person: Resident) -> bool:
    """Under 14 today: whatever is held is sensitive."""
    return rules.is_child(person.born_on, clock.today())
