"""A text message goes to a mobile number and to nobody who was made up; nothing about it is logged."""

from __future__ import annotations

import json
import logging
import smtplib
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core import mail
from django.core.exceptions import ImproperlyConfigured

from lianglin.notices import adapters
from lianglin.notices.adapters.base import Outgoing, Undeliverable, Unreachable
from lianglin.notices.adapters.demo import Demo
from lianglin.notices.adapters.email import Email
from lianglin.notices.adapters.sms import HttpSms, mobile

KEY, MOBILE = "b2c0", "13800000000"


def outgoing(address: str = MOBILE, channel: str = "sms") -> Outgoing:
    return Outgoing(
        key=KEY, channel=channel, address=address, title="状态", text="您的事已收到。", language="zh-hans"
    )


class Gateway(HTTPServer):
    """A gateway on this machine that answers as it is told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.status = 200
        self.got: list[tuple[dict[str, str], dict[str, str]]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/send"


class _Answer(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.got.append((dict(self.headers), body))  # pyright: ignore
        self.send_response(self.server.status)  # pyright: ignore
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    do_GET = do_POST  # noqa: N815 - the library's name

    def log_message(self, *args: object) -> None:
        """Says nothing."""


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with Gateway() as made:
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield made
        made.shutdown()
        thread.join()


def test_the_gateway_gets_number_text_token_and_the_same_key_each_time(
    gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for _time in range(2):
        HttpSms(gateway.url, "secret").deliver(outgoing())
    headers, body = gateway.got[0]
    assert body == {"id": KEY, "to": MOBILE, "text": "您的事已收到。", "language": "zh-hans"}
    assert headers["Authorization"] == "Bearer secret"
    assert {h["Idempotency-Key"] for h, _body in gateway.got} == {KEY}
    assert MOBILE not in caplog.text
    assert "您的事" not in caplog.text


@pytest.mark.parametrize("number", ["15412345678", "154 1234 5678", "+86 154-1234-5678", "8615412345678"])
def test_154_is_refused_outright(gateway: Gateway, number: str) -> None:
    with pytest.raises(Undeliverable) as caught:
        HttpSms(gateway.url, "").deliver(outgoing(number))
    assert caught.value.code == "reserved_number"
    assert gateway.got == []


@pytest.mark.parametrize(
    ("number", "code"), [("045112345678", "no_mobile"), ("12345", "no_number"), ("", "no_number")]
)
def test_what_is_no_mobile_number_is_refused(number: str, code: str) -> None:
    with pytest.raises(Undeliverable) as caught:
        mobile(number)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, Undeliverable),
        (302, Undeliverable),
        (401, Undeliverable),
        (408, Unreachable),
        (429, Unreachable),
        (503, Unreachable),
    ],
)
def test_the_gateways_answers(gateway: Gateway, status: int, error: type[Exception]) -> None:
    gateway.status = status
    with pytest.raises(error) as caught:
        HttpSms(gateway.url, "").deliver(outgoing())
    assert type(caught.value) is error
    assert len(gateway.got) == 1, "a redirect is not followed"
    assert MOBILE not in str(caught.value)


def test_a_silent_gateway_is_tried_again() -> None:
    with pytest.raises(Unreachable):
        HttpSms("http://127.0.0.1:9/send", "").deliver(outgoing())


def test_numbers_travel_encrypted() -> None:
    with pytest.raises(ImproperlyConfigured):
        HttpSms("http://sms.example.org/send", "")


def test_a_mail_goes_out_with_a_lasting_id() -> None:
    Email("邻量 <lianglin@example.org>").deliver(outgoing("wang@example.org", "email"))
    sent = mail.outbox[0]
    assert (sent.to, sent.subject, sent.body) == (["wang@example.org"], "状态", "您的事已收到。")
    assert sent.extra_headers["Message-ID"] == f"<{KEY}@example.org>"
    assert "List-Unsubscribe" not in sent.extra_headers


def test_a_mail_that_can_be_stopped_says_so_in_its_headers() -> None:
    link = "https://city.example.cn/messages/stop/x/"
    Email("lianglin@example.org").deliver(replace(outgoing("wang@example.org", "email"), stop_url=link))
    said = mail.outbox[0].message()
    assert (said["List-Unsubscribe"], said["List-Unsubscribe-Post"]) == (
        f"<{link}>",
        "List-Unsubscribe=One-Click",
    )


@pytest.mark.parametrize(
    ("failure", "error"),
    [
        (smtplib.SMTPRecipientsRefused({"x": (550, b"no such user")}), Undeliverable),
        (smtplib.SMTPRecipientsRefused({"x": (450, b"later")}), Unreachable),
        (smtplib.SMTPServerDisconnected("gone"), Unreachable),
        (ConnectionRefusedError(), Unreachable),
    ],
)
def test_what_mail_servers_say(
    monkeypatch: pytest.MonkeyPatch, failure: Exception, error: type[Exception]
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise failure

    monkeypatch.setattr("django.core.mail.EmailMessage.send", fail)
    with pytest.raises(error) as caught:
        Email("lianglin@example.org").deliver(outgoing("wang@example.org", "email"))
    assert type(caught.value) is error


def test_the_settings_choose_the_way_out(settings: object) -> None:
    settings.DEMO, settings.SMS_URL, settings.EMAIL_HOST = (
        True,
        "https://sms.example.org/",
        "mail.example.org",
    )
    assert isinstance(adapters.adapter_for("sms"), Demo), "the demo sends nothing, whatever is configured"
    settings.DEMO = False
    assert isinstance(adapters.adapter_for("sms"), HttpSms)
    assert isinstance(adapters.adapter_for("email"), Email)
    assert adapters.adapter_for("paper") is None
