"""Numbers and receipts in plain statements: the next id, an insert that spares a savepoint, a proved receipt."""

from __future__ import annotations

from django.db import connection

from lianglin.cases.models import Case
from lianglin.kit import plans, writing


def next_id() -> int:
    """The id of the case that comes next."""
    with connection.cursor() as cursor:
        cursor.execute("select nextval(pg_get_serial_sequence('cases_case', 'id'))")
        return cursor.fetchone()[0]


def insert_if_free(case: Case) -> bool:
    """Inserts a new case unless its number is taken; spares the savepoint that a failed insert would need."""
    text = writing.into(case)
    with plans.keeping(), connection.cursor() as cursor:
        cursor.execute(f"{text.head} VALUES ({text.marks}) ON CONFLICT DO NOTHING", text.values(case))
        fresh = cursor.rowcount == 1
    if fresh:
        writing.written(case)
    return fresh


def claimed(number: str, digest: bytes) -> int | None:
    """The case whose receipt has this number and this keyed digest of the secret."""
    with connection.cursor() as cursor:
        cursor.execute("select cases_claim(%s, %s)", [number, digest])
        return cursor.fetchone()[0]
