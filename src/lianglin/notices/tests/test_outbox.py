"""A message is written with what it tells of, or not at all; it is sent once; nobody reads what is not theirs."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext_lazy
from procrastinate.contrib.django.models import ProcrastinateJob

from lianglin.access import actor as actors
from lianglin.access.transaction import acting
from lianglin.files.tests.factories import HERE, NEXT_DOOR, staff
from lianglin.kit import clock, messages
from lianglin.kit.domain import Notice
from lianglin.kit.messages import Message as Request
from lianglin.notices import actions, adapters, queries, rules, tasks
from lianglin.notices.adapters.base import Outgoing, Undeliverable, Unreachable
from lianglin.notices.models import DemoMessage, Message

pytestmark = pytest.mark.django_db
CASE, PHONE = 4711, "15412345678"


def request(**more: object) -> Request:
    given = {
        "channel": "sms",
        "address": PHONE,
        "case_id": CASE,
        "scope_code": HERE,
        "context": {"number": "A 1", "state": "收到"},
    }
    return Request(code="test.state", **{**given, **more})


def put(**more: object) -> Message:
    with acting(actors.job()):
        messages.send(request(**more))
    return Message._base_manager.latest("id")


class Gateway:
    """Stands in for the outside world."""

    at_home = False

    def __init__(self) -> None:
        self.taken: list[Outgoing] = []
        self.error: BaseException | None = None

    def deliver(self, message: Outgoing) -> None:
        if self.error:
            raise self.error
        self.taken.append(message)


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Gateway:
    made = Gateway()
    monkeypatch.setattr(tasks, "adapter_for", lambda channel: made)
    return made


def jobs() -> int:
    return ProcrastinateJob.objects.filter(task_name=actions.DELIVER_TASK).count()


def test_the_port_writes_the_outbox_and_defers_the_delivery() -> None:
    made = put()
    assert (made.body, made.state, made.address, made.body_en) == ("您的事A 1：收到。", "queued", PHONE, "")
    job = ProcrastinateJob.objects.get(task_name=actions.DELIVER_TASK)
    assert (job.queue_name, job.args) == ("notices", {"key": str(made.key)})


def test_the_number_rests_encrypted_and_goes_when_the_message_went(gateway: Gateway) -> None:
    made = put()
    with connection.cursor() as cursor:
        cursor.execute("select address from notices_message where id = %s", [made.pk])
        assert PHONE.encode() not in bytes(cursor.fetchone()[0])
    tasks.deliver(key=str(made.key))
    made.refresh_from_db()
    assert (made.state, made.address) == ("sent", None)
    assert gateway.taken[0].address == PHONE
    assert PHONE not in repr(gateway.taken[0])


@pytest.mark.parametrize(("language", "subject"), [("zh-hans", "短信"), ("en", "Text message")])
def test_the_subject_of_a_mail_speaks_the_language_of_its_text(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch, language: str, subject: str
) -> None:
    notice = replace(actions.declared("test.state"), label=gettext_lazy("text message"))
    monkeypatch.setattr(tasks, "declared", lambda code: notice)
    made = put(channel="email", address="a@example.org", language=language)
    tasks.deliver(key=str(made.key))
    assert gateway.taken[0].title == subject


def test_a_rollback_takes_message_and_delivery_with_it() -> None:
    def story() -> None:
        messages.send(request())
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), transaction.atomic(), acting(actors.job()):
        story()
    assert not Message._base_manager.exists()
    assert jobs() == 0


def test_the_same_message_is_written_once() -> None:
    for _time in range(2):
        put(once="case 4711 received")
    assert Message._base_manager.count() == 1
    put(once="case 4711 closed")
    assert Message._base_manager.count() == 2


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"context": {"number": "A 1"}}, rules.WrongText),
        ({"code": "nobody.declared"}, LookupError),
        ({"address": ""}, ValueError),
        ({"channel": "in_app"}, ValueError),
    ],
)
def test_mistakes_are_loud(more: dict[str, object], error: type[Exception]) -> None:
    code = more.pop("code", "test.state")
    with pytest.raises(error), transaction.atomic(), acting(actors.job()):
        messages.send(Request(**{**vars(request(**more)), "code": code}))


def test_it_is_sent_once_although_the_task_ran_twice(gateway: Gateway) -> None:
    made = put()
    tasks.deliver(key=str(made.key))
    tasks.deliver(key=str(made.key))
    assert len(gateway.taken) == 1


def test_a_failed_try_is_repeated_later_and_given_up_in_the_end(gateway: Gateway) -> None:
    made = put()
    gateway.error = Unreachable("gateway")
    for tries in range(1, len(rules.WAITS) + 1):
        tasks.deliver(key=str(made.key))
        made.refresh_from_db()
        assert (made.state, made.tries, made.error, made.address) == ("queued", tries, "gateway", PHONE)
        assert made.next_try_at > clock.now()
        assert jobs() == tries + 1
        tasks.deliver(key=str(made.key))
        assert Message._base_manager.get().tries == tries or rules.WAITS[tries - 1] < tasks.SLACK, (
            "not before its time"
        )
        Message._base_manager.update(next_try_at=clock.now())
    tasks.deliver(key=str(made.key))
    made.refresh_from_db()
    assert (made.state, made.address, made.next_try_at) == ("failed", PHONE, None), "kept to be sent again"


def test_a_refusal_is_final(gateway: Gateway) -> None:
    made = put()
    gateway.error = Undeliverable("http_400")
    tasks.deliver(key=str(made.key))
    made.refresh_from_db()
    assert (made.state, made.error, made.address) == ("refused", "http_400", None)
    assert jobs() == 1


def test_without_a_way_out_it_is_refused(settings: object) -> None:
    settings.DEMO, settings.SMS_URL, settings.EMAIL_HOST = False, "", ""
    made = put()
    tasks.deliver(key=str(made.key))
    made.refresh_from_db()
    assert (made.state, made.error) == ("refused", "no_adapter")
    assert adapters.adapter_for("email") is None


def test_a_message_that_lost_its_task_gets_another(gateway: Gateway) -> None:
    made, fresh = put(), put()
    ProcrastinateJob.objects.all()._raw_delete("default")
    Message._base_manager.filter(pk=made.pk).update(
        next_try_at=clock.now() - tasks.LATE - timedelta(seconds=1)
    )
    tasks.sweep(timestamp=0)
    assert [job.args for job in ProcrastinateJob.objects.filter(task_name=actions.DELIVER_TASK)] == [
        {"key": str(made.key)}
    ]
    assert fresh.state == "queued"


def test_the_demo_keeps_every_message_and_masks_the_number(settings: object) -> None:
    settings.DEMO = True
    made, mail = put(), put(channel="email", address="wang@example.org")
    for message in (made, mail, made):
        tasks.deliver(key=str(message.key))
    kept = list(DemoMessage.objects.order_by("id"))
    assert [(k.recipient, k.text) for k in kept] == [
        ("154****5678", made.body),
        ("w***@example.org", mail.body),
    ]


def test_an_in_app_message_speaks_both_languages_and_needs_no_delivery() -> None:
    worker = staff("community_worker", HERE)
    made = put(
        channel="in_app",
        address="",
        post_id=worker.post.pk,
        context={"number": "A 1", "state": "新", "link": "/x/"},
    )
    assert (made.state, made.body, made.body_en, made.link) == (
        "sent",
        "您的事A 1：新。",
        "Your matter A 1: 新.",
        "/x/",
    )
    assert jobs() == 0


def test_a_post_reads_its_own_messages_and_no_others() -> None:
    worker, colleague = staff("community_worker", HERE), staff("street_coordinator", HERE[:9], "street")
    put(channel="in_app", address="", post_id=worker.post.pk)
    put()
    for by, seen in ((worker.actor, 1), (colleague.actor, 0)):
        with acting(by):
            assert queries.to_post(by).count() == seen
            assert Message._base_manager.count() == seen, "PostgreSQL shows no more"
            assert queries.unread(by) == seen


def test_a_resident_writes_for_the_own_case_alone_and_reads_nothing() -> None:
    with acting(actors.resident(CASE)):
        messages.send(request())
    for by, case in (
        (actors.resident(CASE), CASE + 1),
        (actors.public(), CASE),
        (actors.resident(CASE), None),
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), acting(by):
            messages.send(request(case_id=case))
    with pytest.raises(DatabaseError), transaction.atomic(), acting(actors.resident(CASE)):
        Message._base_manager.count()


def test_staff_write_in_their_place_alone() -> None:
    worker = staff("community_worker", HERE)
    with acting(worker.actor):
        messages.send(request())
    with pytest.raises(DatabaseError), transaction.atomic(), acting(worker.actor):
        messages.send(request(scope_code=NEXT_DOOR))


def test_what_was_kept_long_enough_is_deleted() -> None:
    old, new = put(), put()
    Message._base_manager.filter(pk=old.pk).update(created_at=clock.now() - timedelta(days=366))
    for days in (31, 29):
        DemoMessage.objects.create(
            key=uuid.uuid4(),
            channel="sms",
            recipient="x",
            title="x",
            text="x",
            at=clock.now() - timedelta(days=days),
        )
    tasks.tidy(timestamp=0)
    assert list(Message._base_manager.values_list("pk", flat=True)) == [new.pk]
    assert DemoMessage.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_while_one_worker_sends_another_leaves_it_alone(
    gateway: Gateway, connect_as: Callable[[str], psycopg.Connection]
) -> None:
    made = put()
    other = connect_as("owner")
    with other.transaction():
        other.execute("select 1 from notices_message where id = %s for update", [made.pk])
        tasks.deliver(key=str(made.key))
        assert gateway.taken == []
    tasks.deliver(key=str(made.key))
    assert len(gateway.taken) == 1


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_the_gateway_is_awaited(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, take = put(), gateway.deliver

    def look(message: Outgoing) -> None:
        assert not connection.in_atomic_block
        tasks.deliver(key=str(made.key))  # another worker, meanwhile
        tasks.sweep(timestamp=0)
        take(message)

    monkeypatch.setattr(gateway, "deliver", look)
    Message._base_manager.update(next_try_at=clock.now() - timedelta(hours=1))
    tasks.deliver(key=str(made.key))
    made.refresh_from_db()
    assert (len(gateway.taken), made.state, made.tries, made.sending_until) == (1, "sent", 0, None)
    assert jobs() == 2, "the other one comes back when the lease is over; the sweep leaves it alone"


@pytest.mark.django_db(transaction=True)
def test_a_connection_lost_while_the_gateway_is_awaited_costs_nothing(
    gateway: Gateway, postgres: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, take = put(), gateway.deliver

    def take_and_lose_the_database(message: Outgoing) -> None:
        take(message)
        with connection.cursor() as cursor:
            cursor.execute("select pg_backend_pid()")
            with psycopg.connect(postgres.dsn(), autocommit=True) as admin:
                admin.execute("select pg_terminate_backend(%s)", cursor.fetchone())

    monkeypatch.setattr(gateway, "deliver", take_and_lose_the_database)
    tasks.deliver(key=str(made.key))
    tasks.deliver(key=str(made.key))
    assert (len(gateway.taken), Message._base_manager.get().state) == (1, "sent")


def test_a_worker_killed_after_the_gateways_yes_repeats_under_the_same_key_and_words(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, take = put(), gateway.deliver

    def take_and_die(message: Outgoing) -> None:
        take(message)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(gateway, "deliver", take_and_die)
        with pytest.raises(KeyboardInterrupt):
            tasks.deliver(key=str(made.key))
    tasks.deliver(key=str(made.key))
    assert len(gateway.taken) == 1, "its sender may be alive until the lease is over"
    Message._base_manager.update(sending_until=clock.now() - timedelta(seconds=1))
    tasks.deliver(key=str(made.key))
    assert len({(message.key, message.text) for message in gateway.taken}) == 1, (
        "the gateway knows the second for the first"
    )
    made.refresh_from_db()
    assert (len(gateway.taken), made.state) == (2, "sent")


def test_a_message_that_ends_its_worker_every_time_is_given_up(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = put()
    gateway.error = KeyboardInterrupt()
    for _time in range(len(rules.WAITS) + 1):
        with pytest.raises(KeyboardInterrupt):
            tasks.deliver(key=str(made.key))
        Message._base_manager.update(sending_until=clock.now() - timedelta(seconds=1))
    tasks.deliver(key=str(made.key))
    made.refresh_from_db()
    assert (made.state, made.error, made.address) == ("failed", "lost", PHONE)


@pytest.mark.parametrize(
    ("channel", "body"),
    [
        ("sms", "查进度：https://city.example/appeals/track/"),
        ("in_app", "查进度：/appeals/track/"),
    ],
)
def test_only_what_is_read_outside_carries_the_address_of_the_site(
    settings: Any, monkeypatch: pytest.MonkeyPatch, channel: str, body: str
) -> None:
    settings.PUBLIC_URL = "https://city.example"
    texts = {"zh-hans": "查进度：{link}", "en": "Progress: {link}"}
    notice = Notice("test.state", "状态", texts, ("link",))
    monkeypatch.setattr(actions, "declared", lambda _code: notice)
    post = staff("community_worker", HERE).post.pk
    message = put(channel=channel, post_id=post, context={"link": "/appeals/track/"})
    assert (message.body, message.link) == (body, "/appeals/track/")
