"""Petitions as lists, and the one that a resident holds."""

from __future__ import annotations

from django.db.models import QuerySet

from lianglin.access.actor import Actor
from lianglin.appeals.models import Petition
from lianglin.appeals.rules import petition
from lianglin.cases import queries as cases
from lianglin.cases.models import Case

OPEN = tuple(state.code for state in petition.LIFECYCLE.states if not state.final)


def petitions(actor: Actor, *, ended: bool = False) -> QuerySet[Case]:
    """The petitions of the area, or given to the unit. Page them by ("-id",)."""
    found = cases.visible(actor).filter(kind=petition.KIND)
    return found.exclude(state__in=OPEN) if ended else found.filter(state__in=OPEN)


def particulars(case: Case, actor: Actor) -> Petition | None:
    """What was petitioned for."""
    seen = Petition.objects.visible_to(actor, purpose=actor.work_purpose)
    return seen.filter(pk=case.pk).first()


def own(actor: Actor) -> Case | None:
    """The petition that the resident holds."""
    if actor.case_id is None:
        return None
    found = Case.objects.visible_to(actor, purpose=actor.work_purpose).filter(kind=petition.KIND)
    return found.select_related("community", "building", "compound", "owner").filter(pk=actor.case_id).first()
