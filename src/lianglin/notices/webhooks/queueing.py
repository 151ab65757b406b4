"""What becomes a call: a case that moved, a message for a program, a test. Written by the background, sent by sending.py."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse
from procrastinate.contrib.django import app

from lianglin.access.models import Organisation
from lianglin.kit import clock, discovery, site
from lianglin.kit.events import CaseMoved
from lianglin.notices.models import WebhookCall, WebhookEndpoint
from lianglin.notices.webhooks import kinds, queries, rules

DRAIN_TASK, QUEUE = "notices_webhook_drain", "webhooks"
"""Name of the task (in sending.py) that calls one endpoint, and the queue of its own in which it waits."""


def case_moved(event: CaseMoved) -> None:
    """Listener: queues a call for each endpoint that wants to hear of this move. Told twice, it queues once."""
    at = datetime.fromisoformat(event.at) if event.at else clock.now()
    held, left = queries.units_with(event.case_id, at, clock.now())
    kind = kind_of(event)
    wanting = [*queries.of_area(event.scope_code), *queries.of_units(held)]
    _queue_all(wanting, kind, event)
    _queue_all(queries.of_units(left), "case.left", event)


def kind_of(event: CaseMoved) -> str:
    """Which of the events a move is."""
    if event.move == "open":
        return "case.opened"
    lifecycle = discovery.lifecycles().get(event.kind)
    state = next((one for one in lifecycle.states if one.code == event.state), None) if lifecycle else None
    if state is None:
        return "case.moved"
    return "case.closed" if state.final else "case.settled" if state.settled else "case.moved"


def _queue_all(endpoints: Iterable[WebhookEndpoint], kind: str, event: CaseMoved) -> None:
    wanting = [
        one
        for one in endpoints
        if kind in one.events
        and event.kind in one.kinds
        and event.kind in kinds.heard(one.unit_id is not None, one.scope_code)
    ]
    if not wanting:
        return
    number = rules.event_id(kind, event.case_id, event.move, event.at)
    body = rules.cloud_event(
        kind, number, source=site.address(), time=event.at, subject=event.number or str(event.case_id),
        data=data_of(event),
    )  # fmt: skip
    queue(wanting, kind, number, body, case_id=event.case_id)


def data_of(event: CaseMoved) -> dict[str, Any]:
    """What is said of a case: ids, codes, times and a link. Never who asks, nor what for."""
    unit = Organisation.objects.filter(pk=event.unit_id or 0).values_list("code", flat=True).first()
    return {
        "case": event.number,
        "kind": event.kind,
        "move": event.move,
        "state": event.state,
        "outcome": event.outcome or None,
        "area": event.scope_code,
        "unit": unit,
        "opened_at": event.opened_at or None,
        "due_at": event.due_at or None,
        "link": _link(event),
    }


def _link(event: CaseMoved) -> str | None:
    """The page of the case for staff, behind the login."""
    lifecycle = discovery.lifecycles().get(event.kind)
    if lifecycle is None or not event.number:
        return None
    return f"{site.address()}{reverse(lifecycle.url, args=[event.number])}"


def notice(endpoint_key: str, *, key: str, title: str, text: str, language: str) -> bool:
    """Queues a message of the house for one endpoint; False when it is not called (any more)."""
    try:
        found = queries.hearing().filter(key=uuid.UUID(endpoint_key)).first()
    except ValueError:
        return False
    if found is None:
        return False
    number = uuid.UUID(key)
    said = {"title": title, "text": text, "language": language}
    body = rules.cloud_event(
        "notice",
        number,
        source=site.address(),
        time=clock.now().isoformat(),
        subject="notice",
        data=said,
    )
    queue([found], "notice", number, body)
    return True


def test(endpoint: WebhookEndpoint) -> uuid.UUID:
    """Queues a call that says nothing but that it is a test."""
    number = uuid.uuid4()
    body = rules.cloud_event(
        "test", number, source=site.address(), time=clock.now().isoformat(), subject="test",
        data={"endpoint": endpoint.name},
    )  # fmt: skip
    queue([endpoint], "test", number, body)
    return number


def queue(
    endpoints: Iterable[WebhookEndpoint],
    kind: str,
    number: uuid.UUID,
    body: dict[str, Any],
    case_id: int | None = None,
) -> None:
    """Writes one call for each endpoint, once for one number, and has them called."""
    now = clock.now()
    rows = {
        one.pk: WebhookCall(
            endpoint=one, scope_code=one.scope_code, unit_id=one.unit_id, event_id=number, type=kind,
            case_id=case_id, body=body, made_at=now, next_try_at=now,
        )
        for one in endpoints
    }  # fmt: skip
    WebhookCall._base_manager.bulk_create(rows.values(), ignore_conflicts=True)
    for endpoint_id in rows:
        drain(endpoint_id)


def drain(endpoint_id: int) -> None:
    """Has an endpoint called soon."""
    app.configure_task(DRAIN_TASK, queue=QUEUE).defer(endpoint_id=endpoint_id)
