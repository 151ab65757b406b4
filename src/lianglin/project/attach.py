"""Getting to a database that is there, has its roles and is at the newest migration."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from lianglin.kit import mishaps
from lianglin.project import database, environment
from lianglin.project.embedded import Server
from lianglin.project.environment import Environment
from lianglin.project.errors import Busy, Closed, SetupError

OLDEST = 150000
ARCHIVING = {
    "archive_mode": "on",
    # The server's user may reach neither the backups nor their keys: it hands the log over to “backup archive-wal”.
    "archive_command": 'mkdir -p -m 0700 ../outbox && test ! -e "../outbox/%f" && cp "%p" "../outbox/.%f" && sync "../outbox/.%f" '
    '&& mv "../outbox/.%f" "../outbox/%f" && sync ../outbox',
    "archive_timeout": "300",
}
"""Settings of an embedded server whose write-ahead log is archived (LIANGLIN_BACKUPS is set)."""
MIGRATION_LOCK = 0x11A_611
"""Advisory lock under which one process at a time prepares the database."""


@contextmanager
def running(env: Environment) -> Iterator[Server | None]:
    """Holds a share in the embedded server for the block; with DATABASE_URL there is nothing to hold."""
    environment.make_data_folder(env.data)
    if env.database_url:
        yield None
        return
    settings = {"max_connections": str(40 + 10 * env.web_workers)}
    if env.backups is not None:
        settings |= ARCHIVING
    with Server.start(env.data / "pg", settings=settings) as server:
        yield server


def migrate(env: Environment) -> None:
    """Creates roles and database where missing, applies all migrations, then grants and policies.

    Django must not be set up as another role than the owner in this process.
    """
    with connect(env, None) as admin:
        admin.execute("select pg_advisory_lock(%s)", [MIGRATION_LOCK])
        prepare(env, admin)
        setup_django()
        apply_migrations(env)


def prepare(env: Environment, admin: Any) -> None:
    """Roles, database, ownership. ``admin``: connection of a user who may create them."""
    from lianglin.access import policies

    setup_django()
    try:
        passwords = {database.login(role): database.password(env, role) for role in database.ROLES}
        policies.ensure_roles(admin, passwords=passwords)
        name = str(database.address(env)["dbname"])
        if admin.execute("select 1 from pg_database where datname = %s", [name]).fetchone() is None:
            admin.execute(
                sql.SQL("create database {} template template0 encoding 'UTF8'").format(sql.Identifier(name))
            )
        with connect(env, name) as connection:
            policies.own_database(connection, name)
        _let_the_owner_see(admin)
    except psycopg.errors.InsufficientPrivilege as error:
        raise SetupError(
            f"The user of DATABASE_URL may not prepare the database ({error.diag.message_primary}). "
            "Name a user who may create roles and databases; only “migrate” needs it."
        ) from None


def apply_migrations(env: Environment, say: Callable[[str], None] = print) -> None:
    """Django's migrations (procrastinate's among them), then grants and policies, as the owner.

    While people work: it waits for no lock longer than two seconds, and tries again (see patience.py).
    """
    from django.core.management import call_command
    from django.db import DEFAULT_DB_ALIAS, connections
    from django.db.migrations.recorder import MigrationRecorder

    from lianglin.access import policies
    from lianglin.project.patience import patiently
    from lianglin.project.sparing import sparing

    where = database.admin_dsn(env)
    try:
        with (
            nullcontext()
            if MigrationRecorder(connections[DEFAULT_DB_ALIAS]).applied_migrations()
            else sparing()
        ):
            patiently(lambda: call_command("migrate", verbosity=0, interactive=False), where=where, say=say)
        patiently(policies.apply, where=where, say=say)
    except Exception as error:
        mishaps.note("upgrade", "migrate", error)
        mishaps.hand_on()
        raise
    finally:
        connections.close_all()


def _let_the_owner_see(admin: Any) -> None:
    """The owner may read the server's statistics, for the operator's page; where that may not be given, it shows less."""
    with suppress(psycopg.errors.InsufficientPrivilege, psycopg.errors.FeatureNotSupported):
        admin.execute("grant pg_read_all_stats to lianglin_owner")


def setup_django() -> None:
    """Makes Django ready in this process. Harmless when called again."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianglin.project.settings")
    django.setup(set_prefix=False)


def connect(env: Environment, dbname: str | None) -> psycopg.Connection:
    """An administrator's connection: to ``dbname``, else to a database that surely exists."""
    where = database.admin_dsn(env, dbname or "postgres")
    try:
        connection = psycopg.connect(where, autocommit=True, connect_timeout=10)
    except psycopg.OperationalError as error:
        raise _unreachable(env, error) from None
    if connection.info.server_version < OLDEST:
        version = connection.info.server_version // 10000
        connection.close()
        raise SetupError(f"DATABASE_URL is a PostgreSQL {version}. Lianglin needs version 15 or newer.")
    return connection


def require_migrated(env: Environment) -> None:
    """SetupError unless this process's own role finds the database at this program's migrations."""
    from lianglin.project import closed
    from lianglin.project.health import known_migrations

    setup_django()
    parameters = {**database.address(env), "user": database.login(env.database_role)}
    parameters["password"] = database.password(env, env.database_role)
    try:
        with psycopg.connect(make_conninfo(**parameters), connect_timeout=10) as connection:
            applied = {
                name for (name,) in connection.execute("select app || '.' || name from django_migrations")
            }
    except psycopg.OperationalError as error:
        if closed.is_locked(env):
            raise Closed(
                "The database was restored from a backup and is closed until the erasure ledger was replayed: "
                "run “lianglin backup open”."
            ) from None
        if not any(word in str(error) for word in ("does not exist", "authentication failed")):
            raise _unreachable(env, error) from None
        applied = set()
    except psycopg.errors.UndefinedTable:
        applied = set()
    if not known_migrations() <= applied:
        raise SetupError("The database is not at this version's migrations. Run “lianglin migrate” first.")


def _unreachable(env: Environment, error: psycopg.OperationalError) -> Busy:
    said = [line.strip() for line in str(error).splitlines() if line.strip()]
    said = [line for line in said if not line.startswith("Is the server running")] or [type(error).__name__]
    reason = said[-1].rpartition("failed: ")[2].rstrip(".?")
    what = "DATABASE_URL" if env.database_url else str(env.data / "pg")
    return Busy(f"The database of {what} cannot be reached ({reason}). Check that it runs.")
