"""What pg_verifybackup checks, done here: the manifest's own checksum, every file's size and SHA-256, none too many,
and by pg_waldump that the log from the backup's begin to its end can be read.

The wheel's pg_verifybackup ends with a segmentation fault, whatever it is asked.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from lianglin.project.backups import programs
from lianglin.project.backups.cipher import Damaged

NAME = "backup_manifest"
SUM = b'"Manifest-Checksum"'
APART = (NAME, "postgresql.auto.conf", "recovery.signal", "standby.signal")
LOG = "pg_wal/"  # read by pg_waldump instead
ELSE = "Use another backup."


def read(cluster: Path) -> dict[str, Any]:
    """The manifest of a backup that lies in plain files; Damaged when it is not whole."""
    try:
        text = (cluster / NAME).read_bytes()
        found = json.loads(text)
        whole = hashlib.sha256(text[: text.rindex(SUM)]).hexdigest() == found["Manifest-Checksum"]
    except (OSError, ValueError, KeyError):
        whole, found = False, {}
    if not whole:
        raise Damaged(f"The backup's manifest is damaged. {ELSE}")
    return found


def check(cluster: Path, major: int) -> int:
    """How many files were found to be as they were read from the server; Damaged at the first that is not."""
    manifest = read(cluster)
    files = {_path(entry): entry for entry in manifest["Files"]}
    for name, entry in files.items():
        if name in APART or name.startswith(LOG):
            continue
        try:
            with (cluster / name).open("rb") as file:
                size = os.fstat(file.fileno()).st_size
                same = (
                    size == entry["Size"]
                    and hashlib.file_digest(file, "sha256").hexdigest() == entry["Checksum"]
                )
        except FileNotFoundError:
            raise Damaged(f"{name} is in the backup's manifest but not in the backup. {ELSE}") from None
        if not same:
            raise Damaged(f"{name} is not as its manifest says. {ELSE}")
    for path in cluster.rglob("*"):
        name = path.relative_to(cluster).as_posix()
        if path.is_file() and name not in files and name not in APART and not name.startswith(LOG):
            raise Damaged(f"{name} is in the backup but not in its manifest. {ELSE}")
    for found in manifest["WAL-Ranges"]:
        words = [f"--path={cluster / 'pg_wal'}", f"--timeline={found['Timeline']}"]
        words += [f"--start={found['Start-LSN']}", f"--end={found['End-LSN']}"]
        status, said = programs.tool(major, "pg_waldump", "--quiet", *words)
        if status != 0:
            raise Damaged(str(programs.failed("The backup's own part of the log cannot be read", said)))
    return len(files)


def _path(entry: dict[str, Any]) -> str:
    return entry["Path"] if "Path" in entry else bytes.fromhex(entry["Encoded-Path"]).decode()
