"""Every night: versions whose first day has come are in force, those whose last day is over have expired."""

from __future__ import annotations

from procrastinate.contrib.django import app

from lianglin.access.actor import job
from lianglin.access.tasks import as_job
from lianglin.benefits.actions import measures


@app.periodic(cron="5 16 * * *")
@app.task(name="benefits_life", queue="events", queueing_lock="benefits_life")
@as_job
def turn(timestamp: int) -> dict[str, int]:
    """At five past midnight in the city; how many began and how many ended."""
    by = job()
    return {"begun": measures.put_in_force_due(by=by), "ended": measures.expire_due(by=by)}
