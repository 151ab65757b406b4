"""What an operation of a migration would do to a full table that is in use. Statements are parsed, not searched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlglot
from django.contrib.postgres.operations import AddIndexConcurrently as Once
from django.db import connection, migrations, models
from django.db.migrations import Migration
from django.db.models.fields import NOT_PROVIDED
from sqlglot import exp

from lianglin.kit.deprecated import DEPRECATED, Gone, older
from lianglin.kit.operations import AddForeignKeyLater, AddIndexConcurrently, InBatches

REWRITING = ("cluster", "vacuum full", "lock", "reindex", "truncate", "refresh materialized view")
VOLATILE = ("random", "gen_random_uuid", "clock_timestamp", "uuid_generate_v4", "nextval", "timeofday")


def wrong_with(
    migration: Migration,
    one: Any,
    *,
    state: Any = None,
    deprecated: tuple[Gone, ...] = DEPRECATED,
    release: str = "0.1.0",
) -> str:
    """Why an operation holds up a full table, or breaks the code of the release before; "" when it does neither.

    ``state``: the project's state before the migration, for changes of a column's type.
    """
    if isinstance(one, migrations.SeparateDatabaseAndState):
        found = (
            wrong_with(migration, part, state=state, deprecated=deprecated)
            for part in one.database_operations
        )
        return "; ".join(filter(None, found))
    if isinstance(one, migrations.RunSQL):
        return "; ".join(wrong for text in _texts(one.sql) for wrong in wrong_with_sql(text))
    if isinstance(one, migrations.RunPython):
        return _python(migration, one)
    if isinstance(one, migrations.RenameField | migrations.RenameModel | migrations.AlterModelTable):
        return "the code of the release before knows the old name: a new one, a copy, and an old one that goes later"
    if isinstance(one, migrations.RemoveField | migrations.DeleteModel):
        return _removed(migration, one, deprecated, release)
    if isinstance(one, migrations.AlterField):
        return _altered(migration, one, state)
    if isinstance(one, migrations.AddField):
        return _added(one)
    return _index(migration, one)


def _index(migration: Migration, one: Any) -> str:
    if isinstance(one, AddIndexConcurrently):
        return "an index is built concurrently: atomic = False" if migration.atomic else ""
    if isinstance(one, Once):
        return "cut off half-way it cannot be run again: kit.operations.AddIndexConcurrently"
    if isinstance(one, migrations.AddIndex):
        return "writers wait while the index is built: AddIndexConcurrently, in a migration of its own"
    if type(one) is migrations.AddConstraint:
        if isinstance(one.constraint, models.CheckConstraint):
            return (
                "all rows are looked at while nobody reads: AddConstraintNotValid, later ValidateConstraint"
            )
        return "writers wait while the constraint's index is built"
    return ""


def _added(one: Any) -> str:
    field = one.field
    if isinstance(field, models.GeneratedField) and field.db_persist:
        return "a stored generated column rewrites the table: let a trigger keep it"
    constant = field.default is not NOT_PROVIDED or field.db_default is not NOT_PROVIDED
    if not (field.null or constant or field.empty_strings_allowed):
        return "a column without null needs a constant to begin with"
    if getattr(field, "unique", False) and not field.primary_key:
        return "writers wait while the unique index is built"
    if isinstance(field, models.ForeignKey) and not isinstance(one, AddForeignKeyLater):
        return "a foreign key on a full table: kit.operations.AddForeignKeyLater, AddIndexConcurrently, ValidateForeignKey"
    return ""


def _altered(migration: Migration, one: Any, state: Any) -> str:
    if state is None:
        return ""
    old = state.models[migration.app_label, one.model_name_lower].fields[one.name]
    was, now = (_type(field, one.name) for field in (old, one.field))
    if was != now and not _only_wider(was, now):
        return f"the type changes from {was} to {now}: the table is rewritten while nobody reads it"
    if old.null and not one.field.null:
        return "SET NOT NULL looks at all rows while nobody reads: a check NOT VALID first, validated"
    return ""


def _type(field: Any, name: str) -> str:
    copy = field.clone()
    copy.set_attributes_from_name(name)
    if isinstance(copy, models.ForeignKey):
        return "key"
    return str(copy.db_type(connection))


def _only_wider(was: str, now: str) -> bool:
    """Whether PostgreSQL changes the type without a look at the rows: text that may be longer."""
    if was.startswith("varchar(") and now == "text":
        return True
    both = [kind for kind in (was, now) if kind.startswith("varchar(")]
    return len(both) == 2 and int(now[8:-1]) >= int(was[8:-1])


def _removed(migration: Migration, one: Any, deprecated: tuple[Gone, ...], release: str) -> str:
    model = getattr(one, "model_name", None)
    what = f"{migration.app_label}.{model}.{one.name}" if model else f"{migration.app_label}.{one.name}"
    line = next((gone for gone in deprecated if gone.what.lower() == what.lower()), None)
    if line is None:
        return f"{what} is not in kit.deprecated: one release stops using it, a later one drops it"
    if not older(line.unused_since, release):
        return f"{what} is used by the release before {line.unused_since}: drop it in the next one"
    return ""


def _python(migration: Migration, one: Any) -> str:
    if isinstance(one, InBatches):
        return "batches need atomic = False" if migration.atomic else ""
    return "work over rows goes in batches: kit.operations.InBatches; for a small table name the migration in SMALL_WORK"


def _texts(sql: Any) -> Iterator[str]:
    if isinstance(sql, list | tuple):
        for part in sql:
            yield part if isinstance(part, str) else part[0]
    elif sql:
        yield sql


def wrong_with_sql(text: str) -> Iterator[str]:
    """Why statements hold up a full table. What sqlglot does not know is judged by its first words."""
    made: set[str] = set()
    try:
        trees = sqlglot.parse(text, dialect="postgres")
    except sqlglot.errors.ParseError:
        yield from _words(text) or (
            "cannot be read: write it so that sqlglot reads it, or name it in SMALL_WORK",
        )
        return
    for tree in trees:
        if tree is None:
            continue
        if isinstance(tree, exp.Create):
            if tree.kind == "TABLE":
                made.add(tree.find(exp.Table).name)
            elif (
                tree.kind == "INDEX"
                and not tree.args.get("concurrently")
                and tree.find(exp.Table).name not in made
            ):
                yield "CREATE INDEX without CONCURRENTLY"
        elif isinstance(tree, exp.Alter) and tree.kind == "TABLE":
            if tree.find(exp.Table).name not in made:
                yield from _alter(tree)
        elif isinstance(tree, exp.Update | exp.Delete):
            yield "rows are changed in one transaction: kit.operations.InBatches"
        elif isinstance(tree, exp.TruncateTable | exp.Drop):
            yield from _dropped(tree)
        else:
            yield from _unknown(tree)


def _alter(tree: exp.Alter) -> Iterator[str]:
    for action in tree.args.get("actions") or []:
        words = action.sql(dialect="postgres").lower()
        if isinstance(action, exp.AlterColumn):
            if action.args.get("dtype") is not None:
                yield "the type of a column changes: the table is rewritten"
            elif action.args.get("allow_null") is False or "set not null" in words:
                yield "SET NOT NULL without a validated check"
        elif isinstance(action, exp.RenameColumn | exp.AlterRename):
            yield "a rename breaks the code of the release before"
        elif isinstance(action, exp.Drop):
            yield "a drop breaks the code of the release before: kit.deprecated"
        elif isinstance(action, exp.AddConstraint):
            if not tree.args.get("not_valid"):
                yield "ADD CONSTRAINT without NOT VALID"
        elif isinstance(action, exp.ColumnDef):
            yield from _column(words)
    if not tree.args.get("actions"):
        yield from _unknown(tree)


def _column(words: str) -> Iterator[str]:
    if any(f"{name}(" in words for name in VOLATILE):
        yield "a default that differs from row to row rewrites the table"
    if "generated always" in words and "stored" in words:
        yield "a stored generated column rewrites the table"
    if "not null" in words and "default" not in words:
        yield "a column without null needs a constant to begin with"


def _dropped(tree: Any) -> Iterator[str]:
    if isinstance(tree, exp.TruncateTable):
        yield "TRUNCATE"
    elif tree.args.get("kind") in ("TABLE", "COLUMN"):
        yield "a drop breaks the code of the release before: kit.deprecated"
    elif tree.args.get("kind") == "INDEX" and not tree.args.get("concurrently"):
        yield "DROP INDEX without CONCURRENTLY"


def _unknown(tree: Any) -> Iterator[str]:
    yield from _words(tree.sql(dialect="postgres"))


def _words(text: str) -> list[str]:
    return list(_by_words(" ".join(text.lower().split())))


def _by_words(words: str) -> Iterator[str]:
    for first in REWRITING:
        if words.startswith(first):
            yield f"{first.upper()} holds up everybody"
    if words.startswith("alter table"):
        if "set not null" in words:
            yield "SET NOT NULL without a validated check"
        if "add constraint" in words and "not valid" not in words and "using index" not in words:
            yield "ADD CONSTRAINT without NOT VALID"
        if " type " in words and "alter column" in words:
            yield "the type of a column changes: the table is rewritten"
        if "set tablespace" in words or "set logged" in words or "set unlogged" in words:
            yield "the table is rewritten"
