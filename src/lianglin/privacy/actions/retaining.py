"""The nightly run: one batch of one rule at a time, each in a transaction of its own, each a step of the record."""

from __future__ import annotations

from django.apps import apps

from lianglin.access import audit
from lianglin.access.actor import Actor
from lianglin.access.transaction import together
from lianglin.kit import clock
from lianglin.kit.domain import Retention
from lianglin.privacy.actions.erasing import delete
from lianglin.privacy.models import RetentionRun
from lianglin.privacy.queries import retention

BATCH = 1000
"""Rows that one transaction erases: locks are held for a moment, and a killed worker loses little."""


def begin(*, rule: Retention, by: Actor) -> RetentionRun:
    """Writes that a run of this rule begins and how many rows are due; a run that is still going on is continued."""
    by.require("system")
    running = RetentionRun.objects.filter(model=rule.model, state=RetentionRun.State.RUNNING).first()
    if running is not None:
        return running
    return RetentionRun.objects.create(
        model=rule.model,
        keep=rule.keep,
        method=rule.method,
        started_at=clock.now(),
        due=retention.ran_out(rule, by, clock.today()).count(),
    )


def go_on(*, run_id: int, by: Actor, batch: int = BATCH) -> bool:
    """Erases one batch of a run. True while there is more; when there is none, the run's record is closed.

    What fails is rolled back and written down by its kind alone; the next night begins anew.
    """
    by.require("system")
    run = RetentionRun.objects.select_for_update().get(pk=run_id)
    rule = retention.rule_of(run.model)
    if run.state != RetentionRun.State.RUNNING or rule is None:
        return False
    try:
        with together():
            touched = _one_batch(rule, by, batch)
    except Exception as error:  # a rule that fails must not stop the others, nor hide itself
        run.state, run.error, run.ended_at = RetentionRun.State.FAILED, type(error).__name__, clock.now()
        run.save(update_fields=["state", "error", "ended_at"])
        audit.record("privacy.retention_failed", "privacy.RetentionRun", run.pk)
        return False
    run.erased += touched
    if touched >= batch:
        run.save(update_fields=["erased"])
        return True
    _close(run, rule, by)
    return False


def _one_batch(rule: Retention, by: Actor, batch: int) -> int:
    model = apps.get_model(rule.model)
    ids = list(retention.free(rule, by, clock.today()).order_by("pk").values_list("pk", flat=True)[:batch])
    rows = retention.all_of(model, by).filter(pk__in=ids)
    if not ids or rule.method == "tombstone":
        return rows.update(**retention.empty(rule.model)) if ids else 0
    for other, key, along in retention.dependants(model):
        if along:
            delete(retention.all_of(other, by).filter(**{f"{key}__in": ids}))
    return delete(rows)


def _close(run: RetentionRun, rule: Retention, by: Actor) -> None:
    run.state, run.ended_at = RetentionRun.State.DONE, clock.now()
    run.held = retention.ran_out(rule, by, clock.today()).count()
    run.oldest_left = retention.oldest_left(rule, by)
    run.save(update_fields=["state", "ended_at", "held", "oldest_left", "erased"])
    audit.record(
        "privacy.retention", "privacy.RetentionRun", run.pk, values={"model": run.model, "erased": run.erased}
    )
