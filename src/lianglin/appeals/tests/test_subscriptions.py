"""Who subscribes confirms it; programs prove themselves; nothing is called that lies inside; what fails is seen."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.test import Client
from tests.watch import forget_tries
from tests.world import HERE

from lianglin.access.actor import job
from lianglin.access.transaction import acting
from lianglin.appeals import tasks
from lianglin.appeals.actions import publishing, subscribing
from lianglin.appeals.models import Publication, PublicationRule, PublishedCase, Subscription, WebhookDelivery
from lianglin.appeals.rules.subscribing import WAITS, Subject, signature, subject_of
from lianglin.kit import clock, outbound
from lianglin.notices.models import Message

from .scene import Town, build
from .test_publishing import SECRETS, WORDS, told

AREA = HERE[:9]


@pytest.fixture
def town(db: None) -> Town:
    forget_tries()
    made = build()
    PublicationRule.objects.create(item_code=made.lamp.code, listed=True, texts=True)
    return made


def publish(town: Town) -> PublishedCase:
    case = town.brought_to("closed", text=WORDS)
    with acting(job()):
        told(case)
    with acting(town.actor("street")) as street:
        return publishing.publish(Publication._base_manager.get(case_id=case.pk).pk, by=street, seen=1)


def mails(code: str) -> list[str]:
    return [m.body for m in Message._base_manager.filter(code=f"appeals.{code}").order_by("id")]


def by_mail(**given: str) -> Any:
    return Client().post(
        "/appeals/subscribe/", {"channel": "email", "email": "a@example.org", "area": AREA, **given}
    )


def link() -> str:
    found = re.search(r"/appeals/subscription/[\w-]+/", mails("subscription_asked")[-1])
    assert found
    return found.group()


def test_nothing_is_sent_before_the_owner_has_confirmed_and_nothing_after_the_end(town: Town) -> None:
    assert by_mail().status_code == 303
    one = Subscription._base_manager.get()
    assert (one.subject, one.state) == (f"area:{AREA}", "pending")
    publish(town)
    tasks.serve_subscriptions(0)
    assert mails("subscription_news") == []
    assert Client().get(link()).status_code == 200
    one.refresh_from_db()
    assert one.state == "pending", "a mail reader that opens links confirms nothing"
    Client().post(link(), {"deed": "keep"})
    tasks.serve_subscriptions(0)
    assert mails("subscription_news") == [], "what was published before is not sent"
    row = publish(town)
    tasks.serve_subscriptions(0)
    tasks.serve_subscriptions(0)
    (news,) = mails("subscription_news")
    assert row.number in news
    assert not any(secret in news for secret in SECRETS)
    Client().post(link(), {"deed": "end"})
    assert not Subscription._base_manager.exists()
    assert Client().get(link()).status_code == 404


def test_asking_twice_tells_nobody_that_it_is_there(town: Town) -> None:
    first, second = by_mail(), by_mail()
    assert (first.status_code, first["Location"]) == (second.status_code, second["Location"])
    assert Subscription._base_manager.count() == 1


def test_another_area_or_class_is_not_told(town: Town) -> None:
    by_mail(area="")
    for wrong in (Subject("230104"), Subject(AREA, "0101")):
        with acting(job()):
            subscribing.ask_by_mail(wrong, email=f"{wrong.key[:11]}@example.org")
    Subscription._base_manager.update(state="active")
    publish(town)
    tasks.serve_subscriptions(0)
    assert len(mails("subscription_news")) == 1


def test_what_was_never_confirmed_or_not_renewed_is_forgotten(town: Town) -> None:
    by_mail()
    Subscription._base_manager.update(made_at=clock.now() - timedelta(days=4))
    tasks.serve_subscriptions(0)
    assert not Subscription._base_manager.exists()
    by_mail()
    Subscription._base_manager.update(state="active", renewed_at=clock.now() - timedelta(days=367))
    tasks.serve_subscriptions(0)
    assert not Subscription._base_manager.exists()


@pytest.mark.parametrize("fields", [{"email": ""}, {"email": "x"}, {"channel": ""}, {"area": "999999"}])
def test_what_is_wrong_in_the_form_is_said(town: Town, fields: dict[str, str]) -> None:
    assert by_mail(**fields).status_code == 422
    assert not Subscription._base_manager.exists()


@pytest.mark.parametrize("key", ["area:230103", "area:230103|class:0206", "area:"])
def test_a_subject_is_a_typed_key(key: str) -> None:
    assert subject_of(key).key == key


@pytest.mark.parametrize("key", ["street:1", "area:23x", "class:02", "", "area:230103|class:%"])
def test_a_subject_that_no_reader_knows_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="subject"):
        subject_of(key)


# --- webhooks ----------------------------------------------------------------------------------------------


class Program(HTTPServer):
    """A program that subscribed: keeps what it was sent, answers as it is told to."""

    heard: list[tuple[dict[str, str], bytes]]
    status, echoes = 200, True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Ear)
        self.heard = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook?a=1"


class Ear(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        program: Any = self.server
        program.heard.append((dict(self.headers), body))
        self.send_response(program.status)
        self.send_header("Location", "http://127.0.0.1:1/")
        self.end_headers()
        self.wfile.write(body if program.echoes else b"no")

    def log_message(self, *_args: Any) -> None:
        pass


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch) -> Iterator[Program]:
    monkeypatch.setattr(subscribing, "INSIDE", outbound.networks(["127.0.0.1/32"]))
    made = Program()
    serving = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02})
    serving.start()
    yield made
    made.shutdown()
    serving.join()
    made.server_close()


def by_webhook(url: str) -> Any:
    return Client().post("/appeals/subscribe/", {"channel": "webhook", "url": url, "area": AREA})


def call_all() -> None:
    for key in WebhookDelivery.objects.filter(state="queued").values_list("key", flat=True):
        tasks.call_webhook(str(key))


def test_a_program_answers_the_question_and_then_hears_signed_news(town: Town, program: Program) -> None:
    page = by_webhook(program.url).content.decode()
    one = Subscription._base_manager.get()
    assert str(one.secret) in page
    call_all()
    one.refresh_from_db()
    assert one.state == "active"
    row = publish(town)
    tasks.serve_subscriptions(0)
    call_all()
    headers, body = program.heard[-1]
    said = json.loads(body)
    assert [case["number"] for case in said["cases"]] == [row.number]
    assert not any(secret in body.decode() for secret in SECRETS)
    stamp = headers["X-Lianglin-Timestamp"]
    assert headers["X-Lianglin-Signature"] == signature(str(one.secret), stamp, body)


def test_who_does_not_say_the_word_back_is_not_subscribed(town: Town, program: Program) -> None:
    program.echoes = False
    by_webhook(program.url)
    for _try in range(len(WAITS) + 2):
        call_all()
    assert Subscription._base_manager.get().state == "dead"
    assert WebhookDelivery.objects.get().error == "challenge"


def test_a_call_is_made_by_one_at_a_time_and_again_when_its_caller_was_killed(
    town: Town, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_webhook(program.url)

    def killed(*_given: Any, **_named: Any) -> Any:
        call_all()  # another worker, meanwhile
        assert program.heard == []
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(outbound, "post", killed)
        with pytest.raises(KeyboardInterrupt):
            call_all()
    call_all()
    assert program.heard == []
    WebhookDelivery.objects.update(called_until=clock.now() - timedelta(seconds=1))
    call_all()
    assert (len(program.heard), Subscription._base_manager.get().state) == (1, "active")
    assert WebhookDelivery.objects.get().called_until is None


@pytest.mark.parametrize("status", [302, 404, 500])
def test_what_fails_is_tried_again_given_up_and_seen_at_the_desk(
    town: Town, program: Program, status: int
) -> None:
    by_webhook(program.url)
    call_all()
    program.status = status
    publish(town)
    tasks.serve_subscriptions(0)
    waits = []
    for _try in range(len(WAITS) + 1):
        call_all()
        call = WebhookDelivery.objects.get(kind="cases")
        waits.append(call.next_try_at and round((call.next_try_at - clock.now()).total_seconds() / 60))
    assert waits == [int(wait.total_seconds() // 60) for wait in WAITS] + [None]
    assert (call.state, call.error) == ("dead", f"status_{status}")
    desk = town.client("street")
    assert "127.0.0.1" in desk.get("/appeals/publications/calls/").content.decode()
    assert (
        town.client("other_street").get("/appeals/publications/calls/").content.decode().count("127.0.0.1")
        == 0
    )
    program.status = 200
    desk.post("/appeals/publications/calls/", {"call": call.pk})
    call_all()
    call.refresh_from_db()
    assert (call.state, Subscription._base_manager.get().state) == ("sent", "active")


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/", "https://127.0.0.1/", "https://[::1]/", "https://localhost/", "https://2130706433/", "https://0x7f000001/",
        "https://0177.0.0.1/", "https://user:x@example.org/", "https://example.org:22/", "ftp://example.org/", "https://", "x",
        "https://example.org:99999/", "https://127.1/",
    ],
)  # fmt: skip
def test_an_address_that_may_not_be_called_is_refused(town: Town, url: str) -> None:
    assert by_webhook(url).status_code == 422
    assert not Subscription._base_manager.exists()


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.1", "224.0.0.1", "240.0.0.1",
        "::1", "fe80::1%eth0", "fc00::1", "::ffff:10.0.0.1", "2002:a00:1::1", "64:ff9b::a00:1", "ff02::1",
    ],
)  # fmt: skip
def test_a_name_that_leads_inside_is_never_called(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    there = [(0, 0, 0, "", ("93.184.216.34", 443)), (0, 0, 0, "", (address, 443))]
    monkeypatch.setattr(outbound.socket, "getaddrinfo", lambda *a, **k: there)
    with pytest.raises(outbound.Unwanted, match="inside"):
        outbound.post("https://example.org/", b"{}", {}, inside=subscribing.INSIDE)


def test_the_feed_is_kept_by_caches_and_holds_the_page(town: Town) -> None:
    row = publish(town)
    answer = Client().get(f"/appeals/closed/feed.atom?area={AREA}")
    assert answer["Content-Type"].startswith("application/atom+xml")
    assert "public" in answer["Cache-Control"]
    assert row.number in answer.content.decode()
    again = Client().get(f"/appeals/closed/feed.atom?area={AREA}", headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304
    publish(town)
    newer = Client().get(f"/appeals/closed/feed.atom?area={AREA}", headers={"If-None-Match": answer["ETag"]})
    assert newer.status_code == 200
