"""What fails is counted without its words, comes back as what it is, and is told once."""

from __future__ import annotations

import json
import linecache
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import path
from tests.world import WORKER, World, build

from lianglin.access.actor import job
from lianglin.access.transaction import acting
from lianglin.kit import mishaps
from lianglin.kit.errors import Conflict, Forbidden
from lianglin.notices.models import Message
from lianglin.operation import actions
from lianglin.operation.models import ErrorHour, ErrorKind, ErrorMark, TrafficHour
from lianglin.operation.queries import errors, noting
from lianglin.project import urls as house
from lianglin.project.tap import Jobs

PHONE = "15498765432"

pytestmark = pytest.mark.django_db


def broken(request: HttpRequest) -> HttpResponse:
    raise ValueError(f"no such phone: {PHONE}")


urlpatterns = [*house.urlpatterns, path("broken/", broken, name="broken")]


@pytest.fixture(scope="module")
def scene(lasting: None) -> World:
    return build()


@pytest.fixture(autouse=True)
def nothing_counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What is counted is written in the test's own transaction."""
    monkeypatch.setattr(noting, "APART", "default")
    mishaps.take()
    yield
    mishaps.take()


def fail(times: int = 1, text: str = "x", name: str = "broken") -> None:
    for _time in range(times):
        try:
            raise ValueError(text)
        except ValueError as error:
            mishaps.note("request", name, error, "0123456789abcdef")
    assert mishaps.hand_on()


def everything_written() -> str:
    """All rows of the package's tables, and of the messages, as one text."""
    models = [*apps.get_app_config("operation").get_models(), Message]
    return json.dumps([list(model._base_manager.values()) for model in models], default=str)


@pytest.mark.urls(__name__)
def test_a_failed_request_is_counted_without_its_words(
    scene: World, db: None, caplog: pytest.LogCaptureFixture
) -> None:
    browser = scene.browser(WORKER, raise_request_exception=False)
    answer = browser.get(f"/broken/?q={PHONE}")
    assert answer.status_code == 500
    mishaps.hand_on()
    kind = ErrorKind.objects.get(name="broken")
    assert (kind.error, kind.origin, kind.count, kind.state) == ("ValueError", "request", 1, "new")
    assert kind.place.startswith("lianglin.operation.tests.test_errors:")
    assert kind.marks.get().mark == answer.headers["X-Request-ID"]
    assert TrafficHour.objects.get().requests == 1
    pages = scene.browser("administrator")
    shown = [
        pages.get(at).content.decode()
        for at in ("/operation/errors/", f"/operation/errors/{kind.pk}/", "/operation/")
    ]
    with acting(job()):
        actions.tell_new()
    assert PHONE not in everything_written() + "".join(shown)
    assert "ValueError" in shown[0]
    assert answer.headers["X-Request-ID"] in shown[1]


def test_an_attempt_of_a_task_is_counted_also_when_it_is_tried_again() -> None:
    try:
        raise LookupError(PHONE)
    except LookupError as error:
        record = logging.LogRecord(
            "procrastinate.worker", logging.INFO, "", 0, PHONE, (), (LookupError, error, error.__traceback__)
        )
    record.action, record.job = "job_error_retry", {"task_name": "seal_audit", "id": 7}
    Jobs().emit(record)
    mishaps.hand_on()
    kind = ErrorKind.objects.get()
    assert (kind.origin, kind.name, kind.marks.get().mark) == ("task", "seal_audit", "job 7")
    assert PHONE not in everything_written()


def test_a_storm_is_one_statement(django_assert_num_queries: Any) -> None:
    for number in range(1000):
        try:
            raise ValueError(number)
        except ValueError as error:
            mishaps.note("request", "broken", error, f"{number:016x}")
    with django_assert_num_queries(1):
        mishaps.hand_on()
    assert ErrorKind.objects.get().count == 1000
    assert ErrorMark.objects.count() == mishaps.MARKS


def test_many_kinds_at_once_are_counted_together_beyond_a_limit() -> None:
    for number in range(mishaps.KINDS_AT_ONCE + 50):
        kind = type(f"Wrong{number}", (Exception,), {})
        try:
            raise kind
        except Exception as error:
            mishaps.note("request", "broken", error)
    mishaps.hand_on()
    assert ErrorKind.objects.count() == mishaps.KINDS_AT_ONCE + 1
    assert ErrorKind.objects.get(error=mishaps.OTHER).count == 50


def test_a_keeper_that_fails_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    keeper = mishaps._keeper

    def away(batch: mishaps.Batch) -> None:
        raise OSError

    monkeypatch.setattr(mishaps, "_keeper", away)
    mishaps.answered()
    mishaps.note("request", "broken", ValueError("x"))
    assert not mishaps.hand_on()
    monkeypatch.setattr(mishaps, "_keeper", keeper)
    assert mishaps.hand_on()
    assert (ErrorKind.objects.get().count, TrafficHour.objects.get().requests) == (1, 1)


def test_a_kind_goes_its_way_and_comes_back(scene: World, db: None) -> None:
    fail(2)
    kind = ErrorKind.objects.get()
    admin = scene.actors["administrator"]
    for step, state in (("acknowledge", "acknowledged"), ("resolve", "resolved")):
        with acting(admin) as by:
            actions.decide(pk=kind.pk, step=step, note="修好了", by=by)
        kind.refresh_from_db()
        assert (kind.state, kind.note, kind.decided_by) == (state, "修好了", by.post_id)
    fail(name="elsewhere")
    kind.refresh_from_db()
    assert (kind.state, kind.count, kind.name) == ("regressed", 3, "elsewhere")
    with pytest.raises(Conflict), acting(admin) as by:
        actions.decide(pk=kind.pk, step="reopen", note="", by=by)


def test_the_page_says_what_becomes_of_it(scene: World, db: None) -> None:
    fail()
    kind = ErrorKind.objects.get()
    browser = scene.browser("administrator")
    wrong = browser.post(f"/operation/errors/{kind.pk}/", {"note": "typed and kept"})
    assert (wrong.status_code, "typed and kept" in wrong.content.decode()) == (422, True)
    right = browser.post(f"/operation/errors/{kind.pk}/", {"step": "resolve", "note": "0.2"})
    assert right.status_code == 303
    kind.refresh_from_db()
    assert kind.state == "resolved"
    assert browser.get("/operation/errors/999999/").status_code == 404


@pytest.mark.parametrize("code", [WORKER, "manager", "security_officer", "auditor"])
def test_nobody_else_sees_or_judges_them(scene: World, db: None, code: str) -> None:
    fail()
    pk = ErrorKind.objects.get().pk
    assert scene.browser(code).get(f"/operation/errors/{pk}/").status_code == 403
    with pytest.raises(Forbidden), acting(scene.actors[code]) as by:
        actions.decide(pk=pk, step="resolve", note="", by=by)


def test_administrators_are_told_once_for_all_new_kinds(scene: World, db: None) -> None:
    fail()
    mishaps.note("request", "other", KeyError("x"))
    mishaps.hand_on()
    with acting(job()):
        assert (actions.tell_new(), actions.tell_new()) == (2, 0)
    told = Message._base_manager.get(code=actions.TOLD)
    assert told.post_id == scene.posts["administrator"].pk
    assert told.link == "/operation/errors/"
    assert scene.browser("administrator").get("/messages/").status_code == 200


def test_many_errors_are_said_on_the_administrators_first_page(scene: World, db: None, settings: Any) -> None:
    settings.ERROR_LIMIT = 100
    for _time in range(40):
        mishaps.answered()
    fail(5)
    assert "错误频繁" in scene.browser("administrator").get("/work/").content.decode()
    settings.ERROR_LIMIT = 200
    assert "错误频繁" not in scene.browser("administrator").get("/work/").content.decode()


def test_a_page_of_kinds_costs_as_much_with_many_as_with_one(scene: World, db: None) -> None:
    fail()
    browser = scene.browser("administrator")
    browser.get("/operation/errors/")
    with CaptureQueriesContext(connection) as one:
        browser.get("/operation/errors/")
    for number in range(40):
        kind = type(f"Wrong{number}", (Exception,), {})
        try:
            raise kind
        except Exception as error:
            mishaps.note("request", "broken", error)
    mishaps.hand_on()
    with CaptureQueriesContext(connection) as many:
        page = browser.get("/operation/errors/").content.decode()
    assert "Wrong39" in page
    assert len(many) <= len(one) <= 16


def test_old_counts_go(scene: World, db: None) -> None:
    fail()
    with connection.cursor() as cursor:
        cursor.execute("update operation_errorkind set last_seen_at = now() - interval '91 days'")
        cursor.execute("update operation_errorhour set hour = hour - interval '91 days'")
    with acting(job()):
        assert actions.sweep() == 1
    assert (ErrorKind.objects.count(), ErrorHour.objects.count()) == (0, 0)


def test_the_share_of_an_hour_counts_both(db: None) -> None:
    for _time in range(200):
        mishaps.answered()
    fail(3)
    found = errors.lately()
    assert (found.requests, found.errors, found.per_thousand) == (200, 3, 15.0)


def test_the_fingerprint_stays_when_lines_move() -> None:
    source = "def f():\n    raise ValueError\n"
    found = []
    for name, text in (("one", source), ("two", "\n\n" + source)):
        space: dict[str, Any] = {"__name__": "lianglin.sample"}
        exec(compile(text, f"<{name}>", "exec"), space)  # noqa: S102 - its own text
        linecache.cache[f"<{name}>"] = (len(text), None, text.splitlines(keepends=True), f"<{name}>")
        try:
            space["f"]()
        except ValueError as error:
            found.append(mishaps.describe("request", "x", error))
    assert found[0].fingerprint == found[1].fingerprint
    assert found[0].place != found[1].place
