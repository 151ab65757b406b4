"""Staff are told by mail that messages wait: as each has chosen, once, and never what they are about."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from lianglin.access import actor as actors
from lianglin.access.transaction import acting
from lianglin.files.tests.factories import HERE, Staff, staff
from lianglin.kit import clock, messages
from lianglin.notices import actions as inbox
from lianglin.notices import tasks
from lianglin.notices.adapters.base import Outgoing
from lianglin.notices.models import Message, StaffMail
from lianglin.notices.preferences import actions, mails

pytestmark = [pytest.mark.django_db, pytest.mark.rows("R048")]
NOON = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
"""Twelve o'clock in the city."""


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Staff:
    at(monkeypatch, NOON)
    return staff("community_worker", HERE, "community")


def at(monkeypatch: pytest.MonkeyPatch, when: datetime) -> None:
    monkeypatch.setattr(clock, "now", lambda: when)


def chooses(who: Staff, mode: str, email: str = "wang@example.cn") -> None:
    with acting(who.actor):
        actions.set_staff_mail(mode=mode, email=email, by=who.actor)


def message(who: Staff, *, urgent: bool = False) -> Message:
    with acting(actors.job()):
        messages.send(
            messages.Message(
                code="test.state", channel="in_app", scope_code=HERE, post_id=who.post.pk, urgent=urgent,
                context={"number": "A1", "state": "x", "link": "/"},
            )
        )  # fmt: skip
    return Message._base_manager.order_by("-id")[0]


def tell() -> int:
    with acting(actors.job()) as by:
        return mails.tell_staff(by=by)


def sent() -> list[Message]:
    return list(Message._base_manager.filter(channel="email").order_by("id"))


def test_what_lies_unread_for_an_hour_is_mailed_once_and_says_nothing_of_it(
    worker: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    chooses(worker, "away")
    message(worker)
    assert tell() == 0, "it came a moment ago"
    at(monkeypatch, NOON + timedelta(minutes=61))
    assert (tell(), tell()) == (1, 0)
    (mail,) = sent()
    assert (mail.code, mail.address) == ("notices.staff_mail", "wang@example.cn")
    assert "1条未读消息" in mail.body
    assert "A1" not in mail.body


@pytest.mark.parametrize("way", ["all", "singly"])
def test_what_was_read_meanwhile_is_not_mailed(
    worker: Staff, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    chooses(worker, "away")
    one = message(worker)
    with acting(worker.actor):
        if way == "all":
            inbox.mark_read(by=worker.actor)
        else:
            inbox.read_one(by=worker.actor, message_id=one.pk)
    at(monkeypatch, NOON + timedelta(hours=2))
    assert tell() == 0


def test_urgent_alone_comes_at_once_and_by_night(
    worker: Staff, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.QUIET_HOURS = time(21), time(8)
    at(monkeypatch, NOON + timedelta(hours=11))
    chooses(worker, "urgent")
    message(worker)
    assert tell() == 0
    message(worker, urgent=True)
    assert tell() == 1


def test_one_mail_a_day_after_eight_with_all_that_is_unread(
    worker: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    chooses(worker, "digest")
    message(worker)
    message(worker)
    at(monkeypatch, NOON - timedelta(hours=5))
    assert tell() == 0, "seven in the morning"
    at(monkeypatch, NOON)
    assert tell() == 1
    message(worker)
    assert tell() == 0, "tomorrow again"
    at(monkeypatch, NOON + timedelta(days=1))
    assert tell() == 1
    assert ["2条" in mail.body for mail in sent()] == [True, False]


def test_who_chose_none_gets_none_and_the_mailbox_is_forgotten(worker: Staff) -> None:
    chooses(worker, "urgent")
    chooses(worker, "none", email="")
    message(worker, urgent=True)
    assert tell() == 0
    assert StaffMail._base_manager.get().email is None


def test_it_goes_out_as_a_mail(worker: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[Outgoing] = []

    class Mailbox:
        at_home = False

        def deliver(self, message: Outgoing) -> None:
            taken.append(message)

    monkeypatch.setattr(tasks, "adapter_for", lambda _channel: Mailbox())
    chooses(worker, "urgent")
    message(worker, urgent=True)
    tell()
    tasks.deliver(key=str(sent()[0].key))
    assert [(one.channel, one.address, one.stop_url) for one in taken] == [("email", "wang@example.cn", "")]
    assert sent()[0].state == "sent"
    assert sent()[0].address is None
