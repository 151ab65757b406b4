"""Nightly: facts whose time is over are erased."""

from __future__ import annotations

from procrastinate.contrib.django import app

from lianglin.access import audit
from lianglin.access.tasks import as_job
from lianglin.access.transaction import running
from lianglin.facts.models import Fact
from lianglin.kit import clock

AT_ONCE = 200_000
"""Rows a run erases; what is left waits for the next night."""


@app.periodic(cron="50 3 * * *")
@app.task(name="facts_erase_expired", queue="events", queueing_lock="facts_erase_expired")
@as_job
def erase_expired(timestamp: int) -> int:
    """Erases facts past their day. Returns how many."""
    rows = Fact.objects.visible_to(running().actor, purpose="system").filter(expires_on__lt=clock.today())
    oldest = list(rows.order_by("expires_on").values_list("pk", flat=True)[:AT_ONCE])
    if oldest:
        erase = Fact.objects.visible_to(running().actor, purpose="system").filter(pk__in=oldest)
        erase.delete()
        audit.record("facts.erase", "facts.Fact", 0, values={"rows": len(oldest)})
    return len(oldest)
