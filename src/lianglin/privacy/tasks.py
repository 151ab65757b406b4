"""What data protection does in the background: the nightly retention, and the figures of requests."""

from __future__ import annotations

import logging
from typing import Any

from procrastinate.contrib.django import app

from lianglin.access import runs
from lianglin.access.actor import job
from lianglin.access.runs import Stepped
from lianglin.access.tasks import NIGHTLY
from lianglin.access.transaction import running
from lianglin.indicators.actions import refresh
from lianglin.kit import clock
from lianglin.kit.events import CaseMoved, ConsentChanged
from lianglin.kit.period import Period
from lianglin.privacy import rules
from lianglin.privacy.actions import erasing, retaining
from lianglin.privacy.queries import retention

log = logging.getLogger("lianglin.privacy")


@app.task(name="privacy_retention", queue=NIGHTLY, queueing_lock="privacy_retention")
def retain(timestamp: int) -> int:
    """A run of every rule, batch by batch. Returns how many rules there are."""
    row = runs.ordered(RETAIN)
    return row.done if row else 0


def _batch_of_a_rule(cursor: Any) -> Stepped:
    """One batch of one rule in a transaction; the rules one after the other, a failed one holds up none.

    A night in which some failed ends failed, and where it is ordered again, these alone are done.
    """
    by, found = running().actor, {rule.model: rule for rule in retention.rules()}
    at = cursor if cursor and "rules" in cursor else {"rules": list(found), "run": None, "lost": []}
    model, *behind = at["rules"]
    run_id = at["run"] or retaining.begin(rule=found[model], by=by).pk
    before = retaining.erased(run_id)
    more = retaining.go_on(run_id=run_id, by=by)
    rows = retaining.erased(run_id) - before
    if more:
        return Stepped({**at, "run": run_id}, 0, len(found), rows)
    lost = [*at["lost"], model] if retaining.has_failed(run_id) else at["lost"]
    if behind:
        return Stepped({"rules": behind, "run": None, "lost": lost}, 1, len(found), rows)
    again = {"rules": lost, "run": None, "lost": []} if lost else None
    return Stepped(again, 1, len(found), rows, failed=bool(lost))


RETAIN = runs.Work("privacy_retention", lambda: _batch_of_a_rule)


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
