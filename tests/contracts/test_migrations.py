"""Migrations go over a database that is full and in use: none rewrites a table or makes writers wait for an index.

The first migration of a package meets no rows; every later one is looked at, except for what it does to tables that
it makes itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.postgres.operations import AddIndexConcurrently as Once
from django.db import migrations, models
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.models.fields import NOT_PROVIDED

from lianglin.kit.operations import AddIndexConcurrently

SMALL = {"rightschange", "measureversion", "parametervalue"}
"""Tables of a few thousand rows at most in a city of nine million."""


def later() -> list[Migration]:
    """Our migrations that meet rows."""
    found = MigrationLoader(None, ignore_no_migrations=True).disk_migrations.items()
    return [
        migration
        for (_app, name), migration in sorted(found)
        if migration.__module__.startswith("lianglin.") and not name.startswith("0001")
    ]


def on_full_tables(migration: Migration) -> Iterator[Any]:
    """The operations on tables that were there before."""
    own = {one.name.lower() for one in migration.operations if isinstance(one, migrations.CreateModel)}
    for one in migration.operations:
        model = getattr(one, "model_name", "").lower()
        if model and model not in own | SMALL:
            yield one


def wrong_with(migration: Migration, one: Any) -> str:
    """What an operation would do to a full table; "" when it is quick."""
    if isinstance(one, AddIndexConcurrently):
        return "an index is built concurrently: atomic = False" if migration.atomic else ""
    if isinstance(one, Once):
        return "cut off half-way it cannot be run again: kit.operations.AddIndexConcurrently"
    if isinstance(one, migrations.AddIndex):
        return "writers wait while the index is built: AddIndexConcurrently, in a migration of its own"
    if isinstance(one, migrations.AddConstraint) and not isinstance(one.constraint, models.CheckConstraint):
        return "writers wait while the constraint's index is built"
    if isinstance(one, migrations.AddField):
        if isinstance(one.field, models.GeneratedField) and one.field.db_persist:
            return "a stored generated column rewrites the table: let a trigger keep it"
        constant = one.field.default is not NOT_PROVIDED or one.field.db_default is not NOT_PROVIDED
        if not (one.field.null or constant or one.field.empty_strings_allowed):
            return "a column without null needs a constant to begin with"
        if getattr(one.field, "unique", False) and not one.field.primary_key:
            return "writers wait while the unique index is built"
    return ""


@pytest.mark.parametrize("migration", later(), ids=lambda found: f"{found.app_label}.{found.name}")
def test_a_full_table_is_not_held_up(migration: Migration) -> None:
    wrong = {str(one.describe()): wrong_with(migration, one) for one in on_full_tables(migration)}
    assert {what: why for what, why in wrong.items() if why} == {}


@pytest.mark.parametrize(
    "one",
    [
        migrations.AddIndex("case", models.Index(fields=["id"], name="x")),
        migrations.AddField("case", "x", models.IntegerField()),
        migrations.AddField("case", "x", models.CharField(max_length=9, unique=True, default="")),
        migrations.AddConstraint("case", models.UniqueConstraint(fields=["id"], name="x")),
        AddIndexConcurrently("case", models.Index(fields=["id"], name="x")),
        Once("case", models.Index(fields=["id"], name="x")),
    ],
    ids=lambda one: type(one).__name__,
)
def test_what_holds_up_is_found(one: Any) -> None:
    assert wrong_with(Migration("x", "cases"), one)
