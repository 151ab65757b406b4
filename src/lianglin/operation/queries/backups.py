"""What the backups' journal says: ``journal.jsonl`` in the folder of LIANGLIN_BACKUPS, a JSON object a line."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lianglin.operation.queries import labels
from lianglin.operation.queries.errors import now

TAIL = 512 * 1024
"""Bytes from the journal's end that are read whole: thousands of lines."""
FURTHER = 8 * 1024**2
"""Bytes from the end of which backups are read: a busy night, or an archive that fails, writes a line for each segment."""
LOG = b'"kind": "wal"'
BACKUPS = ("full", "incremental")


@dataclass(frozen=True)
class Entry:
    """One line of the journal."""

    kind: str
    at: datetime
    ok: bool
    label: str = ""
    bytes: int = 0
    seconds: float = 0.0
    error: str = ""
    sort: str = ""

    @property
    def why(self) -> str:
        """Why it failed, in the reader's words where its class has any; then in those of the command, which are English."""
        word = labels.failure(self.sort)
        if not word or get_language() == "en":
            return self.error or self.label
        return _("%(why)s (the command said: %(said)s)") % {"why": word, "said": self.error}

    @property
    def age(self) -> timedelta:
        """How long ago it was."""
        return now() - self.at


def folder() -> Path | None:
    """Where backups lie; None when none are set up."""
    found = getattr(settings, "BACKUPS", None)
    return Path(found) if found and str(found) != "." else None


def journal() -> list[Entry]:
    """The journal's last lines, oldest first; [] without one. A line that cannot be read is left out."""
    home = folder()
    if home is None:
        return []
    try:
        with (home / "journal.jsonl").open("rb") as file:
            file.seek(0, 2)
            size = file.tell()
            file.seek(max(size - FURTHER, 0))
            read = file.read()
    except OSError:
        return []
    cut = read.rfind(b"\n", 0, max(len(read) - TAIL, 0)) + 1
    lines = [line for line in read[:cut].splitlines() if LOG not in line] + read[cut:].splitlines()
    return [entry for line in lines if (entry := _entry(line.decode("utf-8", "replace"))) is not None]


def _entry(line: str) -> Entry | None:
    try:
        found = json.loads(line)
        at = datetime.fromisoformat(found["at"])
        return Entry(
            str(found["kind"]), at if at.tzinfo else at.replace(tzinfo=now().tzinfo), bool(found["ok"]),
            str(found.get("label") or ""), int(found.get("bytes") or 0), float(found.get("seconds") or 0),
            str(found.get("error") or "")[:400], str(found.get("sort") or "")[:80],
        )  # fmt: skip
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def last(*kinds: str, ok: bool | None = True, entries: list[Entry] | None = None) -> Entry | None:
    """The newest line of these kinds; ``ok`` None: whether it went well or not."""
    read = journal() if entries is None else entries
    found = [one for one in read if one.kind in kinds and (ok is None or one.ok is ok)]
    return max(found, key=lambda one: one.at, default=None)
