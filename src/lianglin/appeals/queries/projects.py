"""Projects as posts see them: lists with percent done, one with its milestones, delays and history."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count, Q, QuerySet

from lianglin.access.actor import Actor
from lianglin.appeals.models import Milestone, MilestoneDelay, ProblemMeasure, Project, ProjectStep
from lianglin.appeals.rules import problems
from lianglin.kit import clock


@dataclass(frozen=True)
class Progress:
    """Milestones done, in all, and those whose day has passed."""

    done: int = 0
    of: int = 0
    late: int = 0

    @property
    def percent(self) -> int | None:
        """Whole percent by milestones; None without any."""
        return problems.percent(self.done, self.of)


def projects(actor: Actor, *, state: str = "", late: bool = False) -> QuerySet[Project]:
    """The projects of an area, or given to a unit. Page it by ("-id",)."""
    found = Project.objects.visible_to(actor, purpose=actor.work_purpose).select_related("unit")
    if state == "open":
        found = found.filter(state__in=problems.PROJECT_OPEN)
    elif state:
        found = found.filter(state=state)
    if late:
        overdue = Milestone._base_manager.filter(done_on__isnull=True, due_on__lt=clock.today())
        found = found.filter(state="approved", pk__in=overdue.values("project_id"))
    return found


def progress(found: Iterable[Project], actor: Actor) -> dict[int, Progress]:
    """Project id -> its progress. One statement."""
    rows = Milestone.objects.visible_to(actor, purpose=actor.work_purpose)
    rows = rows.filter(project_id__in=[one.pk for one in found]).values("project_id").order_by()
    late = Q(done_on__isnull=True, due_on__lt=clock.today())
    counts = rows.annotate(
        done=Count("pk", filter=Q(done_on__isnull=False)), of=Count("pk"), late=Count("pk", filter=late)
    )
    return {row["project_id"]: Progress(row["done"], row["of"], row["late"]) for row in counts}


@dataclass(frozen=True)
class Sheet:
    """All that hangs on a project."""

    milestones: list[Milestone] = field(default_factory=list)
    delays: dict[int, list[MilestoneDelay]] = field(default_factory=dict)
    steps: list[ProjectStep] = field(default_factory=list)
    measures: list[ProblemMeasure] = field(default_factory=list)


def find(actor: Actor, pk: int) -> Project | None:
    """A project that the post may see."""
    return projects(actor).filter(pk=pk).first()


def sheet(project: Project, actor: Actor) -> Sheet:
    """Milestones, delays, history, and the classes it serves as far as the post sees them. Four statements."""
    purpose = actor.work_purpose
    milestones = Milestone.objects.visible_to(actor, purpose=purpose).filter(project=project)
    delays: dict[int, list[MilestoneDelay]] = {}
    for delay in (
        MilestoneDelay.objects.visible_to(actor, purpose=purpose).filter(project=project).order_by("id")
    ):
        delays.setdefault(delay.milestone_id, []).append(delay)
    steps = ProjectStep.objects.visible_to(actor, purpose=purpose).filter(project=project)
    measures = ProblemMeasure.objects.visible_to(actor, purpose=purpose).filter(project=project)
    return Sheet(
        milestones=list(milestones.select_related("unit").order_by("position")),
        delays=delays,
        steps=list(steps.select_related("post", "post__organisation").order_by("id")),
        measures=list(measures.select_related("problem").order_by("id")),
    )
