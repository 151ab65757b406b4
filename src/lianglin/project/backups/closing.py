"""A restored database stays closed until the erasure ledger was replayed on it.

Closed means: the login roles of web and worker may not log in. The database itself refuses, whatever program asks; it
holds for every way of starting and survives a restart. The comment on the role says why.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from lianglin.kit import events
from lianglin.project import attach, database
from lianglin.project.backups import ledger
from lianglin.project.backups.shelf import Backup, Shelf
from lianglin.project.environment import Environment
from lianglin.project.errors import SetupError

ROLES = ("app", "worker")
COMMENT = "select shobj_description(oid, 'pg_authid') from pg_roles where rolname = %s and not rolcanlogin"

NUMBER_PAST = """
    select setval(found, greatest(nextval(found), %s)) from (select pg_get_serial_sequence(%s, %s)::regclass) as s (found)
    where found is not null
"""


def close(connection: psycopg.Connection, backup: Backup, log: datetime | None = None) -> None:
    """Closes the database of a restored cluster, as its administrator, in one transaction.

    ``log``: when the archived log ended, where the database was restored to a time before that.
    """
    why = json.dumps({
        "backup": backup.label, "at": backup.at, "ended": backup.ended, "log": log.isoformat() if log else "",
    })  # fmt: skip
    with connection.transaction():
        for role in ROLES:
            name = sql.Identifier(database.login(role))
            connection.execute(sql.SQL("alter role {} nologin").format(name))
            connection.execute(sql.SQL("comment on role {} is {}").format(name, sql.Literal(why)))


def why_closed(connection: Any) -> dict[str, str] | None:
    """Which backup the database was restored from, when it is still closed."""
    row = connection.execute(COMMENT, [database.login("app")]).fetchone()
    return (json.loads(row[0]) if row[0] else {}) if row else None


def reopen(env: Environment, shelf: Shelf, apart: Path | None) -> int | None:
    """Migrates, replays the ledger and opens; None when it was not closed. Returns how many rows were erased again.

    Each step may be cut off and run again; the doors open last.
    """
    with attach.connect(env, None) as admin:
        why = why_closed(admin)
    if why is None:
        return None
    since, log = (datetime.fromisoformat(why[at]) if why.get(at) else None for at in ("ended", "log"))
    found = ledger.lines(apart or shelf.folder / "ledger", ledger.due(shelf, since, log))
    attach.migrate(env)  # which opens no door that is closed
    touched = _replay(found)
    _number_past(found)
    ledger.look_anew(shelf)
    with attach.connect(env, None) as admin, admin.transaction():
        for role in ROLES:
            name = sql.Identifier(database.login(role))
            admin.execute(sql.SQL("alter role {} login").format(name))
            admin.execute(sql.SQL("comment on role {} is null").format(name))
    return touched


def _number_past(found: tuple[str, ...]) -> None:
    """Rows that are made from now on get none of the numbers in the ledger.

    A database that was restored to an earlier time would give them once more, to others; the next replay would then erase
    what nobody asked to be erased. As the owner.
    """
    from django.apps import apps
    from django.db import connection

    highest: dict[str, int] = {}
    for line in found:
        given = json.loads(line)
        numbers = (number for number in given["ids"] if isinstance(number, int))
        highest[given["model"]] = max(highest.get(given["model"], 0), *numbers, 0)
    with connection.cursor() as cursor:
        for model, number in highest.items():
            meta = apps.get_model(model)._meta
            key = meta.pk.column if meta.pk else ""
            cursor.execute(NUMBER_PAST, [number, connection.ops.quote_name(meta.db_table), key])


def _replay(found: tuple[str, ...]) -> int:
    from lianglin.access.actor import job
    from lianglin.access.transaction import acting
    from lianglin.kit.errors import HouseError

    try:
        with acting(job()) as by:
            return events.ask(events.ReplayErasures(found), by=by)
    except (HouseError, ValueError) as error:
        raise SetupError(
            f"The ledger could not be replayed, and the database stays closed: {error}"
        ) from error
