"""Many rows in one statement, a column being one parameter: asked for, and written under the policies row by row.

Django's ``bulk_create`` and ``__in`` send a parameter per value; for lists of thousands the making and taking apart
of the statement then costs more than the database does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection, models
from django.db.models import F
from django.db.models.lookups import Lookup

from lianglin.kit.crypto import EncryptedTextField, encryptor


def insert(model: type[models.Model], columns: Mapping[str, Sequence[Any]]) -> list[Any]:
    """Inserts rows, given as attribute -> one value per row (``household_id``, not ``household``); their keys in order.

    Columns that are not named get the field's default. Encrypted fields are encrypted. For columns of texts, whole
    numbers, dates, truth values and bytes; no signals, no ``save``. The role's policies look at every row, and one
    that they refuse refuses all.
    """
    rows = {len(values) for values in columns.values()}
    if len(rows) != 1:
        raise ValueError(f"The columns of {model.__name__} have different lengths: {sorted(rows)}.")
    if rows == {0}:
        return []
    every: list[str] = []
    given: list[str] = []
    params: list[Any] = []
    for field in model._meta.concrete_fields:
        if field.attname in columns:
            given.append(field.column)
            params.append(_array(field, columns[field.attname]))
            every.append(f"%s::{_type(field)}[]")
    alone = [(field.column, field.get_default()) for field in _left_to_default(model, columns)]
    names = ", ".join(f'"{name}"' for name in [*given, *(name for name, _default in alone)])
    chosen = ", ".join([*(f'u."{name}"' for name in given), *["%s"] * len(alone)])
    listed = ", ".join(f'"{name}"' for name in given)
    table, key = connection.ops.quote_name(model._meta.db_table), model._meta.pk
    with connection.cursor() as cursor:
        cursor.execute(
            f"insert into {table} ({names}) select {chosen} from unnest({', '.join(every)}) with ordinality u({listed}, at) "
            f'order by u.at returning "{key.column}"',  # pyright: ignore[reportOptionalMemberAccess] - a model has one
            [*(default for _name, default in alone), *params],
        )
        return [row[0] for row in cursor.fetchall()]


def _left_to_default(model: type[models.Model], columns: Mapping[str, Any]) -> list[models.Field]:
    unnamed = (field for field in model._meta.concrete_fields if field.attname not in columns)
    return [field for field in unnamed if not field.primary_key and field.get_default() is not None]


class AnyOf(Lookup):
    """``column = any(array)``, the array being one parameter."""

    lookup_name = "any_of"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """The condition and its parameters."""
        left, params = self.process_lhs(compiler, connection)
        field = self.lhs.output_field
        return f"{left} = any(%s::{_type(field)}[])", [*params, _array(field, self.rhs)]


class Among(Lookup):
    """``column = any(array(select ...))``."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """The condition and its parameters."""
        left, params = self.process_lhs(compiler, connection)
        right, more = self.process_rhs(compiler, connection)
        return f"{left} = any({right})", [*params, *more]


def among(name: str, query: models.QuerySet) -> Among:
    """A condition for ``filter``: the field is among what a query of one column gives. It runs once, before the rows.

    As ``name__in``, for a side of an OR: there PostgreSQL compares every row with ``in (select ...)``, and finds
    those of an array by their index.
    """
    return Among(F(name), ArraySubquery(query))  # pyright: ignore[reportArgumentType] - resolved like any left side


def any_of(name: str, values: Iterable[Any]) -> AnyOf:
    """A condition for ``filter``: the field has one of the values. As ``name__in``, for thousands of them."""
    return AnyOf(F(name), list(values))  # pyright: ignore[reportArgumentType] - resolved like any left side


def _type(field: models.Field) -> str:
    """The column's type without its length: a cast to varchar(60) would cut, the column itself refuses."""
    return re.sub(r"\(.*\)", "", str(field.db_type(connection)))


def _array(field: models.Field, values: Sequence[Any]) -> str:
    """The values of a column as PostgreSQL reads an array. Made by whole columns: a list of people has dozens a row."""
    if isinstance(field, EncryptedTextField):
        seal = encryptor(field.column_name, field.ground)
        texts = [None if value is None else "\\x" + seal(value).hex() for value in values]
    elif isinstance(field, models.BinaryField):
        texts = [None if value is None else "\\x" + bytes(value).hex() for value in values]
    else:
        texts = [value if isinstance(value, str) else _plain(value) for value in values]
    if not texts:
        return "{}"
    if None in texts:
        return "{" + ",".join("NULL" if text is None else f'"{_escaped(text)}"' for text in texts) + "}"
    joined = _APART.join(texts)  # pyright: ignore[reportCallIssue, reportArgumentType] - no None among them
    if joined.count(_APART) != len(texts) - 1:
        raise ValueError(f"A text of {field.name} has a NUL character, which PostgreSQL does not keep.")
    return '{"' + _escaped(joined).replace(_APART, '","') + '"}'


_APART = "\0"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _plain(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool | int | date):
        return str(value)
    raise TypeError(f"{type(value).__name__} is not among the values that are written by columns.")
