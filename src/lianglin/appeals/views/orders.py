"""Objections with their rulings, and the co-handling orders of a unit, as lists; what the page of an appeal shows of them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET

from lianglin.access.actor import Actor
from lianglin.access.gate import acting, in_post
from lianglin.appeals.queries import orders, whistles
from lianglin.appeals.rules import objecting
from lianglin.appeals.views import words
from lianglin.cases.models import Case, Step
from lianglin.kit import clock, paging
from lianglin.kit.calendar import calendar

TONES = {"": "waiting", objecting.UPHELD: "good", objecting.REJECTED: "warn", objecting.LAPSED: "closed"}
CO_TONES = {"ordered": "active", "answered": "good", "ended": "closed"}


@require_GET
@in_post("appeals.dispatch")
def rulings(request: HttpRequest) -> HttpResponse:
    """Objections of units and what was ruled, newest first, in the area of the post."""
    found = paging.page(
        orders.objections(acting(request)), "-id", cursor=request.GET.get("cursor", ""), size=30
    )
    rows = [{"objection": one, "number": words.grouped(one.case.number), "tone": TONES[one.ruling]} for one in found.rows]  # fmt: skip
    return render(request, "appeals/desk/rulings.html", {"page": found, "rows": rows})


@require_GET
@in_post("appeals.handle")
def co_orders(request: HttpRequest) -> HttpResponse:
    """The orders by which the own unit was called in to help, what is due first."""
    found = paging.page(
        orders.own_co_orders(acting(request)), "due_at", "id", cursor=request.GET.get("cursor", ""), size=30
    )
    rows = [{"order": one, "number": words.grouped(one.case.number), "left": _left(one.due_at)} for one in found.rows]  # fmt: skip
    return render(request, "appeals/desk/co_orders.html", {"page": found, "rows": rows})


def _left(due: Any) -> Any:
    return calendar().time_left(clock.now(), due)


def shown(case: Case, steps: list[Step], actor: Actor) -> dict[str, Any]:
    """Objections and co-handlers for the page of an appeal; no query where its steps tell of none."""
    moves = {step.move for step in steps}
    found: dict[str, Any] = {"objections": [], "co_orders": [], "calls": []}
    if actor.role not in ("staff", "handler"):
        return found
    if "object" in moves:
        rows = orders.objections(actor).filter(case_id=case.pk).order_by("id")
        found["objections"] = [{"objection": one, "tone": TONES[one.ruling]} for one in rows]
    if "co_order" in moves:
        rows = orders.co_orders_of(case, actor)
        found["co_orders"] = [{"order": one, "tone": CO_TONES[one.state]} for one in rows]
    if "whistle" in moves:
        found["calls"] = whistles.calls_about(case.pk, actor)
    return found


def first_receiver(steps: list[Step]) -> Step | None:
    """The first step that a unit made: who received the matter first is responsible for it (首接负责)."""
    return next((step for step in steps if step.organisation_id), None)


routes: list[URLPattern] = [
    path("rulings/", rulings, name="rulings"),
    path("co-orders/", co_orders, name="co_orders"),
]
