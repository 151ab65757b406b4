"""A form that brings too much is refused in a sentence, keeps its other answers, and fills neither memory nor disk."""

from __future__ import annotations

import json
import time
import tracemalloc
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client, RequestFactory

from lianglin.files import rules, uploads
from lianglin.files.tests.samples import picture, upload

pytestmark = [pytest.mark.django_db, pytest.mark.urls("lianglin.files.tests.urls")]

HUGE = 200 * rules.MEGABYTE
BOUNDARY = "b0undary"


def field(name: str, value: str) -> bytes:
    return f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()


def file_head(name: str) -> bytes:
    return (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="photos"; filename="{name}"\r\n'
        "Content-Type: image/jpeg\r\n\r\n"
    ).encode()


class Body:
    """A request body that is made while it is read."""

    def __init__(self, head: bytes, size: int, delay: float = 0) -> None:
        self.head, self.left, self.delay, self.read_bytes = BytesIO(head), size - len(head), delay, 0

    def read(self, size: int = -1) -> bytes:
        time.sleep(self.delay)
        piece = self.head.read(size)
        if not piece:
            piece = bytes(min(self.left, size if size >= 0 else self.left))
            self.left -= len(piece)
        self.read_bytes += len(piece)
        return piece

    readline = read


def send(
    body: Body, size: int, path: str = "/report/", kind: str = f"multipart/form-data; boundary={BOUNDARY}"
) -> Any:
    """The application's own answer to a request, through all middleware."""
    environ = RequestFactory()._base_environ(
        PATH_INFO=path,
        REQUEST_METHOD="POST",
        CONTENT_TYPE=kind,
        CONTENT_LENGTH=str(size),
        **{"wsgi.input": body},
    )
    handler = WSGIHandler()
    csrf = [entry for entry in handler._view_middleware if "CsrfViewMiddleware" not in repr(entry)]
    handler._view_middleware = csrf
    return handler.get_response(handler.request_class(environ))


def test_200_megabytes_are_refused_and_the_text_is_kept(settings: Any, tmp_path: Path) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)  # others upload at the same time
    body = Body(field("text", "三单元的灯坏了") + file_head("film.jpg"), HUGE)
    tracemalloc.start()
    answer = send(body, HUGE)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert answer.status_code == 413
    shown = json.loads(answer.content)
    assert shown["text"] == "三单元的灯坏了"
    assert "film" in shown["errors"][0]
    assert "10" in shown["errors"][0]
    assert peak < 20 * rules.MEGABYTE
    assert list(tmp_path.iterdir()) == []


def test_a_slow_sender_is_not_read_to_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "LINGER_SECONDS", 0.1)
    body = Body(field("text", "灯坏了") + file_head("film.jpg"), HUGE, delay=0.005)
    assert send(body, HUGE).status_code == 413
    assert body.read_bytes < 5 * rules.MEGABYTE


def test_one_file_over_ten_megabytes_is_named_and_the_others_are_looked_at() -> None:
    photos = [
        upload(picture(), "good.jpg"),
        upload(picture() + bytes(11 * rules.MEGABYTE), "large.jpg"),
        upload(b"<svg/>", "bad.svg"),
    ]
    answer = Client().post("/report/", {"text": "灯坏了", "photos": photos})
    assert answer.status_code == 413
    shown = answer.json()
    assert shown["text"] == "灯坏了"
    assert ["large" in shown["errors"][0], "bad" in shown["errors"][1], len(shown["errors"])] == [
        True,
        True,
        2,
    ]


def test_a_good_form_passes() -> None:
    photos = [upload(picture(), "a.jpg"), upload(picture("PNG"), "b.png")]
    answer = Client().post("/report/", {"text": "灯坏了", "photos": photos})
    assert (answer.status_code, answer.json()) == (200, {"stored": ["a.jpg", "b.jpg"]})
    assert Client().post("/report/", {"text": "灯坏了"}).json() == {"stored": []}


def test_seven_files_are_one_too_many() -> None:
    photos = [upload(picture(size=(9, 9)), f"{n}.jpg") for n in range(7)]
    answer = Client().post("/report/", {"text": "灯坏了", "photos": photos})
    assert answer.status_code == 422
    assert "7" in answer.json()["errors"][0]


def test_a_body_of_another_kind_is_refused_by_its_length() -> None:
    page = send(Body(b"{}", HUGE), HUGE, kind="application/x-www-form-urlencoded")
    assert page.status_code == 413
    assert "10" in page.content.decode()
    problem = send(Body(b"{}", HUGE), HUGE, path="/api/v1/x/", kind="application/json")
    assert (problem.status_code, problem["Content-Type"]) == (413, "application/problem+json")
    assert json.loads(problem.content)["status"] == 413


def test_a_huge_form_without_files_is_refused() -> None:
    body = Body(
        field("text", "灯坏了")
        + b"--"
        + BOUNDARY.encode()
        + b'\r\nContent-Disposition: form-data; name="x"\r\n\r\n',
        HUGE,
    )
    assert send(body, HUGE).status_code == 413


def test_half_a_form_does_not_count_as_one_without_a_picture() -> None:
    head = field("text", "灯坏了") + file_head("film.jpg")
    body = Body(head, len(head) + 1000)
    assert send(body, 5 * rules.MEGABYTE).status_code == 400
