"""docs/how-to/backups.md, “losing a disk the day after an upgrade”: the commands as they stand on the page, on a real city's
tables; and what a damaged shelf says."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from lianglin.project import attach, closed, database, environment
from lianglin.project.backups import closing, keeping, making, restoring, verifying
from lianglin.project.backups.cipher import Damaged
from lianglin.project.backups.shelf import Shelf
from lianglin.project.embedded import Server
from lianglin.project.errors import NotOurs, SetupError
from tests.failure.conftest import copy

pytestmark = pytest.mark.xdist_group("drill")

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "backups.md").read_text(encoding="utf-8")
SMALL = {"shared_buffers": "32MB", "fsync": "off", "max_connections": "40"}
RING = {1: b"backup-key-of-a-test-run-only!!!"}
KEY = "1:" + base64.b64encode(RING[1]).decode()
UNARCHIVED = "select last_archived_wal < pg_walfile_name(pg_current_wal_lsn() - 1) from pg_stat_archiver"
HIGH = 5_000_000
BEFORE, AFTER, ERASED = "在备份之前", "在备份之后", "已删除"


def steps() -> list[list[str]]:
    """The commands of the drill, block by block."""
    drill = PAGE.partition("## The drill")[2].partition("\n## ")[0]
    return [block.strip().splitlines() for block in re.findall(r"```sh\n(.*?)```", drill, re.DOTALL)]


@dataclass
class Machine:
    """A data folder, a shelf, and the commands on them."""

    data: Path
    shelf: Path

    @property
    def environ(self) -> dict[str, str]:
        own = {
            "LIANGLIN_DATA": str(self.data),
            "LIANGLIN_BACKUPS": str(self.shelf),
            "LIANGLIN_BACKUP_KEYS": KEY,
        }
        return {**os.environ, **own}

    def run(self, *words: str, **other: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "lianglin.project.cli", *words],
            env={**self.environ, **other}, capture_output=True, text=True, timeout=280,
        )  # fmt: skip

    def must(self, *words: str) -> str:
        ran = self.run(*words)
        assert ran.returncode == 0, f"{words}: {ran.stdout}{ran.stderr}"
        return ran.stdout

    def refused(self, *words: str, **other: str) -> str:
        ran = self.run(*words, **other)
        assert ran.returncode == 1, f"{words}: {ran.stdout}{ran.stderr}"
        assert "Traceback" not in ran.stderr
        return ran.stderr

    def journal(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in (self.shelf / "journal.jsonl").read_text("utf-8").splitlines()]

    def keyed(self) -> Shelf:
        return Shelf(self.shelf, RING)

    def labels(self) -> list[str]:
        return Shelf(self.shelf, {}).labels()


def serve(machine: Machine) -> Server:
    return Server.start(machine.data / "pg", settings={**attach.ARCHIVING, **SMALL, "summarize_wal": "on"})


def admin(server: Server) -> psycopg.Connection:
    return psycopg.connect(server.dsn(dbname="lianglin"), autocommit=True)


def file_in(machine: Machine, text: str) -> Path:
    path = machine.data / "files" / "ab" / "cd" / f"abcd{hashlib.sha256(text.encode()).hexdigest()[:28]}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def reside(connection: psycopg.Connection, name: str) -> int:
    row = connection.execute(
        "insert into people_resident (scope_code, name, sex, sample) values ('230102001001', %s, '2', false) returning id",
        [name],
    ).fetchone()
    assert row is not None
    return row[0]


def erase(connection: psycopg.Connection, resident: int) -> None:
    """What an erasure leaves: the emptied value, and its line in the ledger (also of a row that no backup knows)."""
    connection.execute(
        "insert into privacy_erasure (at, subject_kind, subject_id, model, method, columns, ids, files, digest) "
        "values (now(), 'resident', %s, 'people.Resident', 'tombstone', '[\"name\"]', %s, '[]', '0')",
        [resident, json.dumps([resident, HIGH])],
    )
    connection.execute("update people_resident set name = %s where id = %s", [ERASED, resident])


def names(connection: psycopg.Connection) -> dict[int, str]:
    return dict(connection.execute("select id, name from people_resident").fetchall())


@pytest.fixture(scope="module")
def machine(postgres: Server) -> Iterator[Machine]:
    """A machine on which the drill was followed up to the loss of the disk; its server is stopped."""
    home = Path(tempfile.mkdtemp(prefix="ll-drill-", dir="/tmp"))
    made = Machine(home / "data", home / "shelf")
    made.data.mkdir(mode=0o700)
    try:
        yield made
    finally:
        made.run("stop")
        shutil.rmtree(home, ignore_errors=True)


def follow(machine: Machine, block: list[str]) -> None:
    for line in block:
        program, *words = line.split()
        assert program == "lianglin", line
        machine.must(*words)


@pytest.fixture(scope="module")
def lost(machine: Machine, postgres: Server) -> tuple[int, int, int, str]:
    """Numbers of residents: before the backup, after it, erased after it; and a moment before that erasure."""
    eve, upgrade, night, day, _loss, _after = steps()
    with serve(machine) as server:
        copy(postgres, server, database.NAME)
        with admin(server) as connection:
            first, gone = reside(connection, BEFORE), reside(connection, "要删除的人")
            file_in(machine, BEFORE)
            follow(machine, eve)
            follow(machine, upgrade)
            file_in(machine, AFTER)
            follow(machine, night)
            second = reside(connection, AFTER)
            row = connection.execute("select now()::text").fetchone()
            assert row is not None
            time.sleep(0.05)
            erase(connection, gone)
            connection.execute("select pg_switch_wal()")
            while connection.execute(UNARCHIVED).fetchone() == (True,):
                time.sleep(0.05)
            follow(machine, day)
    shutil.rmtree(machine.data / "pg")
    shutil.rmtree(machine.data / "files")
    return first, second, gone, row[0]


def test_the_lost_disk_comes_back_and_the_erased_stay_erased(
    machine: Machine, lost: tuple[int, int, int, str]
) -> None:
    first, second, gone, _before = lost
    follow(machine, steps()[4])
    with serve(machine) as server, admin(server) as connection:
        found = names(connection)
        assert (found[first], found[second], found[gone]) == (BEFORE, AFTER, ERASED)
        follow(machine, steps()[5])
    assert (machine.shelf / "wal" / "00000002.history.enc").exists(), (
        "the next restore follows the new log by it"
    )
    assert file_in(machine, BEFORE).exists()
    found_files = {path.read_text("utf-8") for path in (machine.data / "files").rglob("abcd*")}
    assert found_files == {BEFORE, AFTER}, "one of the full backup, one of the increment"
    kinds = [(line["kind"], line["ok"]) for line in machine.journal()]
    for kind in ("full", "incremental", "wal", "verify", "restore"):
        assert (kind, True) in kinds
    assert all(ok for _kind, ok in kinds), machine.journal()
    with pytest.raises(NotOurs, match="not empty"):
        restoring.restore(machine.keyed(), "latest", machine.data, None)


def test_to_a_point_in_time_and_closed_until_the_ledger_was_replayed(
    machine: Machine, lost: tuple[int, int, int, str]
) -> None:
    first, second, gone, before = lost
    into = machine.data.parent / "then"
    machine.must("backup", "restore", "--until", before, "--into", str(into))
    then = Machine(into, machine.shelf)
    with serve(then) as server, admin(server) as connection:
        found = names(connection)
        assert (found[first], found[second]) == (BEFORE, AFTER)
        assert found[gone] == "要删除的人", "the moment asked for lies before the erasure"
        env = environment.read(then.environ)
        assert closed.is_closed(env)
        assert "closed until the erasure ledger" in then.refused("worker")
        then.must("migrate")  # opens nothing
        assert closed.is_closed(env)
        ledger = machine.shelf / "ledger"
        for file, old, said in (
            ("erasures.jsonl", b"resident", "not as it was written"),
            ("state.json", None, "is missing"),
        ):
            kept = (ledger / file).read_bytes()
            if old:
                (ledger / file).write_bytes(kept.replace(old, b"household"))
            else:
                (ledger / file).unlink()
            with pytest.raises(SetupError, match=said):
                closing.reopen(env, machine.keyed(), None)
            (ledger / file).write_bytes(kept)
        assert "closed" in then.refused("backup", "archive-wal"), (
            "an older ledger is never exported over a newer one"
        )
        assert closed.is_closed(env)
        assert "1 rows erased again" in then.must("backup", "open")
        assert names(connection)[gone] == ERASED
        assert not closed.is_closed(env)
        assert reside(connection, AFTER) > HIGH, "a number in the ledger is never given to somebody else"
    shutil.rmtree(into)


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(bytes(data))


def verified(machine: Machine, label: str, ring: dict[int, bytes] | None = None) -> None:
    verifying.verify(environment.read(machine.environ), Shelf(machine.shelf, ring or RING), label)


def test_a_flipped_bit_in_any_file_is_found(machine: Machine, lost: tuple[int, int, int, str]) -> None:
    full, increment = machine.labels()[:2]
    for label in (full, increment):
        for path in sorted((machine.shelf / label).iterdir()):
            for at in (2, path.stat().st_size // 2, path.stat().st_size - 2):
                flip(path, at)
                with pytest.raises(SetupError, match=r"damaged|not as it was written"):
                    verified(machine, increment)
                flip(path, at)
    assert machine.journal()[-1]["ok"] is False
    base = machine.shelf / full / "base.tar"
    flip(base, -20)
    with pytest.raises(Damaged, match="damaged in its part"):  # a restore looks at each part itself
        restoring.restore(machine.keyed(), full, machine.data.parent / "elsewhere", None)
    flip(base, -20)


def test_a_missing_increment_and_a_wrong_key_are_named(
    machine: Machine, lost: tuple[int, int, int, str]
) -> None:
    full, increment = machine.labels()[:2]
    (machine.shelf / full).rename(machine.shelf / "away")
    with pytest.raises(Damaged, match=f"stands on {full}, which is missing"):
        verified(machine, increment)
    (machine.shelf / "away").rename(machine.shelf / full)
    with pytest.raises(SetupError, match="key 1 of LIANGLIN_BACKUP_KEYS"):
        verified(machine, full, {2: RING[1]})
    with pytest.raises(SetupError, match="key 1 of LIANGLIN_BACKUP_KEYS is another one"):
        verified(machine, full, {1: b"another-key-of-a-test-run-only!!"})
    with pytest.raises(SetupError, match="LIANGLIN_BACKUP_KEYS is not set"):
        making.create(environment.read(machine.environ), Shelf(machine.shelf, {}), incremental=False)


def test_killed_while_it_is_made_it_never_counts(machine: Machine, lost: tuple[int, int, int, str]) -> None:
    before = machine.labels()

    def parts() -> list[Path]:
        return list(machine.shelf.glob("*.part"))

    run = subprocess.Popen(
        [sys.executable, "-m", "lianglin.project.cli", "backup", "create"],
        env=machine.environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    while not parts() and run.poll() is None:
        time.sleep(0.01)
    run.send_signal(signal.SIGKILL)
    run.wait()
    assert machine.labels() == before
    assert parts(), "it was killed at work"
    machine.run("stop")
    keeping.prune(machine.keyed(), keeping.Keep(7, 4, 12))
    assert parts() == [], "the next run takes away what was left"
    assert set(machine.labels()) <= set(before)
