"""What calls another office's program never reaches the house's own network, and never waits for long."""

from __future__ import annotations

import socket
import threading
from typing import Any

import pytest

from lianglin.kit import outbound
from lianglin.kit.outbound import Unanswered, Unwanted
from lianglin.notices.tests.receiver import receiving

HERE = outbound.networks(["127.0.0.1/32"])


@pytest.mark.parametrize(
    "url",
    [
        "http://hotline.example.org/", "ftp://hotline.example.org/", "https://user@hotline.example.org/",
        "https://hotline.example.org:22/", "https://localhost/", "https://127.0.0.1/", "https://2130706433/", "https://0x7f.1/",
        "https://[::1]/", "https://169.254.169.254/latest/", "https://10.0.0.7/", "https://hotline/", "https://", "//hotline.example.org/",
        "https://hotline.example.org/\r\nX: y", "https://hotline.example.org:99999/", "https://[::ffff:127.0.0.1]/",
        f"https://hotline.example.org/{'a' * 400}",
    ],
)  # fmt: skip
def test_addresses_that_are_never_called(url: str) -> None:
    with pytest.raises(Unwanted):
        outbound.checked(url)


def test_a_named_network_may_be_called_and_no_other() -> None:
    inside = outbound.networks(["10.20.0.0/16"])
    assert outbound.checked("https://10.20.3.4:9443/", inside).port == 9443
    assert outbound.checked("https://hotline.example.org/", inside).hostname == "hotline.example.org"
    for url in ("https://10.21.3.4/", "http://10.20.3.4/", "https://127.0.0.1/"):
        with pytest.raises(Unwanted):
            outbound.checked(url, inside)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.7", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.1", "224.0.0.1",
        "::1", "fe80::1%eth0", "fd00::1", "::ffff:10.0.0.7", "64:ff9b::7f00:1", "2002:7f00:1::",
    ],
)  # fmt: skip
def test_a_name_that_leads_inside_is_not_called(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    found = [(socket.AF_INET, 1, 6, "", ("93.184.215.14", 443)), (socket.AF_INET, 1, 6, "", (address, 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: found)
    with pytest.raises(Unwanted, match="inside"):
        outbound.post("https://hotline.example.org/", b"{}", {})


def test_the_address_that_was_looked_at_is_the_one_that_is_connected_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """DNS rebinding: the second answer of the name would be an address inside."""
    answers, connected = ["93.184.215.14", "10.0.0.7", "10.0.0.7"], []

    def look_up(*_args: Any, **_kw: Any) -> Any:
        return [(socket.AF_INET, 1, 6, "", (answers.pop(0), 443))]

    def connect(address: tuple[str, int], **_kw: Any) -> Any:
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(Unanswered, match="no_connection"):
        outbound.post("https://hotline.example.org/", b"{}", {})
    assert connected == [("93.184.215.14", 443)]
    assert len(answers) == 2


def test_a_redirect_is_an_answer_and_not_followed() -> None:
    with receiving() as program:
        program.statuses = [302]
        assert outbound.post(program.url, b"{}", {}, inside=HERE).status == 302
        assert len(program.heard) == 1


def test_a_name_server_that_keeps_silent_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's look-up has no limit: a call waits for it no longer than for anything else."""
    end = threading.Event()
    monkeypatch.setattr(outbound, "LOOK_UP_SECONDS", 0.1)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: end.wait(30) and [])
    try:
        with pytest.raises(Unanswered, match="timeout"):
            outbound.post("https://hotline.example.org/", b"{}", {})
    finally:
        end.set()


def test_a_silent_receiver_is_left_after_the_read_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "READ_SECONDS", 0.1)
    with receiving() as program:
        program.sleeps = 0.6
        with pytest.raises(Unanswered, match="timeout"):
            outbound.post(program.url, b"{}", {}, inside=HERE)


def test_a_receiver_that_dribbles_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "WHOLE_SECONDS", 0.3)
    with receiving() as program:
        program.dribbles = True
        with pytest.raises(Unanswered, match="timeout"):
            outbound.post(program.url, b"{}", {}, inside=HERE)


def test_what_is_no_tls_and_what_does_not_listen_say_so() -> None:
    with receiving() as program:
        with pytest.raises(Unanswered, match="tls"):
            outbound.post(program.url.replace("http:", "https:"), b"{}", {}, inside=HERE)
        gone = program.url
    with pytest.raises(Unanswered, match="no_connection"):
        outbound.post(gone, b"{}", {}, inside=HERE)


def test_a_receiver_that_never_shakes_hands_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "CONNECT_SECONDS", 0.2)
    mute = socket.create_server(("127.0.0.1", 0))  # the system takes the connection, nobody reads it
    with mute, pytest.raises(Unanswered, match="timeout"):
        outbound.post(f"https://127.0.0.1:{mute.getsockname()[1]}/", b"{}", {}, inside=HERE)


def test_only_the_beginning_of_an_answer_is_read() -> None:
    with receiving() as program:
        program.statuses, program.said, program.retry_after = [503], b"x" * 9000, "120"
        answer = outbound.post(program.url, b"{}", {}, inside=HERE)
        assert (answer.status, len(answer.text), answer.retry_after) == (503, outbound.LONGEST_ANSWER, 120)
