"""Calls are signed as Standard Webhooks says, and waited for as long as the table says."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta

import jsonschema_rs
import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from lianglin.kit import clock
from lianglin.kit.events import CaseMoved
from lianglin.notices.webhooks import queueing, rules
from lianglin.notices.webhooks.views import SCHEMA

SPECIFIED = (
    rules.PREFIX + "MfKQ9r8GKYqr" + "TwjUPD8ILPZI" + "o2LaLaSw",
    "msg_p5jXN8AQM9LWM0D4loKWxJek",  # pragma: allowlist secret
    1614265330, b'{"test": 2432232314}',
    "v1," + "g0hM9SsE+OTP" + "JTGt/tmIKtSy" + "ZlE3uFJELVlN" + "IOLJ1OE=",
)  # fmt: skip
"""Secret, id, time, body and signature of the specification's own example."""


def test_the_signature_is_that_of_the_specification() -> None:
    *given, signature = SPECIFIED
    assert rules.signature(*given) == signature  # pyright: ignore


def test_an_independent_library_accepts_it_and_nothing_that_was_changed() -> None:
    new, old, body = rules.new_secret(), rules.new_secret(), b'{"a":1}'
    stamp = int(clock.now().timestamp())
    sent = rules.headers([new, old], "some-id", stamp, body)
    for secret in (new, old):
        assert Webhook(secret).verify(body, sent) == {"a": 1}
    for changed in (
        {"webhook-id": "another"}, {"webhook-timestamp": str(stamp - 1)}, {"webhook-timestamp": str(stamp - 3600)},
        {"webhook-signature": "v1,AAAA"},
    ):  # fmt: skip
        with pytest.raises(WebhookVerificationError):
            Webhook(new).verify(body, {**sent, **changed})
    with pytest.raises(WebhookVerificationError):
        Webhook(rules.new_secret()).verify(body, sent)


def test_waits_grow_scatter_and_end_after_three_days() -> None:
    total = timedelta()
    for tries, usual in enumerate(rules.WAITS, 1):
        some = [rules.wait_after(tries) for _time in range(20)]
        assert all(usual * 0.8 <= wait <= usual * 1.2 for wait in some if wait)
        assert len(set(some)) > 1
        total += usual
    assert timedelta(days=3) <= total <= timedelta(days=4)
    assert rules.wait_after(len(rules.WAITS) + 1) is None
    assert rules.wait_after(1, 600) == timedelta(seconds=600)


def test_of_an_answer_only_printable_characters_are_kept() -> None:
    assert rules.printable("a\x00b\r\n<\x1b[31m" + "好" * 900)[:6] == "a b  <"
    assert len(rules.printable("好" * 900)) == 500
    page = "<!DOCTYPE HTML>\n<html><style>p { color: red }</style><title>Error</title><p>401 - No permission</p></html>"
    assert rules.printable(page) == "Error 401 - No permission"


def test_the_same_move_has_the_same_number() -> None:
    assert rules.event_id("case.moved", 1, "accept", "t") == rules.event_id("case.moved", 1, "accept", "t")
    assert rules.event_id("case.moved", 1, "accept", "t") != rules.event_id("case.moved", 2, "accept", "t")


def moved(move: str, state: str) -> CaseMoved:
    now = clock.now().isoformat()
    return CaseMoved(1, "appeal", "230103001001", move, state, now, now, "A2611280001", "", None, "")


@pytest.mark.parametrize(
    ("move", "state", "kind"),
    [
        ("open", "received", "case.opened"), ("accept", "accepted", "case.moved"), ("settle", "settled", "case.settled"),
        ("call_back", "closed", "case.closed"), ("withdraw", "withdrawn", "case.closed"), ("x", "not there", "case.moved"),
    ],
)  # fmt: skip
def test_which_event_a_move_is(move: str, state: str, kind: str) -> None:
    assert queueing.kind_of(moved(move, state)) == kind


@pytest.mark.django_db
def test_what_is_sent_fits_the_published_schema_and_says_nothing_more() -> None:
    schema = jsonschema_rs.validator_for(json.loads(SCHEMA.read_text()))
    event = moved("accept", "accepted")
    body = rules.cloud_event(
        "case.moved", uuid.uuid4(), source="https://city.example", time=event.at, subject=event.number,
        data=queueing.data_of(event),
    )  # fmt: skip
    assert [str(flaw) for flaw in schema.iter_errors(body)] == []
    assert not schema.is_valid({**body, "data": {**body["data"], "name": "李示例"}})
