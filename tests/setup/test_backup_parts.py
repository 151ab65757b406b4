"""The parts of backups that need no database: the cipher, the shelf, the log's archive, what is kept, the ledger's file."""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import subprocess
import sys
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from django.utils.translation import override

from lianglin.kit import events
from lianglin.operation.queries import labels
from lianglin.project import environment, errors
from lianglin.project.backups import (
    cipher,
    commands,
    keeping,
    ledger,
    making,
    programs,
    shelf,
    verifying,
    wal,
)
from lianglin.project.backups.cipher import Damaged, Writer, WrongKey
from lianglin.project.backups.keeping import Keep
from lianglin.project.backups.shelf import Backup, Shelf
from lianglin.project.environment import Environment, SettingError
from lianglin.project.errors import DiskFull, SetupError
from tests.setup.test_environment import WHOLE

RING = {1: b"k" * 32, 2: b"m" * 32}
SEGMENT = "000000010000000000000007"


@pytest.fixture
def kept(tmp_path: Path) -> Shelf:
    made = Shelf(tmp_path / "shelf", RING)
    made.prepare()
    return made


@pytest.mark.parametrize("size", [0, 1, 3 * cipher.CHUNK + 5])
def test_what_is_written_is_read_and_not_in_the_clear(tmp_path: Path, size: int) -> None:
    data = hashlib.shake_256(b"seed").digest(size)
    with Writer(tmp_path / "file", RING, "a/base.tar") as sink:
        sink.write(data)
    stored = (tmp_path / "file").read_bytes()
    assert cipher.whole(tmp_path / "file", RING, "a/base.tar") == data
    assert (sink.size, sink.digest) == (len(stored), hashlib.sha256(stored).hexdigest())
    assert size < 2 or data[:64] not in stored
    assert stored[len(cipher.MAGIC)] == 2, "the highest number encrypts"


def test_a_cut_a_swap_and_another_file_are_noticed(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with Writer(path, RING, "a") as sink:
        sink.write(hashlib.shake_256(b"seed").digest(3 * cipher.CHUNK))
    whole, step = path.read_bytes(), cipher.CHUNK + cipher.TAG + 4
    first, second = (whole[cipher.HEAD + n * step : cipher.HEAD + (n + 1) * step] for n in (0, 1))
    cuts = [whole[:-1], whole[: cipher.HEAD + 2 * step], whole[: cipher.HEAD], whole[:3], whole + b"x"]
    for wrong in (*cuts, whole.replace(first + second, second + first)):
        path.write_bytes(wrong)
        with pytest.raises(Damaged):
            cipher.whole(path, RING, "a")
    path.write_bytes(whole)
    with pytest.raises(Damaged):
        cipher.whole(path, RING, "b")
    with pytest.raises(WrongKey, match="key 2"):
        cipher.whole(path, {1: RING[1]}, "a")


def segment(tmp_path: Path, data: bytes, name: str = SEGMENT) -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


def test_the_log_is_taken_in_once_and_never_overwritten(kept: Shelf, tmp_path: Path) -> None:
    assert wal.take_in(kept, segment(tmp_path, b"log" * 1000)) is True
    assert wal.take_in(kept, segment(tmp_path, b"log" * 1000)) is False, "handed over twice, as after a crash"
    with pytest.raises(SetupError, match=f"holds another {SEGMENT}"):
        wal.take_in(kept, segment(tmp_path, b"other"))
    assert wal.take_in(kept, segment(tmp_path, b"history", "00000002.history")) is True
    with pytest.raises(SetupError, match="no file of the write-ahead log"):
        wal.take_in(kept, segment(tmp_path, b"x", "notes.txt"))
    assert wal.names(kept) == [SEGMENT, "00000002.history"]
    assert cipher.whole(kept.folder / "wal" / f"{SEGMENT}.enc", RING, f"wal/{SEGMENT}") == b"log" * 1000


def test_a_full_disk_is_said_aloud_and_nothing_is_half_there(
    kept: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(self: Writer, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Writer, "_put", refuses)
    with pytest.raises(DiskFull, match="backup prune"):
        wal.take_in(kept, segment(tmp_path, b"log"))
    assert list((kept.folder / "wal").iterdir()) == []
    line = json.loads((kept.folder / "journal.jsonl").read_text())
    assert (line["kind"], line["ok"], line["label"]) == ("wal", False, SEGMENT)
    assert "full" in line["error"]
    monkeypatch.undo()
    monkeypatch.setattr(wal, "LEAST", 2**62)
    with pytest.raises(DiskFull, match="PostgreSQL keeps it"):
        wal.take_in(kept, segment(tmp_path, b"log"))


def test_the_outbox_is_emptied_into_the_archive(kept: Shelf, tmp_path: Path) -> None:
    outbox = tmp_path / "outbox"
    outbox.mkdir()
    segment(outbox, b"whole")
    segment(outbox, b"half", f".{SEGMENT[:-1]}8")
    assert wal.sweep(kept, outbox) == 1
    assert [path.name for path in outbox.iterdir()] == [f".{SEGMENT[:-1]}8"]


def test_archiving_asks_for_no_other_setting(tmp_path: Path) -> None:
    """As PostgreSQL's own user runs it, who knows no secret of the city but the key of backups."""
    path = segment(tmp_path, b"log")
    key = tmp_path / "key"
    key.write_text(WHOLE["LIANGLIN_FIELD_KEYS"] + "\n")
    environ = {
        "PATH": "/usr/bin:/bin",
        "LIANGLIN_BACKUPS": str(tmp_path / "s"),
        "LIANGLIN_BACKUP_KEYS_FILE": str(key),
    }
    command = [sys.executable, "-m", "lianglin.project.cli", "backup", "archive-wal", str(path)]
    ran = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 1
    assert "not mounted" in ran.stderr, "PostgreSQL keeps what would be put beside the disk of the backups"
    assert not (tmp_path / "s").exists()
    Shelf(tmp_path / "s", {}).note("full", ok=True)
    ran = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr
    assert (tmp_path / "s" / "wal" / f"{SEGMENT}.enc").exists()
    path.write_bytes(b"another")
    ran = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 1
    assert "nothing is overwritten" in ran.stderr


def backup(at: datetime, kind: str = "full", parent: str = "") -> Backup:
    label = f"{at:%Y%m%dT%H%M%SZ}-{kind}"
    return Backup(label, kind, parent, at.isoformat(), at.isoformat(), 180000, "1", "lianglin", "a", 1, "0/7000028",
                  16 * 1024**2, [1], 1.0, 1)  # fmt: skip


def test_what_is_kept_of_a_year_of_nights() -> None:
    begin = datetime(2025, 1, 5, 18, tzinfo=UTC)
    made: list[Backup] = []
    for day in range(400):
        at = begin + timedelta(days=day)
        full = at.weekday() == 6
        made.append(backup(at, "full" if full else "incremental", "" if full else made[-1].label))
    stay = keeping.kept(made, Keep(7, 4, 12))
    labels = [one.label for one in made]
    assert set(labels[-7:]) <= stay
    months = {one.when.strftime("%Y-%m") for one in made if one.label in stay}
    assert len(months) == 12
    by_label = {one.label: one for one in made}
    assert all(not by_label[label].parent or by_label[label].parent in stay for label in stay), (
        "what they stand on"
    )
    assert len(stay) < 100
    assert keeping.kept(made[:1], Keep(1, 0, 0)) == {labels[0]}


def test_the_log_is_kept_from_the_oldest_daily_backup_on(kept: Shelf, tmp_path: Path) -> None:
    for number in (6, 7, 8):
        wal.take_in(kept, segment(tmp_path, b"log", f"{SEGMENT[:-1]}{number}"))
    wal.take_in(kept, segment(tmp_path, b"h", "00000002.history"))
    made = backup(datetime(2026, 1, 1, tzinfo=UTC))
    part = kept.folder / f"{made.label}.part"
    part.mkdir()
    assert kept.labels() == [], "a backup that is being made does not count"
    kept.finish(part, made)
    (kept.folder / "20260102T000000Z-full.part").mkdir()
    gone = keeping.prune(kept, Keep(7, 4, 12))
    assert (gone.backups, gone.segments) == ([], 1)
    assert wal.names(kept) == [SEGMENT, f"{SEGMENT[:-1]}8", "00000002.history"]
    assert list(kept.folder.glob("*.part")) == []


def test_the_label_that_a_backup_gives_itself_is_sealed(kept: Shelf) -> None:
    made = backup(datetime(2026, 1, 1, tzinfo=UTC))
    part = kept.folder / f"{made.label}.part"
    part.mkdir()
    kept.finish(part, made)
    assert kept.about(made.label) == made
    about = kept.folder / made.label / shelf.ABOUT
    about.write_text(about.read_text().replace("0/7000028", "0/6000028"))
    with pytest.raises(Damaged, match="not as it was written"):
        kept.about(made.label)


def test_a_ledger_is_believed_whole_and_new_enough_only(kept: Shelf) -> None:
    folder = kept.folder / "ledger"
    with pytest.raises(SetupError, match="is missing"):
        ledger.lines(folder)
    at = datetime(2026, 1, 2, tzinfo=UTC)
    text = b'{"at": 1}\n'
    (folder / ledger.NAME).write_bytes(
        text + b'{"at": 2}\n'
    )  # a crash after the second line, before the state
    state = {"at": at.isoformat(), "lines": 1, "sha256": hashlib.sha256(text).hexdigest()}
    (folder / ledger.STATE).write_text(json.dumps(state))
    assert ledger.lines(folder, at) == ('{"at": 1}', '{"at": 2}')
    with pytest.raises(SetupError, match="who was erased in between"):
        ledger.lines(folder, at + timedelta(seconds=1))
    (folder / ledger.NAME).write_bytes(b'{"at": 3}\n')
    with pytest.raises(Damaged):
        ledger.lines(folder, at)


def test_an_export_asks_only_for_what_is_new(kept: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line is asked for until no transaction that ran beside it is left; then never again."""
    told: dict[str, Any] = {"lines": ("a\n", "b\n"), "last": 2, "next": 10, "oldest": 9, "whole": True}
    asked: list[tuple[int, str]] = []

    def answer(request: events.ExportErasures, *, by: object) -> events.Erasures:
        asked.append((request.behind, request.digest))
        return events.Erasures(digest=f"of {told['last']}", **told)

    monkeypatch.setattr("lianglin.access.transaction.acting", lambda _by: nullcontext())
    monkeypatch.setattr(ledger.events, "ask", answer)
    folder = kept.folder / "ledger"

    assert ledger.export(kept) == 2
    told |= {"lines": ("late\n", "b\n", "c\n"), "last": 4, "next": 12, "oldest": 9}
    assert ledger.export(kept) == 2, "“late” was uncommitted when b was read"
    told |= {"oldest": 12, "next": 13, "lines": ("late\n", "b\n", "c\n")}
    assert ledger.export(kept) == 0
    told |= {"lines": ("c\n",), "whole": False, "oldest": 13, "next": 14}
    assert ledger.export(kept) == 0
    told |= {"lines": ()}
    assert ledger.export(kept) == 0
    assert asked == [(0, ""), (0, ""), (0, ""), (2, "of 2"), (4, "of 4")]
    assert ledger.lines(folder, now := shelf.now() - timedelta(minutes=1)) == ("a", "b", "late", "c")

    ledger.look_anew(kept)  # another database stands behind it
    ledger.export(kept)
    (folder / ledger.NAME).write_bytes(b"")  # or the file is another one
    told |= {"lines": ("a\n", "b\n"), "whole": True}
    assert ledger.export(kept) == 2
    assert asked[5:] == [(0, ""), (0, "")]
    assert ledger.lines(folder, now) == ("a", "b")


def test_a_ledger_from_before_the_end_of_the_log_opens_no_earlier_time(kept: Shelf) -> None:
    """The log that was not played back holds erasures that no database holds; ten minutes are those of a server's end."""
    end = datetime(2026, 11, 2, 8, tzinfo=UTC)
    assert wal.ended(kept) is None
    name = "0000000100000000000000"
    for number, at in ((7, end - timedelta(hours=1)), (8, end)):
        (kept.folder / "wal" / f"{name}0{number}{wal.SEALED}").write_bytes(b"")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(shelf, "now", lambda at=at: at)
            kept.note("wal", ok=True, label=f"{name}0{number}")
    assert wal.ended(kept) == end
    begin = end - timedelta(days=1)
    assert ledger.due(kept, begin, end) == end - ledger.BEHIND
    assert ledger.due(kept, begin) == begin


def test_the_ledger_must_be_as_new_as_the_newest_backup_whichever_is_restored(kept: Shelf) -> None:
    begin = datetime(2026, 11, 1, 18, tzinfo=UTC)
    for day in (0, 1):
        made = backup(begin + timedelta(days=day))
        part = kept.folder / (made.label + shelf.PART)
        part.mkdir()
        kept.finish(part, made)
    assert ledger.due(kept, begin) == begin + timedelta(days=1)
    newest = kept.folder / kept.labels()[-1] / shelf.ABOUT
    newest.write_text("half")  # a broken one keeps nobody out
    assert ledger.due(kept, begin) == begin


def test_a_setting_comes_from_a_file(tmp_path: Path) -> None:
    given = {**WHOLE, "LIANGLIN_DATA": str(tmp_path)}
    (tmp_path / "key").write_text(given.pop("LIANGLIN_SECRET_KEY") + "\n")
    path = str(tmp_path / "key")
    assert environment.read({**given, "LIANGLIN_SECRET_KEY_FILE": path}).secret_key == "s" * 40
    for wrong, said in (
        ({"LIANGLIN_SECRET_KEY_FILE": path + "x"}, "cannot be read"),
        ({"LIANGLIN_SECRET_KEY_FILE": path, **WHOLE}, "both set"),
        ({"LIANGLIN_SECRET_KEX_FILE": path, **WHOLE}, "is not a setting"),
        ({**WHOLE, "LIANGLIN_BACKUP_KEEP": "0/1/2"}, "at least one day"),
    ):
        with pytest.raises(SettingError, match=said):
            environment.read({**given, **wrong})


def test_pg_basebackup_is_told_the_password_where_nobody_else_reads(
    kept: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The words of a command are readable for every user of the machine."""
    program = tmp_path / "pg_basebackup"
    program.write_text('#!/bin/sh\nprintf "%s\\n" "$@" >"$0.words"\nenv >"$0.env"\nexit 1\n')
    program.chmod(0o700)
    given = {
        "host": "db",
        "user": "admin",
        "password": "by-the-side",  # pragma: allowlist secret
        "dbname": "city",
    }  # pragma: allowlist secret
    monkeypatch.setenv("LIANGLIN_BACKUP_KEYS", "1:not-for-it")
    monkeypatch.setattr(making, "replication", lambda _env: dict(given))
    monkeypatch.setattr(making.programs, "of_version", lambda _major: tmp_path)
    part = kept.folder / "x.part"
    part.mkdir()
    source = making.Source(180000, "1", 1, 16 * 1024**2, True, "admin", True)
    with pytest.raises(SetupError):
        making._Making(cast("Environment", None), kept, part, "x", "full")._base(source, None)
    words, beside = (Path(f"{program}.{name}").read_text() for name in ("words", "env"))
    assert "user=admin" in words
    assert "by-the-side" not in words
    assert "PGPASSWORD=by-the-side" in beside
    assert "LIANGLIN_" not in beside


def test_nothing_is_exported_from_a_restored_database_before_the_replay(
    kept: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ledger would look newer than it is, and "backup open" would believe it; nor has a mere copy a log to leave."""
    done: list[str] = []
    monkeypatch.setattr(commands, "warn_of_one_disk", lambda *_given: None)
    monkeypatch.setattr(commands.attach, "running", lambda _env: nullcontext())
    monkeypatch.setattr(commands.attach, "connect", lambda *_given: nullcontext())
    monkeypatch.setattr(commands.attach, "setup_django", lambda: None)
    monkeypatch.setattr(commands.closing, "why_closed", lambda _admin: {"backup": "x"})
    monkeypatch.setattr(commands.wal, "sweep", lambda *_given: done.append("log") or 1)
    monkeypatch.setattr(commands.making, "create", lambda *_given, **_more: done.append("backup"))
    monkeypatch.setattr(commands.ledger, "export", lambda _shelf: done.append("ledger") or 1)
    env = cast("Environment", SimpleNamespace(data=kept.folder, database_url="postgresql://elsewhere"))
    for word in ("create", "archive-wal"):
        with pytest.raises(SetupError, match="backup open"):
            commands.WORK[word](env, kept, argparse.Namespace(incremental=False))
    assert done == []


def test_a_copy_in_the_clear_that_a_killed_run_left_goes_and_one_in_use_stays(tmp_path: Path) -> None:
    left = tmp_path / ".scratch-0"
    (left / "cluster").mkdir(parents=True)
    with programs.scratch(tmp_path, 0) as home:
        assert not left.exists()
        programs.sweep_scratch(tmp_path)
        assert home.is_dir()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["LIANGLIN_BACKUP_KEYS", "LIANGLIN_BACKUP_KEYS_FILE"])
def test_the_copy_of_a_demo_is_read_with_the_keys_that_are_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for left in ("LIANGLIN_BACKUP_KEYS", "LIANGLIN_BACKUP_KEYS_FILE"):
        monkeypatch.delenv(left, raising=False)
    env = cast("Environment", SimpleNamespace(data=tmp_path))
    assert "LIANGLIN_BACKUP_KEYS" in verifying._secrets_of(env)
    monkeypatch.setenv(name, "given")
    assert "LIANGLIN_BACKUP_KEYS" not in verifying._secrets_of(env)


def test_a_hole_in_the_archived_log_is_named(kept: Shelf) -> None:
    begun = backup(datetime(2026, 11, 28, tzinfo=UTC))
    for name in ("000000010000000000000005", "000000010000000000000007", "000000020000000000000008"):
        (kept.folder / "wal" / f"{name}.enc").touch()
    assert wal.gap(kept, begun) is None, "what lies before its beginning is not needed"
    (kept.folder / "wal" / "00000002000000000000000B.enc").touch()
    assert wal.gap(kept, begun) == "000000020000000000000009"
    (kept.folder / "wal" / "000000010000000000000007.enc").unlink()
    assert wal.gap(kept, begun) == "000000020000000000000007", "the one it begins in, too"


def test_a_backup_that_cannot_be_read_keeps_the_others(kept: Shelf) -> None:
    label = backup(datetime(2026, 11, 28, tzinfo=UTC)).label
    (kept.folder / label).mkdir()
    (kept.folder / label / "backup.json").write_text("{}", encoding="utf-8")
    with pytest.raises(Damaged, match=rf"Nothing was pruned: .*move .*{label} away"):
        keeping.prune(kept, Keep(7, 4, 12))


def test_the_operation_page_has_a_word_for_whatever_a_backup_fails_with(kept: Shelf) -> None:
    sorts = {
        one for one in SetupError.__subclasses__() if one.__module__.startswith("lianglin.project.backups")
    }
    sorts |= {SetupError, errors.DiskFull, errors.NoAccess, errors.Busy, errors.NoBinary}
    with override("zh-hans"):
        assert not [one.__name__ for one in sorts if not labels.failure(one.__name__)]
    with pytest.raises(errors.DiskFull), kept.noted("full"):
        raise errors.DiskFull("no room")
    [line] = (kept.folder / "journal.jsonl").read_text().splitlines()
    assert json.loads(line)["sort"] == "DiskFull"


@pytest.mark.root
def test_a_shelf_that_another_user_closed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = tmp_path / "srv"
    closed.mkdir(mode=0o700)
    monkeypatch.setenv("LIANGLIN_BACKUPS", str(closed / "shelf"))
    monkeypatch.setenv("LIANGLIN_BACKUP_KEYS", "1:" + base64.b64encode(b"k" * 32).decode())
    tmp_path.chmod(0o755)
    os.seteuid(65534)
    try:
        with pytest.raises(SetupError, match=r"srv/shelf.*Permission denied.*owner"):
            commands.run(argparse.Namespace(word="archive-wal", file=tmp_path / SEGMENT))
    finally:
        os.seteuid(0)


@pytest.mark.parametrize("words", [["create"], ["archive-wal"], ["open"]], ids=lambda words: words[0])
def test_a_folder_without_a_database_is_neither_backed_up_nor_opened(
    tmp_path: Path, words: list[str]
) -> None:
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("LIANGLIN_", "DATABASE_"))},
        "LIANGLIN_DATA": str(tmp_path / "data"), "LIANGLIN_BACKUPS": str(tmp_path / "shelf"), "LIANGLIN_DEMO": "1",
        "LIANGLIN_BACKUP_KEYS": "1:" + base64.b64encode(b"k" * 32).decode(),
    }  # fmt: skip
    command = [sys.executable, "-m", "lianglin.project.cli", "backup", *words]
    ran = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 1
    assert f"There is no database in {tmp_path / 'data'}" in ran.stderr
    assert not (tmp_path / "data" / "pg").exists()


def test_an_empty_folder_where_backups_lay_is_a_disk_that_is_not_mounted(kept: Shelf, tmp_path: Path) -> None:
    env = cast("Environment", SimpleNamespace(data=tmp_path))
    commands.must_be_mounted(env, kept)  # the first time
    kept.note("full", ok=True)
    commands.must_be_mounted(env, kept)
    kept.folder.rename(tmp_path / "away")
    kept.folder.mkdir()
    with pytest.raises(SetupError, match="not mounted"):
        commands.must_be_mounted(env, kept)
    commands.must_be_mounted(env, Shelf(tmp_path / "another", RING))
    (tmp_path / "away").rename(kept.folder)
    commands.must_be_mounted(env, kept)
