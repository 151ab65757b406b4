"""Finding a person of the own place by name, ID number or phone: an index each, and results that stay masked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, QuerySet

from lianglin.access.actor import Actor
from lianglin.kit.crypto import match_key
from lianglin.kit.rows import insert
from lianglin.people.models import NameKey, Resident
from lianglin.people.queries.guardians import purpose_of
from lianglin.people.rules import names

MOST = 50
"""Persons that one question shows; somebody who needs more narrows it down."""
SHORTEST = 2
"""Letters of a question in pinyin: one letter would list a tenth of the place."""


@dataclass(frozen=True)
class Found:
    """What a question gave. ``kind``: "name", "id_number", "phone", "file", or "short" when there was too little to ask."""

    kind: str
    people: list[Resident] = field(default_factory=list)
    more: bool = False
    private: list[str] = field(default_factory=list)


def kind_of(question: str) -> str:
    """What somebody typed: an ID number, a phone, the number of a file, or a name."""
    digits = re.sub(r"[\s\u3000-]", "", question).upper()
    if re.fullmatch(r"\d{17}[\dX]", digits):
        return "id_number"
    if re.fullmatch(r"1\d{10}|0\d{9,11}", digits):
        return "phone"
    return "file" if re.fullmatch(r"#\d{1,18}", digits) else "name"


def residents(actor: Actor) -> QuerySet[Resident]:
    """The living residents of the actor's place. Page it by ("id")."""
    return Resident.objects.visible_to(actor, purpose=purpose_of(actor)).filter(
        ended_on__isnull=True, merged_into__isnull=True
    )


def search(question: str, *, actor: Actor) -> Found:
    """Who fits, within the actor's place: exactly by ID number, phone or file number; by beginning for a name."""
    kind = kind_of(question)
    everyone = Resident.objects.visible_to(actor, purpose=purpose_of(actor)).filter(merged_into__isnull=True)
    digits = re.sub(r"[\s\u3000-]", "", question).upper()
    if kind in ("id_number", "phone"):
        matched = everyone.filter(**{f"{kind.removesuffix('_number')}_match": match_key(digits, kind)})
        return Found(kind, list(matched.order_by("id")[:MOST]))
    if kind == "file":
        return Found(kind, list(everyone.filter(pk=int(digits[1:]))))
    return _by_name(question, everyone, actor)


def _by_name(question: str, everyone: QuerySet[Resident], actor: Actor) -> Found:
    asked = names.clean(question)
    if len(asked) < (SHORTEST if asked.isascii() else 1):
        return Found("short")
    keys = NameKey.objects.visible_to(actor, purpose=purpose_of(actor)).filter(
        key__gte=asked, key__lt=asked + names.TOP
    )
    ids = list(
        dict.fromkeys(keys.order_by("key", "resident_id").values_list("resident_id", flat=True)[: 4 * MOST])
    )
    people = {person.pk: person for person in everyone.filter(pk__in=ids[:MOST])}
    shown = [people[pk] for pk in ids[:MOST] if pk in people]
    return Found("name", shown, more=len(ids) > MOST, private=names.private(question))


def without_keys(actor: Actor, *, behind: int, size: int) -> tuple[list[Resident], int | None]:
    """Residents among the next ``size`` behind an id who have a name and no key; and the last id looked at (None: the end)."""
    page = Resident.objects.visible_to(actor, purpose=purpose_of(actor)).filter(pk__gt=behind).order_by("pk")
    last = list(page.values_list("pk", flat=True)[:size])
    if not last:
        return [], None
    held = NameKey.objects.visible_to(actor, purpose=purpose_of(actor)).filter(resident_id=OuterRef("pk"))
    rows = page.filter(pk__lte=last[-1], merged_into__isnull=True).exclude(name="").filter(~Exists(held))
    return list(rows.only("id", "scope_code", "name")), last[-1]


def copy_keys(rows: Sequence[tuple[str, int, str]]) -> None:
    """Adds keys (scope code, resident, key) by one statement."""
    scopes, residents, keys = zip(*rows, strict=True) if rows else ((), (), ())
    insert(NameKey, {"scope_code": scopes, "resident_id": residents, "key": keys})
