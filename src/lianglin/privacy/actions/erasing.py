"""Erasing one person's data wherever it is, writing down that it was done, and doing it again after a restore."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from lianglin.access import audit
from lianglin.access.actor import Actor, job
from lianglin.access.transaction import acting, together
from lianglin.cases.models import Case
from lianglin.files import store
from lianglin.files.models import StoredFile
from lianglin.kit import clock, discovery
from lianglin.kit.crypto import match_key
from lianglin.kit.domain import ConsentPurpose, Subject
from lianglin.kit.errors import Refused
from lianglin.kit.events import ReplayErasures
from lianglin.people.queries import consents
from lianglin.privacy.actions.exporting import LEDGER
from lianglin.privacy.models import Erasure
from lianglin.privacy.queries import retention, subjects
from lianglin.privacy.queries.subjects import Key


def erase(*, key: Key, extent: str, by: Actor, case_id: int | None = None) -> list[Erasure]:
    """Erases what is held about a person: rows deleted where nothing hangs on them, values emptied elsewhere.

    ``extent`` "consent": only what is held by consent; "all": everything that the manifests do not keep for
    accountability. Attachments go with their files. :class:`Refused` while the person's matter is in hand.
    """
    by.require("privacy.decide")
    with together(), acting(job()) as eraser:
        _must_be_over(key, eraser)
        done = _all_under(key, eraser, case_id)
        for subject in reversed(subjects.subjects_of(key.of)):
            made = _erase_one(subject, key, extent, eraser, case_id) if subject.erasable else None
            if made is not None:
                done.append(made)
        audit.record("privacy.erase", f"privacy.{key.of}", key.id, values={"entries": [e.pk for e in done]})
        return done


def _must_be_over(key: Key, eraser: Actor) -> None:
    running = Case.objects.visible_to(eraser, purpose="system").filter(pk=key.id, closed_at__isnull=True)
    if key.of == "case" and running.exists():
        raise Refused(
            _(
                "The matter is still in hand, and its data is needed for it. Withdraw the matter first, or wait for its end."
            )
        )


def _erase_one(subject: Subject, key: Key, extent: str, eraser: Actor, case_id: int | None) -> Erasure | None:
    rows = list(subjects.rows_of(subject, key, eraser).order_by("pk"))
    whole = extent == "all" and _may_be_deleted(subject.model)
    if whole:
        columns = {found.column.rpartition(".")[2] for found in subjects.personal_of(subject.model)}
    else:
        columns = set(retention.empty(subject.model, "consent" if extent == "consent" else ""))
    if not rows or not (whole or columns):
        return None
    return _note_and_do(subject.model, key, rows, columns, eraser, whole=whole, case_id=case_id)


def _note_and_do(
    model: str,
    key: Key,
    rows: list[Any],
    columns: set[str],
    eraser: Actor,
    *,
    whole: bool,
    case_id: int | None = None,
) -> Erasure:
    """One entry of the ledger, carried out."""
    made = Erasure.objects.create(
        at=clock.now(),
        case_id=case_id,
        subject_kind=key.of,
        subject_id=key.id,
        model=model,
        method="erase" if whole else "tombstone",
        columns=sorted(columns),
        ids=[row.pk for row in rows],
        files=[row.name for row in rows if isinstance(row, StoredFile)],
        digest=_digest(rows, columns),
    )
    carry_out(made, eraser)
    return made


def forget_withdrawn(*, resident_id: int, purpose: str, by: Actor) -> list[Erasure]:
    """After a withdrawal (PIPL 47): what was held on that consent alone goes, and the ledger says so.

    Nothing happens where the consent was given again meanwhile, or the purpose names nothing.
    """
    by.require("system")
    found, key = consents.purposes().get(purpose), Key("resident", resident_id)
    if found is None or consents.consented(resident_id, purpose, actor=by):
        return []
    with together():
        done = []
        for subject in subjects.subjects_of("resident"):
            columns = {c.rpartition(".")[2] for c in found.columns if c.rpartition(".")[0] == subject.model}
            rows = list(subjects.rows_of(subject, key, by).order_by("pk")) if columns else []
            if rows and any(getattr(row, name) for row in rows for name in columns):
                done.append(_note_and_do(subject.model, key, rows, columns, by, whole=False))
            for model, column, value in found.rows:
                held = (
                    subjects.rows_of(subject, key, by).filter(**{column: value})
                    if model == subject.model
                    else ()
                )
                if rows := list(held):
                    declared = {p.column.rpartition(".")[2] for p in subjects.personal_of(model)}
                    done.append(_note_and_do(model, key, rows, declared, by, whole=True))
        done += _held_under(found, key, by)
        audit.record(
            "privacy.forget", "privacy.resident", resident_id, values={"entries": [e.pk for e in done]}
        )
    return done


def _all_under(key: Key, eraser: Actor, case_id: int | None) -> list[Erasure]:
    """What a resident asked to be erased that rests on any consent of theirs."""
    purposes = consents.purposes().values() if key.of == "resident" else ()
    return [made for one in purposes for made in _held_under(one, key, eraser, case_id)]


def _held_under(purpose: ConsentPurpose, key: Key, by: Actor, case_id: int | None = None) -> list[Erasure]:
    """Rows that name a consent of the person for this purpose, also where they are about a household or a door."""
    numbers = [row.pk for row in consents.decisions(key.id, actor=by, purpose=purpose.code)]
    done = []
    for column in purpose.under if numbers else ():
        model, _dot, name = column.rpartition(".")
        if rows := list(retention.all_of(apps.get_model(model), by).filter(**{f"{name}__in": numbers})):
            declared = {found.column.rpartition(".")[2] for found in subjects.personal_of(model)}
            done.append(_note_and_do(model, key, rows, declared, by, whole=True, case_id=case_id))
    return done


def _may_be_deleted(model: str) -> bool:
    """Whether whole rows may go: the table's own rule erases, and no other table hangs on it."""
    rule = retention.rule_of(model)
    return rule is not None and rule.method == "erase" and not retention.dependants(apps.get_model(model))


def _digest(rows: list[Any], columns: set[str]) -> str:
    """Keyed, so that nobody can find a phone number by trying them all."""
    values = [{name: str(row.serializable_value(name)) for name in sorted(columns)} for row in rows]
    return match_key(json.dumps(values, ensure_ascii=False, sort_keys=True), "erasure").hex()


def carry_out(entry: Erasure, eraser: Actor) -> int:
    """Does what an entry of the ledger says, on the rows that are still there; returns how many were touched."""
    model = apps.get_model(entry.model)
    rows = retention.all_of(model, eraser).filter(pk__in=entry.ids)
    _forget_files(
        entry.files
    )  # also where no row names them any more: a backup's files are older than its database
    if entry.method == "erase":
        return delete(rows)
    known = retention.empty(entry.model)
    changes = {name: known[name] for name in entry.columns if name in known}
    return rows.update(**changes) if changes else 0


def delete(rows: QuerySet[Any]) -> int:
    """Deletes rows by one statement, and their stored files once the transaction has committed."""
    if issubclass(rows.model, StoredFile):
        _forget_files(list(rows.values_list("name", flat=True)))
    return _raw_delete(rows)


def _raw_delete(rows: QuerySet[Any]) -> int:
    """Without Django's collector: what hangs on the rows was looked at before, and the database checks it again."""
    scoped: Any = rows.order_by()
    return scoped._raw_delete(rows.db)


def _forget_files(names: Iterable[str]) -> None:
    for name in names:
        transaction.on_commit(lambda name=name: store.remove(name))


# --- after a backup was restored -------------------------------------------------------------------------


def replay(request: ReplayErasures, *, by: Actor) -> int:
    """Answers the typed request: takes in a ledger that is newer than the backup, then erases everything again.

    Returns how many rows were touched; a second time there is nothing left to do.
    """
    by.require("system")
    with together(), acting(job()) as eraser:
        for line in request.ledger:
            _take_in(line)
        touched = 0
        for entry in Erasure.objects.order_by("id").iterator(chunk_size=500):
            touched += carry_out(entry, eraser)
            entry.replayed_at = clock.now()
            entry.save(update_fields=["replayed_at"])
        audit.record("privacy.replay", "privacy.Erasure", 0, values={"touched": touched})
    return touched


def _take_in(line: str) -> None:
    given = json.loads(line)
    wrong = set(LEDGER).symmetric_difference(given)
    if wrong or given["model"] not in {found.model for found in discovery.each("subjects")}:
        raise Refused(
            _("This is no line of an exported erasure ledger: %(line)s… Export the ledger again.")
            % {"line": line[:40]}
        )
    given["at"] = parse_datetime(given["at"])
    same = {name: given[name] for name in ("at", "model", "subject_kind", "subject_id", "digest")}
    if not Erasure.objects.filter(**same).exists():
        Erasure.objects.create(**given)
