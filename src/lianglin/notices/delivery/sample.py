"""Samples of what became of messages: texts that arrived or did not, letters to print, two webhooks with their calls.

Called by whoever makes the sample cases (they do not exist yet when this floor's own turn comes); nothing is ever sent.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from lianglin.access.actor import job
from lianglin.access.models import Organisation, Post
from lianglin.access.queries import actor_in
from lianglin.access.transaction import acting
from lianglin.kit import clock
from lianglin.notices import rules
from lianglin.notices.actions import declared
from lianglin.notices.models import Delivery, Letter, Message, Recipient, WebhookCall, WebhookEndpoint
from lianglin.notices.webhooks import actions
from lianglin.notices.webhooks import rules as webhook_rules

State = Delivery.State
ENDS = (
    *((State.DELIVERED, "", "sms"),) * 5, (State.SENT, "", "sms"), (State.FAILED, "switched_off", "sms"),
    (State.REFUSED, "no_mobile", "sms"), (State.TO_PRINT, "", "paper"), (State.FAILED, "no_such_number", "sms"),
    (State.TO_PRINT, "", "paper"), (State.PRINTED, "", "paper"),
)  # fmt: skip
"""How the messages of one sample case after another ended, in turn."""


@dataclass(frozen=True)
class Told:
    """One sample case that was told of: which message, its words, when."""

    case_id: int
    scope_code: str
    code: str
    on_paper: str
    context: Mapping[str, Any]
    at: datetime


def seed_deliveries(told: Sequence[Told]) -> int:
    """Writes what became of these messages, every ending in turn; how many."""
    with acting(job()):
        rows = [_delivery(one, *ENDS[n % len(ENDS)]) for n, one in enumerate(told)]
        made = Delivery._base_manager.bulk_create(rows)
        paper = [(one, row) for one, row in zip(told, made, strict=True) if row.channel == "paper"]
        Letter._base_manager.bulk_create([_letter(one, row) for one, row in paper])
        pairs = zip(told, made, strict=True)
        Message._base_manager.bulk_create(
            [_message(one, row) for one, row in pairs if row.state in (State.FAILED, State.REFUSED)]
        )
        Recipient._base_manager.bulk_create(
            [
                Recipient(
                    delivery=row,
                    scope_code=row.scope_code,
                    masked=f"154****{n * 37 % 10_000:04}",
                    at=row.created_at,
                )
                for n, row in enumerate(made)
                if row.channel == "sms"
            ]
        )
    return len(made)


def _delivery(one: Told, state: str, error: str, channel: str) -> Delivery:
    over = state in (State.DELIVERED, State.FAILED, State.REFUSED)
    paper = channel == "paper"
    return Delivery(
        key=uuid.uuid4(),
        code=one.on_paper if paper else one.code,
        channel=channel,
        scope_code=one.scope_code,
        case_id=one.case_id,
        state=state,
        error=error,
        created_at=one.at,
        sent_at=None if state in (State.REFUSED, State.TO_PRINT) else one.at,
        ended_at=one.at + timedelta(minutes=2) if over else None,
    )


def _letter(one: Told, row: Delivery) -> Letter:
    notice = declared(one.on_paper)
    printed = row.state == State.PRINTED
    return Letter(
        delivery=row, scope_code=one.scope_code, case_id=one.case_id, title=str(notice.label),
        text=rules.fill_in(notice, "zh-hans", one.context), language="zh-hans", link=_path(one),
        made_at=one.at, prints=int(printed), printed_at=one.at if printed else None, sample=True,
    )  # fmt: skip


def _path(one: Told) -> str:
    """Where the code on the paper leads."""
    return urlsplit(str(one.context.get("link", ""))).path


def _message(one: Told, row: Delivery) -> Message:
    """The words of what did not arrive, so that it can be put on paper; its address is forgotten."""
    return Message(
        key=row.key, code=row.code, channel=row.channel, language="zh-hans", scope_code=row.scope_code, case_id=row.case_id,
        body=rules.fill_in(declared(one.on_paper), "zh-hans", one.context), state=row.state, created_at=one.at, error=row.error,
        link=_path(one),
    )  # fmt: skip


def seed_webhooks(unit: Organisation) -> None:
    """One for the sample city's hotline that works, one of a unit that waits for the second person; nobody is called."""
    posts = Post.objects.select_related("account", "organisation").filter(account__sample=True)
    keeper = posts.filter(role_code="administrator").first()
    second = posts.filter(role_code="security_officer").first()
    if keeper is None or second is None:
        return
    events = list(webhook_rules.EVENTS)
    with acting(actor_in(keeper)) as actor:
        hotline = actions.propose(
            by=actor,
            wanted=actions.Wanted(
                "12345 热线工单系统（示例）", "https://hotline.example.org/hooks/lianglin", ["appeal"], events,
                "示例：热线平台同步办理进度",
            ),
        ).endpoint  # fmt: skip
        actions.propose(
            by=actor,
            wanted=actions.Wanted(
                f"{unit.name}工单系统", "https://orders.example.org/lianglin", ["appeal"], events,
                "示例：单位工单系统自动接单",
            ),
            unit_id=unit.pk,
        )  # fmt: skip
    with acting(actor_in(second)) as actor:
        actions.decide(by=actor, endpoint_id=hotline.pk, approve=True)
    with acting(job()):
        WebhookEndpoint._base_manager.update(sample=True)
        WebhookEndpoint._base_manager.filter(pk=hotline.pk).update(last_ok_at=clock.now(), run="paused")
        _calls(hotline)


def _calls(endpoint: WebhookEndpoint) -> None:
    """A few calls as they look: accepted, refused with an answer, silent."""
    now, ends = (
        clock.now(),
        (
            ("sent", "", 200, ""),
            ("sent", "", 204, ""),
            ("dead", "status_503", 503, "maintenance"),
            ("dead", "timeout", None, ""),
        ),
    )
    for n, (state, error, status, said) in enumerate(ends):
        at = now - timedelta(hours=6 - n)
        number = webhook_rules.event_id("sample", n)
        body = webhook_rules.cloud_event(
            "test", number, source="", time=at.isoformat(), subject="test", data={"endpoint": endpoint.name}
        )
        WebhookCall._base_manager.create(
            endpoint=endpoint, scope_code=endpoint.scope_code, event_id=number, type="test", body=body, state=state,
            tries=0 if state == "sent" else 11, error=error, status=status, said=said, made_at=at, tried_at=at, millis=80 + n,
        )  # fmt: skip
