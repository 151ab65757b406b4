"""Rows that nearly every request writes: the SQL of a table is made once, its values for each row.

Django makes the SQL of an INSERT or an UPDATE anew for every row, which costs more than the values do: a report
writes eight rows, a move four. The same columns, the same preparation of each value by its field, and PostgreSQL
keeps the plan.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import DatabaseError, connection
from django.db.models import Field, Model

from lianglin.kit import plans


@dataclass(frozen=True)
class Into:
    """The columns of a table, as ``INSERT`` names them."""

    fields: tuple[Field[Any, Any], ...]
    head: str
    """``INSERT INTO "table" ("column", …)``."""
    marks: str
    """``%s, …``, one for each column."""
    key: str
    """The quoted column of the key that PostgreSQL gives; "" where the row brings its own."""

    def values(self, row: Model) -> list[Any]:
        """What stands for the marks."""
        return [one.get_db_prep_save(one.pre_save(row, add=True), connection) for one in self.fields]


def into(row: Model) -> Into:
    """The text for rows like this one: of its table, with its key or without one yet."""
    return _into(type(row), row.pk is not None)


@cache
def _into(model: type[Model], keyed: bool) -> Into:
    meta, quote = model._meta, connection.ops.quote_name
    fields = tuple(one for one in meta.concrete_fields if keyed or one is not meta.pk)
    names = ", ".join(quote(one.column) for one in fields)
    key = "" if keyed or meta.pk is None else quote(meta.pk.column)
    return Into(fields, f"INSERT INTO {quote(meta.db_table)} ({names})", ", ".join(["%s"] * len(fields)), key)


def insert(row: Model) -> None:
    """Inserts one new row, as ``save(force_insert=True)`` does; it has its key afterwards.

    For tables without a parent table and columns without a function of the database around their values.
    """
    text = into(row)
    returning = f" RETURNING {text.key}" if text.key else ""
    with plans.keeping(), connection.cursor() as cursor:
        cursor.execute(f"{text.head} VALUES ({text.marks}){returning}", text.values(row))
        if text.key:
            row.pk = cursor.fetchone()[0]
    written(row)


def update(row: Model, *names: str) -> None:
    """Writes these fields of a row, as ``save(update_fields=names)`` does; DatabaseError when the row is gone."""
    statement, fields = _changing(type(row), names)
    values = [one.get_db_prep_save(one.pre_save(row, add=False), connection) for one in fields]
    with plans.keeping(), connection.cursor() as cursor:
        cursor.execute(statement, [*values, row.pk])
        if cursor.rowcount != 1:
            raise DatabaseError("Save with update_fields did not affect any rows.")


@cache
def _changing(model: type[Model], names: tuple[str, ...]) -> tuple[str, list[Field[Any, Any]]]:
    meta, quote = model._meta, connection.ops.quote_name
    fields: list[Field[Any, Any]] = [meta.get_field(name) for name in names]  # pyright: ignore[reportAssignmentType]
    setting = ", ".join(f"{quote(one.column)} = %s" for one in fields)
    key = quote(meta.pk.column)  # pyright: ignore[reportOptionalMemberAccess]
    return f"UPDATE {quote(meta.db_table)} SET {setting} WHERE {key} = %s", fields


def written(row: Model) -> None:
    """Notes on a row that it stands in the database."""
    row._state.adding, row._state.db = False, connection.alias
