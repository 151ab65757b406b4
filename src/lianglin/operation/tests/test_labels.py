"""What the operator reads is named as people say it, in both languages; the code's own names stand beside."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override
from procrastinate.contrib.django import app
from tests.world import World, build

from lianglin.access import night
from lianglin.operation.models import ErrorKind
from lianglin.operation.queries import labels
from lianglin.operation.tests.test_standing import job_given_up
from lianglin.project import working


def test_every_task_and_queue_has_a_name_in_both_languages() -> None:
    queues = working.queues()
    named = {("task", name) for name in app.tasks} | {("queue", name) for name in queues}
    unnamed = {key for key in named if key not in labels._words()}
    assert {key for key in unnamed if not key[1].startswith("test")} == set()
    for (kind, name), row in labels._words().items():
        assert re.search(r"[\u4e00-\u9fff]", row["zh"]), (kind, name)
        assert row["en"].isascii(), (kind, name)
        assert row["en"], (kind, name)


def test_no_name_of_a_task_that_is_gone_is_kept() -> None:
    working.queues()
    assert {name for kind, name in labels._words() if kind == "task"} <= {*app.tasks, "migrate"}


@pytest.mark.parametrize(
    ("error", "zh", "en"),
    [
        (
            "django.db.utils.OperationalError",
            "数据库连接中断或等待超时",
            "the database was lost or took too long",
        ),
        (
            "lianglin.cases.models.Case.DoesNotExist",
            "要用的数据不存在",
            "data that should be there is missing",
        ),
        ("KeyError", "程序缺陷", "a fault in the program"),
    ],
)
def test_a_class_of_errors_says_what_it_means(error: str, zh: str, en: str) -> None:
    with override("zh-hans"):
        assert labels.error(error) == zh
    with override("en"):
        assert labels.error(error) == en


def test_nightly_works_are_called_as_in_the_plan() -> None:
    with override("zh-hans"):
        assert labels.work("forget_sessions") == "清除过期的登录会话"
        assert labels.work(night.NAME) == "夜间任务总进度"
        assert labels.work("gone") == "gone"


def test_a_page_is_called_by_its_link_or_its_package() -> None:
    with override("zh-hans"):
        request = ErrorKind(origin="request", name="operation:errors")
        assert labels.arose(request) == "错误"
        assert labels.arose(ErrorKind(origin="request", name="operation:kind")) == "运行维护"
        assert labels.arose(ErrorKind(origin="task", name="seal_audit")) == "封存审计记录"
        assert labels.arose(ErrorKind(origin="request", name="none")) == ""


@pytest.fixture(scope="module")
def scene(lasting: None) -> World:
    return build()


def test_a_page_of_jobs_costs_as_much_with_many_as_with_one(scene: World, db: None) -> None:
    browser = scene.browser("administrator")
    job_given_up()
    browser.get("/operation/jobs/")
    with CaptureQueriesContext(connection) as one:
        browser.get("/operation/jobs/")
    for task in ("make_export", "night", "fetch_mail") * 10:
        job_given_up(task)
    with CaptureQueriesContext(connection) as many:
        page = browser.get("/operation/jobs/").content.decode()
    assert len(many) == len(one)
    assert "生成导出文件" in page
    assert "收取居民来信" in page
    assert "make_export" in page, "as the log has it"


def test_the_start_page_costs_what_it_did(scene: World, db: None) -> None:
    """Every part is read by itself, so that one that fails hides no other: some five statements each."""
    browser = scene.browser("administrator")
    browser.get("/operation/")
    with CaptureQueriesContext(connection) as asked:
        browser.get("/operation/")
    assert len(asked) <= 70
