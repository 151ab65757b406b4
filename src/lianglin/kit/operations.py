"""Operations for migrations over tables that are full and in use."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently as Once


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
