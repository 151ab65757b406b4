"""Background work of operation: telling of new errors, deleting old counts."""

from __future__ import annotations

from procrastinate.contrib.django import app

from lianglin.access.tasks import as_job
from lianglin.operation import actions


@app.periodic(cron="*/5 * * * *")
@app.task(name="tell_new_errors", queue="events", queueing_lock="tell_new_errors")
@as_job
def tell_new_errors(timestamp: int) -> int:
    """Tells the administrators of kinds of errors that are new or came back."""
    return actions.tell_new()


@app.periodic(cron="50 20 * * *")
@app.task(name="sweep_errors", queue="events", queueing_lock="sweep_errors")
@as_job
def sweep_errors(timestamp: int) -> int:
    """Deletes counts of errors that are older than ninety days."""
    return actions.sweep()
