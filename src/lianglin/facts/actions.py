"""Writing facts: record, retract, decide between sources; keep the registry. Nothing is changed in place."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from lianglin.access import audit
from lianglin.access.actor import Actor
from lianglin.access.transaction import together
from lianglin.facts import queries, registry, rules
from lianglin.facts.models import Conflict, DataElement, Fact
from lianglin.kit import clock
from lianglin.kit.errors import Forbidden, Refused
from lianglin.kit.events import FactsRecorded, publish
from lianglin.kit.held import forget

SOURCES = ("steward", "visit", "resident", "community", "import")
"""Who says so: the steward's own register, a visit, the person, the community's knowledge, an imported list."""
MOST_AT_ONCE = 1000
SUBJECTS_OF_AN_EVENT = 200


@dataclass(frozen=True)
class NewFact:
    """One answer. ``consent_id``: the consent of the record it replaces; else the one in force is looked for."""

    object_class: str
    subject_id: int
    element: str
    value: str
    valid_from: date
    source: str = "community"
    consent_id: int | None = None


def record(facts: Sequence[NewFact], *, by: Actor) -> list[Fact]:
    """Adds facts; the same source's later word for the same day replaces the earlier in what holds.

    All or none: Refused names the element and what is wrong, Forbidden a subject outside of the actor's area.
    Where sources now contradict each other, a conflict is opened for a person to decide.
    """
    _may_write(by)
    if len(facts) > MOST_AT_ONCE:
        raise Refused(_("At most %(most)s facts at once. Send them in parts.") % {"most": MOST_AT_ONCE})
    with together():
        scopes = {key: _scope(*key, by=by) for key in {(f.object_class, f.subject_id) for f in facts}}
        rows = [_row(fact, scopes[fact.object_class, fact.subject_id], by) for fact in facts]
        Fact.objects.bulk_create(rows)
        _find_conflicts(rows, by=by)
        for scope in sorted(set(scopes.values())):
            ids = [row.pk for row in rows if row.scope_code == scope]
            audit.record("facts.record", "facts.Fact", ids[0], scope_code=scope, values={"ids": ids})
        _tell(rows)
    return rows


def _tell(rows: Sequence[Fact]) -> None:
    """Makes known, per community, whose facts changed: kinds and ids, never what they say."""
    for scope in sorted({row.scope_code for row in rows}):
        subjects = sorted({(row.object_class, row.subject_id) for row in rows if row.scope_code == scope})
        for first in range(0, len(subjects), SUBJECTS_OF_AN_EVENT):
            some = tuple(subjects[first : first + SUBJECTS_OF_AN_EVENT])
            publish(FactsRecorded(scope, some, clock.now().isoformat()))


def retract(fact_id: int, *, by: Actor) -> Fact:
    """Takes a record back: it was wrong from the start. What held before it holds again."""
    _may_write(by)
    with together():
        wrong = Fact.objects.visible_to(by, purpose=queries.purpose_of(by)).filter(pk=fact_id).first()
        if wrong is None:
            raise Forbidden(_("There is no such fact in the area of your current post."))
        kept = {f.attname: getattr(wrong, f.attname) for f in Fact._meta.concrete_fields if not f.primary_key}
        row = Fact(
            **{**kept, "value": "", "retracted": True, "recorded_at": clock.now(), "post_id": by.post_id}
        )
        Fact.objects.bulk_create([row])
        _find_conflicts([row], by=by)
        audit.record("facts.retract", "facts.Fact", fact_id, scope_code=row.scope_code, values={"by": row.pk})
        _tell([row])
    return row


def check_correction(code: str, value: str) -> str:
    """The canonical value of an element that a person says is wrong, or Refused with what it takes."""
    element = registry.elements().get(code)
    if element is None or element.object_class != "person":
        raise Refused(_("Choose one of the listed answers."), field="datum")
    return cleaned(element, value)


def correct(resident_id: int, code: str, value: str, case_id: int | None, by: Actor) -> None:
    """A person was right about a fact: each record in force that says otherwise is replaced by the right value.

    The new record has the source and the day of the one it replaces (bitemporal): what was believed until now stays
    readable, as of its time. Where nothing is held any more, the person's own word is recorded.
    """
    by.require("system")
    value, element = check_correction(code, value), registry.elements()[code]
    with together():
        rows = queries.history("person", resident_id, element, actor=by)
        held = rules.as_of(map(queries.as_rule, rows), valid_on=clock.today(), known_at=clock.now())
        under = {row.pk: row.consent_id for row in rows}
        places = [(one.source, one.valid_from, under.get(one.id)) for one in held if one.value != value]
        if not held and _consent_of("person", resident_id, element, by) is not None:
            places = [("resident", clock.today(), None)]
        new = [
            NewFact("person", resident_id, code, value, since, source, consent_id=consent)
            for source, since, consent in places
        ]
        if new:
            record(new, by=by)
        audit.record(
            "facts.correct", "people.Resident", resident_id, values={"element": code, "case": case_id}
        )


def decide(conflict_id: int, *, source: str, reason: str, by: Actor) -> Conflict:
    """A person decides which source counts, with a reason; it counts until another source says something new."""
    by.require("facts.decide")
    if not reason.strip():
        raise Refused(
            _("Write why this source is right: whoever reads it later wants to know."), field="reason"
        )
    with together():
        conflict = queries.conflicts(by).select_for_update(of=("self",)).filter(pk=conflict_id).first()
        if conflict is None:
            raise Refused(
                _("This contradiction has been decided already, or lies elsewhere. Look at the list again.")
            )
        rows = queries.history(conflict.object_class, conflict.subject_id, conflict.element, actor=by)
        held = rules.as_of(map(queries.as_rule, rows), valid_on=clock.today(), known_at=clock.now())
        if source not in {record.source for record in held}:
            raise Refused(_("Choose one of the sources that say something."), field="source")
        conflict.state, conflict.chosen_source = Conflict.State.DECIDED, source
        conflict.reason, conflict.decided_at, conflict.post_id = reason.strip()[:200], clock.now(), by.post_id
        conflict.save(update_fields=["state", "chosen_source", "reason", "decided_at", "post_id"])
        audit.record(
            "facts.decide",
            "facts.Conflict",
            conflict.pk,
            scope_code=conflict.scope_code,
            values={"source": source},
        )
    return conflict


def import_elements(content: bytes, *, by: Actor) -> registry.Reading:
    """Takes a file of data elements into the registry, whole or not at all (see :func:`registry.read`)."""
    by.require("facts.manage")
    reading = registry.read(content)
    if reading.errors:
        raise Refused(
            _("Nothing was taken in: %(n)s places are wrong.") % {"n": len(reading.errors)}, field="file"
        )
    with together():
        known = registry.elements()
        given: list[dict[str, Any]] = [registry.as_columns(row) | {"sample": False} for row in reading.rows]
        DataElement.objects.bulk_create(DataElement(**row) for row in given if row["code"] not in known)
        for row in given:
            before = known.get(row["code"])
            if before is not None and registry.as_row(before) != registry.as_row(DataElement(**row)):
                _keep_meaning(before, row)
                DataElement.objects.filter(pk=before.pk).update(**row)
        audit.record(
            "facts.import_elements", "facts.DataElement", 0, values={"codes": [r["code"] for r in given]}
        )
    forget()
    return reading


def _keep_meaning(before: DataElement, row: Mapping[str, Any]) -> None:
    """A datum keeps its kind of value: facts that were recorded would change their meaning."""
    if before.kind != row["kind"] or before.domain != row["domain"]:
        raise Refused(
            _("“%(code)s” would change its kind of value or domain. Retire it and make a new element.")
            % {"code": before.code},
            field="file",
        )


def _may_write(by: Actor) -> None:
    if by.role != "job":
        by.require("facts.read")


def _scope(object_class: str, subject_id: int, *, by: Actor) -> str:
    scope = queries.scope_of(object_class, subject_id, by)
    if scope is None:
        raise Forbidden(_("There is no such household or person in the area of your current post."))
    return scope


def _row(fact: NewFact, scope: str, by: Actor) -> Fact:
    element = registry.elements().get(fact.element)
    today = clock.today()
    if element is None or element.object_class != fact.object_class or element.retired_on:
        raise Refused(
            _("The registry has no data element “%(code)s” of this kind.") % {"code": fact.element[:60]},
            field="element",
        )
    if element.derived_from:
        raise Refused(
            _("“%(name)s” is computed from other data and is never stored.") % {"name": element.label},
            field="element",
        )
    if fact.source not in SOURCES:
        raise Refused(_("Say who says so: %(known)s.") % {"known": ", ".join(SOURCES)}, field="source")
    if fact.valid_from > today:
        raise Refused(
            _("“Valid since” lies in the future. A fact says what is, not what will be."), field="valid_from"
        )
    consent_id = fact.consent_id
    if consent_id is None:
        consent_id = _consent_of(fact.object_class, fact.subject_id, element, by)
    if consent_id is None:
        raise Refused(
            _(
                "“%(name)s” may be kept only after the person agreed to the words in force. Let them agree on their "
                "own pages, or sign the form and record it in their file."
            )
            % {"name": element.label},
            field="consent",
        )
    return Fact(
        scope_code=scope,
        object_class=fact.object_class,
        subject_id=fact.subject_id,
        element=element,
        value=cleaned(element, fact.value),
        valid_from=fact.valid_from,
        recorded_at=clock.now(),
        source=fact.source,
        purpose=queries.PURPOSE,
        basis=element.basis,
        consent_id=consent_id or None,
        post_id=by.post_id,
        expires_on=expiry(element.keep, today),
    )


def _consent_of(object_class: str, subject_id: int, element: DataElement, by: Actor) -> int | None:
    """The consent that an answer rests on; 0 where the element rests on none, None where it is missing."""
    if element.basis != DataElement.Basis.CONSENT:
        return 0
    found = queries.consent_in_force(object_class, subject_id, element, by)
    return found.pk if found else None


def cleaned(element: DataElement, raw: str) -> str:
    """The canonical value, or Refused with a sentence that says what the element takes."""
    codes = registry.permitted().get(element.domain, {})
    try:
        return rules.clean(raw, element.kind, codes=codes, domain=element.domain)
    except rules.BadValue as bad:
        raise Refused(
            _SAYS[bad.code]() % {"name": element.label, "domain": element.domain, "most": rules.LONGEST},
            field="value",
        ) from bad


_SAYS = {
    "empty": lambda: _("“%(name)s” is empty. Fill it in, or leave the fact out."),
    "not_a_number": lambda: _("“%(name)s” must be a number, such as 12 or 3.5."),
    "out_of_range": lambda: _("“%(name)s” must lie in %(domain)s."),
    "not_a_date": lambda: _("“%(name)s” must be a date, such as 2026-11-26."),
    "not_a_code": lambda: _("“%(name)s” takes one of the listed values only."),
    "not_a_flag": lambda: _("“%(name)s” is answered by yes or no."),
    "too_long": lambda: _("“%(name)s” takes %(most)s characters. A fact is a short answer, not a note."),
    "like_an_id": lambda: _(
        "“%(name)s” holds what looks like an ID number or a phone. They have fields of their own."
    ),
}


def expiry(keep: str, today: date) -> date:
    """When a fact kept for an ISO 8601 duration (years, months of 31 days, days) is erased."""
    days = sum(int(n) * {"Y": 366, "M": 31, "D": 1}[unit] for n, unit in re.findall(r"(\d+)([YMD])", keep))
    return today + timedelta(days=days)


def _find_conflicts(rows: Sequence[Fact], *, by: Actor) -> None:
    """Opens a conflict where sources differ after these records, and closes one that has gone by itself."""
    now = clock.now()
    for kind, subject in {(row.object_class, row.subject_id) for row in rows}:
        touched = {
            row.element_id: row for row in rows if (row.object_class, row.subject_id) == (kind, subject)
        }
        held = {h.element.pk: h for h in queries.of_subject(kind, subject, actor=by)}
        known = {
            c.element_id: c
            for c in Conflict.objects.visible_to(by, purpose=queries.purpose_of(by)).filter(
                object_class=kind, subject_id=subject, element_id__in=touched
            )
        }
        for element_id, row in touched.items():
            now_held, conflict = held.get(element_id), known.get(element_id)
            disputed = now_held is not None and now_held.current.disputed
            if disputed and (conflict is None or conflict.state == Conflict.State.DECIDED):
                _open_conflict(conflict, row, now)
            elif not disputed and conflict is not None and conflict.state == Conflict.State.OPEN:
                conflict.state, conflict.decided_at, conflict.reason = Conflict.State.DECIDED, now, ""
                conflict.chosen_source = ""
                conflict.save(update_fields=["state", "decided_at", "reason", "chosen_source"])


def _open_conflict(conflict: Conflict | None, row: Fact, now: object) -> None:
    given = {
        "state": Conflict.State.OPEN,
        "found_at": now,
        "chosen_source": "",
        "reason": "",
        "decided_at": None,
    }
    if conflict is None:
        Conflict(
            scope_code=row.scope_code,
            object_class=row.object_class,
            subject_id=row.subject_id,
            element_id=row.element_id,
            **given,
        ).save(force_insert=True)
        return
    for name, value in given.items():
        setattr(conflict, name, value)
    conflict.save(update_fields=list(given))
