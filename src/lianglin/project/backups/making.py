"""Making a backup: figures, pg_basebackup through the cipher, attachments, figures again, then the name."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tarfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

import psycopg
from psycopg.conninfo import make_conninfo

from lianglin.project import attach, database
from lianglin.project.backups import manifest as manifests
from lianglin.project.backups import programs, tables
from lianglin.project.backups.cipher import Writer, opened, whole
from lianglin.project.backups.shelf import PART, Backup, Shelf, now, refusal
from lianglin.project.environment import Environment
from lianglin.project.errors import DiskFull, SetupError

LEAST = 64 * 1024**2
MAIN = "base.tar"


@dataclass(frozen=True)
class Source:
    """The server that is backed up."""

    version: int
    system: str
    size: int
    segment_size: int
    summarizes: bool
    admin: str
    replicates: bool


def create(env: Environment, shelf: Shelf, *, incremental: bool) -> Backup:
    """Makes one backup. SetupError says why none was made; nothing that counts is left then."""
    shelf.need_keys()
    kind = "incremental" if incremental else "full"
    with shelf.turn(), shelf.noted(kind) as said:
        shelf.sweep_parts()
        programs.sweep_scratch(shelf.folder)
        begun = now()
        label = said["label"] = f"{begun:%Y%m%dT%H%M%SZ}-{kind}"
        if (shelf.folder / label).exists():
            raise SetupError(f"There is a backup {label} already: two within a second. Try again.")
        part = shelf.folder / (label + PART)
        part.mkdir(mode=0o700)
        try:
            made = _Making(env, shelf, part, label, kind).made(begun.isoformat())
            shelf.finish(part, made)
        except psycopg.errors.InsufficientPrivilege as error:
            raise _not_allowed(env, error.diag.message_primary or "") from None
        except OSError as error:
            raise refusal(part, error) from None
        finally:
            shutil.rmtree(part, ignore_errors=True)
        said["size"] = made.size
        return made


def _not_allowed(env: Environment, why: str) -> SetupError:
    """What the user of DATABASE_URL lacks, as the statements that give it."""
    user = database.address(env).get("user") or "USER"
    return SetupError(
        f"The user of DATABASE_URL may not take a backup ({why}). As an administrator of that server: "
        f"alter role {user} replication; grant pg_read_all_data, pg_monitor to {user};"
    )


class _Making:
    def __init__(self, env: Environment, shelf: Shelf, part: Path, label: str, kind: str) -> None:
        self.env, self.shelf, self.part, self.label, self.kind = env, shelf, part, label, kind
        self.files: dict[str, list[Any]] = {}

    def made(self, at: str) -> Backup:
        begun = time.monotonic()
        with attach.connect(self.env, None) as connection:
            source = _source(connection)
            if not source.replicates:
                raise _not_allowed(self.env, "it has no right to REPLICATION")
        parent = self._parent(source)
        self._require_room(source)
        with attach.connect(self.env, database_name(self.env)) as connection:
            before, big = tables.sums(connection)
        manifest = self._base(source, parent)
        with attach.connect(self.env, database_name(self.env)) as connection:
            after = tables.taken(connection, big)
        self._add("tables", json.dumps({"before": before, "moved": tables.moved(before, after)}).encode())
        self._attachments(parent)
        ranges = json.loads(manifest)["WAL-Ranges"]
        return Backup(
            label=self.label,
            kind=self.kind,
            parent=parent.label if parent else "",
            at=at,
            ended=now().isoformat(),
            server=source.version,
            system=source.system,
            database=database_name(self.env),
            admin=source.admin,
            timeline=int(ranges[-1]["Timeline"]),
            start=str(ranges[0]["Start-LSN"]),
            segment_size=source.segment_size,
            field_keys=sorted(self.env.field_keys),
            seconds=round(time.monotonic() - begun, 3),
            plain=self._plain,
            files=self.files,
        )

    def _parent(self, source: Source) -> Backup | None:
        if self.kind == "full":
            return None
        parent = self.shelf.newest()
        if parent is None:
            raise SetupError(
                "There is no backup to add to yet. Make a full one first: “lianglin backup create”."
            )
        for one in self.shelf.chain(parent.label):  # else the increment is worth nothing
            if not self.shelf.is_whole(one):
                raise SetupError(
                    f"{one.label} is damaged (a file is missing or cut off), and an increment would stand on it. Make a full "
                    "one: “lianglin backup create”."
                )
        if parent.system != source.system:
            raise SetupError(f"{parent.label} is a backup of another database. Make a full one first.")
        if source.version < 170000 or not source.summarizes:
            raise SetupError(
                "Increments need PostgreSQL 17 or newer with summarize_wal = on. Set it and reload, or make a full backup."
            )
        return parent

    def _require_room(self, source: Source) -> None:
        free = shutil.disk_usage(self.shelf.folder).free
        least = LEAST + (source.size // 10 if self.kind == "full" else 0)
        if free < least:
            raise DiskFull(
                f"The disk of {self.shelf.folder} has {free // 1024**2} MB left; this backup needs at least "
                f"{least // 1024**2} MB. Make room (“lianglin backup prune”)."
            )

    def _base(self, source: Source, parent: Backup | None) -> bytes:
        """Runs pg_basebackup into the cipher; returns its manifest."""
        words = ["--pgdata=-", "--format=tar", "--wal-method=fetch", "--checkpoint=fast", "--no-password"]
        words.append("--manifest-checksums=SHA256")
        given = replication(self.env)
        own = _surroundings(given.pop("password", None))
        words += [f"--label={self.label}", f"--dbname={make_conninfo(**given)}"]
        clear = self.part / "manifest.clear"
        if parent is not None:
            clear.touch(mode=0o600)
            name = f"{parent.label}/manifest"
            clear.write_bytes(whole(self.shelf.folder / name, self.shelf.ring, name))
            words.append(f"--incremental={clear}")
        program = programs.client(source.version // 10000, str(given.get("sslmode", ""))) / "pg_basebackup"
        with (self.part / "said").open("w+b") as said:
            run = subprocess.Popen(  # noqa: S603 - our own program, fixed arguments
                [str(program), *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said, env=own
            )
            try:
                with self._writer(MAIN) as sink:
                    manifest = _pass_on(cast("BinaryIO", run.stdout), sink)
                    status = run.wait()
                    said.seek(0)
                    if status != 0 or not manifest:
                        raise _base_failed(said.read().decode(errors="replace"))
            finally:
                if run.poll() is None:
                    run.kill()
                    run.wait()
                cast("BinaryIO", run.stdout).close()
                clear.unlink(missing_ok=True)
        (self.part / "said").unlink()
        self._plain = sink.plain
        self._note(MAIN, sink)
        self._add("manifest", manifest)
        return manifest

    def _attachments(self, parent: Backup | None) -> None:
        """The attachments whose names the chain does not hold yet: a stored file never changes."""
        root = self.env.data / "files"
        held = set(names_in(self.shelf, parent)) if parent else set()
        names = sorted(
            path.relative_to(root).as_posix() for path in root.glob("??/??/*") if path.suffix != ".part"
        )
        kept = []
        with self._writer("files.tar") as sink, tarfile.open(fileobj=cast("Any", sink), mode="w|") as tar:
            for name in names:
                with suppress(FileNotFoundError):  # erased while this runs
                    if name not in held:
                        tar.add(root / name, arcname=name, recursive=False)
                    kept.append(name)
        self._note("files.tar", sink)
        self._add("names", "\n".join(kept).encode())

    def _writer(self, name: str) -> Writer:
        return Writer(self.part / name, self.shelf.ring, f"{self.label}/{name}")

    def _add(self, name: str, data: bytes) -> None:
        with self._writer(name) as sink:
            sink.write(data)
        self._note(name, sink)

    def _note(self, name: str, sink: Writer) -> None:
        self.files[name] = [sink.size, sink.digest]


def names_in(shelf: Shelf, backup: Backup) -> list[str]:
    """The attachments that belong to a backup."""
    name = f"{backup.label}/names"
    return whole(shelf.folder / name, shelf.ring, name).decode().splitlines()


def opened_part(shelf: Shelf, backup: Backup, name: str) -> BinaryIO:
    """A file of a backup, in the clear."""
    return opened(shelf.folder / backup.label / name, shelf.ring, f"{backup.label}/{name}")


def database_name(env: Environment) -> str:
    """The name of the city's database."""
    return str(database.address(env)["dbname"])


def replication(env: Environment) -> dict[str, Any]:
    """Connection parameters for a backup: no database, and a standby is as good as the primary."""
    given = database.address(env)
    return {name: value for name, value in given.items() if name != "target_session_attrs"}


def _surroundings(password: Any) -> dict[str, str]:
    """What pg_basebackup is given beside its words, which every user of the machine can read: the password, none of our keys."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("LIANGLIN_", "DATABASE_URL"))
    }
    return kept | ({"PGPASSWORD": str(password)} if password else {})


def _source(connection: psycopg.Connection) -> Source:
    row = connection.execute(
        "select (select system_identifier::text from pg_control_system()),"
        " (select sum(pg_database_size(oid))::bigint from pg_database),"
        " (select setting::bigint from pg_settings where name = 'wal_segment_size'),"
        " coalesce((select setting = 'on' from pg_settings where name = 'summarize_wal'), false), current_user,"
        " (select rolsuper or rolreplication from pg_roles where rolname = current_user),"
        " (select count(*) from pg_tablespace where spcname !~ '^pg_')"
    ).fetchone()
    system, size, segment, summarizes, admin, replicates, spaces = row or ("", 0, 0, False, "", False, 0)
    if spaces:
        raise SetupError(
            "The server has tablespaces of its own, which this backup does not take. Use pgBackRest for it."
        )
    return Source(connection.info.server_version, system, size, segment, summarizes, admin, replicates)


def _base_failed(said: str) -> SetupError:
    error = programs.failed("The backup was not made", said)
    if "pg_hba.conf" in said:
        return SetupError(
            f"{error} Let its pg_hba.conf take “replication” from this machine (docs/how-to/backups.md)."
        )
    return error


class _Tee:
    """Hands on what is read."""

    def __init__(self, source: BinaryIO, sink: Writer) -> None:
        self._source, self._sink = source, sink

    def read(self, size: int = -1) -> bytes:
        data = self._source.read(size)
        self._sink.write(data)
        return data


def _pass_on(source: BinaryIO, sink: Writer) -> bytes:
    """Writes the archive as it comes, and picks the manifest out of it on the way. b"" when it came to no end."""
    manifest = b""
    tee = _Tee(source, sink)
    try:
        with tarfile.open(fileobj=cast("Any", tee), mode="r|", bufsize=256 * 1024) as tar:
            for member in _members(tar):
                if member.name == manifests.NAME:
                    held = tar.extractfile(member)
                    manifest = held.read() if held else b""
    except tarfile.TarError:
        return b""
    while tee.read(256 * 1024):
        pass
    return manifest


def _members(tar: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """One after the other, forgetting those that went by."""
    while (member := tar.next()) is not None:
        yield member
        tar.members.clear()
