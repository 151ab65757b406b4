"""The columns of the last release, against which new ones are held: its code must write into the new schema.

``python -m tests.contracts.released`` writes them down when a release is made (docs/how-to/upgrade.md, for maintainers).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.db.migrations.loader import MigrationLoader
from django.db.models.fields import NOT_PROVIDED

FILE = Path(__file__).parent / "released.json"
Columns = dict[str, dict[str, bool]]
"""Table ("app.model") -> column -> whether an INSERT that does not name it succeeds."""


def columns(state: Any = None) -> Columns:
    """The columns of our tables after all migrations, or in ``state``."""
    state = state or MigrationLoader(None, ignore_no_migrations=True).project_state()
    found: Columns = {}
    for (app, model), one in sorted(state.models.items()):
        if one.options.get("managed", True) and not one.options.get("proxy"):
            found[f"{app}.{model}"] = {
                name: bool(field.null or field.db_default is not NOT_PROVIDED or field.primary_key)
                for name, field in one.fields.items()
                if not field.many_to_many
            }
    return found


def breaks(before: Columns, now: Columns) -> list[str]:
    """What the code of the release before could not do: write a row without a new column, use one that is gone."""
    found = []
    for table, columns in before.items():
        here = now.get(table)
        if here is None:
            found.append(f"{table} is gone")
            continue
        found += [f"{table}.{name} is gone" for name in columns if name not in here]
        found += [
            f"{table}.{name} is new, not null, and has no default in the database (db_default)"
            for name, optional in here.items()
            if name not in columns and not optional
        ]
    return found


if __name__ == "__main__":
    import django

    django.setup()
    FILE.write_text(json.dumps(columns(), indent=1, sort_keys=True) + "\n")
    sys.stdout.write(f"{FILE}\n")
