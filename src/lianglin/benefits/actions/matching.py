"""Matching: a run over the city street by street, one household on the spot, and what only a changed rule touches."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from typing import Any

import numpy as np

from lianglin.access import audit
from lianglin.access.actor import Actor, job
from lianglin.access.transaction import acting, together
from lianglin.benefits.actions import writing
from lianglin.benefits.actions.writing import Reasons, Written
from lianglin.benefits.models import HealthMatch, Match, MatchRun
from lianglin.benefits.queries import at_home, population, programs
from lianglin.benefits.queries import found as finding
from lianglin.benefits.queries.found import Found, Stored
from lianglin.benefits.queries.storing import Stamp
from lianglin.benefits.rules import matching as rules
from lianglin.engines.eligibility.package import MAY, Package
from lianglin.kit import clock

STALE_AFTER = timedelta(hours=20)
"""A run that is not done by then has stopped; the next night begins anew."""


def start_run(*, by: Actor, scope: str = "", only: Iterable[str] = ()) -> MatchRun:
    """Opens a run over the city, a part of it, or only some measures. It is worked on piece by piece (:func:`go_on`)."""
    by.require("system")
    with together():
        now, on = clock.now(), clock.today()
        MatchRun.objects.filter(state=MatchRun.State.RUNNING, started_at__lt=now - STALE_AFTER).update(
            state=MatchRun.State.FAILED, ended_at=now
        )
        found = programs.package(on)
        run = MatchRun.objects.create(
            scope_code=scope,
            on=on,
            known_at=now,
            digest=found.digest,
            only=sorted(only),
            marks=rules.marks(found),
            started_at=now,
        )
        audit.record("benefits.match_start", "benefits.MatchRun", run.pk, values={"digest": run.digest})
    return run


def go_on(run_id: int, *, by: Actor) -> bool:
    """One piece of a run (a street, or a part of a large one), in the running transaction; whether there is more.

    A run that was cut off goes on where it stopped: ``reached`` moves with the rows of its piece or not at all. The
    package must be the run's own; where it has changed meanwhile the run ends, and a new one is begun for what changed.
    """
    by.require("system")
    with together():
        run = MatchRun.objects.select_for_update().filter(pk=run_id, state=MatchRun.State.RUNNING).first()
        if run is None:
            return False
        if programs.package(run.on).digest != run.digest:
            return _end(run, MatchRun.State.FAILED)
        left = list(population.after(run.reached, run.scope_code))
        if not left:
            return _end(run, MatchRun.State.DONE)
        _piece(run, left[0])
        run.reached = left[0].last
        run.save(update_fields=["reached", "persons", "households", "found"])
        return True if left[1:] else _end(run, MatchRun.State.DONE)


def _end(run: MatchRun, state: str) -> bool:
    run.state, run.ended_at = state, clock.now()
    run.save(update_fields=["state", "ended_at", "reached", "persons", "households", "found"])
    audit.record(
        "benefits.match_end", "benefits.MatchRun", run.pk, values={"found": run.found, "state": state}
    )
    return False


def _piece(run: MatchRun, where: population.Range) -> None:
    low, high = where.low, where.high
    package = programs.package(run.on)
    with acting(job(low, high)) as by:
        piece = population.piece(
            low,
            high,
            words=package.vocabulary,
            actor=by,
            on=run.on,
            known_at=run.known_at,
            columns=programs.columns(package),
        )
        if piece is None:
            return
        ids = programs.measure_ids(measure.id for measure in package.measures)
        stamp = Stamp(run.digest, run.on, clock.now(), piece.scopes)
        now = programs.bound(run.on).run(piece.population)
        found = finding.found(now, piece.quiet, ids)
        before = tuple(finding.stored(model, low=low, high=high) for model in (Match, HealthMatch))
        only = set(programs.measure_ids(run.only).values()) if run.only else None
        reasons = partial(finding.why, now, ids=ids)
        _put(found, before, reasons, package, ids, stamp, only)
        later_on = rules.later_day(run.on)
        later = programs.bind(programs.program(run.on), later_on).run(piece.population)
        coming = finding.ahead(now, later, piece.quiet, ids, leave_out=_health(package))
        writing.write_ahead(coming, low=low, high=high, on=later_on, stamp=stamp, by=by)
    run.persons += len(piece.population.person_ids)
    run.households += len(piece.population.household_ids)
    run.found += int((found.answer == MAY).sum())


def _put(
    found: Found,
    before: tuple[Stored, ...],
    reasons: Reasons,
    package: Package,
    ids: dict[str, int],
    stamp: Stamp,
    only: set[int] | None = None,
) -> Written:
    """Health-related rows to the health ground with a neutral task beside; the others where the ordinary worker reads.

    ``before``: what is stored of the one and of the other.
    """
    health = [ids[code] for code in _health(package) if code in ids]
    if only is not None:
        found = found.where(np.isin(found.measure_id, list(only)))
    held = np.isin(found.measure_id, health)
    written = writing.write(Match, found.where(~held), before[0], reasons, stamp=stamp, measures=only)
    apart = found.where(held)
    if len(apart) or len(before[1]):
        writing.write(HealthMatch, apart, before[1], reasons, stamp=stamp, measures=only)
        writing.ask_health_centre(apart.where(apart.answer == MAY), stamp)
    return written


def _health(package: Package) -> set[str]:
    return {measure.id for measure in package.measures if measure.health}


def match_household(household_id: int, *, by: Actor) -> Written | None:
    """Matches one household anew in the running transaction; None where nobody lives there any more.

    Called with what has just changed; as the background role, in the household's place range.
    """
    by.require("system")
    on, now = clock.today(), clock.now()
    program = programs.program(on)
    package = program.package
    with together():
        home = population.home(household_id, words=package.vocabulary, actor=by, on=on, known_at=now)
        if home is None:
            _nobody_left(household_id, by)
            return None
        before = at_home.stored(household_id)
        ids = programs.measure_ids(measure.id for measure in package.measures)
        stamp = Stamp(package.digest, on, now, (home.scope_code,))
        answers = programs.bind(program, on).home(home.population)
        found, reasons = at_home.found(answers, home.quiet, ids), partial(at_home.why, answers, ids=ids)
        written = _put(found, (before.plain, before.health), reasons, package, ids, stamp)
        later = programs.bind(program, rules.later_day(on))
        coming = at_home.coming(answers, later, home.quiet, ids, leave_out=_health(package))
        writing.write_coming(household_id, coming, before.coming, stamp, by)
        if written != Written():
            audit.record("benefits.match", "people.Household", household_id, scope_code=home.scope_code)
    return written


def _nobody_left(household_id: int, by: Actor) -> None:
    now = clock.now()
    for model in (Match, HealthMatch):
        rows: Any = model.objects.visible_to(by, purpose="system").filter(household_id=household_id)
        rows.exclude(state__in=(rules.CLAIMED, rules.GONE)).update(
            state=rules.GONE, state_at=now, answer=0, failed=0, unknown=0, away=0
        )


def match_changed(*, by: Actor) -> MatchRun | None:
    """Begins a run over what the rules' last change touches; None when nothing changed since the last run."""
    by.require("system")
    if MatchRun.objects.filter(state=MatchRun.State.RUNNING).exists():
        return None
    last = MatchRun.objects.filter(state=MatchRun.State.DONE, scope_code="").order_by("-id").first()
    if last is None:
        return None
    package = programs.package(clock.today())
    if package.digest == last.digest:
        return None
    changed = rules.touched(package, last.marks)
    if not changed:
        return None
    return start_run(by=by, only=changed)
