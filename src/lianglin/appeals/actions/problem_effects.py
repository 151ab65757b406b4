"""The effect of measures: measured over the same season, a class closed with it, opened again when the count rises."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils.translation import gettext as _

from lianglin.access.actor import Actor
from lianglin.appeals.actions.problem_steps import call_deciders, lock, on_problem, said, take_step, tell
from lianglin.appeals.actions.problems import hold_again, let_go
from lianglin.appeals.models import ProblemClass, ProblemEffect
from lianglin.appeals.queries import problem_counts
from lianglin.appeals.queries.problems import begun_on, closed_and_quiet, subject_of
from lianglin.appeals.rules import effect, problems
from lianglin.appeals.rules.effect import Span
from lianglin.kit import clock
from lianglin.kit.errors import Conflict, Forbidden, Refused

QUIET_DAYS = 60
"""Days for which a class that was left closed is not proposed again."""


@on_problem
def measure_effect(problem: ProblemClass, *, by: Actor, first_day: date, last_day: date) -> ProblemEffect:
    """Counts these days and the same days of the year before, here and in the rest of the city; keeps what it found."""
    by.require(problems.DRAW_UP)
    span = _span(problem, first_day, last_day, by)
    take_step(problem, "measure", by=by)
    made = ProblemEffect(
        problem=problem, scope_code=problem.scope_code, at=clock.now(), account_id=by.account_id, post_id=by.post_id,
        **effect_of(problem, span),
    )  # fmt: skip
    made.save(force_insert=True)
    return made


def _span(problem: ProblemClass, first_day: date, last_day: date, by: Actor) -> Span:
    if not first_day <= last_day < clock.today():
        raise Refused(
            _("The first day comes before the last, and the last is yesterday at the latest."),
            field="last_day",
        )
    if (last_day - first_day).days >= effect.LONGEST:
        raise Refused(
            _("At most a year, so that the same season before lies before the measure."), field="first_day"
        )
    begun = begun_on(problem, by)
    if begun is not None and first_day < begun:
        raise Refused(
            _("The first measure was in effect on %(day)s only. Count from then on.") % {"day": begun},
            field="first_day",
        )
    if begun is not None and Span(first_day, last_day).years_before().last >= begun:
        raise Refused(
            _("A year before these days the measure was in effect already. Choose days within a year of it."),
            field="last_day",
        )
    span = Span(first_day, last_day)
    season = span.years_before()
    if not problem_counts.reaches(subject_of(problem).over(season, span), season.first):
        raise Refused(
            _(
                "The records do not reach back to the same days of the year before: there is nothing to compare with."
            ),
            field="first_day",
        )
    return span


def effect_of(problem: ProblemClass, span: Span) -> dict[str, object]:
    """The columns of a measured effect: counts of both spans, ratios with intervals, what can be said."""
    season = span.years_before()
    subject = subject_of(problem).over(season, span)
    now, then = problem_counts.counted(subject, span), problem_counts.counted(subject, season)
    own, rest = (then.own, now.own), (then.rest, now.rest)
    change, against = effect.ratio(*own), effect.beside(own, rest)
    return {
        "after_first": span.first, "after_last": span.last, "before_first": season.first, "before_last": season.last,
        "before": then.own.cases, "after": now.own.cases, "rest_before": then.rest.cases, "rest_after": now.rest.cases,
        "people_before": problem_counts.heat(subject, season).people,
        "people_after": problem_counts.heat(subject, span).people,
        "burst": max(then.own.burst, now.own.burst), "ratio": change.value, "low": change.low, "high": change.high,
        "beside": against.value, "beside_low": against.low, "beside_high": against.high,
        "verdict": effect.verdict(own, rest),
    }  # fmt: skip


@on_problem
def close(problem: ProblemClass, *, by: Actor, note: str) -> ProblemClass:
    """Closes a class with its last measured effect and the reason; not by who measured it."""
    by.require(problems.DECIDE)
    last = (
        ProblemEffect.objects.visible_to(by, purpose=by.work_purpose)
        .filter(problem=problem)
        .order_by("-id")
        .first()
    )
    if last is None:
        raise Conflict(_("Measure the effect first: a class is closed with its effect."))
    if last.account_id == by.account_id:
        raise Forbidden(
            _("Who measured the effect cannot close the class. Leave it to a second person with this duty.")
        )
    said(note, "note")
    problem.closed_at, problem.closed_with = clock.now(), last.verdict
    problem.rises_since = problem.quiet_until = None
    take_step(problem, "close", by=by, note=note)
    let_go(problem)
    return problem


@on_problem
def reopen(problem: ProblemClass, *, by: Actor, note: str) -> ProblemClass:
    """Opens a closed class again, because the count rises or for another reason; its cases are in it again."""
    problem.closed_at, problem.closed_with = None, ""
    problem.rises_since = problem.quiet_until = None
    take_step(problem, "reopen", by=by, note=note)
    hold_again(problem)
    return problem


@on_problem
def leave_closed(problem: ProblemClass, *, by: Actor, note: str) -> ProblemClass:
    """The count rises, and the class stays closed all the same, for a reason; it is not proposed again for a while."""
    if problem.rises_since is None:
        raise Conflict(_("Nothing proposes to open this class again."))
    problem.rises_since, problem.quiet_until = None, clock.today() + timedelta(days=QUIET_DAYS)
    return take_step(problem, "leave", by=by, note=note)


def propose_reopening(*, by: Actor) -> int:
    """The nightly look: closed classes whose recent count is above the level they were closed at. A person decides."""
    by.require("system")
    today, found = clock.today(), 0
    recent = Span(today - timedelta(days=effect.RECENT), today - timedelta(days=1))
    for problem in closed_and_quiet(today):
        last = ProblemEffect._base_manager.filter(problem=problem).order_by("-id").first()
        if last is None or last.ratio is None:
            continue
        season = _season_before(recent, last.after_first)
        subject = subject_of(problem).over(season, recent)
        now, then = problem_counts.here(subject, recent), problem_counts.here(subject, season)
        if effect.rises_again(then, now, last.ratio):
            held = lock(problem.pk, by)
            held.rises_since = clock.now()
            held.save(update_fields=["rises_since"])
            tell(held, "rises", by=by, before=held.state)
            call_deciders(held, "problem_rises")
            found += 1
    return found


def _season_before(recent: Span, fixed_on: date) -> Span:
    """The same days of the last year that ended before the fix."""
    season = recent.years_before()
    while season.last >= fixed_on:
        season = season.years_before()
    return season
