"""The archived write-ahead log: what PostgreSQL hands over, kept encrypted, never overwritten by anything else.

``take_in`` is what archive_command runs (a server of the city's own); ``sweep`` takes what an embedded server has put
into its outbox. A file counts once it and its name are on the disk; until then PostgreSQL keeps its own.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from lianglin.project.backups.cipher import Writer, pieces
from lianglin.project.backups.shelf import Backup, Shelf, refusal, sync_folder
from lianglin.project.errors import DiskFull, SetupError

SEGMENT = re.compile(r"[0-9A-F]{24}")
HISTORY = re.compile(r"[0-9A-F]{8}\.history")
NAMES = re.compile(r"[0-9A-F]{24}(?:\.[0-9A-F]{8}\.backup|\.partial)?|[0-9A-F]{8}\.history")
SEALED = ".enc"
LEAST = 64 * 1024**2
"""Bytes that stay free: a disk that is full to the last can no longer even be told so."""


def take_in(shelf: Shelf, path: Path) -> bool:
    """Archives one file. False when the very same was there already. SetupError when it cannot be kept safely."""
    shelf.need_keys()
    if not NAMES.fullmatch(path.name):
        raise SetupError(f"“{path.name}” is no file of the write-ahead log.")
    shelf.prepare()
    with shelf.noted("wal", path.name) as said:
        target = shelf.folder / "wal" / (path.name + SEALED)
        try:
            data = path.read_bytes()
        except OSError as error:
            raise refusal(path, error) from None
        if target.exists():
            return _same(shelf, target, path.name, data)
        if (free := shutil.disk_usage(target.parent).free) < LEAST:
            raise DiskFull(
                f"The disk of {target.parent} has {free // 1024**2} MB left, so {path.name} is not archived and "
                "PostgreSQL keeps it. Make room (“lianglin backup prune”), or its own disk will fill up as well."
            )
        said["size"] = _write(shelf, target, path.name, data)
    return True


def _write(shelf: Shelf, target: Path, name: str, data: bytes) -> int:
    part = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        part.unlink(missing_ok=True)
        with Writer(part, shelf.ring, f"wal/{name}") as sink:
            sink.write(data)
        os.link(part, target)  # never over another file, also when two are at it
        sync_folder(target.parent)
    except FileExistsError:
        _same(shelf, target, name, data)
    except OSError as error:
        raise refusal(target, error) from None
    finally:
        part.unlink(missing_ok=True)
    return target.stat().st_size


def _same(shelf: Shelf, target: Path, name: str, data: bytes) -> bool:
    if b"".join(pieces(target, shelf.ring, f"wal/{name}")) != data:
        raise SetupError(
            f"{target} holds another {name} than this one, and nothing is overwritten. Two databases share this shelf, or one "
            "was restored and its archive not: give each its own LIANGLIN_BACKUPS."
        )
    return False


def sweep(shelf: Shelf, outbox: Path) -> int:
    """Takes in what lies in the outbox of an embedded server, oldest first; returns how many files."""
    if not outbox.is_dir():
        return 0
    found = [path for path in sorted(outbox.iterdir()) if NAMES.fullmatch(path.name)]
    for path in found:
        take_in(shelf, path)
        path.unlink()
    return len(found)


def names(shelf: Shelf) -> list[str]:
    """What is archived, sorted."""
    folder = shelf.folder / "wal"
    found = (path.name.removesuffix(SEALED) for path in folder.glob(f"*{SEALED}")) if folder.is_dir() else ()
    return sorted(found)


def ended(shelf: Shelf) -> datetime | None:
    """When the newest segment was archived: by the journal, or by its file where that says nothing of it."""
    segments = [name for name in names(shelf) if SEGMENT.fullmatch(name)]
    if not segments:
        return None
    at = datetime.fromtimestamp((shelf.folder / "wal" / (segments[-1] + SEALED)).stat().st_mtime, UTC)
    return shelf.noted_at("wal", segments[-1]) or at


def number(name: str, segment_size: int) -> int:
    """Which segment of the log a file is, whatever its timeline."""
    return int(name[8:16], 16) * (0x1_0000_0000 // segment_size) + int(name[16:24], 16)


def first_needed(backup: Backup) -> int:
    """The number of the segment in which a backup begins."""
    high, low = (int(part, 16) for part in backup.start.split("/"))
    return ((high << 32) + low) // backup.segment_size


def lay_out(shelf: Shelf, backup: Backup, folder: Path) -> int:
    """Decrypts what a restore may need into a folder; returns how many segments."""
    folder.mkdir(mode=0o700)
    first, laid = first_needed(backup), 0
    for name in names(shelf):
        segment = SEGMENT.fullmatch(name) is not None
        if not (HISTORY.fullmatch(name) or (segment and number(name, backup.segment_size) >= first)):
            continue
        with (folder / name).open("xb") as file:
            for piece in pieces(shelf.folder / "wal" / (name + SEALED), shelf.ring, f"wal/{name}"):
                file.write(piece)
        laid += segment
    return laid


def gap(shelf: Shelf, backup: Backup) -> str | None:
    """The first segment from this backup's beginning on that the archive lacks before others that it holds."""
    first, size = first_needed(backup), backup.segment_size
    segments = [name for name in names(shelf) if SEGMENT.fullmatch(name) and number(name, size) >= first]
    held = {number(name, size): name for name in segments}
    lacking = next((one for one in range(first, max(held, default=first)) if one not in held), None)
    if lacking is None:
        return None
    beside = held.get(lacking - 1) or held[min(held)]  # of the same timeline
    high, low = divmod(lacking, 0x1_0000_0000 // size)
    return f"{beside[:8]}{high:08X}{low:08X}"


def unneeded(shelf: Shelf, oldest: Backup) -> Iterator[Path]:
    """Archived files that no backup from ``oldest`` on needs; the small .history files stay."""
    first = first_needed(oldest)
    for name in names(shelf):
        if not HISTORY.fullmatch(name) and number(name, oldest.segment_size) < first:
            yield shelf.folder / "wal" / (name + SEALED)


def drop(paths: Iterator[Path]) -> int:
    """Removes files; returns how many."""
    count = 0
    for path in paths:
        with suppress(FileNotFoundError):
            path.unlink()
            count += 1
    return count
