"""A PostgreSQL of the city's own as what is backed up: it works over its address, or says what is missing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from psycopg.conninfo import conninfo_to_dict

from lianglin.project import binaries, database, environment
from lianglin.project.backups import making, programs, verifying
from lianglin.project.backups.shelf import Shelf
from lianglin.project.embedded import Server
from lianglin.project.environment import Environment
from lianglin.project.errors import NoBinary, SetupError

RING = {1: b"k" * 32}
TLS = "postgresql://boss:secret@db.example:5433/our_city?sslmode=verify-full&sslrootcert=/etc/city/ca.pem"  # pragma: allowlist secret


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A PostgreSQL that this installation did not make (here: another embedded one), with a database and two users."""
    home = tmp_path_factory.mktemp("source") / "pg"
    with Server.start(
        home, settings={"fsync": "off", "shared_buffers": "32MB", "summarize_wal": "on"}
    ) as server:
        with psycopg.connect(server.dsn(), autocommit=True) as admin:
            for statement in (
                "create database our_city", "create role nobody_much login", "create role keeper login replication",
                "grant pg_read_all_data, pg_monitor to keeper",
            ):  # fmt: skip
                admin.execute(statement)
        with psycopg.connect(server.dsn(dbname="our_city"), autocommit=True) as city:
            city.execute(
                "create table kept (id int primary key); insert into kept select generate_series(1, 100)"
            )
        yield server


def env(url: str, data: Path) -> Environment:
    given = {name: value for name, value in os.environ.items() if name.startswith("LIANGLIN_")}
    return environment.read({**given, "DATABASE_URL": url, "LIANGLIN_DATA": str(data)})


def test_a_user_with_the_rights_backs_up_over_the_address(elsewhere: Server, tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "shelf", RING)
    shelf.prepare()
    source = env(elsewhere.dsn("keeper", "our_city"), tmp_path / "data")
    full = making.create(source, shelf, incremental=False)
    added = making.create(source, shelf, incremental=True)
    assert (full.database, full.admin, added.parent) == ("our_city", "keeper", full.label)
    assert shelf.is_whole(full)
    assert shelf.is_whole(added)


def test_a_user_without_them_is_told_which_to_give(elsewhere: Server, tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "shelf", RING)
    shelf.prepare()
    with pytest.raises(
        SetupError, match="alter role nobody_much replication; grant pg_read_all_data, pg_monitor"
    ):
        making.create(
            env(elsewhere.dsn("nobody_much", "our_city"), tmp_path / "data"), shelf, incremental=False
        )
    assert shelf.labels() == []


def test_every_client_keeps_to_tls(tmp_path: Path) -> None:
    """Web and worker (a bare address, then Django's own), the administrator's commands, and pg_basebackup."""
    full = env(TLS, tmp_path)
    wanted = {"sslmode": "verify-full", "sslrootcert": "/etc/city/ca.pem", "host": "db.example"}
    bare = env(database.bare_url(full), tmp_path)
    for role in ("app", "worker"):
        entry = database.django_database(replace(bare, database_role=role))
        given = {**entry["OPTIONS"], "host": entry["HOST"]}
        assert {name: given[name] for name in wanted} == wanted
    for address in (conninfo_to_dict(database.admin_dsn(full)), making.replication(full)):
        assert {name: address[name] for name in wanted} == wanted


def test_programs_that_speak_no_tls_are_not_asked_to(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    major = int(binaries.MAJOR)
    monkeypatch.setattr(programs, "ELSEWHERE", (str(tmp_path / "{}"),))
    assert programs.client(major, "") == binaries.find_programs()
    with pytest.raises(NoBinary, match=f"apt-get install postgresql-{major}"):
        programs.client(major, "verify-full")
    folder = installed(tmp_path, major, programs.INCREMENTS[1])
    assert programs.client(major, "verify-full") == folder


def installed(place: Path, major: int, *more: str) -> Path:
    """A folder with programs of a version, by name."""
    for name in (*programs.NEEDED, *more):
        path = place / str(major) / name
        path.parent.mkdir(exist_ok=True)
        path.touch(mode=0o755)
    return place / str(major)


def test_a_version_before_increments_needs_no_program_for_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(programs, "ELSEWHERE", (str(tmp_path / "{}"),))
    folder = installed(tmp_path, 15)
    assert programs.of_version(15) == folder
    folder = installed(tmp_path, 17)
    with pytest.raises(NoBinary):
        programs.of_version(17)
    installed(tmp_path, 17, "pg_combinebackup")
    assert programs.of_version(17) == folder


def test_amcheck_is_asked_of_indexes_that_hold_rows(db: None) -> None:
    """Not of a partitioned table's as a whole: amcheck refuses those, and a sound backup would be called bad."""
    with connection.cursor() as cursor:
        cursor.execute(verifying.AMCHECK)
        names = {name for (name,) in cursor.fetchall()}
        cursor.execute(
            "select indexname from pg_indexes where tablename = 'facts_fact' and schemaname = 'public'"
        )
        whole = {f"public.{name}" for (name,) in cursor.fetchall()}
    assert "public.facts_fact_pkey" in whole
    assert whole.isdisjoint(names)
    assert "public.access_account_pkey" in names
