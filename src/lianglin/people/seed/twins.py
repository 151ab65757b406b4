"""Files in the sample that may be one person: typed twice in one community, and kept in two districts."""

from __future__ import annotations

from lianglin.access.actor import TOP, Actor, job
from lianglin.access.transaction import acting
from lianglin.kit.crypto import match_key
from lianglin.people.actions.names import write_keys
from lianglin.people.models import Resident
from lianglin.people.queries import duplicates
from lianglin.places.models import Community

TWICE = 3
"""Persons of the first filled community who have a second file there."""


def fill(community: Community) -> None:
    """Second files of some grown persons of a community, and one in another district; then the nightly search."""
    scope = community.scope_code
    with acting(job(scope, scope + TOP)) as by:
        rows = Resident.objects.visible_to(by, purpose="system").filter(sample=True, died_on__isnull=True)
        chosen = list(rows.filter(id_match__isnull=False, phone_match__isnull=False).order_by("id")[20:24])
        for number, person in enumerate(chosen[:TWICE]):
            _second(person, scope, by, whole=number == 0)
        duplicates.find(scope)
    elsewhere = (
        Community.objects.filter(valid_to__isnull=True)
        .exclude(scope_code__startswith=scope[:6])
        .order_by("scope_code")
    ).first()
    if elsewhere is None or len(chosen) <= TWICE:
        return
    there = elsewhere.scope_code
    with acting(job(there, there + TOP)) as by:
        _second(chosen[TWICE], there, by, whole=True)
    with acting(job()):
        duplicates.find_far()


def _second(person: Resident, scope: str, by: Actor, *, whole: bool) -> None:
    """Another file of a person: with the ID number, or with phone, name and birth date alone."""
    twin = Resident(
        scope_code=scope,
        name=person.name,
        sex=person.sex,
        born_on=person.born_on,
        phone=person.phone,
        phone_match=match_key(str(person.phone), "phone"),
        sample=True,
    )
    if whole:
        twin.id_number, twin.id_match = person.id_number, person.id_match
    twin.save(force_insert=True)
    write_keys([twin], by=by)
