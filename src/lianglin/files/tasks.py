"""The nightly sweep: parked files that ran out, and files on the disk that no row needs."""

from __future__ import annotations

import logging
from itertools import islice

from procrastinate.contrib.django import app

from lianglin.access import runs
from lianglin.access.tasks import NIGHTLY
from lianglin.access.transaction import running
from lianglin.files import queries, store
from lianglin.files.models import ParkedFile
from lianglin.kit import clock

log = logging.getLogger("lianglin.files")
GRACE_SECONDS = 24 * 3600.0
"""A file this young may belong to a transaction that has not committed yet."""


@app.task(name="files_sweep", queue=NIGHTLY, queueing_lock="files_sweep")
def sweep(timestamp: int) -> int:
    """Deletes what ran out and what a rollback left behind. Returns how many files went."""
    row = runs.ordered(SWEEP)
    return row.rows if row else 0


def _forget_parked() -> None:
    ParkedFile.objects.visible_to(running().actor, purpose="system").filter(
        parked_at__lt=clock.now() - queries.PARKED_FOR
    ).delete()


def _sweep_folder(folder: str) -> int:
    """One of the store's 256 folders; what ran out in the table goes before the first."""
    if folder == FOLDERS[0]:
        _forget_parked()
    return remove_orphans(folder=folder)


FOLDERS = [f"{number:02x}" for number in range(256)]
SWEEP = runs.pieces("files_sweep", lambda: FOLDERS, _sweep_folder)


def remove_orphans(grace_seconds: float = GRACE_SECONDS, folder: str = "??") -> int:
    """Files that no row needs, in the running transaction; how many went."""
    removed = 0
    old = store.older_than(grace_seconds, folder)
    while group := list(islice(old, 500)):
        needed = queries.needed({name for name, _path in group})
        for name, path in group:
            if name not in needed:
                path.unlink(missing_ok=True)
                removed += 1
    if removed:
        log.info("%s files without a row removed from the store", removed)
    return removed
