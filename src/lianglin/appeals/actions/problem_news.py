"""What residents are told of a problem class, brought up to date; each change becomes one event. By the background."""

from __future__ import annotations

from typing import Any

from lianglin.access.actor import Actor
from lianglin.appeals.models import (
    ProblemCase,
    ProblemClass,
    ProblemEffect,
    ProblemMeasure,
    PublicProblem,
    PublicProblemEvent,
)
from lianglin.appeals.queries.problems import SMALL, done_of
from lianglin.appeals.rules import problem_news, problems
from lianglin.kit import clock


def show(*, by: Actor, problem_id: int) -> None:
    """State, promise, percent done, effect, cases from ten on; and an event for each change since the last time.

    A class that is hidden makes no events; what changed meanwhile is told when it is shown again.
    """
    by.require("system")
    shown = PublicProblem.objects.select_for_update(no_key=True).filter(problem_id=problem_id).first()
    problem = ProblemClass._base_manager.filter(pk=problem_id).first()
    if shown is None or problem is None:
        return
    _bring(shown, problem)
    now = _snapshot(shown)
    if shown.visible:
        _tell(shown, problem_news.changes(shown.told, now))
        shown.told = now
    shown.save()


def _bring(shown: PublicProblem, problem: ProblemClass) -> None:
    count = ProblemCase._base_manager.filter(problem=problem, removed_at__isnull=True).count()
    projects = ProblemMeasure._base_manager.filter(problem=problem, project__isnull=False)
    shown.state, shown.promised_on, shown.closed_with = (
        problem.state,
        problem.promised_on,
        problem.closed_with,
    )
    shown.percent_done = problems.percent(*done_of(projects.values_list("project_id", flat=True)))
    shown.cases, shown.updated_at = count if count >= SMALL else None, clock.now()
    shown.effect = _effect(ProblemEffect._base_manager.filter(problem=problem).order_by("-id").first())


def _effect(last: ProblemEffect | None) -> dict[str, Any]:
    if last is None:
        return {}
    told = problem_news.counts_shown(last.before, last.after)
    return {
        "id": last.pk, "verdict": last.verdict,
        "after_first": last.after_first.isoformat(), "after_last": last.after_last.isoformat(),
        "before_first": last.before_first.isoformat(), "before_last": last.before_last.isoformat(),
        "before": last.before if told else None, "after": last.after if told else None,
    }  # fmt: skip


def _snapshot(shown: PublicProblem) -> dict[str, Any]:
    return problem_news.snapshot(
        state=shown.state, promised_on=shown.promised_on.isoformat() if shown.promised_on else "",
        title=shown.title, text=shown.text, measures=[one["id"] for one in shown.measures],
        effect=str(shown.effect.get("id", "")),
    )  # fmt: skip


def _tell(shown: PublicProblem, changes: list[tuple[str, int | None]]) -> None:
    at = clock.now()
    PublicProblemEvent.objects.bulk_create(
        PublicProblemEvent(
            problem=shown, scope_code=shown.scope_code, kind=kind, at=at, values=_values(shown, kind, which)
        )
        for kind, which in changes
    )


def _values(shown: PublicProblem, kind: str, which: int | None) -> dict[str, Any]:
    if kind == "measure":
        return next(one for one in shown.measures if one["id"] == which)
    if kind == "effect":
        return shown.effect
    if kind == "promise":
        return {"promised_on": shown.promised_on.isoformat() if shown.promised_on else ""}
    return {} if kind == "text" else {"state": shown.state, "closed_with": shown.closed_with}


def as_told(one: ProblemMeasure) -> dict[str, Any]:
    """A measure as residents read it."""
    return {
        "id": one.pk, "kind": one.kind, "title": one.title, "unit": one.unit.name, "unit_en": one.unit.name_en,
        "document_no": one.document_no, "effective_on": one.effective_on.isoformat() if one.effective_on else "",
    }  # fmt: skip
