"""Filling empty tables by COPY: text blocks made here, indexes and foreign keys built once at the end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

NULL = "\\N"
_BLOCK = 4096
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def escaped(text: str) -> str:
    """A text as COPY reads it."""
    return text.translate(_ESCAPES)


def octets(value: bytes) -> str:
    """Bytes as COPY reads a bytea."""
    return "\\\\x" + value.hex()


def flag(value: object) -> str:
    """A boolean as COPY reads it."""
    return "t" if value else "f"


def instants(seconds: NDArray[np.integer], never: int) -> list[str]:
    """Seconds since 1970 (UTC) as timestamps for COPY; ``never`` becomes NULL."""
    texts = np.char.add(
        np.where(seconds == never, 0, seconds).astype("datetime64[s]").astype("U19"), "+00"
    ).tolist()
    return [NULL if at == never else text for at, text in zip(seconds.tolist(), texts, strict=True)]


def copy(table: str, columns: str, rows: Iterable[Sequence[str]]) -> int:
    """Streams rows of escaped texts into a table; returns how many. Memory stays at some thousand rows."""
    count, waiting = 0, iter(rows)
    block = list(islice(waiting, _BLOCK))  # before COPY: what makes the rows may first ask the database
    with connection.cursor() as cursor, cursor.copy(f"copy {table} ({columns}) from stdin") as stream:
        while block:
            stream.write("\n".join(map("\t".join, block)) + "\n")
            count += len(block)
            block = list(islice(waiting, _BLOCK))
    return count


def move_sequences(*tables: str) -> None:
    """Sets the id sequences of tables that were filled with their ids behind the last one."""
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(
                f"select setval(pg_get_serial_sequence('{table}', 'id'), greatest(max(id), 1), max(id) is not null) from {table}"
            )


@contextmanager
def built_afterwards(*tables: str) -> Iterator[None]:
    """Drops indexes and foreign keys of the tables and makes them again at the end, all at once.

    For filling whole tables: checking a million rows together takes seconds, one by one minutes. Primary and
    unique keys stay. When the block fails, the tables stay without: the filling begins anew from empty tables.
    Afterwards the planner's statistics are fresh.
    """
    with connection.cursor() as cursor:
        _settle_checks(cursor)
        cursor.execute(_FOREIGN_KEYS, [list(tables)])
        keys = cursor.fetchall()
        cursor.execute(_INDEXES, [list(tables)])
        indexes = cursor.fetchall()
        for table, name, _definition in keys:
            cursor.execute(f"alter table {table} drop constraint {name}")
        for name, _definition in indexes:
            cursor.execute(f"drop index {name}")
    yield
    with connection.cursor() as cursor:
        _settle_checks(cursor)
        for _name, definition in indexes:
            cursor.execute(definition)
        for table, name, definition in keys:
            cursor.execute(f"alter table {table} add constraint {name} {definition}")
        cursor.execute(f"analyze {', '.join(tables)}")


_FOREIGN_KEYS = """
select conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid)
from pg_constraint where contype = 'f' and conrelid = any(%s::regclass[])
"""
_INDEXES = """
select quote_ident(c.relname), pg_get_indexdef(i.indexrelid)
from pg_index i join pg_class c on c.oid = i.indexrelid
where i.indrelid = any(%s::regclass[]) and not i.indisunique
"""


def _settle_checks(cursor: Any) -> None:
    """Has deferred checks of a running transaction made now: a table with open ones cannot be altered."""
    if connection.in_atomic_block:
        cursor.execute("set constraints all immediate")
        cursor.execute("set constraints all deferred")
