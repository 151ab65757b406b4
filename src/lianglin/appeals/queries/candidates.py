"""Candidates for problem classes: what the nightly scan reads, and what a person looks at in the morning."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import QuerySet

from lianglin.access.actor import TOP, Actor
from lianglin.appeals.models import CandidateCase, ClassCandidate
from lianglin.cases import queries as cases
from lianglin.cases.models import Case
from lianglin.kit import clock

HISTORY = timedelta(days=425)
"""What is usual at a place is read from fourteen months: every season once, and the present one."""


def open_candidates(actor: Actor, *, place: str = "", item_id: int | None = None) -> QuerySet[ClassCandidate]:
    """Candidates of the actor's area that nobody has looked at yet, newest first. Page it by ("-id",).

    ``place``: a scope code prefix. A candidate of several communities of a street has the street's code, and is the
    street's to look at.
    """
    rows = _of_area(actor).filter(state=ClassCandidate.State.OPEN).select_related("item__category")
    if place:
        rows = rows.filter(scope_code__gte=place, scope_code__lt=place + TOP)
    if item_id is not None:
        rows = rows.filter(item_id=item_id)
    return rows.order_by("-id")


def count(actor: Actor) -> int:
    """How many wait for a look."""
    return _of_area(actor).filter(state=ClassCandidate.State.OPEN).count()


def candidate(actor: Actor, pk: int) -> ClassCandidate | None:
    """One candidate of the actor's area, in whatever state."""
    return _of_area(actor).select_related("item__category", "problem").filter(pk=pk).first()


def cases_of(found: ClassCandidate, actor: Actor) -> QuerySet[Case]:
    """The appeals of a candidate that the actor may read. Page it by ("-id",)."""
    inside = CandidateCase.objects.filter(candidate_id=found.pk).values("case_id")
    return cases.visible(actor).filter(pk__in=inside).order_by("-id")


def located(found: ClassCandidate, actor: Actor, *, limit: int) -> list[Case]:
    """The newest of those appeals, each with its place in words."""
    inside = CandidateCase.objects.filter(candidate_id=found.pk).values("case_id")
    seen = Case.objects.visible_to(actor, purpose=actor.work_purpose).filter(pk__in=inside)
    places = seen.select_related("building", "compound", "community__division").defer(
        "building__footprint", "compound__geometry", "community__geometry", "community__division__geometry"
    )
    return list(places.order_by("-id")[:limit])


def _of_area(actor: Actor) -> QuerySet[ClassCandidate]:
    """The table holds no personal data; PostgreSQL's policy narrows it to the same range."""
    return ClassCandidate.objects.filter(scope_code__gte=actor.low, scope_code__lt=actor.high)


@dataclass(frozen=True)
class Reported:
    """An appeal as the scan counts it."""

    case_id: int
    item_id: int
    scope_code: str
    opened_at: datetime
    person: int | None
    cell: int | None
    """The cell of the place, some 270 metres wide; None where the place is not known."""


def reported(actor: Actor) -> list[Reported]:
    """The appeals of fourteen months whose item is known; for the background alone."""
    actor.require("system")
    with connection.cursor() as cursor:
        cursor.execute(
            "select s.case_id, a.item_id, s.scope_code, s.opened_at, s.person, s.cell from appeals_similarityrow s "
            "join appeals_appeal a on a.case_id = s.case_id "
            "where s.opened_at > %s and a.item_id is not null order by s.case_id",
            [clock.now() - HISTORY],
        )
        return [Reported(*row) for row in cursor.fetchall()]
