"""Matching in the background: nightly over the city, at once for a household, and for what a new rule touches."""

from __future__ import annotations

from typing import Any

from procrastinate.contrib.django import app

from lianglin.access import runs
from lianglin.access.actor import TOP, job
from lianglin.access.runs import Stepped
from lianglin.access.tasks import RETRY, as_job
from lianglin.access.transaction import acting, running
from lianglin.benefits.actions import matching, take_up
from lianglin.benefits.queries import population
from lianglin.kit.events import ConsentChanged, FactsRecorded

PIECE_TASK, HOUSEHOLD_TASK = "benefits_match_piece", "benefits_match_household"


def _night(cursor: Any) -> Stepped:
    """A run over the whole city, piece by piece; the take-up is counted at its end."""
    by = running().actor
    if cursor is None:
        return Stepped({"run": matching.start_run(by=by).pk}, 0, len(list(population.after(""))))
    if matching.go_on(cursor["run"], by=by):
        return Stepped(cursor, 1)
    return Stepped(None, 1, rows=take_up.count(by=by))


MATCH = runs.Work("benefits_match_nightly", lambda: _night)


@app.task(name=PIECE_TASK, queue="events", retry=RETRY)
@as_job
def piece(run_id: int) -> bool:
    """One piece in a transaction of its own; defers the next while there is more. Counts the take-up at the end."""
    more = matching.go_on(run_id, by=running().actor)
    if more:
        order_piece(run_id)
    else:
        take_up.count(by=running().actor)
    return more


def order_piece(run_id: int) -> None:
    """Asks for the next piece of a run, in the running transaction."""
    app.configure_task(PIECE_TASK, queue="events").defer(run_id=run_id)


@app.periodic(cron="*/10 * * * *")
@app.task(name="benefits_match_changed", queue="events", queueing_lock="benefits_match_changed")
@as_job
def changed(timestamp: int = 0) -> int | None:
    """Looks whether rules or parameters came into force, and matches anew what they touch."""
    run = matching.match_changed(by=running().actor)
    if run is None:
        return None
    order_piece(run.pk)
    return run.pk


@app.periodic(cron="35 * * * *")
@app.task(name="benefits_take_up", queue="events", queueing_lock="benefits_take_up")
@as_job
def count_take_up(timestamp: int = 0) -> int:
    """Counts the take-up anew, every hour."""
    return take_up.count(by=running().actor)


@app.task(name=HOUSEHOLD_TASK, queue="events", retry=RETRY)
@as_job
def household(household_id: int, scope_code: str) -> None:
    """One household anew, in a transaction of its own and in its own place range."""
    with acting(job(scope_code, scope_code + TOP)) as by:
        matching.match_household(household_id, by=by)


def facts_recorded(event: FactsRecorded) -> None:
    """What is known of a household changed: it is matched anew. Several at once are each a task of their own."""
    homes = population.homes_of([(str(kind), int(subject)) for kind, subject in event.subjects])
    if len(homes) > 1:
        _order(homes)
        return
    for household_id, scope_code in homes:
        with acting(job(scope_code, scope_code + TOP)) as by:
            matching.match_household(household_id, by=by)


def consent_changed(event: ConsentChanged) -> None:
    """What was kept on a consent that no longer holds is erased; the household is matched anew after that."""
    if not event.given:
        _order(population.homes_of([("person", event.resident_id)]))


def _order(homes: list[tuple[int, str]]) -> None:
    for household_id, scope_code in homes:
        task = app.configure_task(HOUSEHOLD_TASK, queue="events")
        task.defer(household_id=household_id, scope_code=scope_code)
