"""The nightly sweep: parked files that ran out, and files on the disk that no row needs."""

from __future__ import annotations

import logging
from itertools import islice

from procrastinate.contrib.django import app

from lianglin.access.tasks import as_job
from lianglin.access.transaction import running
from lianglin.files import queries, store
from lianglin.files.models import ParkedFile
from lianglin.kit import clock

log = logging.getLogger("lianglin.files")
GRACE_SECONDS = 24 * 3600.0
"""A file this young may belong to a transaction that has not committed yet."""


@app.periodic(cron="20 3 * * *")
@app.task(name="files_sweep", queue="events", queueing_lock="files_sweep")
@as_job
def sweep(timestamp: int) -> int:
    """Deletes what ran out and what a rollback left behind. Returns how many files went."""
    return remove_orphans()


def remove_orphans(grace_seconds: float = GRACE_SECONDS) -> int:
    """As :func:`sweep`, in the running transaction."""
    ParkedFile.objects.visible_to(running().actor, purpose="system").filter(
        parked_at__lt=clock.now() - queries.PARKED_FOR
    ).delete()
    removed = 0
    old = store.older_than(grace_seconds)
    while group := list(islice(old, 500)):
        needed = queries.needed({name for name, _path in group})
        for name, path in group:
            if name not in needed:
                path.unlink(missing_ok=True)
                removed += 1
    if removed:
        log.info("%s files without a row removed from the store", removed)
    return removed
