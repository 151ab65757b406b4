"""The erasure ledger line by line, as it is kept apart from the database: ids and digests, never values."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator

from lianglin.access.actor import Actor
from lianglin.kit.events import Erasures, ExportErasures
from lianglin.privacy.models import Erasure
from lianglin.privacy.queries import snapshot

LEDGER = (
    "at",
    "case_id",
    "subject_kind",
    "subject_id",
    "model",
    "method",
    "columns",
    "ids",
    "files",
    "digest",
)
"""The columns of the ledger as it is exported."""


def exported(entries: Iterable[Erasure]) -> Iterator[str]:
    """The ledger line by line."""
    for entry in entries:
        given = {name: getattr(entry, name) for name in LEDGER} | {"at": entry.at.isoformat()}
        yield json.dumps(given, ensure_ascii=False) + "\n"


def ledger(request: ExportErasures, *, by: Actor) -> Erasures:
    """Answers the typed request, oldest line first. For the copy that lies beside the backups."""
    by.require("system")
    oldest = snapshot.end("xmin")
    known = request.behind > 0 and _digest(request.behind) == request.digest
    wanted = Erasure.objects.filter(id__gt=request.behind if known else 0).order_by("id")
    lines: list[str] = []
    last, digest = (request.behind, request.digest) if known else (0, "")
    for entry in wanted.iterator(chunk_size=500):
        lines += exported([entry])
        last = entry.pk
    if lines:
        digest = _sum(lines[-1])
    return Erasures(tuple(lines), not known, last, digest, oldest, snapshot.end("xmax"))


def _digest(number: int) -> str:
    return "".join(_sum(line) for line in exported(Erasure.objects.filter(pk=number)))


def _sum(line: str) -> str:
    return hashlib.sha256(line.encode()).hexdigest()
