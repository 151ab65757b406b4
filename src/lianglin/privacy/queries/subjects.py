"""Everything that is held about one person, found through the manifests: no package is named here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import DateField, Field, ForeignKey, Model, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lianglin.access.actor import PURPOSES, Actor
from lianglin.access.models import AccessLog
from lianglin.access.queries import own_looks
from lianglin.access.scoped import ScopedManager, guards
from lianglin.kit import clock, discovery
from lianglin.kit.domain import Personal, Subject
from lianglin.people.rules import mask
from lianglin.privacy.rules import BASES, in_words

LOOKS = 5000
"""Most looks that a copy lists."""


@dataclass(frozen=True)
class Key:
    """Whose data: a resident, or whoever reported one matter. ``id`` is the resident's or the case's."""

    of: str
    id: int


@dataclass(frozen=True)
class Column:
    """One column as a person reads it."""

    name: str
    label: str
    mask: str
    personal: Personal | None


@dataclass(frozen=True)
class Held:
    """One table's rows about a person: per row the plain values by column name."""

    model: str
    label: str
    columns: list[Column]
    rows: list[dict[str, Any]] = field(default_factory=list)

    def shown(self, *, plain: bool) -> list[list[tuple[str, str]]]:
        """(label, text) of each row, masked unless ``plain``; empty values are left out."""
        return [
            [(c.label, read(row[c.name]) if plain else mask(read(row[c.name]), c.mask)) for c in self.columns
             if row[c.name] not in (None, "")]
            for row in self.rows
        ]  # fmt: skip


def personal_of(model: str) -> list[Personal]:
    """The declared personal columns of a model."""
    return [found for found in discovery.each("personal") if found.column.rpartition(".")[0] == model]


def subjects_of(kind: str) -> list[Subject]:
    """How tables belong to a resident, or to who holds a case; in the order of the house."""
    return [found for found in discovery.each("subjects") if found.of == kind]


def readable(model: str, actor: Actor) -> bool:
    """Whether the guard lets this kind of actor read the table at all."""
    access = guards()[model].roles.get(actor.role)
    return access is not None and "S" in access.rights


def rows_of(subject: Subject, key: Key, actor: Actor) -> QuerySet[Any]:
    """The rows of one table about one person, as far as the actor may read them."""
    model: Any = apps.get_model(subject.model)
    manager = model._default_manager
    purpose = {"resident": "own_data", "job": "system"}.get(actor.role, "data_protection")
    found = (
        manager.visible_to(actor, purpose=purpose) if isinstance(manager, ScopedManager) else manager.all()
    )
    return found.filter(**{subject.column: key.id})


def held(key: Key, actor: Actor) -> list[Held]:
    """What is held about a person, table by table; tables without a row are left out.

    A resident reads under the policies of the own rows; a job (a copy for somebody without a login) reads the city.
    """
    found = []
    for subject in subjects_of(key.of):
        columns = _columns(subject.model)
        if not any(column.personal for column in columns) or not readable(subject.model, actor):
            continue
        held_rows = list(rows_of(subject, key, actor).distinct().order_by("pk"))
        if subject.beside:
            held_rows += discovery.resolve(subject.beside)(key.id, actor)
        if subject.words and held_rows:
            rows = discovery.resolve(subject.words)(held_rows)
            columns = [_named(subject, name) for name in rows[0]]
        else:
            rows = [_row(row, columns) for row in held_rows]
        if rows:
            model = apps.get_model(subject.model)
            found.append(Held(subject.model, str(model._meta.verbose_name), columns, rows))
    return sorted(found, key=lambda one: one.model.startswith("access."))  # who one is first, logins last


def not_readable(key: Key, actor: Actor) -> list[str]:
    """Labels of the tables that may hold something but that this actor cannot read by itself."""
    return [
        str(apps.get_model(subject.model)._meta.verbose_name)
        for subject in subjects_of(key.of)
        if any(column.personal for column in _columns(subject.model)) and not readable(subject.model, actor)
    ]


def _columns(model: str) -> list[Column]:
    """The columns a person is shown: the declared ones that may be shown, and the dates of the work."""
    declared = {found.column.rpartition(".")[2]: found for found in personal_of(model)}
    columns = []
    for one in apps.get_model(model)._meta.concrete_fields:
        found = declared.get(one.name)
        if found is not None and found.mask != "never":
            columns.append(Column(one.name, str(found.label), found.mask, found))
        elif found is None and isinstance(one, DateField):
            columns.append(Column(one.name, str(one.verbose_name), "none", None))
    return columns


def _named(subject: Subject, name: str) -> Column:
    """One column of a table that says its rows in words of its own."""
    model = subject.model
    declared = next((p for p in personal_of(model) if p.column == f"{model}.{name}"), None)
    label = declared.label if declared else apps.get_model(model)._meta.get_field(name).verbose_name
    label = dict(subject.labels).get(name, label)
    return Column(name, str(label), declared.mask if declared else "none", declared)


def _row(row: Model, columns: list[Column]) -> dict[str, Any]:
    return {column.name: _value(row, row._meta.get_field(column.name)) for column in columns}


def _value(row: Model, one: Any) -> Any:
    if isinstance(one, ForeignKey):
        return _place(_other(row, one.name)) or getattr(row, one.attname)
    value = getattr(row, one.attname)
    if isinstance(one, Field) and one.flatchoices and value not in (None, ""):
        return str(dict(one.flatchoices).get(value, value))
    return value


def _other(row: Model, name: str) -> Any:
    """What a key leads to; None where this reader may not see it (a guardian's own file)."""
    try:
        return getattr(row, name)
    except ObjectDoesNotExist:
        return None


def _place(other: Any) -> str:
    """A dwelling as an address; "" for what is no place."""
    unit = getattr(other, "unit", None)
    return f"{unit.building.address} {unit.number}-{other.room}" if unit is not None else ""


def read(value: Any) -> str:
    """A value as a person reads it: instants by the city's clocks, to the minute."""
    return f"{clock.local(value):%Y-%m-%d %H:%M}" if isinstance(value, datetime) else said(value)


def said(value: Any) -> str:
    """A value as text: dates in ISO form."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    return "" if value is None else str(value)


# --- who looked ------------------------------------------------------------------------------------------


def looks(key: Key, actor: Actor, *, behind: int = 2**62, limit: int = 50) -> list[dict[str, Any]]:
    """Who looked at a person: id, at, unit, purpose, what in the reader's language, newest first."""
    if key.of == "resident" and actor.role == "resident":
        rows = own_looks(actor=actor, behind=behind, limit=limit)
        return [_look(r["id"], r["at"], r["unit"], r["unit_en"], r["purpose"], r["what"]) for r in rows]
    column = "resident_id" if key.of == "resident" else "case_id"
    found = AccessLog.objects.filter(id__lt=behind, **{column: key.id}).order_by("-id")
    named = found.values_list("id", "at", "organisation__name", "organisation__name_en", "purpose", "what")
    return [_look(*row) for row in named[:limit]]


def _look(number: int, at: datetime, unit: str, unit_en: str, purpose: str, what: str) -> dict[str, Any]:
    english = get_language() == "en"
    return {
        "id": number,
        "at": at,
        "unit": (english and unit_en) or unit,
        "purpose": str(PURPOSES.get(purpose, purpose)),
        "what": _(what) if what else "",
    }


# --- the copy --------------------------------------------------------------------------------------------

FORMAT = "lianglin-personal-data/1"


def copy_of(key: Key, actor: Actor, at: datetime) -> dict[str, Any]:
    """The machine-readable copy (see data/personal-data.schema.json): tables, columns with purpose, rows, looks."""
    return {
        "format": FORMAT,
        "made_at": at.isoformat(),
        "subject": {"kind": key.of, "id": key.id},
        "tables": [_table(found) for found in held(key, actor)],
        "looks": [{**look, "at": look["at"].isoformat()} for look in looks(key, actor, limit=LOOKS)],
        "not_included": not_readable(key, actor),
    }


def _table(found: Held) -> dict[str, Any]:
    return {
        "model": found.model,
        "label": found.label,
        "columns": list(_described(found)),
        "rows": [{name: _plain(value) for name, value in row.items()} for row in found.rows],
    }


def _described(found: Held) -> Iterator[dict[str, str]]:
    for column in found.columns:
        declared = column.personal
        yield {
            "name": column.name,
            "label": column.label,
            "purpose": str(declared.purpose) if declared else "",
            "basis": str(BASES[declared.basis]) if declared else "",
            "keep": f"{in_words(declared.keep)} · {declared.after}" if declared else "",
        }


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool | None) else said(value)


# --- how to reach somebody -------------------------------------------------------------------------------


def phone_of(key: Key, actor: Actor) -> str:
    """The mobile or fixed number that a person left, from whichever table declares one; "" when there is none."""
    for subject in subjects_of(key.of):
        for found in personal_of(subject.model):
            if found.mask == "phone" and readable(subject.model, actor):
                name = found.column.rpartition(".")[2]
                for row in rows_of(subject, key, actor).order_by("-pk")[:1]:
                    if phone := getattr(row, name):
                        return phone
    return ""
