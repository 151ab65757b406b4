"""PostgreSQL's half of the scope: roles, grants and row-level security, written from the manifests' guards.

Applied after every migration, idempotent; what no guard names stays closed to every role.
"""

from __future__ import annotations

import hashlib
from typing import Any

from django.apps import apps
from django.db import connection, transaction

from lianglin.access.scoped import guards
from lianglin.kit import discovery
from lianglin.kit.domain import (
    LIKE_PUBLIC,
    ROLES,
    Access,
    Everything,
    Granted,
    Guard,
    InScope,
    Own,
    OwnAccount,
    OwnPost,
    OwnResident,
    OwnThrough,
    OwnUnit,
    Predicate,
    Role,
)
from lianglin.kit.grounds import GROUNDS

OWNER, APP, WORKER = "lianglin_owner", "lianglin_app", "lianglin_worker"
VERBS = {"S": "select", "I": "insert", "U": "update", "D": "delete"}
BEFORE_THE_ROLE: tuple[Role, ...] = ("auth",)
"""What is granted to "auth" goes to the login roles themselves: read before the actor's role is known."""


def db_role(role: str) -> str:
    """The database role's name; "auth" is the login role before SET ROLE."""
    return APP if role in BEFORE_THE_ROLE else f"lianglin_{role}"


def ensure_roles(conn: Any, *, passwords: dict[str, str] | None = None) -> None:
    """Creates or repairs the roles of the cluster. ``conn``: psycopg connection that may CREATE ROLE.

    Login roles are NOINHERIT members of the group roles "with inherit false, set true": RESET ROLE leaves
    only what "auth" may read. The worker can only become the job role.
    """
    groups = [db_role(role) for role in ROLES if role not in BEFORE_THE_ROLE]
    present = dict(
        conn.execute("select rolname, rolcanlogin from pg_roles where rolname like 'lianglin%'").fetchall()
    )
    beside = [db_role(role) for role in LIKE_PUBLIC]
    for name in groups:
        if name not in present:
            inherit = "inherit" if name in beside else "noinherit"
            conn.execute(f"create role {name} nologin nosuperuser nocreatedb nocreaterole {inherit}")
    for name in (OWNER, APP, WORKER):
        verb = "alter" if name in present else "create"
        inherit = "inherit" if name == OWNER else "noinherit"
        # A door that was closed (a restored backup whose erasures were not replayed yet) is not opened in passing.
        login = "login" if present.get(name, True) else "nologin"
        conn.execute(f"{verb} role {name} {login} nosuperuser nocreatedb nocreaterole nobypassrls {inherit}")
        if passwords and name in passwords:
            escaped = passwords[name].replace("'", "''")
            conn.execute(f"alter role {name} password '{escaped}'")
    # What a killed worker asked for is given up, with its locks; else whoever takes its work over waits for the answer.
    conn.execute(f"alter role {WORKER} set client_connection_check_interval = '10s'")
    # Before PostgreSQL 16 a membership has no such options; there, NOINHERIT of the role says the same.
    how = " with inherit false, set true" if conn.info.server_version >= 160000 else ""
    reads_along = " with inherit true, set false" if conn.info.server_version >= 160000 else ""
    for name in beside:
        conn.execute(f"grant {db_role('public')} to {name}{reads_along}")
    for name in groups:
        conn.execute(f"grant {name} to {APP}{how}")
        # The demo's filling tells its story through the actions, each as the role that would act.
        conn.execute(f"grant {name} to {OWNER}{how}")
    conn.execute(f"grant lianglin_job to {WORKER}{how}")


def own_database(conn: Any, database: str) -> None:
    """Hands a database and its public schema to the owner role and closes the doors that are open by default."""
    conn.execute(f'alter database "{database}" owner to {OWNER}')
    conn.execute(f"alter schema public owner to {OWNER}")
    conn.execute(f'revoke temporary on database "{database}" from public')
    conn.execute("revoke create on schema public from public")


def condition(predicate: Predicate) -> str:
    """The predicate as a policy expression; the forms that keep their index (see docs/decisions)."""
    match predicate:
        case InScope(column, purpose):
            inside = (
                f"{column} >= current_setting('app.lo', true) and {column} < current_setting('app.hi', true)"
            )
            return (
                f"{inside} and strpos(current_setting('app.purposes', true), ',{purpose},') > 0"
                if purpose
                else inside
            )
        case Granted(subject, column):
            return (
                f"{column} in (select g.subject_id from access_grant g where g.organisation_id = "
                f"nullif(current_setting('app.unit', true), '')::bigint and g.subject = '{subject}' "
                f"and g.ends_at > nullif(current_setting('app.at', true), '')::timestamptz)"
            )
        case Own(column):
            return f"{column} = nullif(current_setting('app.case', true), '')::bigint"
        case OwnResident(column):
            return f"{column} = nullif(current_setting('app.resident', true), '')::bigint"
        case OwnThrough(model, key, owner, column):
            return (
                f"{column} in (select t.{key} from {apps.get_model(model)._meta.db_table} t "
                f"where t.{owner} = nullif(current_setting('app.resident', true), '')::bigint)"
            )
        case OwnPost(column):
            return f"{column} = nullif(current_setting('app.post', true), '')::bigint"
        case OwnAccount(column):
            return f"{column} = nullif(current_setting('app.account', true), '')::bigint"
        case OwnUnit(column):
            return f"{column} = nullif(current_setting('app.unit', true), '')::bigint"
        case Everything():
            return "true"


def _policies(table: str, role: str, access: Access) -> list[str]:
    read, write = condition(access.rows), condition(access.writes or access.rows)
    target = db_role(role)
    made = []
    for letter in access.rights:
        verb = VERBS[letter]
        clause = {
            "S": f"using ({read})",
            "I": f"with check ({write})",
            "U": f"using ({write}) with check ({write})",
            "D": f"using ({write})",
        }[letter]
        made.append(f"create policy {role}_{verb} on {table} for {verb} to {target} {clause}")
    return made


def statements(guard: Guard, table: str = "") -> list[str]:
    """The SQL that brings one table (the guard's model's, unless it is named) to what its guard says."""
    table = table or apps.get_model(guard.model)._meta.db_table
    everyone = ", ".join(sorted({db_role(role) for role in ROLES} | {WORKER}))
    sql = [f"revoke all on {table} from {everyone}"]
    rows = any(not isinstance(a.rows, Everything) or a.writes for a in guard.roles.values())
    protected = rows or guard.personal
    sql.append(f"alter table {table} {'enable' if protected else 'disable'} row level security")
    for role, access in guard.roles.items():
        verbs = ", ".join(VERBS[letter] for letter in access.rights)
        sql.append(f"grant {verbs} on {table} to {db_role(role)}")
        if role == "auth" and "S" in access.rights:
            sql.append(f"grant select on {table} to {WORKER}")
        if protected:
            sql.extend(_policies(table, role, access))
    return sql


_FRAMEWORK = {
    "django_session": "select, insert, update, delete",
    "django_content_type": "select",
    "django_migrations": "select",
}


def apply() -> None:
    """Brings grants and policies of the whole database to what the manifests say. Runs as the owner, while people work.

    One table a transaction, and none that is as it should be: changing a policy locks its table against readers.
    """
    with connection.cursor() as cursor:
        with transaction.atomic():
            groups = ", ".join(sorted(db_role(role) for role in ROLES))
            cursor.execute(f"grant usage on schema public to {groups}, {WORKER}")
            cursor.execute(f"grant usage on all sequences in schema public to {groups}")
            for ground in GROUNDS:
                _open_ground(cursor, ground, groups)
        for guard in guards().values():
            _bring(cursor, guard)
        _drop_forgotten(cursor)
        with transaction.atomic():
            for table, verbs in _FRAMEWORK.items():
                cursor.execute(f"grant {verbs} on {table} to {APP}")
            cursor.execute(f"grant select on django_migrations to {WORKER}")
        for reference in discovery.each("database"):
            with transaction.atomic():
                discovery.resolve(reference)(cursor)
        with transaction.atomic():
            _procrastinate(cursor)


_STATE = """
select encode(sha256(convert_to(concat_ws('|', c.relrowsecurity, c.relacl, (
        select string_agg(concat_ws(',', polname, polcmd, polroles, pg_get_expr(polqual, polrelid),
            pg_get_expr(polwithcheck, polrelid)), ';' order by polname) from pg_policy where polrelid = c.oid)), 'UTF8')), 'hex'),
    coalesce(obj_description(c.oid, 'pg_class'), '')
from pg_class c where c.oid = %s::regclass
"""
"""(what the catalogue says of a table's rights and policies, what was noted when they were made)."""


def _bring(cursor: Any, guard: Guard) -> None:
    """One table to what its guard says, unless both the guard and the table are as they were when it was done last."""
    table = apps.get_model(guard.model)._meta.db_table
    wanted = statements(guard)
    mark = "guard " + hashlib.sha256("\n".join(wanted).encode()).hexdigest()
    cursor.execute(_STATE, [table])
    state, noted = cursor.fetchone()
    if noted == f"{mark} {state}":
        return
    with transaction.atomic():
        _drop_policies(cursor, "polrelid = %s::regclass", table)
        for statement in wanted:
            cursor.execute(statement)
        cursor.execute(_STATE, [table])
        cursor.execute(f"comment on table {table} is '{mark} {cursor.fetchone()[0]}'")


def _drop_forgotten(cursor: Any) -> None:
    """Policies of tables that no guard names any more."""
    guarded = [apps.get_model(guard.model)._meta.db_table for guard in guards().values()]
    with transaction.atomic():
        _drop_policies(
            cursor,
            "polrelid <> all(%s::regclass[]) and relnamespace::regnamespace::text = any(%s)",
            guarded,
            ["public", *GROUNDS],
        )


def _drop_policies(cursor: Any, which: str, *values: Any) -> None:
    cursor.execute(
        "select format('drop policy %%I on %%s', polname, polrelid::regclass) "
        f"from pg_policy join pg_class c on c.oid = polrelid where {which}",
        list(values),
    )
    for (drop,) in cursor.fetchall():
        cursor.execute(drop)


def _open_ground(cursor: Any, ground: str, groups: str) -> None:
    """The schema of a ground is there for its own role, the person and the background; for no other role."""
    cursor.execute(f"create schema if not exists {ground}")
    cursor.execute(f"revoke all on schema {ground} from public, {groups}, {APP}, {WORKER}")
    let_in = ", ".join(db_role(role) for role in (ground, "resident", "job"))
    cursor.execute(f"grant usage on schema {ground} to {let_in}")
    cursor.execute(f"grant usage on all sequences in schema {ground} to {let_in}")


def _procrastinate(cursor: Any) -> None:
    """Lets every role defer a job and nothing else: the defer functions run as their owner, with a fixed path."""
    cursor.execute(
        "select p.oid::regprocedure::text, p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace "
        "where n.nspname = 'public' and p.proname like 'procrastinate\\_%'"
    )
    for signature, name in cursor.fetchall():
        cursor.execute(f"revoke execute on function {signature} from public")
        cursor.execute(f"grant execute on function {signature} to {WORKER}")
        if "_trigger" in name or name.startswith(("procrastinate_defer", "procrastinate_notify")):
            cursor.execute(f"alter function {signature} security definer set search_path = public, pg_temp")
        if name.startswith("procrastinate_defer"):
            cursor.execute(
                f"grant execute on function {signature} to {', '.join(sorted(db_role(r) for r in ROLES))}"
            )
    cursor.execute(
        "select tablename from pg_tables where schemaname = 'public' and tablename like 'procrastinate\\_%'"
    )
    for (table,) in cursor.fetchall():
        cursor.execute(f"grant select, insert, update, delete on {table} to {WORKER}")
    cursor.execute(f"grant select on procrastinate_workers to {APP}")
    cursor.execute(f"grant usage on all sequences in schema public to {WORKER}")
