"""Reads of facts: what holds for a household, one fact's history, contradictions; who lives where."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from psycopg import sql

from lianglin.access.actor import Actor
from lianglin.access.prepared import Prepared
from lianglin.facts import registry, rules
from lianglin.facts.domain import PURPOSE, TOLD, TOLD_SENSITIVE
from lianglin.facts.models import Conflict, DataElement, Fact
from lianglin.kit import clock
from lianglin.kit.domain import Datum
from lianglin.kit.rows import among
from lianglin.people.models import Consent, Household, Membership, Resident
from lianglin.people.queries import consents
from lianglin.people.queries.guardians import purpose_of as of_people

_Key = tuple[str, int, int]
"""Object class, subject, element."""
STEWARD = "steward"
SHOWN = 500
"""Records of one fact's history on a page; more than any fact has in a lifetime."""


@dataclass(frozen=True)
class Held:
    """One element of one subject as it stands: the record that counts, staleness, contradiction."""

    element: DataElement
    object_class: str
    subject_id: int
    current: rules.Current
    stale: bool = False

    @property
    def value(self) -> str:
        """The canonical value."""
        return self.current.record.value


def purpose_of(actor: Actor) -> str:
    """The purpose for which this kind of actor reads facts."""
    return {"job": "system", "resident": "own_data", "rescue": "vital_interest"}.get(actor.role, PURPOSE)


@Prepared
def _of_household(actor: Actor, household: int) -> QuerySet[Fact]:
    return Fact.objects.visible_to(actor, purpose=purpose_of(actor)).filter(_at_home(household))


@Prepared
def _decided(actor: Actor, household: int) -> QuerySet[Conflict]:
    rows = Conflict.objects.visible_to(actor, purpose=purpose_of(actor))
    return rows.filter(_at_home(household), state=Conflict.State.DECIDED)


def _at_home(household: int) -> Q:
    """Of a household, of who lives in it now, of its dwelling."""
    living = Membership._base_manager.filter(household_id=household, to_on__isnull=True).values("resident_id")
    door = Household._base_manager.filter(pk=household).values("dwelling_id")
    return (
        Q(object_class="household", subject_id=household)
        | Q(among("subject_id", living), object_class="person")
        | Q(among("subject_id", door), object_class="dwelling")
    )


def of_household(
    household_id: int, *, actor: Actor, valid_on: date | None = None, known_at: datetime | None = None
) -> list[Held]:
    """What is known of a household, its members and its dwelling on a day, by what was known at an instant.

    One query reads the facts.
    """
    on = valid_on or clock.today()
    at = known_at or clock.now()
    if on < clock.today():
        return _held(_then(actor, household_id, on), actor, on, at)
    decided = [row for row in _decided(actor, household_id) if row.decided_at and row.decided_at <= at]
    return _held(_of_household(actor, household_id), actor, on, at, _choices(decided))


def _then(actor: Actor, household: int, on: date) -> QuerySet[Fact]:
    """The facts of a household on a day that is past: of who lived there then."""
    homes: Any = _lived(Membership._base_manager.filter(household_id=household), on)
    living = homes.values("resident_id")
    door = Household._base_manager.filter(pk=household).values("dwelling_id")
    return Fact.objects.visible_to(actor, purpose=purpose_of(actor)).filter(
        Q(object_class="household", subject_id=household)
        | Q(among("subject_id", living), object_class="person")
        | Q(among("subject_id", door), object_class="dwelling")
    )


def _lived(rows: QuerySet[Membership], on: date) -> QuerySet[Any]:
    return rows.filter(Q(to_on__isnull=True) | Q(to_on__gt=on), from_on__lte=on)


def of_subject(object_class: str, subject_id: int, *, actor: Actor) -> list[Held]:
    """What is known of one person, household or dwelling today."""
    rows = Fact.objects.visible_to(actor, purpose=purpose_of(actor)).filter(
        object_class=object_class, subject_id=subject_id
    )
    return _held(rows, actor, clock.today(), clock.now())


def as_rule(row: Fact) -> rules.Recorded:
    """A stored record as the rules see it."""
    return rules.Recorded(
        row.pk, row.source, row.value, row.valid_from, row.recorded_at, row.retracted, row.expires_on
    )


def _held(
    rows: Iterable[Fact],
    actor: Actor,
    valid_on: date,
    known_at: datetime,
    decided: Mapping[_Key, tuple[str, datetime | None]] | None = None,
) -> list[Held]:
    grouped: dict[tuple[str, int, int], list[rules.Recorded]] = defaultdict(list)
    for row in rows:
        grouped[row.object_class, row.subject_id, row.element_id].append(as_rule(row))
    if decided is None:
        decided = _decisions(grouped, actor, known_at)
    found = []
    for (kind, subject, element_id), records in grouped.items():
        element = registry.by_id().get(element_id)
        source, at = decided.get((kind, subject, element_id), ("", None))
        current = rules.settle(
            rules.as_of(records, valid_on=valid_on, known_at=known_at),
            steward=STEWARD,
            chosen=source,
            chosen_at=at,
        )
        if element is None or current is None:
            continue
        stale = rules.is_stale(current.record.valid_from, element.freshness_days, on=valid_on)
        found.append(Held(element, kind, subject, current, stale=stale))
    return sorted(found, key=lambda held: (held.object_class, held.subject_id, held.element.code))


def correctable(resident_id: int, actor: Actor) -> list[Datum]:
    """What is known of a person and may be wrong; the words are those of the registry."""
    if actor.role == "staff" and PURPOSE not in actor.purposes:
        return []
    found = []
    for held in of_subject("person", resident_id, actor=actor):
        choices = _answers(held.element)
        kind = "choice" if choices else "date" if held.element.kind == "date" else "text"
        text = dict(choices).get(held.value, held.value)
        found.append(Datum(held.element.code, held.element.label, text, "text", kind, choices))
    return found


def _answers(element: DataElement) -> tuple[tuple[str, str], ...]:
    """(value, words) that an element takes, where they are listed."""
    if element.kind == "flag":
        return (("1", _("yes")), ("0", _("no")))
    known = registry.permitted().get(element.domain, {}) if element.kind == "code" else {}
    english = get_language() == "en"
    return tuple((code, value.label_en if english else value.label) for code, value in known.items())


def _decisions(
    keys: Iterable[_Key], actor: Actor, known_at: datetime
) -> dict[_Key, tuple[str, datetime | None]]:
    """What persons had decided about contradictions among these at an instant."""
    subjects = {subject for _kind, subject, _element in keys}
    if not subjects:
        return {}
    rows = Conflict.objects.visible_to(actor, purpose=purpose_of(actor)).filter(
        subject_id__in=subjects, state=Conflict.State.DECIDED, decided_at__lte=known_at
    )
    return _choices(rows)


def _choices(rows: Iterable[Conflict]) -> dict[_Key, tuple[str, datetime | None]]:
    return {(c.object_class, c.subject_id, c.element_id): (c.chosen_source, c.decided_at) for c in rows}


def history(object_class: str, subject_id: int, element: DataElement, *, actor: Actor) -> list[Fact]:
    """Every record of one fact, the newest first, corrections and retractions included."""
    rows = Fact.objects.visible_to(actor, purpose=purpose_of(actor)).filter(
        object_class=object_class, subject_id=subject_id, element=element
    )
    return list(rows.order_by("-recorded_at", "-id")[:SHOWN])


def conflicts(actor: Actor) -> QuerySet[Conflict]:
    """The open contradictions of the actor's area. Page it by ("-id")."""
    rows = Conflict.objects.visible_to(actor, purpose=purpose_of(actor)).filter(state=Conflict.State.OPEN)
    return rows.select_related("element")


def households(actor: Actor, *, building_id: int | None = None) -> QuerySet[Household]:
    """Households of the actor's area by their doors, without names. Page it by ("id")."""
    rows = Household.objects.visible_to(actor, purpose="handle_case").filter(dissolved_on__isnull=True)
    if building_id is not None:
        rows = rows.filter(dwelling__unit__building_id=building_id)
    return rows.select_related("dwelling__unit__building").only(
        "id", "scope_code", "dwelling__room", "dwelling__floor", "dwelling__unit__number",
        "dwelling__unit__building__address",
    )  # fmt: skip


def household(household_id: int, actor: Actor) -> Household | None:
    """One household with its door, if it lies in the actor's area."""
    return households(actor).filter(pk=household_id).first()


def members(household_id: int, actor: Actor, on: date | None = None) -> list[Membership]:
    """Who lives there now, or lived there on a day; the head first. Names are shown after a purpose was chosen."""
    rows = Membership.objects.visible_to(actor, purpose="handle_case").filter(household_id=household_id)
    rows = rows.filter(to_on__isnull=True) if on is None or on >= clock.today() else _lived(rows, on)
    return list(rows.select_related("resident").order_by("relation", "id"))


def of_own_home(resident_id: int, actor: Actor) -> list[Fact]:
    """Every record about the household and the dwelling in which a person lives now."""
    if actor.role == "resident":
        return list(Fact._base_manager.raw("select * from facts_own_home() order by id"))
    homes = Membership.objects.visible_to(actor, purpose=of_people(actor)).filter(
        resident_id=resident_id, to_on__isnull=True
    )
    own = homes.values_list("household_id", "household__dwelling_id")
    households, dwellings = zip(*own, strict=True) if own else ((), ())
    rows = Fact.objects.visible_to(actor, purpose=purpose_of(actor)).filter(
        Q(object_class="household", subject_id__in=households)
        | Q(object_class="dwelling", subject_id__in=dwellings)
    )
    return list(rows.order_by("id"))


def consent_purpose(element: DataElement) -> str:
    """The purpose of consent that an element rests on; sensitive data have a consent of their own (PIPL 29)."""
    return TOLD_SENSITIVE if element.sensitivity == DataElement.Sensitivity.SENSITIVE else TOLD


def who_may_agree(object_class: str, subject_id: int, actor: Actor) -> list[int]:
    """Whose consent counts: the person's own; for a household or a dwelling anybody's who lives there."""
    if object_class == "person":
        return [subject_id]
    column = {"household": "household_id", "dwelling": "household__dwelling_id"}[object_class]
    rows = Membership.objects.visible_to(actor, purpose=of_people(actor))
    living = rows.filter(**{column: subject_id}, to_on__isnull=True)
    return list(living.order_by("relation", "id").values_list("resident_id", flat=True))


def residents(ids: list[int], actor: Actor) -> list[Resident]:
    """Persons of the actor's area by number, in this order."""
    found = Resident.objects.visible_to(actor, purpose=of_people(actor)).in_bulk(ids)
    return [found[pk] for pk in ids if pk in found]


def consent_in_force(
    object_class: str, subject_id: int, element: DataElement, actor: Actor
) -> Consent | None:
    """The consent that an answer about this subject would rest on now."""
    asked = who_may_agree(object_class, subject_id, actor)
    return consents.in_force(asked, consent_purpose(element), actor=actor)


def scope_of(object_class: str, subject_id: int, actor: Actor) -> str | None:
    """Where a subject lives, None when it does not exist in the actor's area."""
    match object_class:
        case "person":
            rows: QuerySet = Resident.objects.visible_to(actor, purpose=of_people(actor))
        case "household":
            rows = Household.objects.visible_to(actor, purpose=of_people(actor))
        case "dwelling":
            rows = Household.objects.visible_to(actor, purpose=of_people(actor))
            return rows.filter(dwelling_id=subject_id).values_list("scope_code", flat=True).first()
        case _:
            return None
    return rows.filter(pk=subject_id).values_list("scope_code", flat=True).first()


def districts() -> list[str]:
    """The six-digit codes of the divisions' districts: one partition each."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select distinct substr(scope_code, 1, 6) from places_division where length(scope_code) >= 6 order by 1"
        )
        return [row[0] for row in cursor.fetchall()]


def copy_facts(
    elements: Sequence[int], object_class: str, district: str, valid_on: date, known_at: datetime
) -> Iterator[bytes]:
    """CSV blocks of a district's records that could count on a day (see :mod:`lianglin.facts.arrow` for the columns)."""
    with (
        connection.cursor() as cursor,
        cursor.copy(
            "copy (select subject_id, element_id, value, valid_from - date '1970-01-01',"
            " (extract(epoch from recorded_at) * 1000000)::bigint, id, (source = 'steward')::int, source,"
            " (not retracted and expires_on > {on})::int from facts_fact where scope_code >= {low} and scope_code < {high}"
            " and element_id = any({elements}) and object_class = {kind} and valid_from <= {on} and recorded_at <= {known})"
            " to stdout (format csv)".format(
                on=_literal(valid_on),
                low=_literal(district),
                high=_literal(f"{district}~"),
                elements=_literal(list(elements)),
                kind=_literal(object_class),
                known=_literal(known_at),
            )
        ) as stream,
    ):
        for block in stream:
            yield bytes(block)


def _literal(value: object) -> str:
    """A value as SQL text: COPY takes no parameters."""
    return sql.Literal(value).as_string(connection.connection)
