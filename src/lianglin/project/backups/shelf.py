"""The shelf: the folder of setting LIANGLIN_BACKUPS, and what may be believed of it.

::

    journal.jsonl                 a line per thing that was done
    20261128T020000Z-full/        a backup: complete as soon as its folder has this name
        backup.json               what it is, with a keyed seal; base.tar, manifest, tables, files.tar, names: encrypted
    20261128T020000Z-full.part/   one that is being made, or was cut off
    wal/                          the archived write-ahead log, a file per segment, encrypted
    ledger/                       the erasure ledger, exported apart: ids and digests, no values
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lianglin.project.backups import cipher
from lianglin.project.backups.cipher import Damaged, Ring
from lianglin.project.errors import Busy, DiskFull, NoAccess, SetupError

LABEL = re.compile(r"\d{8}T\d{6}Z-(?:full|incremental)")
PART = ".part"
ABOUT = "backup.json"
JOURNAL = "journal.jsonl"


@dataclass(frozen=True)
class Backup:
    """What backup.json says."""

    label: str
    kind: str
    parent: str
    at: str
    ended: str
    server: int
    system: str
    database: str
    admin: str
    timeline: int
    start: str
    segment_size: int
    field_keys: list[int]
    seconds: float
    plain: int
    files: dict[str, list[Any]] = field(default_factory=dict)
    """Name of each file beside -> [bytes, SHA-256]."""

    @property
    def size(self) -> int:
        """Bytes on the disk."""
        return sum(size for size, _digest in self.files.values())

    @property
    def when(self) -> datetime:
        """When it was begun."""
        return datetime.fromisoformat(self.at)


def now() -> datetime:
    """The time of the machine: a demo's advanced clock makes no backup old."""
    return datetime.fromtimestamp(time.time(), UTC)


@dataclass(frozen=True)
class Shelf:
    """The folder, with the keys to it."""

    folder: Path
    ring: Ring

    @property
    def begun(self) -> bool:
        """Whether anything was ever done here; False, too, for the empty folder that is left while its disk is away."""
        return (self.folder / JOURNAL).exists()

    # --- backups -------------------------------------------------------------------------------------------

    def labels(self) -> list[str]:
        """The labels of complete backups, oldest first."""
        if not self.folder.is_dir():
            return []
        return sorted(path.name for path in self.folder.iterdir() if LABEL.fullmatch(path.name))

    def about(self, label: str, *, sealed: bool = True) -> Backup:
        """What a backup says of itself; ``sealed``: only if its seal is whole."""
        path = self.folder / label / ABOUT
        try:
            given = json.loads(path.read_text(encoding="utf-8"))
            body, number, seal = given["body"], int(given["key"]), str(given["seal"])
            found = Backup(**json.loads(body))
        except FileNotFoundError:
            raise SetupError(f"There is no backup {label}. “lianglin backup list” shows them.") from None
        except (ValueError, KeyError, TypeError):
            raise Damaged(f"{path} is damaged. Use another backup.") from None
        if sealed and not hmac.compare_digest(self._seal(number, body), seal):
            raise Damaged(
                f"{path} is not as it was written, or key {number} of LIANGLIN_BACKUP_KEYS is another one. Use that key, or another backup."
            )
        return found

    def newest(self, *, kind: str = "") -> Backup | None:
        """The newest complete backup."""
        labels = [label for label in self.labels() if label.endswith(kind)]
        return self.about(labels[-1]) if labels else None

    def chain(self, label: str) -> list[Backup]:
        """The full backup and the increments up to this one. SetupError names the one that is missing."""
        found = [self.about(label)]
        while found[0].parent:
            if not (self.folder / found[0].parent / ABOUT).exists():
                raise Damaged(
                    f"{found[0].label} stands on {found[0].parent}, which is missing. "
                    "Bring that folder back, or take a backup that does not need it."
                )
            found.insert(0, self.about(found[0].parent))
        return found

    def check_files(self, backup: Backup) -> Iterator[str]:
        """Yields what is wrong with the files of a backup, each read to its end."""
        for name, (size, digest) in backup.files.items():
            path = self.folder / backup.label / name
            try:
                with path.open("rb") as file:
                    same = hashlib.file_digest(file, "sha256").hexdigest() == digest
                    if not same or path.stat().st_size != size:
                        yield f"{path} is damaged."
            except OSError as error:
                yield f"{path} cannot be read ({error.strerror})."

    def is_whole(self, backup: Backup) -> bool:
        """Whether every file is there with its size: what a list can see at once."""
        home = self.folder / backup.label
        return all(
            (home / name).is_file() and (home / name).stat().st_size == size
            for name, (size, _digest) in backup.files.items()
        )

    def finish(self, part: Path, backup: Backup) -> None:
        """Writes backup.json and gives the folder its name: from then on the backup counts."""
        body = json.dumps(asdict(backup), ensure_ascii=False)
        number = max(self.ring)
        text = json.dumps({"body": body, "key": number, "seal": self._seal(number, body)}, ensure_ascii=False)
        write_whole(part / ABOUT, text.encode())
        sync_folder(part)
        part.rename(self.folder / backup.label)
        sync_folder(self.folder)

    def _seal(self, number: int, body: str) -> str:
        key = cipher.derived(self.ring, number, b"", b"lianglin backup seal")
        return hmac.new(key, body.encode(), hashlib.sha256).hexdigest()

    # --- the folder ----------------------------------------------------------------------------------------

    def prepare(self) -> None:
        """The folder, there and this user's to write in."""
        try:
            for folder in (self.folder, self.folder / "wal", self.folder / "ledger"):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                if not os.access(folder, os.W_OK | os.X_OK):
                    raise PermissionError(13, "Permission denied")
        except OSError as error:
            raise refusal(self.folder, error) from None

    def need_keys(self) -> None:
        """SetupError where nothing can be encrypted."""
        if not self.ring:
            raise SetupError(
                "LIANGLIN_BACKUP_KEYS is not set. A backup holds everybody's data and is written encrypted only: set it "
                "to 1:<32 bytes in base64>, and keep it in two places away from the backups."
            )

    @contextmanager
    def turn(self) -> Iterator[None]:
        """One at a time makes, prunes or takes in; Busy for the second."""
        self.prepare()
        with (self.folder / ".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Busy(
                    f"Another process is making or pruning backups in {self.folder}. Wait for it."
                ) from None
            yield

    def sweep_parts(self) -> None:
        """Takes away what a killed run left. In one's turn only."""
        for path in self.folder.glob(f"*{PART}"):
            shutil.rmtree(path, ignore_errors=True)

    def note(
        self,
        kind: str,
        *,
        ok: bool,
        label: str = "",
        size: int = 0,
        seconds: float = 0.0,
        error: str = "",
        sort: str = "",
    ) -> None:
        """A line of the journal; ``sort``: the class of the error. A full disk does not hide the error that is noted."""
        line = {
            "kind": kind,
            "at": now().isoformat(timespec="seconds"),
            "ok": ok,
            "label": label,
            "bytes": size,
            "seconds": round(seconds, 3),
            "error": error,
            "sort": sort,
        }
        with suppress(OSError):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            target = os.open(self.folder / JOURNAL, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
            try:
                os.write(target, (json.dumps(line, ensure_ascii=False) + "\n").encode())
                os.fsync(target)
            finally:
                os.close(target)

    def noted_at(self, kind: str, label: str) -> datetime | None:
        """When the journal first says that this went well."""
        with (
            suppress(OSError),
            (self.folder / JOURNAL).open(encoding="utf-8", errors="replace") as file,
        ):
            for line in file:
                if label in line:
                    with suppress(ValueError, KeyError):
                        said = json.loads(line)
                        if (said["kind"], said["label"], said["ok"]) == (kind, label, True):
                            return datetime.fromisoformat(said["at"])
        return None

    @contextmanager
    def noted(self, kind: str, label: str = "") -> Iterator[dict[str, Any]]:
        """Notes how the block went; it may put "label" and "size" into what it is given."""
        said: dict[str, Any] = {"label": label, "size": 0}
        begun = time.monotonic()
        try:
            yield said
        except BaseException as error:
            sort = type(error).__name__
            text = str(error) if isinstance(error, SetupError) else sort
            self.note(kind, ok=False, seconds=time.monotonic() - begun, error=text, sort=sort, **said)
            raise
        self.note(kind, ok=True, seconds=time.monotonic() - begun, **said)


def refusal(path: Path, error: OSError) -> SetupError:
    """The sentence for a disk that refuses."""
    if error.errno in (28, 122):
        return DiskFull(
            f"The disk of {path} is full. Make room (“lianglin backup prune”), or set LIANGLIN_BACKUPS to a larger one."
        )
    return NoAccess(f"{path} cannot be read or written ({error.strerror}). Check its owner and the disk.")


def write_whole(path: Path, data: bytes, mode: int = 0o600) -> None:
    """A file that is there whole or as it was before."""
    part = path.with_name(f"{path.name}.{os.getpid()}{PART}")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise refusal(path, error) from None


def sync_folder(folder: Path) -> None:
    """Waits until the names in a folder are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
