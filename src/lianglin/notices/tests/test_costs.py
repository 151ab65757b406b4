"""A page of a list costs the same number of statements with many rows as with one."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lianglin.access.transaction import acting
from lianglin.files.tests.factories import HERE, Staff, staff
from lianglin.kit import clock
from lianglin.notices.models import (
    Delivery,
    Letter,
    Message,
    Recipient,
    TextVersion,
    WebhookCall,
    WebhookEndpoint,
)
from lianglin.notices.tests.test_texts import NEW
from lianglin.notices.webhooks import actions
from lianglin.notices.webhooks.actions import Wanted

pytestmark = pytest.mark.django_db
MANY, CODE = 15, "appeals.received"


def delivery(number: int, **given: Any) -> Delivery:
    made = {"code": "appeals.received", "channel": "sms", "scope_code": HERE, "case_id": 4711 + number, "state": "failed",
            "error": "no_such_number", "created_at": clock.now(), **given}  # fmt: skip
    return Delivery._base_manager.create(key=uuid.uuid4(), **made)


def failed(number: int, _by: Staff) -> None:
    row = delivery(number)
    Recipient._base_manager.create(delivery=row, scope_code=HERE, masked="154****5678", at=clock.now())


def letter(number: int, _by: Staff) -> None:
    row = delivery(number, channel="paper", state="to_print", error="")
    Letter._base_manager.create(
        delivery=row, scope_code=HERE, text="您的事。", language="zh-hans", title="收到", made_at=clock.now()
    )


def endpoint(number: int, by: Staff) -> None:
    wanted = Wanted(
        name=f"热线{number}", url=f"https://other.example/{number}", kinds=["appeal"], events=["case.moved"], reason="x"
    )  # fmt: skip
    with acting(by.actor):
        made = actions.propose(by=by.actor, wanted=wanted).endpoint
    for state in ("queued", "dead"):
        WebhookCall._base_manager.create(
            endpoint=made, scope_code=made.scope_code, event_id=uuid.uuid4(), type="case.moved",
            body={"data": {}}, state=state, made_at=clock.now(),
        )  # fmt: skip


def version(number: int, by: Staff) -> None:
    TextVersion.objects.create(
        code=CODE, scope_code="", version=number + 1, zh=NEW["zh-hans"], en=NEW["en"], from_on=clock.today() - timedelta(days=1), reason="x",
        state="refused", proposed_by=by.post.account, proposed_post=by.post, proposed_at=clock.now(),
    )  # fmt: skip


def call(number: int, by: Staff) -> None:
    """Of the first webhook, whichever it is: its page is asked for by its number."""
    one = WebhookEndpoint._base_manager.order_by("id").first()
    if one is None:
        endpoint(0, by)
        one = WebhookEndpoint._base_manager.get()
    WebhookCall._base_manager.create(
        endpoint=one, scope_code="", event_id=uuid.uuid4(), type="case.moved", body={"data": {"case": f"A{number}"}},
        state="dead", error="status_500", status=500, said="x", tries=11, made_at=clock.now(),
    )  # fmt: skip


def told(_number: int, by: Staff) -> None:
    Message._base_manager.create(
        channel="in_app", post_id=by.post.pk, code=CODE, language="zh-hans", scope_code=HERE, body="x", state="sent",
        link="/", created_at=clock.now(),
    )  # fmt: skip


LISTS = [
    ("community_worker", HERE, "community", "/messages/", told, 20),
    ("administrator", "", "city", "/messages/webhooks/{first}/", call, 20),
    ("administrator", "", "city", "/messages/webhooks/{first}/?state=dead", call, 20),
    ("community_worker", HERE, "community", "/messages/undelivered/", failed, 20),
    ("community_worker", HERE, "community", "/messages/letters/", letter, 20),
    ("administrator", "", "city", "/messages/webhooks/", endpoint, 20),
    ("city_coordinator", "", "city", f"/messages/texts/of/{CODE}/", version, 20),
    ("city_coordinator", "", "city", "/messages/texts/", version, 20),
]


@pytest.mark.parametrize(
    ("role", "scope", "kind", "path", "fill", "most"), LISTS, ids=[row[3] for row in LISTS]
)
def test_a_list_costs_as_much_with_many_as_with_one(
    role: str, scope: str, kind: str, path: str, fill: Callable[[int, Staff], None], most: int
) -> None:
    who = staff(role, scope, kind)
    fill(0, who)
    path = path.format(first=WebhookEndpoint._base_manager.values_list("pk", flat=True).first())
    who.browser.get(path)
    with CaptureQueriesContext(connection) as one:
        assert who.browser.get(path).status_code == 200
    for number in range(1, MANY):
        fill(number, who)
    with CaptureQueriesContext(connection) as many:
        assert who.browser.get(path).status_code == 200
    assert len(many) <= len(one) <= most
