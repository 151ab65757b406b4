"""Nightly: facts whose time is over are erased."""

from __future__ import annotations

from procrastinate.contrib.django import app

from lianglin.access import audit, runs
from lianglin.access.tasks import NIGHTLY
from lianglin.access.transaction import running
from lianglin.facts.models import Fact
from lianglin.kit import clock

AT_ONCE = 5_000
"""Rows that one transaction erases."""


def _erase_some() -> int:
    actor = running().actor
    rows = Fact.objects.visible_to(actor, purpose="system").filter(expires_on__lt=clock.today())
    oldest = list(rows.order_by("expires_on").values_list("pk", flat=True)[:AT_ONCE])
    if oldest:
        Fact.objects.visible_to(actor, purpose="system").filter(pk__in=oldest).delete()
        audit.record("facts.erase", "facts.Fact", 0, values={"rows": len(oldest)})
    return len(oldest)


ERASE = runs.batches("facts_erase_expired", _erase_some)


@app.task(name="facts_erase_expired", queue=NIGHTLY, queueing_lock="facts_erase_expired")
def erase_expired(timestamp: int) -> int:
    """Erases facts past their day. Returns how many."""
    row = runs.ordered(ERASE)
    return row.rows if row else 0
