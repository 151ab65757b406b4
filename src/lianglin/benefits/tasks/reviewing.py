"""Counting what a version would change, in the background."""

from __future__ import annotations

from procrastinate.contrib.django import app

from lianglin.access.tasks import as_job
from lianglin.access.transaction import running
from lianglin.benefits.actions import reviewing


@app.task(name=reviewing.TASK, queue="events")
@as_job
def count(version_id: int) -> bool:
    """One version; whether there was something to count."""
    return reviewing.count(version_id, by=running().actor) is not None
