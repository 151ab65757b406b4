"""Reads about orders: objections and rulings, co-handlers, until when an objection is possible."""

from __future__ import annotations

from django.db.models import QuerySet

from lianglin.access.actor import Actor
from lianglin.appeals.models import CoOrder, Objection
from lianglin.appeals.queries.terms import term
from lianglin.appeals.rules import objecting
from lianglin.cases.models import Case, Step
from lianglin.kit import clock
from lianglin.kit.calendar import Deadline, calendar

GIVEN = ("dispatch", "call_out", "give_back")
"""Moves that give an order to a unit."""


def objections(actor: Actor) -> QuerySet[Objection]:
    """Objections with their rulings. Page it by ("-id",)."""
    return Objection.objects.visible_to(actor, purpose=actor.work_purpose).select_related(
        "case", "unit", "ruled_by", "sent_to"
    )


def open_objection(case: Case, actor: Actor) -> Objection | None:
    """The objection that waits for a ruling."""
    return objections(actor).filter(case_id=case.pk, ruling="").order_by("-id").first()


def was_rejected(case: Case, unit_id: int, ground: str, actor: Actor) -> bool:
    """Whether this unit's objection on this ground was rejected on this appeal before."""
    found = objections(actor).filter(case_id=case.pk, unit_id=unit_id, ground=ground)
    return found.filter(ruling=objecting.REJECTED).exists()


def objection_until(case: Case, actor: Actor) -> Deadline | None:
    """Until when the unit in charge may object: counted from the order; None where there was none."""
    steps = Step.objects.visible_to(actor, purpose=actor.work_purpose).filter(case_id=case.pk, move__in=GIVEN)
    given = steps.order_by("-seq").first()
    if given is None:
        return None
    kind = "objection_urgent" if case.urgent else "objection"
    return calendar().add(given.at, *term(kind, case.scope_code, clock.local(given.at).date()))


def co_orders(actor: Actor) -> QuerySet[CoOrder]:
    """Co-handling orders."""
    return CoOrder.objects.visible_to(actor, purpose=actor.work_purpose).select_related("unit")


def co_orders_of(case: Case, actor: Actor) -> list[CoOrder]:
    """Those of one appeal, oldest first."""
    return list(co_orders(actor).filter(case_id=case.pk).order_by("id"))


def open_co_orders(case: Case, actor: Actor) -> list[CoOrder]:
    """Those of one appeal that wait for an answer."""
    return list(co_orders(actor).filter(case_id=case.pk, state=CoOrder.State.ORDERED).order_by("id"))


def own_co_orders(actor: Actor) -> QuerySet[CoOrder]:
    """The orders that wait for the actor's own unit. Page it by ("due_at", "id")."""
    mine = co_orders(actor).filter(unit_id=actor.organisation_id, state=CoOrder.State.ORDERED)
    return mine.select_related("case")
