"""Reads over webhooks: those one may see, whom an event concerns, what waits, what was given up."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from lianglin.access.actor import Actor
from lianglin.access.models import Grant
from lianglin.notices.models import WebhookCall, WebhookEndpoint

SUBJECT = "cases.Case"
SAME_MOVE = timedelta(seconds=2)
"""A grant ends within the transaction of its move, not at the same microsecond."""


def endpoints(actor: Actor) -> QuerySet[WebhookEndpoint]:
    """The endpoints that this actor may see. Page them by ("-id")."""
    return WebhookEndpoint.objects.visible_to(actor, purpose=actor.work_purpose)


def calls(actor: Actor) -> QuerySet[WebhookCall]:
    """The calls that this actor may see. Page them by ("-id")."""
    return WebhookCall.objects.visible_to(actor, purpose=actor.work_purpose)


def counts(endpoint_ids: Iterable[int], actor: Actor) -> dict[int, dict[str, int]]:
    """How many calls wait and were given up, by endpoint."""
    found: dict[int, dict[str, int]] = {}
    mine = calls(actor).filter(endpoint_id__in=list(endpoint_ids))
    for state in (
        "queued",
        "dead",
    ):  # one after the other: each has an index of its own, both together have none
        rows = mine.filter(state=state).values("endpoint_id").annotate(n=Count("pk"))
        for row in rows.order_by():
            found.setdefault(row["endpoint_id"], {})[state] = row["n"]
    return found


def live() -> QuerySet[WebhookEndpoint]:
    """The endpoints that are called now; run it as the background."""
    return WebhookEndpoint._base_manager.filter(
        state=WebhookEndpoint.State.APPROVED, run=WebhookEndpoint.Run.ON
    )


def hearing() -> QuerySet[WebhookEndpoint]:
    """The endpoints for which events are kept: those that are called, and the paused ones; run it as the background."""
    runs = [WebhookEndpoint.Run.ON, WebhookEndpoint.Run.PAUSED]
    return WebhookEndpoint._base_manager.filter(state=WebhookEndpoint.State.APPROVED, run__in=runs)


def of_area(scope_code: str) -> QuerySet[WebhookEndpoint]:
    """The endpoints of areas in which this place lies."""
    around = ["", *(scope_code[:length] for length in (2, 4, 6, 9, 12))]
    return hearing().filter(unit__isnull=True, scope_code__in=around)


def of_units(units: Iterable[int]) -> QuerySet[WebhookEndpoint]:
    """The endpoints of these units."""
    return hearing().filter(unit_id__in=list(units))


def units_with(case_id: int, at: datetime, now: datetime) -> tuple[set[int], set[int]]:
    """The units that hold a case now, and those from which the move at that instant took it."""
    grants = Grant.objects.filter(subject=SUBJECT, subject_id=case_id)
    held = set(grants.filter(ends_at__gt=now).values_list("organisation_id", flat=True))
    around = (at - SAME_MOVE, at + SAME_MOVE)
    left = set(grants.filter(ends_at__range=around).values_list("organisation_id", flat=True))
    return held, left - held


def locked(endpoint_id: int) -> WebhookEndpoint:
    """The endpoint as it stands now; until the end of the transaction nobody else changes it."""
    return WebhookEndpoint._base_manager.select_for_update(no_key=True).get(pk=endpoint_id)


def ready(now: datetime) -> QuerySet[WebhookEndpoint]:
    """Live endpoints that need not be waited for and that nobody is calling."""
    waited = Q(wait_until__isnull=True) | Q(wait_until__lte=now)
    return live().filter(waited, Q(called_until__isnull=True) | Q(called_until__lte=now))


def next_call(endpoint_id: int, now: datetime) -> WebhookCall | None:
    """The call of an endpoint that is due first. One of a case waits until the earlier ones of that case are over."""
    queued = WebhookCall._base_manager.filter(endpoint_id=endpoint_id, state=WebhookCall.State.QUEUED)
    before = queued.filter(case_id=OuterRef("case_id"), id__lt=OuterRef("id"))
    return queued.filter(~Exists(before), next_try_at__lte=now).order_by("id").first()


def endpoints_due(now: datetime, most: int = 200) -> list[int]:
    """Live endpoints for which a call is due."""
    waiting = WebhookCall._base_manager.filter(state=WebhookCall.State.QUEUED, next_try_at__lte=now)
    return list(
        ready(now)
        .filter(pk__in=waiting.values("endpoint_id"))
        .order_by("pk")
        .values_list("pk", flat=True)[:most]
    )
