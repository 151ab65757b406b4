"""Statements whose plan PostgreSQL keeps on the connection: those whose way is the same whoever asks.

A plan is made for each statement anew, with the policies of every table in it; for a read by key that costs more
than the read. A kept plan holds no scope: `current_setting` is evaluated whenever it runs, and PostgreSQL makes
the plan again when another role runs the same text (``access/tests/test_plans.py``). What it does keep is the *way*
that was chosen for whoever asked first. So only what is found by its key, and what is written, goes through here;
a list page never does, whose best way depends on how wide the reader's area is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

Execute = Callable[..., Any]


def _kept(_execute: Execute, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """As ``CursorWrapper._execute``, with the one word that Django has no place for."""
    if many or not params:
        return _execute(sql, params, many, context)
    cursor = context["cursor"]
    cursor.db.validate_no_broken_transaction()
    with cursor.db.wrap_database_errors:
        return cursor.cursor.execute(sql, params, prepare=True)


def _written(execute: Execute, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    if (sql.startswith("INSERT INTO ") and sql.count("(") <= _ONE_ROW) or _ONE_UPDATED.search(sql):
        return _kept(execute, sql, params, many, context)
    return execute(sql, params, many, context)


_ONE_ROW = 2
"""A row's names and its values. The text of many rows differs with their number and would be kept for each."""
_ONE_UPDATED = re.compile(r'^UPDATE "\w+" SET [^()]* WHERE "\w+"\."\w+" = %s$')
"""What ``save()`` sends: one row, by its key."""


@contextmanager
def keeping(alias: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """Keeps the plan of each statement in the block. For statements with a fixed text that read or write by key."""
    with connections[alias].execute_wrapper(_kept):  # pyright: ignore[reportGeneralTypeIssues]
        yield


@contextmanager
def keeping_what_is_written() -> Iterator[None]:
    """Keeps the plan of each row that is inserted or updated alone; everything else in the block is planned as ever."""
    with connections[DEFAULT_DB_ALIAS].execute_wrapper(_written):  # pyright: ignore[reportGeneralTypeIssues]
        yield
