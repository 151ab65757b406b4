"""The erasure ledger, kept apart from the database: without it a restored backup would bring back who was erased.

``ledger/erasures.jsonl`` only ever grows: an export adds lines that are not in it yet, so that a restored database,
whose own ledger is older, can never take anything out. ``ledger/state.json`` says when it was last made, what
it was then, and behind which line the next export has to look; a ledger that is older than a backup, or damaged,
opens no database.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

from lianglin.kit import events
from lianglin.project.backups.cipher import Damaged
from lianglin.project.backups.shelf import Shelf, now, refusal, write_whole
from lianglin.project.errors import SetupError

NAME, STATE = "erasures.jsonl", "state.json"
BEHIND = timedelta(minutes=10)
"""How much older than the log's end a ledger may be: it is exported each minute, and a server that stops archives last."""


def export(shelf: Shelf) -> int:
    """Adds what the database has erased and the file does not say yet; returns how many lines. Django must be ready.

    Asked is for what stands behind the last line that is surely in the file, or for the whole ledger where the file is not
    as the last export left it.
    """
    from lianglin.access.actor import job
    from lianglin.access.transaction import acting

    shelf.prepare()
    path = shelf.folder / "ledger" / NAME
    try:
        with path.open("a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            before = _state(path.with_name(STATE), file.seek(0, os.SEEK_END))
            behind = before.get("behind") or [0, ""]
            at = now()  # before it is read: what is erased meanwhile belongs to the next
            with acting(job()) as by:
                told: events.Erasures = events.ask(events.ExportErasures(*behind), by=by)
            fresh = _added(file, told.lines)
            if fresh or not before:
                file.seek(0)
                text = file.read()
                before |= {
                    "lines": text.count(b"\n"),
                    "size": len(text),
                    "sha256": hashlib.sha256(text).hexdigest(),
                }
    except OSError as error:
        raise refusal(path, error) from None
    state = {**before, "at": at.isoformat(), **_marks(before, told)}
    write_whole(path.with_name(STATE), json.dumps(state).encode())
    return fresh


def _state(path: Path, size: int) -> dict[str, Any]:
    """What the last export wrote down; {} where there is none, or the file has another size than it had then."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return found if found["size"] == size else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _added(file: IO[bytes], lines: tuple[str, ...]) -> int:
    """Writes the lines that the file does not hold to its end."""
    if not lines:
        return 0
    file.seek(0)
    known = {line.strip() for line in file}
    fresh = [found for line in lines if (found := line.strip().encode()) not in known]
    file.writelines(line + b"\n" for line in fresh)
    file.flush()
    os.fsync(file.fileno())
    return len(fresh)


def _marks(before: dict[str, Any], told: events.Erasures) -> dict[str, Any]:
    """``behind``: up to where every line is in the file; ``newest``: what becomes it once nothing older can be written."""
    behind, newest = before.get("behind"), before.get("newest")
    if behind and told.whole:  # what was asked for is not in this database
        behind, newest = None, None
    if newest and told.oldest >= newest["next"]:
        behind, newest = newest["line"], None
    if newest is None and told.last:
        newest = {"line": [told.last, told.digest], "next": told.next}
    return {"behind": behind, "newest": newest}


def look_anew(shelf: Shelf) -> None:
    """The next export reads the whole ledger: another database stands behind it now."""
    path = shelf.folder / "ledger" / STATE
    with suppress(FileNotFoundError, ValueError):
        state = json.loads(path.read_text(encoding="utf-8"))
        write_whole(path, json.dumps({**state, "behind": None, "newest": None}).encode())


def due(shelf: Shelf, restored: datetime | None, log: datetime | None = None) -> datetime | None:
    """How new the ledger must be: not older than the restored backup (it ended at ``restored``), nor than any other.

    Each backup is followed by an export; so a ledger from before the newest one is an old copy, and who was erased since
    would be back, whichever backup was restored. ``log``: the database was restored to a time before the end of its log,
    which was archived then. What it erased up to there is in no database any more, so the ledger must know it.
    """
    known = [restored] if restored else []
    known += [log - BEHIND] if log else []
    for label in shelf.labels():
        with suppress(SetupError):  # one that cannot be read says nothing, and must not keep the city closed
            known.append(datetime.fromisoformat(shelf.about(label, sealed=False).ended))
    return max(known, default=None)


def lines(folder: Path, since: datetime | None = None) -> tuple[str, ...]:
    """The exported lines, checked. SetupError when there are none that can be trusted, or they are older than ``since``."""
    try:
        state = json.loads((folder / STATE).read_text(encoding="utf-8"))
        text = (folder / NAME).read_bytes()
        at = datetime.fromisoformat(state["at"])
    except FileNotFoundError as error:
        raise SetupError(
            f"{error.filename} is missing: without the ledger, people who were erased would be back. Bring the folder "
            "of the ledger back and run “lianglin backup open”, or name where it is: “lianglin backup open --ledger FOLDER”."
        ) from None
    except (OSError, ValueError, KeyError):
        raise Damaged(
            f"{folder / STATE} is damaged. Bring back a copy of the ledger's folder, then run “lianglin backup open”."
        ) from None
    # Lines may have been added since the state was written (a crash between the two): they come after.
    whole = b"".join(text.splitlines(keepends=True)[: state["lines"]])
    if hashlib.sha256(whole).hexdigest() != state["sha256"]:
        raise Damaged(
            f"{folder / NAME} is not as it was written. Bring back a copy of the ledger's folder, then run “lianglin backup open”."
        )
    if since is not None and at < since:
        raise SetupError(
            f"The ledger in {folder} is of {at.isoformat(timespec='minutes')}, older than what lies among the backups "
            f"({since.isoformat(timespec='minutes')}): who was erased in between would be back. Bring back the newer one; or "
            "make it: “lianglin backup archive-wal” on the database that was, or on one restored without --until."
        )
    return tuple(line for line in text.decode().splitlines() if line)
