"""The receiver of docs/how-to/webhooks.md is started as it stands there, called by us, and not fooled by others."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lianglin.kit import outbound
from lianglin.notices.webhooks import rules

ROOT = Path(__file__).resolve().parents[4]
HERE = outbound.networks(["127.0.0.1/32"])
BODY = b'{"id": "one", "type": "lianglin.case.moved.v1", "subject": "A1", "data": {"state": "accepted"}}'


@pytest.fixture
def receiver() -> Iterator[tuple[str, str, subprocess.Popen[str]]]:
    page = (ROOT / "docs" / "how-to" / "webhooks.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    secret = rules.new_secret()
    started = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env={**os.environ, "WEBHOOK_SECRET": secret, "PORT": str(port)},
    )  # fmt: skip
    try:
        for _time in range(200):
            with socket.socket() as line:
                if line.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/", secret, started
    finally:
        started.terminate()
        started.communicate(timeout=10)


def test_it_takes_what_is_ours_once_and_nothing_else(
    receiver: tuple[str, str, subprocess.Popen[str]],
) -> None:
    url, secret, started = receiver
    now = int(time.time())

    def call(by: list[str], stamp: int, body: bytes = BODY, sent: bytes = BODY) -> int:
        return outbound.post(url, sent, rules.headers(by, "one", stamp, body), inside=HERE).status

    assert call([secret], now) == call([rules.new_secret(), secret], now) == 204
    assert call([rules.new_secret()], now) == 401
    assert call([secret], now - 3600) == 401, "replayed later"
    assert call([secret], now, sent=BODY.replace(b"accepted", b"closed")) == 401
    started.terminate()
    told, _errors = started.communicate(timeout=10)
    assert told.splitlines() == ["lianglin.case.moved.v1 A1 accepted"], "twice sent, once taken"
