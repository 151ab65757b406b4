"""What data protection does in the background: the nightly retention, and the figures of requests."""

from __future__ import annotations

import logging

from procrastinate.contrib.django import app

from lianglin.access.actor import job
from lianglin.access.tasks import as_job
from lianglin.access.transaction import running
from lianglin.indicators.actions import refresh
from lianglin.kit import clock
from lianglin.kit.events import CaseMoved, ConsentChanged
from lianglin.kit.period import Period
from lianglin.privacy import rules
from lianglin.privacy.actions import erasing, retaining
from lianglin.privacy.queries import retention

log = logging.getLogger("lianglin.privacy")
BATCH_TASK = "privacy_retention_batch"


@app.periodic(cron="40 2 * * *")
@app.task(name="privacy_retention", queue="events", queueing_lock="privacy_retention")
@as_job
def retain(timestamp: int) -> int:
    """Begins a run of every rule; each goes on batch by batch. Returns how many rules there are."""
    found = retention.rules()
    for rule in found:
        _next_batch(retaining.begin(rule=rule, by=running().actor).pk)
    return len(found)


@app.task(name=BATCH_TASK, queue="events")
@as_job
def retain_batch(run_id: int) -> bool:
    """One batch of one run, in a transaction of its own; defers the next one while there is more."""
    more = retaining.go_on(run_id=run_id, by=running().actor)
    if more:
        _next_batch(run_id)
    return more


def _next_batch(run_id: int) -> None:
    app.configure_task(BATCH_TASK, queue="events").defer(run_id=run_id)


def refresh_figures(event: CaseMoved) -> None:
    """Counts the figures of requests anew in the months that a move may have changed."""
    if event.kind != rules.KIND:
        return
    refresh(
        by=job(),
        codes=[rules.ASKED, rules.IN_TIME],
        span=Period.month_of(clock.today()),
        scope_codes=[event.scope_code],
    )


def forget_withdrawn(event: ConsentChanged) -> None:
    """A withdrawn consent: what rested on it alone is erased."""
    if not event.given:
        erasing.forget_withdrawn(resident_id=event.resident_id, purpose=event.purpose, by=running().actor)
