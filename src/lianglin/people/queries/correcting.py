"""What of a person's file may be corrected."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lianglin.access.actor import Actor
from lianglin.kit.domain import Datum
from lianglin.people.models import Resident
from lianglin.people.queries.residents import resident

COLUMNS = {
    "name": (pgettext_lazy("person", "name"), "name"),
    "sex": (_("sex"), "none"),
    "born_on": (_("born on"), "date"),
    "id_number": (_("ID number"), "id_number"),
    "phone": (_("phone"), "phone"),
}
"""Column -> its words and its mask."""


def data(resident_id: int, actor: Actor) -> list[Datum]:
    """The columns of a person's file as they stand, empty ones too: what is incomplete is completed (PIPL art. 46)."""
    person = resident(resident_id, actor=actor)
    if person is None:
        return []
    found = []
    for name, (label, mask) in COLUMNS.items():
        value = getattr(person, name)
        text = person.get_sex_display() if name == "sex" else "" if value is None else str(value)
        kind = "date" if name == "born_on" else "choice" if name == "sex" else "text"
        choices = tuple(Resident.Sex.choices) if name == "sex" else ()
        found.append(Datum(name, label, text, mask, kind, choices))
    return found
