"""Problem classes as posts see them, and as residents are told of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from lianglin.access.actor import TOP, Actor
from lianglin.access.models import Organisation
from lianglin.access.queries import granted_ids
from lianglin.appeals.models import (
    Appeal,
    Milestone,
    ProblemCase,
    ProblemCause,
    ProblemClass,
    ProblemEffect,
    ProblemMeasure,
    ProblemStep,
    PublicProblem,
)
from lianglin.appeals.queries import catalogue, problem_counts, worklists
from lianglin.appeals.queries.dispatching import areas_over
from lianglin.appeals.queries.problem_counts import Heat, Subject
from lianglin.appeals.queries.problem_guards import PROBLEM
from lianglin.appeals.rules import effect, problems
from lianglin.appeals.rules.effect import Counted, Span
from lianglin.cases.models import Case
from lianglin.kit import clock

SMALL = 10
"""Counts under this are not shown to the public."""
MOST_CASES = 300
"""Cases put into a class at once."""


def classes(actor: Actor, *, state: str = "", place: str = "", field: str = "") -> QuerySet[ProblemClass]:
    """The classes of an area, or in which a unit was given a part. Page it by ("-id",)."""
    found = ProblemClass.objects.visible_to(actor, purpose=actor.work_purpose).select_related("owner")
    if actor.role == "handler":
        # the grants once, then each class by its key: else the planner asks the grants anew for every class
        found = found.filter(pk__in=granted_ids(actor, PROBLEM))
    if state == worklists.OPEN:
        found = found.exclude(state__in=problems.FINISHED)
    elif state == "rises":
        found = found.filter(rises_since__isnull=False)
    elif state:
        found = found.filter(state=state)
    if place:
        found = found.filter(scope_code__gte=place, scope_code__lt=place + TOP)
    if field:
        under = [code for code in catalogue.known_codes() if code.startswith(field)]
        wanted = Q()
        for code in under:
            wanted |= Q(codes__contains=[code])
        found = found.filter(wanted)
    return found


def with_counts(found: Iterable[ProblemClass], actor: Actor) -> dict[int, int]:
    """Class id -> how many cases stand in it, of these classes. One statement."""
    links = ProblemCase.objects.visible_to(actor, purpose=actor.work_purpose)
    links = links.filter(problem_id__in=[one.pk for one in found], removed_at__isnull=True)
    return dict(links.values_list("problem_id").annotate(n=Count("pk")).order_by())


def find(actor: Actor, pk: int) -> ProblemClass | None:
    """A class that the post may see."""
    found = ProblemClass.objects.visible_to(actor, purpose=actor.work_purpose)
    return found.select_related("owner", "post", "made_by", "confirmed_by").filter(pk=pk).first()


def subject_of(problem: ProblemClass) -> Subject:
    """What is counted for a class."""
    return Subject(tuple(problem.codes), problem.scope_code)


def cases_of(problem: ProblemClass, actor: Actor) -> QuerySet[Case]:
    """The cases in a class that the post may read by itself: a class opens no case to anybody. Page it by ("-id",)."""
    held = ProblemCase.objects.visible_to(actor, purpose=actor.work_purpose)
    held = held.filter(problem_id=problem.pk, removed_at__isnull=True).values("case_id")
    return worklists.appeals(actor).filter(pk__in=held)


def located(problem: ProblemClass, actor: Actor, *, limit: int) -> list[Case]:
    """The newest of those cases, each with its place as a point and in words. Two statements."""
    held = ProblemCase.objects.visible_to(actor, purpose=actor.work_purpose)
    held = held.filter(problem_id=problem.pk, removed_at__isnull=True).values("case_id")
    found = Case.objects.visible_to(actor, purpose=actor.work_purpose).filter(pk__in=held)
    places = found.select_related("building", "compound", "community__division").defer(
        "building__footprint", "compound__geometry", "community__geometry", "community__division__geometry"
    )
    return list(places.order_by("-id")[:limit])


def removed_of(problem: ProblemClass, actor: Actor) -> list[ProblemCase]:
    """What was taken out of a class, newest first, where the post may read the case."""
    held = ProblemCase.objects.visible_to(actor, purpose=actor.work_purpose)
    held = held.filter(problem_id=problem.pk, removed_at__isnull=False).order_by("-removed_at")[:50]
    found = {link.case_id: link for link in held}
    cases = Case.objects.visible_to(actor, purpose=actor.work_purpose).in_bulk(list(found))
    for pk, link in found.items():
        if pk in cases:
            link.case = cases[pk]
    return [link for pk, link in found.items() if pk in cases]


def offered_cases(problem: ProblemClass, actor: Actor, *, limit: int = 50) -> list[Case]:
    """Cases of the class's items, area and days that are in no open class of this breadth and area yet."""
    held = ProblemCase.objects.visible_to(actor, purpose=actor.work_purpose).filter(
        case=OuterRef("pk"), scope_code=problem.scope_code, breadth=problem.breadth, live=True
    )
    since = clock.now() - timedelta(days=400)
    found = worklists.appeals(actor).filter(
        ~Exists(held),
        scope_code__gte=problem.scope_code,
        scope_code__lt=problem.scope_code + TOP,
        appeal__item_id__in=subject_of(problem).items(),
        opened_at__gte=since,
    )
    return list(found.exclude(state__in=("merged", "withdrawn")).order_by("-id")[:limit])


@dataclass(frozen=True)
class Parts:
    """All that hangs on a class."""

    steps: list[ProblemStep]
    causes: list[ProblemCause]
    measures: list[ProblemMeasure]
    effects: list[ProblemEffect]
    shown: PublicProblem | None


def parts(problem: ProblemClass, actor: Actor) -> Parts:
    """History, causes, measures, effects and what residents are told. Five statements."""
    purpose = actor.work_purpose
    steps = ProblemStep.objects.visible_to(actor, purpose=purpose).filter(problem_id=problem.pk)
    causes = ProblemCause.objects.visible_to(actor, purpose=purpose).filter(problem_id=problem.pk)
    measures = ProblemMeasure.objects.visible_to(actor, purpose=purpose).filter(problem_id=problem.pk)
    effects = ProblemEffect.objects.visible_to(actor, purpose=purpose).filter(problem_id=problem.pk)
    return Parts(
        steps=list(steps.select_related("post", "post__organisation").order_by("id")),
        causes=list(causes.select_related("post").order_by("-id")),
        measures=list(measures.select_related("unit").order_by("id")),
        effects=list(effects.order_by("-id")),
        shown=PublicProblem.objects.filter(problem_id=problem.pk).first(),
    )


@dataclass(frozen=True)
class Frequency:
    """高频 and 高热, apart: the count against the same season a year before; and the people and the attention."""

    now: Counted
    before: Counted
    told: str
    change: effect.Ratio
    heat: Heat


def frequency(problem: ProblemClass) -> Frequency:
    """Both measures over the days in which the class was seen. Four statements."""
    span = Span(problem.first_day, problem.last_day)
    subject = subject_of(problem).over(span.years_before(), span)
    now, before = problem_counts.here(subject, span), problem_counts.here(subject, span.years_before())
    told = effect.frequency(before, now)
    if not problem_counts.reaches(subject, span.years_before().first):
        told = effect.NOT_RECORDED
    return Frequency(now, before, told, effect.ratio(before, now), problem_counts.heat(subject, span))


def begun_on(problem: ProblemClass, actor: Actor) -> date | None:
    """The day from which the first measure was in effect: as given, or the acceptance of its project."""
    measures = ProblemMeasure.objects.visible_to(actor, purpose=actor.work_purpose).filter(problem=problem)
    days = measures.values_list(Coalesce("effective_on", "project__accepted_on"), flat=True)
    return min((one for one in days if one), default=None)


def item_in(cases: Iterable[int], actor: Actor) -> list[str]:
    """The catalogue's codes of these cases' items, the most frequent first."""
    found = Appeal.objects.visible_to(actor, purpose=actor.work_purpose).filter(case_id__in=list(cases))
    counts = found.filter(item__isnull=False).values("item__code").annotate(n=Count("pk"))
    return [row["item__code"] for row in counts.order_by("-n", "item__code")]


def units_for(area: str) -> QuerySet[Organisation]:
    """The units that may own a class or a measure of an area: those at work in it, above it and below it."""
    found = worklists.units()
    within = found.filter(scope_code__gte=area, scope_code__lt=area + TOP)
    return (found.filter(scope_code__in=areas_over(area)) | within).order_by("kind", "code")


def done_of(project_ids: Iterable[int]) -> tuple[int, int]:
    """Milestones done, and in all, of these projects; as the background reads them."""
    found = Milestone._base_manager.filter(project_id__in=list(project_ids))
    counts = found.aggregate(of=Count("pk"), done=Count("pk", filter=Q(done_on__isnull=False)))
    return counts["done"], counts["of"]


def public_classes(area: str = "", *, item: str = "") -> QuerySet[PublicProblem]:
    """What anybody may read of classes in an area ("" the whole city) or of one item. Page it by ("-problem_id",).

    Titles and texts written for residents, the promised day, percent done; no person, no case, no count under ten.
    A subscription to a class holds its ``problem_id``; ``updated_at`` says when something changed.
    """
    found = PublicProblem.objects.filter(visible=True)
    if area:
        found = found.filter(scope_code__gte=area, scope_code__lt=area + TOP)
    if item:
        found = found.filter(codes__contains=[item])
    return found


def closed_and_quiet(today: date) -> QuerySet[ProblemClass]:
    """Closed classes at which the nightly look looks: closed within two years, not proposed before, not left alone."""
    since = clock.now() - timedelta(days=730)
    return ProblemClass._base_manager.filter(
        Q(quiet_until__isnull=True) | Q(quiet_until__lt=today),
        state=problems.CLOSED,
        closed_with=effect.FELL,
        closed_at__gte=since,
        rises_since__isnull=True,
    )
