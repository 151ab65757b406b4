"""Brings every encrypted value to the newest key, in small transactions, while the city goes on working.

Each step takes some thousand values of one column, in the order of the table's key, encrypts them anew and writes
those that nobody has changed meanwhile. Where it stands is kept per column, so that it goes on after a kill.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from django.db import connection

from lianglin.access import audit
from lianglin.access.actor import job
from lianglin.access.encrypted import encrypted_columns
from lianglin.access.models import KeyRotation
from lianglin.access.transaction import acting
from lianglin.kit import clock
from lianglin.kit.crypto import decrypt, encryptor, newest_key

STEP = 2000
"""Values a transaction: some 40 ms, and row locks no longer than that."""


@dataclass(frozen=True)
class Done:
    """What a run did: values encrypted anew, and whether every column is at the newest key."""

    changed: int
    finished: bool


def run(*, seconds: float, step: int = STEP, again: bool = False) -> Done:
    """Goes on where the last run stopped, at most so long.

    Columns that are done are left, or with ``again`` looked through once more (a process of before may have
    written under the old key after they were done).
    """
    until, changed = time.monotonic() + seconds, 0
    done = set() if again else finished_columns()
    for column in encrypted_columns():
        while column.label not in done:
            if time.monotonic() > until:
                return Done(changed, False)
            count, ended = _step(column.label, step, column.ground)
            changed += count
            if ended:
                break
    return Done(changed, True)


def _step(label: str, step: int, ground: str = "") -> tuple[int, bool]:
    """One transaction on one column: (values changed, nothing is left)."""
    newest = newest_key(ground)
    with acting(job()), connection.cursor() as cursor:
        state, _made = KeyRotation.objects.select_for_update(no_key=True).get_or_create(
            column=label, key_number=newest, defaults={"begun_at": clock.now()}
        )
        cursor.execute(
            "select pk, value from access_stale_values(%s, %s, %s, %s)", [label, state.behind, step, newest]
        )
        rows = cursor.fetchall()
        if rows:
            seal = encryptor(label, ground)
            olds = [bytes(value) for _pk, value in rows]
            news = [seal(decrypt(old, label, ground)) for old in olds]
            cursor.execute(
                "select access_replace_values(%s, %s::text[], %s::bytea[], %s::bytea[])",
                [label, [pk for pk, _value in rows], olds, news],
            )
            count = cursor.fetchone()[0]
            state.behind, state.changed, state.finished_at = rows[-1][0], state.changed + count, None
            state.save(update_fields=["behind", "changed", "finished_at"])
            return count, False
        return 0, _end(state)


def _end(state: KeyRotation) -> bool:
    """Nothing stale behind the mark: looks once more from the start, since an older process may still write."""
    if state.behind:
        state.behind = ""
        state.save(update_fields=["behind"])
        return False
    if state.finished_at is None:
        state.finished_at = clock.now()
        state.save(update_fields=["finished_at"])
        if state.changed:
            audit.record(
                "access.rotated",
                "access.KeyRotation",
                state.pk,
                values={"column": state.column, "rows": state.changed},
            )
    return True


def finished_columns() -> set[str]:
    """Labels of the columns whose values are all under the newest key, as far as was looked."""
    newest = {column.label: newest_key(column.ground) for column in encrypted_columns()}
    with acting(job()):
        rows = KeyRotation.objects.filter(finished_at__isnull=False).values_list("column", "key_number")
        return {label for label, number in rows if newest.get(label) == number}


def uses_of(label: str) -> list[tuple[int, int]]:
    """(key number, values) of one column. As the background role; reads the column's first bytes whole."""
    with connection.cursor() as cursor:
        cursor.execute("select number, rows from access_key_uses(%s)", [label])
        return [(number, rows) for number, rows in cursor.fetchall()]


def rows_per_key() -> list[tuple[str, int, int]]:
    """(column, key number, rows) of everything that rests encrypted. As the owner; reads the tables whole."""
    found = []
    with connection.cursor() as cursor:
        for column in encrypted_columns():
            cursor.execute(
                f"select get_byte({column.column}, 0), count(*) from {column.table} where {column.column} is not null group by 1 order by 1"
            )
            found += [(column.label, number, count) for number, count in cursor.fetchall()]
    return found
