"""Migrations go over a database that is full and in use: none rewrites a table or makes others wait.

The first migration of a package meets no rows; every later one is looked at, except for what it does to tables that
it makes itself. What the code of the release before needs stays as long as that code may run.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from django.contrib.postgres.operations import AddConstraintNotValid
from django.contrib.postgres.operations import AddIndexConcurrently as Once
from django.db import connection, migrations, models
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ModelState, ProjectState

from lianglin.kit.deprecated import DEPRECATED, Gone
from lianglin.kit.mishaps import release
from lianglin.kit.operations import AddForeignKeyLater, AddIndexConcurrently, InBatches, ValidateForeignKey
from tests.contracts import released
from tests.contracts.migration_lint import wrong_with, wrong_with_sql

SMALL = {"rightschange", "measureversion", "parametervalue"}
"""Tables of a few thousand rows at most in a city of nine million."""
SMALL_WORK = {
    "facts.0100_elements_for_benefits": "adds data elements: a catalogue of some hundred rows",
    "facts.0110_no_push_needs_no_consent": "one data element",
    "people.0008_full_tables_indexes": "before the first release: no city had rows",
    "facts.0090_consent_index": "before the first release: builds its index concurrently by itself",
}
"""Migrations with statements or work of their own that meet few rows, and why."""
BEFORE_THE_FIRST_RELEASE = "foreign key"
"""Foreign keys that were added before 0.1.0: no database of a city is older."""


@cache
def loader() -> MigrationLoader:
    return MigrationLoader(None, ignore_no_migrations=True)


def later() -> list[Migration]:
    """Our migrations that meet rows."""
    return [
        migration
        for (_app, name), migration in sorted(loader().disk_migrations.items())
        if migration.__module__.startswith("lianglin.") and not name.startswith("0001")
    ]


def on_full_tables(migration: Migration) -> Iterator[Any]:
    """The operations on tables that were there before, and those without a table."""
    own = {one.name.lower() for one in migration.operations if isinstance(one, migrations.CreateModel)}
    for one in migration.operations:
        if isinstance(one, migrations.CreateModel):
            continue
        if getattr(one, "model_name", "").lower() not in own | SMALL:
            yield one


def state_before(migration: Migration) -> ProjectState | None:
    """The project's state before it, where an operation asks for it: it is dear."""
    if any(isinstance(one, migrations.AlterField) for one in migration.operations):
        return loader().project_state((migration.app_label, migration.name), at_end=False)
    return None


@pytest.mark.parametrize("migration", later(), ids=lambda found: f"{found.app_label}.{found.name}")
def test_a_full_table_is_not_held_up(migration: Migration) -> None:
    if f"{migration.app_label}.{migration.name}" in SMALL_WORK:
        return
    state = state_before(migration)
    wrong = {
        str(one.describe()): wrong_with(migration, one, state=state, release=release())
        for one in on_full_tables(migration)
    }
    old = not released.FILE.exists()
    assert {
        what: why for what, why in wrong.items() if why and not (old and BEFORE_THE_FIRST_RELEASE in why)
    } == {}


def test_migrations_with_work_of_their_own_are_there() -> None:
    assert set(SMALL_WORK) <= {f"{app}.{name}" for app, name in loader().disk_migrations}


def before(**fields: models.Field[Any, Any]) -> ProjectState:
    """A state in which the table ``cases.case`` has these columns."""
    state = ProjectState()
    state.add_model(
        ModelState("cases", "Case", [("id", models.BigAutoField(primary_key=True)), *fields.items()])
    )
    return state


CASE = before(x=models.CharField(max_length=9, null=True), n=models.IntegerField())


@pytest.mark.parametrize(
    "one",
    [
        migrations.AddIndex("case", models.Index(fields=["id"], name="x")),
        migrations.AddField("case", "x", models.IntegerField()),
        migrations.AddField("case", "x", models.CharField(max_length=9, unique=True, default="")),
        migrations.AddField("case", "x", models.ForeignKey("cases.Case", models.PROTECT, null=True)),
        migrations.AddConstraint("case", models.UniqueConstraint(fields=["id"], name="x")),
        migrations.AddConstraint("case", models.CheckConstraint(condition=models.Q(id=1), name="x")),
        AddIndexConcurrently("case", models.Index(fields=["id"], name="x")),
        Once("case", models.Index(fields=["id"], name="x")),
        migrations.AlterField("case", "x", models.TextField()),
        migrations.AlterField("case", "n", models.BigIntegerField()),
        migrations.AlterField("case", "x", models.CharField(max_length=8, null=True)),
        migrations.RemoveField("case", "x"),
        migrations.RenameField("case", "x", "y"),
        migrations.DeleteModel("Case"),
        migrations.RenameModel("Case", "Matter"),
        migrations.RunPython(lambda apps, editor: None),
        InBatches("cases.Case", lambda apps, rows: None),
        migrations.RunSQL("create index x on cases_case (id)"),
        migrations.RunSQL(["update cases_case set x = 1"]),
        migrations.SeparateDatabaseAndState([migrations.RunSQL("drop table cases_case")]),
    ],
    ids=lambda one: type(one).__name__,
)
def test_what_holds_up_is_found(one: Any) -> None:
    assert wrong_with(Migration("x", "cases"), one, state=CASE)


@pytest.mark.parametrize(
    "one",
    [
        AddConstraintNotValid("case", models.CheckConstraint(condition=models.Q(id=1), name="x")),
        AddForeignKeyLater(
            "case", "x", models.ForeignKey("cases.Case", models.PROTECT, null=True, db_index=False)
        ),
        ValidateForeignKey("case", "x"),
        migrations.AddField("case", "y", models.IntegerField(null=True)),
        migrations.AlterField("case", "x", models.CharField(max_length=20, null=True)),
        migrations.AlterField("case", "n", models.IntegerField(null=True)),
        migrations.RunSQL("alter table cases_case add constraint x check (id > 0) not valid"),
        migrations.RunSQL("create index concurrently x on cases_case (id)"),
        migrations.RunSQL("create table own (id bigint); create index x on own (id)"),
    ],
    ids=lambda one: type(one).__name__,
)
def test_what_is_quick_passes(one: Any) -> None:
    assert wrong_with(Migration("x", "cases"), one, state=CASE) == ""


@pytest.mark.parametrize(
    "statement",
    [
        "create unique index x on t (a)",
        "alter table t alter column a type bigint",
        "alter table t alter column a set not null",
        "alter table t add constraint c check (a > 0)",
        "alter table t add constraint c foreign key (a) references u (id)",
        "alter table t add column a uuid default gen_random_uuid()",
        "alter table t add column a int generated always as (b * 2) stored",
        "alter table t add column a int not null",
        "alter table t rename column a to b",
        "alter table t rename to u",
        "alter table t drop column a",
        "drop table t",
        "drop index i",
        "truncate t",
        "delete from t",
        "lock table t in exclusive mode",
        "cluster t using i",
        "vacuum full t",
        "reindex table t",
    ],
)
def test_a_statement_that_holds_up_is_found(statement: str) -> None:
    assert list(wrong_with_sql(statement))


def test_a_column_goes_in_two_releases() -> None:
    one, migration = migrations.RemoveField("case", "x"), Migration("x", "cases")
    gone = (Gone("cases.Case.x", "0.2.0"),)
    assert "kit.deprecated" in wrong_with(migration, one, release="0.3.0")
    assert "next one" in wrong_with(migration, one, deprecated=gone, release="0.2.0")
    assert wrong_with(migration, one, deprecated=gone, release="0.3.0") == ""


def test_what_is_deprecated_can_be_left_out_of_an_insert() -> None:
    now = released.columns()
    for gone in DEPRECATED:
        table, _dot, column = gone.what.lower().rpartition(".")
        if gone.what.count(".") == 2 and column in now.get(table, {}):
            assert now[table][column], f"{gone.what} needs null or db_default: new code no longer writes it"


def test_the_code_of_the_release_before_can_write() -> None:
    """Against the columns of the last release; before the first one there are none, and this holds of itself."""
    then = json.loads(released.FILE.read_text()) if released.FILE.exists() else released.columns()
    gone = {one.what.lower() for one in DEPRECATED}
    found = [
        what
        for what in released.breaks(then, released.columns())
        if what.removesuffix(" is gone") not in gone
    ]
    assert found == []


def test_what_breaks_the_release_before_is_found() -> None:
    old = released.columns(CASE)
    new = before(
        n=models.IntegerField(), must=models.IntegerField(default=0), may=models.IntegerField(db_default=0)
    )
    assert released.breaks(old, released.columns(new)) == [
        "cases.case.x is gone",
        "cases.case.must is new, not null, and has no default in the database (db_default)",
    ]


@pytest.mark.django_db(transaction=True)
def test_batches_and_late_foreign_keys_on_a_real_table() -> None:
    """Rows in batches, each in a transaction of its own; a rule for rows to come, then for all."""
    state = ProjectState()
    key = ("id", models.BigAutoField(primary_key=True))
    for name in ("Thing", "Shelf"):
        state.add_model(ModelState("cases", name, [key, ("n", models.IntegerField(default=0))]))
    with connection.schema_editor() as editor:
        for name in ("Thing", "Shelf"):
            editor.create_model(state.apps.get_model("cases", name))
    things = state.apps.get_model("cases", "Thing").objects
    things.bulk_create(state.apps.get_model("cases", "Thing")() for _one in range(25))
    seen: list[int] = []

    def work(apps: Any, rows: Any) -> None:
        seen.append(rows.update(n=1))

    with connection.schema_editor(atomic=False) as editor:
        InBatches("cases.Thing", work, size=10).database_forwards("cases", editor, state, state)
    assert (seen, things.filter(n=1).count()) == ([10, 10, 5], 25)
    field = models.ForeignKey("cases.Shelf", models.PROTECT, null=True, db_index=False)
    add, after = AddForeignKeyLater("thing", "shelf", field), state.clone()
    add.state_forwards("cases", after)
    with connection.schema_editor() as editor:
        add.database_forwards("cases", editor, state, after)
    valid = "select convalidated from pg_constraint where conname = 'cases_thing_shelf_id_fk'"
    for expected in (False, True):
        with connection.cursor() as cursor:
            cursor.execute(valid)
            assert cursor.fetchone() == (expected,)
        with connection.schema_editor() as editor:
            ValidateForeignKey("thing", "shelf").database_forwards("cases", editor, after, after)
