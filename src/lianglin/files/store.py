"""The folder of attachments: FILES_ROOT/ab/cd/<32 hexadecimal digits>, each written once and never changed.

A file is on the disk before its row commits. A rollback leaves a file without a row: the nightly sweep takes it.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from lianglin.files.rules import is_stored_name

SMALL = "-small"
"""What the file name of a picture's small copy ends with."""
_PART = ".part"


def new_name() -> str:
    """A name that nobody can guess."""
    return secrets.token_hex(16)


def path_of(name: str, *, small: bool = False) -> Path:
    """Where a file lies; ValueError for anything that is no stored name."""
    if not is_stored_name(name):
        raise ValueError("A stored file has a name of 32 hexadecimal digits.")
    return Path(settings.FILES_ROOT) / name[:2] / name[2:4] / (name + (SMALL if small else ""))


def put(name: str, data: bytes, *, small: bool = False) -> None:
    """Writes a file so that it is there whole or not at all, even after a power cut. OSError when the disk refuses."""
    path = path_of(name, small=small)
    _make_folder(path.parent)
    part = path.with_name(path.name + _PART)
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    _sync(path.parent)


def get(name: str, *, small: bool = False) -> bytes | None:
    """The bytes of a file; None when it is not there."""
    try:
        return path_of(name, small=small).read_bytes()
    except FileNotFoundError:
        return None


def remove(name: str) -> None:
    """Takes a file and its small copy away; nothing happens when they are gone already."""
    for small in (False, True):
        path_of(name, small=small).unlink(missing_ok=True)


def older_than(seconds: float, folder: str = "??") -> Iterator[tuple[str, Path]]:
    """Stored name and path of every file written at least so long ago, half-written ones too; all, or of one folder.

    By the disk's own clock: a demo that advances its clock must not make a file old whose row is being written.
    """
    root, limit = Path(settings.FILES_ROOT), time.time() - seconds
    if not root.is_dir():
        return
    for path in root.glob(f"{folder}/??/*"):
        name = path.name.removesuffix(_PART).removesuffix(SMALL)
        try:
            if is_stored_name(name) and path.lstat().st_mtime < limit:
                yield name, path
        except FileNotFoundError:
            continue  # another sweep was faster


def _make_folder(folder: Path) -> None:
    if folder.is_dir():
        return
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for made in (folder, folder.parent, folder.parent.parent):
        _sync(made)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
