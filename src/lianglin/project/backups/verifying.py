"""Is the backup worth anything? It is restored elsewhere, started, read, compared, and thrown away again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql

from lianglin.project import embedded
from lianglin.project.backups import programs, restoring, tables
from lianglin.project.backups.cipher import whole
from lianglin.project.backups.shelf import Backup, Shelf, refusal
from lianglin.project.environment import Environment
from lianglin.project.errors import SetupError

SPARE = 200 * 1024**2
Say = Callable[[str], None]


@dataclass
class Report:
    """What was looked at, and what was found."""

    label: str
    said: list[str] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)


def verify(env: Environment, shelf: Shelf, label: str) -> Report:
    """Verifies one backup with all it stands on. SetupError when it cannot even be restored."""
    with shelf.noted("verify", label) as noted:
        backup = shelf.about(label)
        chain = shelf.chain(label)
        noted["size"] = sum(one.size for one in chain)
        report = Report(label)
        for one in chain:
            report.findings += shelf.check_files(one)
        if not report.findings:
            room = SPARE + sum(one.plain for one in chain) + (backup.plain if len(chain) > 1 else 0)
            try:
                with programs.scratch(shelf.folder, room) as home:
                    _restored(env, shelf, chain, home, report)
            except OSError as error:
                raise refusal(shelf.folder, error) from None
        if report.findings:
            raise Bad(report)
    return report


class Bad(SetupError):
    """A backup that is not what it should be."""

    def __init__(self, report: Report) -> None:
        todo = "Make a full one (“lianglin backup create”) and try that out; until then the one before is the newest."
        super().__init__("\n".join([f"{report.label} cannot be relied on:", *report.findings, todo]))
        self.report = report


def _restored(env: Environment, shelf: Shelf, chain: list[Backup], home: Path, report: Report) -> None:
    backup = chain[-1]
    restoring.lay_out(shelf, chain, home, sync=False)
    report.said.append(f"{len(chain)} part(s), every file as its manifest says")
    count = restoring.files_of(shelf, chain, home / "files")
    report.said.append(f"{count} attachments")
    major = backup.server // 10000
    with programs.started(home, major, {"fsync": "off"}) as folder:
        with programs.admin(folder, backup.admin, backup.database) as admin:
            _tables(shelf, backup, admin, report)
            _indexes(admin, report)
            earlier = _migrations(admin, report)
        if earlier:  # a restore migrates; this program cannot read the tables as they are
            report.said.append(
                "audit: of an earlier version, which verifies it; or this one, after the restore"
            )
        else:
            _audit(env, backup, folder, home, report)
    _checksums(home, major, report)
    lost = sorted(set(backup.field_keys) - set(env.field_keys))
    needed = ", ".join(map(str, backup.field_keys))
    report.said.append(f"needs LIANGLIN_FIELD_KEYS {needed}, which no backup holds")
    if lost:
        report.findings.append(
            f"LIANGLIN_FIELD_KEYS lacks {', '.join(map(str, lost))}: those values cannot be read."
        )


def _tables(shelf: Shelf, backup: Backup, admin: psycopg.Connection, report: Report) -> None:
    name = f"{backup.label}/tables"
    recorded = json.loads(whole(shelf.folder / name, shelf.ring, name))
    big = {table: bool(figures[3]) for table, figures in recorded["before"].items()}
    equal, findings = tables.compared(recorded, tables.taken(admin, big))
    moved = recorded["moved"]
    said = f"{equal} tables as recorded"
    if moved:
        said += f"; {len(moved)} were written to meanwhile and not compared: {', '.join(moved)}"
    report.said.append(said)
    report.findings += findings


AMCHECK = """
    select format('%I.%I', n.nspname, c.relname)
    from pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
    join pg_am a on a.oid = c.relam
    where a.amname = 'btree' and c.relkind = 'i' and i.indisvalid and c.relpersistence = 'p' order by 1
"""
"""Not those of a partitioned table as a whole: they hold nothing themselves, and amcheck refuses them."""


def _indexes(admin: psycopg.Connection, report: Report) -> None:
    """bt_index_check with heapallindexed where the server has amcheck; else the primary keys' rows are counted both ways."""
    there = admin.execute("select 1 from pg_available_extensions where name = 'amcheck'").fetchone()
    names = [name for (name,) in admin.execute(AMCHECK).fetchall()]
    if there:
        admin.execute("create extension if not exists amcheck")
        for name in names:
            try:
                admin.execute("select bt_index_check(index => %s::regclass, heapallindexed => true)", [name])
            except psycopg.Error as error:
                report.findings.append(f"Index {name}: {error.diag.message_primary}.")
        report.said.append(f"amcheck: {len(names)} indexes hold every row")
        return
    keys = admin.execute(
        "select n.nspname, c.relname, a.attname from pg_index i join pg_class c on c.oid = i.indrelid "
        "join pg_namespace n on n.oid = c.relnamespace "
        "join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0] "
        "where i.indisprimary and c.relkind = 'r' and n.nspname !~ '^(pg_|information_schema)'"
    ).fetchall()
    for schema, name, column in keys:
        table = sql.Identifier(schema, name)
        counted = []
        for off in ("indexscan, enable_indexonlyscan, enable_bitmapscan", "seqscan"):
            with admin.transaction():
                for setting in off.split(", "):
                    admin.execute(
                        sql.SQL("set local {} = off").format(
                            sql.Identifier(f"enable_{setting.removeprefix('enable_')}")
                        )
                    )
                query = sql.SQL("select count(*) from (select {} from {} order by {}) t")
                row = admin.execute(
                    query.format(sql.Identifier(column), table, sql.Identifier(column))
                ).fetchone()
                counted.append(row[0] if row else 0)
        if counted[0] != counted[1]:
            report.findings.append(
                f"The primary key of {schema}.{name} knows {counted[1]} rows, the table has {counted[0]}."
            )
    report.said.append(f"{len(keys)} primary keys know every row (amcheck is not in this PostgreSQL)")


def _migrations(admin: psycopg.Connection, report: Report) -> int:
    """Compares with this program's; returns how many a restore would still have to apply."""
    from lianglin.project.health import known_migrations

    rows = admin.execute("select app || '.' || name from django_migrations").fetchall()
    applied = {name for (name,) in rows}
    foreign = sorted(name for name in applied - known_migrations() if not name.startswith("procrastinate."))
    if foreign:
        report.findings.append(
            f"It was made by a newer version of Lianglin (it knows {foreign[-1]}): restore it with that one."
        )
    behind = len(known_migrations() - applied)
    report.said.append(
        f"{len(applied)} migrations known" + (f", {behind} to apply after a restore" if behind else "")
    )
    return behind


def _audit(env: Environment, backup: Backup, folder: str, home: Path, report: Report) -> None:
    """`lianglin audit verify` on the copy, as anybody would call it."""
    url = embedded.url(user=backup.admin, dbname=backup.database, host=folder)
    own = {"DATABASE_URL": url, "DATABASE_URL_FILE": "", "LIANGLIN_DATA": str(home / "data")}
    if env.demo:
        own |= {"LIANGLIN_DEMO": "1", **_secrets_of(env)}
    done = subprocess.run(
        [sys.executable, "-m", "lianglin.project.cli", "audit", "verify"],
        env={**os.environ, **own}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    lines = [line for line in (done.stdout + done.stderr).splitlines() if line]
    if done.returncode != 0:
        report.findings.append(f"The audit does not verify: {'; '.join(lines[-4:])}")
    else:
        report.said.append(f"audit: {lines[-1] if lines else 'verified'}")


def _secrets_of(env: Environment) -> dict[str, str]:
    """A demo keeps its secrets in its own data folder, which is not the copy's; one that is set counts before them."""
    from lianglin.project import environment

    kept = environment.demo_secrets(env.data).items()
    return {
        name: value
        for name, value in kept
        if not os.environ.get(name) and not os.environ.get(name + environment.FILE)
    }


def _checksums(home: Path, major: int, report: Report) -> None:
    """Every page of the copy once more, by its own checksum."""
    status, said = programs.tool(major, "pg_checksums", "--check", f"--pgdata={home / 'cluster'}")
    if "not enabled" in said:
        report.said.append("pages have no checksums (initdb --data-checksums, or pg_checksums --enable)")
    elif status != 0:
        report.findings.append(str(programs.failed("Pages are damaged", said)))
    else:
        report.said.append("pg_checksums: every page as it was written")
