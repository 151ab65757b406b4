"""A webhook is proposed by one and approved by another, called in order, tried again, given up in sight of its owners."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from standardwebhooks.webhooks import Webhook

from lianglin.access import actor as actors
from lianglin.access.models import Grant
from lianglin.access.transaction import acting
from lianglin.files.tests.factories import HERE, NEXT_DOOR, Staff, staff
from lianglin.kit import clock, outbound
from lianglin.kit.errors import Conflict, Forbidden, Refused
from lianglin.kit.events import CaseMoved
from lianglin.notices import queries as inbox
from lianglin.notices import tasks
from lianglin.notices.models import WebhookCall, WebhookEndpoint, WebhookSecret
from lianglin.notices.tests.receiver import Receiver, receiving
from lianglin.notices.webhooks import actions, queries, queueing, rules, sending
from lianglin.notices.webhooks.actions import Wanted

pytestmark = pytest.mark.django_db
CASE = 4711


@pytest.fixture
def program(settings: Any) -> Iterator[Receiver]:
    settings.WEBHOOK_INSIDE = ("127.0.0.1/32",)
    settings.PUBLIC_URL = "https://city.example"
    with receiving() as made:
        yield made


@pytest.fixture
def keeper() -> Staff:
    return staff("administrator", "", "city")


@pytest.fixture
def second() -> Staff:
    return staff("security_officer", "", "city")


def wanted(url: str, **more: Any) -> Wanted:
    given = {"name": "热线", "url": url, "kinds": ["appeal"], "events": list(rules.EVENTS), "reason": "示例"}
    return Wanted(**{**given, **more})


def approved(keeper: Staff, second: Staff, url: str, **more: Any) -> WebhookEndpoint:
    with acting(keeper.actor):
        made = actions.propose(by=keeper.actor, wanted=wanted(url), **more).endpoint
    with acting(second.actor):
        return actions.decide(by=second.actor, endpoint_id=made.pk, approve=True)


def move(move: str = "accept", state: str = "accepted", *, case_id: int = CASE, at: str = "") -> None:
    now = clock.now().isoformat()
    with acting(actors.job()):
        queueing.case_moved(
            CaseMoved(case_id, "appeal", HERE, move, state, at or now, now, "A2611280001", "", None, "")
        )


def stands(one: WebhookEndpoint) -> WebhookEndpoint:
    return WebhookEndpoint._base_manager.get(pk=one.pk)


def secret_of(one: WebhookEndpoint) -> str | None:
    kept = WebhookSecret._base_manager.filter(pk=one.pk).first()
    return None if kept is None else str(kept.secret)


def calls() -> list[WebhookCall]:
    return list(WebhookCall._base_manager.order_by("id"))


def due_again() -> None:
    WebhookCall._base_manager.filter(state="queued").update(next_try_at=clock.now())
    WebhookEndpoint._base_manager.update(wait_until=None)


@pytest.mark.rows("R130")
def test_it_hears_of_a_case_signed_once_and_never_of_who_asks(
    keeper: Staff, second: Staff, program: Receiver
) -> None:
    one = approved(keeper, second, program.url)
    at = clock.now().isoformat()
    for _time in range(2):
        move(at=at)
    assert sending.drain(one.pk) == 1
    headers, body = program.heard[0]
    lowered = {name.lower(): value for name, value in headers.items()}
    said = Webhook(str(secret_of(one))).verify(body, lowered)
    assert lowered["webhook-id"] == said["id"] == str(calls()[0].event_id)
    assert said["type"] == "lianglin.case.moved.v1"
    assert said["data"] == {
        "case": "A2611280001", "kind": "appeal", "move": "accept", "state": "accepted", "outcome": None, "area": HERE,
        "unit": None, "opened_at": said["data"]["opened_at"], "due_at": None,
        "link": "https://city.example/appeals/desk/A2611280001/",
    }  # fmt: skip
    assert (calls()[0].state, calls()[0].status, calls()[0].said) == ("sent", 204, "")


def test_before_the_second_person_nothing_is_sent_and_nobody_approves_alone(
    keeper: Staff, second: Staff, program: Receiver
) -> None:
    with acting(keeper.actor):
        made = actions.propose(by=keeper.actor, wanted=wanted(program.url)).endpoint
        with pytest.raises(Forbidden):
            actions.decide(by=keeper.actor, endpoint_id=made.pk, approve=True)
        with pytest.raises(Conflict):
            actions.test(by=keeper.actor, endpoint_id=made.pk)
    move()
    assert calls() == []
    with acting(second.actor):
        actions.decide(by=second.actor, endpoint_id=made.pk, approve=False, note="对方没有盖章的函")
        with pytest.raises(Conflict):
            actions.decide(by=second.actor, endpoint_id=made.pk, approve=True)
    assert (stands(made).state, secret_of(made)) == ("refused", None)


def test_a_unit_hears_of_its_cases_alone_and_of_those_taken_from_it(
    keeper: Staff, second: Staff, program: Receiver
) -> None:
    unit = staff("unit_handler", "", "bureau")
    one = approved(keeper, second, program.url, unit_id=unit.post.organisation_id)
    move()
    assert calls() == []
    grant = Grant.objects.create(
        subject="cases.Case", subject_id=CASE, scope_code=HERE, organisation=unit.post.organisation,
        starts_at=clock.now(), reason="dispatch",
    )  # fmt: skip
    move("dispatch", "dispatched")
    at = clock.now()
    grant.ends_at = at
    grant.save()
    move("object", "accepted", at=at.isoformat())
    assert [call.type for call in calls()] == ["case.moved", "case.left"]
    assert {call.endpoint_id for call in calls()} == {one.pk}


def test_an_area_hears_of_its_places_alone(keeper: Staff, second: Staff, program: Receiver) -> None:
    here = approved(keeper, second, program.url, scope_code=HERE[:9])
    approved(keeper, second, f"{program.url}&b", scope_code=f"{NEXT_DOOR[:8]}9")
    move()
    assert [call.endpoint_id for call in calls()] == [here.pk]


def test_500_then_200_is_tried_again_under_the_same_number(
    keeper: Staff, second: Staff, program: Receiver
) -> None:
    one = approved(keeper, second, program.url)
    program.statuses, program.said = [500, 200], b"oops\x00 \xe7\xbb\xb4\xe6\x8a\xa4"
    move()
    sending.drain(one.pk)
    call = calls()[0]
    assert (call.state, call.tries, call.error, call.status, call.said) == (
        "queued",
        1,
        "status_500",
        500,
        "oops  维护",
    )
    assert call.next_try_at > clock.now()
    sending.drain(one.pk)
    assert len(program.heard) == 1, "not before its time"
    due_again()
    sending.drain(one.pk)
    assert (calls()[0].state, calls()[0].said, stands(one).failing_since) == ("sent", "", None)
    assert len({headers["webhook-id"] for headers, _body in program.heard}) == 1


def test_in_the_end_it_is_given_up_and_can_be_sent_again(
    keeper: Staff, second: Staff, program: Receiver
) -> None:
    one = approved(keeper, second, program.url)
    program.statuses = [500]
    move()
    for _try in range(len(rules.WAITS) + 1):
        due_again()
        sending.drain(one.pk)
    assert (calls()[0].state, calls()[0].tries, calls()[0].next_try_at) == (
        "dead",
        len(rules.WAITS) + 1,
        None,
    )
    page = keeper.browser.get(f"/messages/webhooks/{one.pk}/?state=dead").content.decode()
    assert "对方返回 500。" in page
    program.statuses = [200]
    assert keeper.browser.post(f"/messages/webhooks/{one.pk}/do/", {"do": "again"}).status_code == 303
    sending.drain(one.pk)
    assert calls()[0].state == "sent"
    assert len({headers["webhook-id"] for headers, _body in program.heard}) == 1


def test_nobody_there_holds_back_its_own_calls_and_no_others(
    keeper: Staff, second: Staff, program: Receiver
) -> None:
    with receiving() as other:
        silent = other.url
    gone = approved(keeper, second, silent)
    alive = approved(keeper, second, program.url)
    for _case in range(3):
        move(case_id=_case + 1)
    sending.drain(gone.pk)
    assert sorted(call.tries for call in calls() if call.endpoint_id == gone.pk) == [0, 0, 1], (
        "the rest waits with it"
    )
    assert queries.endpoints_due(clock.now()) == [alive.pk]
    assert sending.drain(alive.pk) == 3
    assert [json.loads(body)["id"] for _headers, body in program.heard] == [
        str(call.event_id) for call in calls() if call.endpoint_id == alive.pk
    ], "in order"


def test_after_days_of_failure_it_is_stopped_and_its_owners_are_told(
    keeper: Staff, second: Staff, program: Receiver
) -> None:
    one = approved(keeper, second, program.url)
    program.statuses = [500]
    move()
    WebhookEndpoint._base_manager.update(failing_since=clock.now() - rules.DISABLED_AFTER)
    sending.drain(one.pk)
    assert stands(one).run == "disabled"
    for who in (keeper, second):
        with acting(who.actor):
            assert [message.code for message in inbox.to_post(who.actor)] == ["notices.webhook_disabled"]
    move(case_id=CASE + 1)
    assert len(calls()) == 1, "nothing more is kept for it"
    with acting(keeper.actor):
        actions.resume(by=keeper.actor, endpoint_id=one.pk)
    assert (stands(one).run, stands(one).failing_since) == ("on", None)


def test_gone_means_gone(keeper: Staff, second: Staff, program: Receiver) -> None:
    one = approved(keeper, second, program.url)
    program.statuses = [410]
    move()
    sending.drain(one.pk)
    assert (calls()[0].state, stands(one).run) == ("dead", "disabled")


def test_paused_it_waits_and_ended_it_is_over(keeper: Staff, second: Staff, program: Receiver) -> None:
    one = approved(keeper, second, program.url)
    move()
    with acting(keeper.actor):
        actions.pause(by=keeper.actor, endpoint_id=one.pk)
    assert sending.drain(one.pk) == 0
    with acting(keeper.actor):
        actions.end(by=keeper.actor, endpoint_id=one.pk)
    assert (calls()[0].state, calls()[0].error, secret_of(one)) == ("dead", "ended", None)
    with acting(keeper.actor), pytest.raises(Conflict):
        actions.send_again(by=keeper.actor, endpoint_id=one.pk)
    assert program.heard == []


def test_what_happens_during_a_pause_is_called_afterwards(
    keeper: Staff, second: Staff, program: Receiver
) -> None:
    one = approved(keeper, second, program.url)
    with acting(keeper.actor):
        actions.pause(by=keeper.actor, endpoint_id=one.pk)
    move()
    assert sending.drain(one.pk) == 0
    with acting(keeper.actor):
        actions.resume(by=keeper.actor, endpoint_id=one.pk)
    assert sending.drain(one.pk) == 1
    assert len(program.heard) == 1


def test_the_database_itself_keeps_the_address_and_asks_for_a_second_person(
    keeper: Staff, second: Staff, program: Receiver
) -> None:
    one = approved(keeper, second, program.url)
    with acting(keeper.actor):
        waiting = actions.propose(by=keeper.actor, wanted=wanted(f"{program.url}x")).endpoint
    changes: list[tuple[int, dict[str, Any]]] = [
        (one.pk, {"url": "https://other.example/"}),
        (one.pk, {"events": []}),
        (one.pk, {"unit_id": keeper.post.organisation_id}),
        (waiting.pk, {"state": "approved"}),
        (waiting.pk, {"state": "approved", "decided_by_id": waiting.proposed_by_id}),
    ]
    for pk, change in changes:
        with pytest.raises(DatabaseError), transaction.atomic():
            WebhookEndpoint._base_manager.filter(pk=pk).update(**change)


def test_what_is_ended_during_a_call_stays_ended(
    keeper: Staff, second: Staff, program: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = approved(keeper, second, program.url)
    move()

    def ended_meanwhile(*_given: Any) -> Any:
        WebhookEndpoint._base_manager.filter(pk=one.pk).update(run="ended")
        raise outbound.Unanswered("timeout")

    monkeypatch.setattr(sending, "_send", ended_meanwhile)
    assert sending.drain(one.pk) == 1
    assert stands(one).run == "ended"


def test_nothing_is_locked_and_no_transaction_is_open_while_a_foreign_machine_is_awaited(
    keeper: Staff, second: Staff, program: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = approved(keeper, second, program.url)
    move()
    outside, open_then = len(connection.savepoint_ids), []

    def look(*_given: Any, **_kw: Any) -> outbound.Answer:
        open_then.append(len(connection.savepoint_ids))
        assert sending.call_next(one.pk) is None, "nobody else calls it meanwhile"
        assert queries.endpoints_due(clock.now()) == []
        return outbound.Answer(204, "")

    monkeypatch.setattr(outbound, "post", look)
    assert sending.drain(one.pk) == 1
    assert open_then == [outside]
    assert stands(one).called_until is None


def test_a_caller_that_was_killed_is_given_up_and_the_call_made_again(
    keeper: Staff, second: Staff, program: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = approved(keeper, second, program.url)
    move()

    def killed(*_given: Any) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(sending, "_send", killed)
        with pytest.raises(KeyboardInterrupt):
            sending.drain(one.pk)
    assert sending.drain(one.pk) == 0
    WebhookEndpoint._base_manager.update(called_until=clock.now() - timedelta(seconds=1))
    assert sending.drain(one.pk) == 1
    assert calls()[0].state == "sent"


def test_what_is_resumed_during_a_call_begins_anew(
    keeper: Staff, second: Staff, program: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The call of before the pause fails afterwards: it does not bring back how long the program had failed until then."""
    one = approved(keeper, second, program.url)
    move()
    WebhookEndpoint._base_manager.update(failing_since=clock.now() - rules.DISABLED_AFTER)

    def resumed_meanwhile(*_given: Any) -> Any:
        with acting(keeper.actor):
            actions.pause(by=keeper.actor, endpoint_id=one.pk)
            actions.resume(by=keeper.actor, endpoint_id=one.pk)
        raise outbound.Unanswered("timeout")

    monkeypatch.setattr(sending, "_send", resumed_meanwhile)
    begun = clock.now()
    assert sending.drain(one.pk) == 1
    now = stands(one)
    assert now.run == "on"
    assert now.failing_since is not None
    assert now.failing_since >= begun


def test_the_events_of_one_case_come_in_order_and_others_do_not_wait_for_them(
    keeper: Staff, second: Staff, program: Receiver
) -> None:
    one = approved(keeper, second, program.url)
    program.statuses = [500, 204]
    move("accept")
    move("dispatch", "dispatched")
    move(case_id=CASE + 1)
    sending.drain(one.pk)
    first, later, other = calls()
    assert [call.state for call in (first, later, other)] == ["queued", "queued", "sent"]
    assert later.tries == 0
    due_again()
    assert sending.drain(one.pk) == 2
    numbers = [headers["webhook-id"] for headers, _body in program.heard]
    assert numbers == [str(call.event_id) for call in (first, other, first, later)]


def test_what_was_given_up_holds_back_no_later_event_of_its_case(
    keeper: Staff, second: Staff, program: Receiver
) -> None:
    one = approved(keeper, second, program.url)
    program.statuses = [500, 204]
    move("accept")
    move("dispatch", "dispatched")
    WebhookCall._base_manager.filter(pk=calls()[0].pk).update(tries=len(rules.WAITS))
    assert sending.drain(one.pk) == 2
    assert [call.state for call in calls()] == ["dead", "sent"]


def test_while_the_secret_changes_both_are_good(keeper: Staff, second: Staff, program: Receiver) -> None:
    one = approved(keeper, second, program.url)
    old = str(secret_of(one))
    with acting(keeper.actor):
        new = actions.rotate(by=keeper.actor, endpoint_id=one.pk).secret
        actions.test(by=keeper.actor, endpoint_id=one.pk)
    sending.drain(one.pk)
    headers, body = program.heard[0]
    for secret in (old, new):
        Webhook(secret).verify(body, {name.lower(): value for name, value in headers.items()})
    with acting(keeper.actor):
        actions.drop_old_secret(by=keeper.actor, endpoint_id=one.pk)
        actions.test(by=keeper.actor, endpoint_id=one.pk)
    sending.drain(one.pk)
    assert " " not in program.heard[1][0]["webhook-signature"]


def test_a_name_that_has_moved_inside_is_given_up_at_once(
    keeper: Staff, second: Staff, program: Receiver, settings: Any
) -> None:
    one = approved(keeper, second, program.url)
    settings.WEBHOOK_INSIDE = ()
    move()
    sending.drain(one.pk)
    assert (calls()[0].state, calls()[0].error) == ("dead", "not_https")
    assert program.heard == []


@pytest.mark.parametrize(
    "url", ["https://10.0.0.1/", "http://hotline.example.org/", "https://127.0.0.1:8000/", "x"]
)
def test_an_address_inside_is_not_even_proposed(keeper: Staff, url: str) -> None:
    with acting(keeper.actor), pytest.raises(Refused) as caught:
        actions.propose(by=keeper.actor, wanted=wanted(url))
    assert caught.value.field == "url"


def test_the_secret_is_shown_once_and_rests_encrypted(keeper: Staff, program: Receiver) -> None:
    keeper.browser.session.save()
    session = keeper.browser.session
    session["proved_again"] = clock.now().isoformat()
    session.save()
    given = {
        "name": "热线",
        "url": program.url,
        "kinds": ["appeal"],
        "events": ["case.moved"],
        "reason": "示例",
    }
    page = keeper.browser.post("/messages/webhooks/new/", given).content.decode()
    made = WebhookEndpoint._base_manager.get()
    secret = str(secret_of(made))
    assert secret in page
    assert secret not in keeper.browser.get(f"/messages/webhooks/{made.pk}/").content.decode()
    with connection.cursor() as cursor:
        cursor.execute("select secret from notices_webhooksecret")
        assert secret.encode() not in bytes(cursor.fetchone()[0])


def test_another_unit_reads_and_touches_nothing(keeper: Staff, second: Staff, program: Receiver) -> None:
    mine, other = staff("unit_handler", "", "bureau"), staff("unit_handler", HERE, "bureau")
    one = approved(keeper, second, program.url, unit_id=mine.post.organisation_id)
    move()
    address = f"/messages/webhooks/{one.pk}/"
    assert mine.browser.get(address).status_code == 200
    assert other.browser.get(address).status_code == 404
    assert one.name not in other.browser.get("/messages/webhooks/").content.decode()
    before = WebhookEndpoint._base_manager.values().get()
    for way in ("do/", "end/", "rotate/", "calls/1/again/"):
        other.browser.post(address + way, {"do": "pause"})
    assert WebhookEndpoint._base_manager.values().get() == before
    with acting(other.actor):
        assert WebhookEndpoint._base_manager.count() == WebhookCall._base_manager.count() == 0, (
            "PostgreSQL shows none"
        )
        assert WebhookEndpoint._base_manager.update(url="https://evil.example/") == 0
    for by in (actors.public(), actors.resident(CASE)):
        with pytest.raises(DatabaseError), transaction.atomic(), acting(by):
            WebhookEndpoint._base_manager.count()


def test_a_handler_proposes_for_the_own_unit_whatever_is_asked(program: Receiver) -> None:
    mine, other = staff("unit_handler", "", "bureau"), staff("unit_handler", HERE, "bureau")
    with acting(mine.actor):
        made = actions.propose(
            by=mine.actor, wanted=wanted(program.url), unit_id=other.post.organisation_id, scope_code=HERE
        ).endpoint
    assert (made.unit_id, made.scope_code) == (mine.post.organisation_id, "")


def test_what_was_kept_long_enough_is_deleted(keeper: Staff, second: Staff, program: Receiver) -> None:
    approved(keeper, second, program.url)
    move()
    move(case_id=CASE + 1)
    WebhookCall._base_manager.filter(case_id=CASE).update(
        made_at=clock.now() - rules.KEPT - timedelta(hours=1)
    )
    WebhookEndpoint._base_manager.update(secret_before_until=clock.now())
    WebhookSecret._base_manager.update(before="whsec_old")
    tasks.tidy(timestamp=0)
    assert [call.case_id for call in calls()] == [CASE + 1]
    sending.tidy(timestamp=0)
    assert WebhookSecret._base_manager.get().before is None


def test_the_schema_is_open_to_whoever_writes_a_receiver(client: Any) -> None:
    answer = client.get("/messages/webhooks/schema/v1.json")
    assert answer.status_code == 200
    assert json.loads(answer.content)["properties"]["specversion"] == {"const": "1.0"}
