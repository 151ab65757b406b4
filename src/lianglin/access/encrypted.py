"""The encrypted columns there are, whatever package holds them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.apps import apps

from lianglin.kit.crypto import EncryptedTextField

KEY_TYPES = {"CharField": "text", "UUIDField": "uuid"}


@dataclass(frozen=True)
class EncryptedColumn:
    """One encrypted column; ``label`` is its associated data, ``kind`` the PostgreSQL type of the table's key."""

    label: str
    table: str
    column: str
    key: str
    kind: str
    ground: str = ""


def encrypted_columns() -> list[EncryptedColumn]:
    """Every encrypted column by its label."""
    found = []
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, EncryptedTextField):
                key: Any = model._meta.pk
                target = key.target_field if key.is_relation else key
                kind = KEY_TYPES.get(target.get_internal_type(), "bigint")
                found.append(
                    EncryptedColumn(
                        field.column_name, model._meta.db_table, field.column, key.column, kind, field.ground
                    )
                )
    return sorted(found, key=lambda column: column.label)
