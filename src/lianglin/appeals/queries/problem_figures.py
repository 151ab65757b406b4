"""How the figures of problem classes and projects are computed, and the rows behind each; declared in problem_indicators."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import TruncMonth

from lianglin.access.actor import Actor, job
from lianglin.appeals.models import Milestone, ProblemCase, ProblemClass, ProblemMeasure, Project
from lianglin.appeals.queries.figures import inside, month_of, within
from lianglin.appeals.rules import effect, problems
from lianglin.cases import queries as cases
from lianglin.kit import clock
from lianglin.kit.domain import Cell
from lianglin.kit.period import Period

CLASSES: dict[str, tuple[str, Q, Q | None]] = {
    "appeals.problems_found": ("made_at", Q(), None),
    "appeals.problems_confirmed": ("confirmed_at", Q(), None),
    "appeals.problems_measured": ("confirmed_at", Q(measure_at__isnull=False), Q()),
    "appeals.problems_solved": ("closed_at", Q(state=problems.CLOSED, closed_with=effect.FELL), None),
}
"""Figure -> the instant that puts a class into a month, numerator, denominator (None: a count)."""
_ON_TIME = Q(done_on__isnull=False, done_on__lte=F("first_due_on"))
_DELIVERED = Q(state="accepted")


def cells(codes: Collection[str], span: Period, scope_codes: Collection[str] | None) -> Iterator[Cell]:
    """Both counts of each figure by area and month. A class of a street counts in the street and above it."""
    for code in codes:
        base, field, numerator, denominator = _base(code, job(), span)
        if scope_codes is not None:
            base = base.filter(scope_code__in=list(scope_codes))
        yield from _counted(code, base, field, numerator, denominator)


def _base(code: str, who: Actor, span: Period) -> tuple[QuerySet[Any], str, Q, Q | None]:
    """Rows of the span, the column of their month, and which of them are counted."""
    purpose = who.work_purpose
    if code in CLASSES:
        field, numerator, denominator = CLASSES[code]
        classes = ProblemClass.objects.visible_to(who, purpose=purpose).filter(within(span, field))
        return classes, field, numerator, denominator
    if code == "appeals.milestones_on_time":
        due = Q(first_due_on__gte=span.start, first_due_on__lt=min(span.end, clock.today()))
        found = Milestone.objects.visible_to(who, purpose=purpose).filter(
            due, project__approved_at__isnull=False
        )
        return found.exclude(project__state="given_up"), "first_due_on", _ON_TIME, Q()
    if code == "appeals.projects_delivered":
        found = Project.objects.visible_to(who, purpose=purpose)
        found = found.filter(accepted_on__gte=span.start, accepted_on__lt=span.end)
        return found, "accepted_on", _DELIVERED, None
    if code == "appeals.rules_made":
        found = ProblemMeasure.objects.visible_to(who, purpose=purpose).filter(kind="rule")
        found = found.filter(effective_on__gte=span.start, effective_on__lt=span.end)
        return found, "effective_on", Q(), None
    links = ProblemCase.objects.visible_to(who, purpose=purpose).filter(within(span, "added_at"), _first())
    return links, "added_at", Q(), None


def _first() -> Q:
    """The first link of a case that still stands in a class: a case in two of them counts once."""
    earlier = ProblemCase._base_manager.filter(
        case=OuterRef("case"), removed_at__isnull=True, pk__lt=OuterRef("pk")
    )
    confirmed = ~Q(problem__state__in=(problems.CANDIDATE, problems.REFUSED))
    return Q(~Exists(earlier), removed_at__isnull=True) & confirmed


def _counted(
    code: str, base: QuerySet[Any], field: str, numerator: Q, denominator: Q | None
) -> Iterator[Cell]:
    month = TruncMonth(field) if field.endswith("_on") else month_of(field)
    counts = {"n": Count("pk", filter=numerator) if numerator else Count("pk")}
    if denominator is not None:
        counts["d"] = Count("pk")
    for row in base.values("scope_code", month=month).annotate(**counts).order_by():
        if row["n"] or row.get("d"):
            yield Cell(code, row["month"], row["scope_code"], row["n"], row.get("d"))


def rows(code: str, actor: Actor, prefix: str, span: Period, part: str, member: str) -> QuerySet[Any]:
    """The classes, projects, milestones or cases behind a count, of those the actor may read."""
    base, _field, numerator, denominator = _base(code, actor, span)
    base = base.filter(inside(prefix))
    if part == "numerator" or denominator is None:
        base = base.filter(numerator)
    elif part == "rest":
        base = base.exclude(numerator)
    if base.model is ProblemCase:
        return cases.visible(actor).filter(pk__in=base.values("case_id")).order_by("-opened_at", "-id")
    if base.model is Milestone:
        base = base.select_related("project")
    if base.model is ProblemMeasure:
        base = base.select_related("problem")
    return base.order_by("-id")
