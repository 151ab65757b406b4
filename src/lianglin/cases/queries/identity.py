"""Numbers and receipts in plain statements: the next id, an insert that spares a savepoint, a proved receipt."""

from __future__ import annotations

from django.db import connection
from django.db.models.constants import OnConflict
from django.db.models.sql import InsertQuery

from lianglin.cases.models import Case


def next_id() -> int:
    """The id of the case that comes next."""
    with connection.cursor() as cursor:
        cursor.execute("select nextval(pg_get_serial_sequence('cases_case', 'id'))")
        return cursor.fetchone()[0]


def insert_if_free(case: Case) -> bool:
    """Inserts a new case unless its number is taken; spares the savepoint that a failed insert would need."""
    query = InsertQuery(Case, on_conflict=OnConflict.IGNORE)
    query.insert_values(Case._meta.concrete_fields, [case])
    with connection.cursor() as cursor:
        for statement, values in query.get_compiler(connection=connection).as_sql():
            cursor.execute(statement, values)
        fresh = cursor.rowcount == 1
    case._state.adding, case._state.db = not fresh, connection.alias
    return fresh


def claimed(number: str, digest: bytes) -> int | None:
    """The case whose receipt has this number and this keyed digest of the secret."""
    with connection.cursor() as cursor:
        cursor.execute("select cases_claim(%s, %s)", [number, digest])
        return cursor.fetchone()[0]
