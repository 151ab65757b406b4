"""Keeps the keys of names in step with the names."""

from __future__ import annotations

from collections.abc import Iterable

from lianglin.access.actor import Actor
from lianglin.access.transaction import together
from lianglin.people.models import NameKey, Resident
from lianglin.people.queries import search
from lianglin.people.rules.names import keys_of

BATCH = 2000
"""Residents that one transaction looks at."""
GONE = "已删除"
"""What an erasure leaves in place of a name (privacy.rules.GONE): nobody is found by it."""


def write_keys(people: Iterable[Resident], *, by: Actor) -> int:
    """Makes the keys of these residents anew (new, or with a new name); returns how many. As a job of their place."""
    by.require("system")
    people = list(people)
    with together():
        NameKey.objects.visible_to(by, purpose="system").filter(
            resident_id__in=[p.pk for p in people]
        ).delete()
        rows = [
            (person.scope_code, person.pk, key)
            for person in people
            if person.name != GONE
            for key in sorted(keys_of(person.name))
        ]
        if rows:
            search.copy_keys(rows)
    return len(rows)


def backfill(*, by: Actor, behind: int = 0, size: int = BATCH) -> tuple[int, int | None]:
    """Gives keys to those among the next ``size`` residents who have none; (keys made, where to go on or None)."""
    by.require("system")
    people, last = search.without_keys(by, behind=behind, size=size)
    return write_keys(people, by=by) if people else 0, last
