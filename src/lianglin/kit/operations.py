"""Operations for migrations over tables that are full and in use."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently as Once
from django.db import transaction
from django.db.migrations import AddField, RunPython
from django.db.migrations.operations.base import Operation


@contextmanager
def unhurried(schema_editor: Any) -> Iterator[None]:
    """Waits for locks as long as it takes: for what nobody waits behind, and what would begin anew when it gave up."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("select current_setting('lock_timeout')")
        before = cursor.fetchone()[0]
        cursor.execute("set lock_timeout = 0")
        try:
            yield
        finally:
            cursor.execute("select set_config('lock_timeout', %s, false)", [before])


class AddIndexConcurrently(Once):
    """Builds an index while others write, and can be run again after it was cut off.

    ``create index concurrently`` stands outside a transaction. A process killed in the middle leaves an index that is
    not valid (PostgreSQL, CREATE INDEX, "Building Indexes Concurrently"); one killed right after leaves a good index
    of which Django knows nothing, and so does an operator who builds it before the upgrade. The first is built anew,
    the second stays.
    """

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Errors: NotSupportedError inside a transaction (the migration needs ``atomic = False``)."""
        self._ensure_not_in_transaction(schema_editor)
        with unhurried(schema_editor):
            self._build(app_label, schema_editor, from_state, to_state)

    def _build(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(
                "select indisvalid from pg_index where indexrelid = to_regclass(%s)",
                [schema_editor.quote_name(self.index.name)],
            )
            found = cursor.fetchone()
        if found == (True,):
            return
        if found:
            schema_editor.execute(
                f"drop index concurrently if exists {schema_editor.quote_name(self.index.name)}"
            )
        super().database_forwards(app_label, schema_editor, from_state, to_state)


class AddForeignKeyLater(AddField):
    """A column that leads to another table, on a table that is full: its rule holds for rows to come.

    Django's own would look through all rows while nobody writes to either table. No index: AddIndexConcurrently makes it,
    and :class:`ValidateForeignKey`, in a later migration, looks at the rows that were there.
    """

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """The column, then the rule NOT VALID."""
        model = to_state.apps.get_model(app_label, self.model_name)
        field = model._meta.get_field(self.name)
        if field.db_index:
            raise ValueError(
                f"{self.model_name}.{self.name}: say db_index=False, and AddIndexConcurrently builds it."
            )
        constrained, field.db_constraint = field.db_constraint, False
        schema_editor.add_field(from_state.apps.get_model(app_label, self.model_name), field)
        if constrained:
            schema_editor.execute(
                f"alter table {model._meta.db_table} add constraint {rule_name(model, field)} foreign key ({field.column}) "
                f"references {field.remote_field.model._meta.db_table} ({field.target_field.column}) "
                "deferrable initially deferred not valid"
            )


class ValidateForeignKey(Operation):
    """Looks at the rows that were there before :class:`AddForeignKeyLater`, while others read and write."""

    reduces_to_sql = True
    reversible = True

    def __init__(self, model_name: str, name: str) -> None:
        self.model_name, self.name = model_name, name

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The models stay as they are."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """ALTER TABLE … VALIDATE CONSTRAINT."""
        model = to_state.apps.get_model(app_label, self.model_name)
        name = rule_name(model, model._meta.get_field(self.name))
        schema_editor.execute(f"alter table {model._meta.db_table} validate constraint {name}")

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Nothing: the rule stays."""

    def describe(self) -> str:
        """As Django's command shows it."""
        return f"Validate the foreign key {self.name} of {self.model_name}"


def rule_name(model: Any, field: Any) -> str:
    """The name of a foreign key's rule, under 63 bytes."""
    return f"{model._meta.app_label}_{model._meta.model_name}_{field.column}"[:58] + "_fk"


class InBatches(RunPython):
    """Work over the rows of a full table, some thousand a transaction, in the order of their keys.

    ``work``(apps, rows): changes the rows of a QuerySet; run again after it was cut off, it begins at the first key, so
    it must leave rows alone that are done. The migration needs ``atomic = False``.
    """

    def __init__(self, model: str, work: Callable[[Any, Any], None], size: int = 5000) -> None:
        self.model, self.work, self.size = model, work, size
        super().__init__(self._walk, RunPython.noop, atomic=False)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """As it was written."""
        return self.__class__.__name__, [self.model, self.work, self.size], {}

    def _walk(self, apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.in_atomic_block:
            raise ValueError(f"{self.model}: batches need a migration with atomic = False")
        rows = apps.get_model(self.model)._base_manager.order_by("pk")
        last = None
        while True:
            found = rows if last is None else rows.filter(pk__gt=last)
            keys = list(found.values_list("pk", flat=True)[: self.size])
            if not keys:
                return
            with transaction.atomic(using=schema_editor.connection.alias):
                self.work(apps, rows.filter(pk__gte=keys[0], pk__lte=keys[-1]))
            last = keys[-1]
