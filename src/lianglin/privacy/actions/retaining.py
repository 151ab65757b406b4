"""The nightly run: one batch of one rule at a time, each in a transaction of its own, each a step of the record."""

from __future__ import annotations

from django.apps import apps

from lianglin.access import audit
from lianglin.access.actor import Actor
from lianglin.access.transaction import together
from lianglin.kit import clock, discovery
from lianglin.kit.domain import Retention
from lianglin.people.models import Resident
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
            touched, along = _one_batch(rule, by, batch)
    except Exception as error:  # a rule that fails must not stop the others, nor hide itself
        run.state, run.error, run.ended_at = RetentionRun.State.FAILED, type(error).__name__, clock.now()
        run.save(update_fields=["state", "error", "ended_at"])
        audit.record("privacy.retention_failed", "privacy.RetentionRun", run.pk)
        return False
    run.erased += touched
    run.along = {name: run.along.get(name, 0) + along.get(name, 0) for name in {**run.along, **along}}
    if touched >= batch:
        run.save(update_fields=["erased", "along"])
        return True
    _close(run, rule, by)
    return False


def erased(run_id: int) -> int:
    """How many rows a run has erased until now."""
    return RetentionRun.objects.values_list("erased", flat=True).get(pk=run_id)


def has_failed(run_id: int) -> bool:
    """Whether a run ended without having erased all that was due."""
    return RetentionRun.objects.filter(pk=run_id, state=RetentionRun.State.FAILED).exists()


def _one_batch(rule: Retention, by: Actor, batch: int) -> tuple[int, dict[str, int]]:
    """(rows of the table, rows of other tables that went along, by table)."""
    model = apps.get_model(rule.model)
    ids = list(retention.free(rule, by, clock.today()).order_by("pk").values_list("pk", flat=True)[:batch])
    rows = retention.all_of(model, by).filter(pk__in=ids)
    if not ids or rule.method == "tombstone":
        return (rows.update(**retention.empty(rule.model)) if ids else 0), {}
    along = _whole_persons(ids, by) if model is Resident else {}
    for other, key, with_it in retention.dependants(model):
        if with_it and (count := delete(retention.all_of(other, by).filter(**{f"{key}__in": ids}))):
            along[other._meta.label] = along.get(other._meta.label, 0) + count
    return delete(rows), along


def _whole_persons(ids: list[int], by: Actor) -> dict[str, int]:
    """Erases whatever names these persons in any package, and the files that were joined into theirs.

    What stays open under a restriction stays here, too: matters, requests and looks have keeping times of their own.
    """
    joined = list(retention.all_of(Resident, by).filter(merged_into__in=ids).values_list("pk", flat=True))
    gone: dict[str, int] = {}
    for one in reversed(list(discovery.each("follows"))):
        if one.open:
            continue
        model = apps.get_model(one.model)
        files = ids if model is Resident else [*ids, *joined]
        rows = retention.all_of(model, by).filter(**{f"{one.column}__in": files})
        if count := delete(rows.filter(**dict([one.only] if one.only else []))):
            gone[one.model] = gone.get(one.model, 0) + count
    return gone


def _close(run: RetentionRun, rule: Retention, by: Actor) -> None:
    run.state, run.ended_at = RetentionRun.State.DONE, clock.now()
    run.held = retention.ran_out(rule, by, clock.today()).count()
    run.oldest_left = retention.oldest_left(rule, by)
    run.save(update_fields=["state", "ended_at", "held", "oldest_left", "erased", "along"])
    audit.record(
        "privacy.retention", "privacy.RetentionRun", run.pk, values={"model": run.model, "erased": run.erased}
    )
