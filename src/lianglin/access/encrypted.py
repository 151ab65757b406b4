"""The encrypted columns there are, whatever package holds them."""

from __future__ import annotations

from dataclasses import dataclass

from django.apps import apps

from lianglin.kit.crypto import EncryptedTextField


@dataclass(frozen=True)
class EncryptedColumn:
    """One encrypted column; ``label`` is its associated data, ``kind`` the PostgreSQL type of the table's key."""

    label: str
    table: str
    column: str
    key: str
    kind: str


def encrypted_columns() -> list[EncryptedColumn]:
    """Every encrypted column by its label."""
    found = []
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, EncryptedTextField):
                key = model._meta.pk
                number = key.get_internal_type() not in ("CharField", "UUIDField")
                kind = "bigint" if number else "uuid" if key.get_internal_type() == "UUIDField" else "text"
                found.append(
                    EncryptedColumn(field.column_name, model._meta.db_table, field.column, key.column, kind)
                )
    return sorted(found, key=lambda column: column.label)
