"""The operator's page: every part says how it stands, and one that is broken hides no other."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.utils.translation import override
from tests.world import WORKER, World, build

from lianglin.access.transaction import acting
from lianglin.kit import clock
from lianglin.operation import rules
from lianglin.operation.queries import backups, handbook, jobs, runs, standing

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def scene(lasting: None) -> World:
    return build()


def parts(scene: World) -> dict[str, standing.Part]:
    with acting(scene.actors["administrator"]):
        return {part.code: part for part in standing.parts()}


def write(folder: Path, *lines: Any) -> None:
    folder.mkdir(exist_ok=True)
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    (folder / "journal.jsonl").write_text(text + "\n", encoding="utf-8")


def line(kind: str, hours: float, *, ok: bool = True, **given: Any) -> dict[str, Any]:
    at = (clock.now() - timedelta(hours=hours)).isoformat()
    return {
        "kind": kind,
        "at": at,
        "ok": ok,
        "label": "b1",
        "bytes": 10**9,
        "seconds": 60.0,
        "error": "",
        **given,
    }


def test_every_part_has_its_state_its_words_and_its_section(scene: World, db: None) -> None:
    found = parts(scene)
    assert list(found) == list(standing.PARTS)
    assert all(part.said and part.state in rules.WORST for part in found.values())
    assert all(part.todo for part in found.values() if part.state in ("warn", "bad", "unknown"))
    for language in ("zh", "en"):
        anchors = {section.anchor for section in handbook.sections(language)}
        assert anchors >= {part.section for part in found.values()}


def test_both_handbooks_have_the_same_sections() -> None:
    chinese, english = (handbook.sections(language) for language in ("zh", "en"))
    assert [s.anchor for s in chinese] == [s.anchor for s in english]
    assert [[b.kind for b in s.blocks] for s in chinese] == [[b.kind for b in s.blocks] for s in english]


def test_why_a_backup_failed_is_said_in_the_readers_language(settings: Any, tmp_path: Path) -> None:
    """The command's own words are English; the class of its error has a word in both."""
    said = "The disk of /srv is full."
    settings.BACKUPS = tmp_path / "backups"
    write(settings.BACKUPS, line("full", 1.0, ok=False, error=said, sort="DiskFull"))
    [entry] = backups.journal()
    with override("zh-hans"):
        assert entry.why == f"磁盘空间不足（命令原话：{said}）"
    with override("en"):
        assert entry.why == said
    write(settings.BACKUPS, line("full", 1.0, ok=False, error=said, sort="New"), line("full", 2.0, ok=False))
    with override("zh-hans"):
        assert [one.why for one in backups.journal()] == [said, "b1"]


def test_without_a_worker_it_says_so_and_what_to_do(scene: World, db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("delete from procrastinate_workers")
    assert parts(scene)["workers"].state == "bad"
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into procrastinate_workers (last_heartbeat) values (now()), (now() - interval '1 hour')"
        )
    found = parts(scene)["workers"]
    assert (found.state, len(found.said)) == ("good", 2)


def test_a_part_that_breaks_hides_no_other(scene: World, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> standing.Part:
        with connection.cursor() as cursor:
            cursor.execute("select 1/0")
        raise AssertionError

    monkeypatch.setitem(standing.PARTS, "version", broken)
    found = parts(scene)
    assert found["version"].state == "unknown"
    assert found["keys"].state == "good"
    page = scene.browser("administrator").get("/operation/")
    assert (page.status_code, DatabaseError.__name__ in page.content.decode()) == (200, False)


@pytest.mark.parametrize(
    ("lines", "backup", "verify"),
    [
        ([], "bad", "warn"),
        ([("full", 2.0, {}), ("wal", 0.1, {}), ("verify", 24.0, {})], "good", "good"),
        ([("full", 2.0, {}), ("verify", 24.0, {})], "warn", "good"),
        ([("full", 2.0, {}), ("wal", 0.6, {}), ("verify", 24.0, {})], "bad", "good"),
        (
            [("full", 2.0, {}), ("wal", 0.2, {}), ("wal", 0.1, {"ok": False, "error": "no room"})],
            "bad",
            "warn",
        ),
        ([("full", 27.0, {}), ("verify", 24.0 * 9, {})], "bad", "warn"),
        (
            [
                ("full", 20.0, {}),
                ("full", 1.0, {"ok": False, "error": "no room"}),
                ("verify", 2.0, {"ok": False}),
            ],
            "bad",
            "bad",
        ),
    ],
    ids=["empty", "well", "no-log", "log-late", "log-failed", "late", "failed"],
)
def test_backups_are_judged_by_their_journal(
    scene: World, db: None, settings: Any, tmp_path: Path, lines: list[Any], backup: str, verify: str
) -> None:
    settings.BACKUPS = tmp_path / "backups"
    write(
        settings.BACKUPS,
        *(line(kind, hours, **given) for kind, hours, given in lines),
        "{damaged",
        "[]",
        '{"kind": 1}',
    )
    found = parts(scene)
    assert (found["backups"].state, found["verify"].state) == (backup, verify)


def test_a_night_of_log_segments_hides_no_backup(settings: Any, tmp_path: Path) -> None:
    settings.BACKUPS = tmp_path / "backups"
    log = [line("wal", 3, ok=False, error="x" * 200)] * 4000
    write(settings.BACKUPS, line("full", 30), line("verify", 29), *log)
    assert (settings.BACKUPS / "journal.jsonl").stat().st_size > backups.TAIL
    found = [backups.last(kind, ok=None) for kind in ("full", "verify", "wal")]
    assert [one.kind for one in found if one] == ["full", "verify", "wal"]


def test_a_missing_folder_is_a_state_not_a_broken_page(
    scene: World, db: None, settings: Any, tmp_path: Path
) -> None:
    settings.BACKUPS = tmp_path / "gone"
    settings.CERTIFICATE = str(tmp_path / "gone.pem")
    found = parts(scene)
    assert (found["disk"].state, found["certificate"].state) == ("bad", "unknown")
    assert backups.journal() == []
    assert scene.browser("administrator").get("/operation/").status_code == 200


def job_given_up(task: str = "seal_audit", lock: str | None = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into procrastinate_jobs (queue_name, task_name, args, status, attempts, queueing_lock) "
            "values ('events', %s, '{\"secret\": \"WORDS\"}', 'failed', 3, %s) returning id",
            [task, lock],
        )
        return cursor.fetchone()[0]


def test_a_job_given_up_runs_again_once(scene: World, db: None) -> None:
    number = job_given_up()
    browser = scene.browser("administrator")
    page = browser.get("/operation/jobs/").content.decode()
    assert ("seal_audit" in page, "WORDS" in page) == (True, False)
    browser.post(f"/operation/jobs/{number}/again/")
    with connection.cursor() as cursor:
        cursor.execute("select status, attempts from procrastinate_jobs where id = %s", [number])
        assert cursor.fetchone() == ("todo", 4)
    again = browser.post(f"/operation/jobs/{number}/again/", follow=True).content.decode()
    assert "已不在失败之列" in again


def test_a_periodic_job_does_not_run_beside_the_one_that_waits(scene: World, db: None) -> None:
    number = job_given_up(lock="seal_audit")
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into procrastinate_jobs (queue_name, task_name, queueing_lock) values ('events', 'seal_audit', 'seal_audit')"
        )
    page = scene.browser("administrator").post(f"/operation/jobs/{number}/again/", follow=True)
    assert "已不在失败之列" in page.content.decode()


def test_the_next_page_of_jobs_goes_on_behind_the_last(scene: World, db: None) -> None:
    numbers = [job_given_up() for _time in range(jobs.SHOWN + 2)]
    browser = scene.browser("administrator")
    first = browser.get("/operation/jobs/").content.decode()
    assert f"?cursor={numbers[2]}" in first
    second = browser.get(f"/operation/jobs/?cursor={numbers[2]}").content.decode()
    assert all(f"/{number}/again/" in second for number in numbers[:2])


def test_others_may_neither_look_nor_act(scene: World, db: None) -> None:
    number = job_given_up()
    for code in (WORKER, "manager", "security_officer"):
        browser = scene.browser(code)
        assert [
            browser.get(at).status_code for at in ("/operation/", "/operation/jobs/", "/operation/errors/")
        ] == [403] * 3
        assert browser.post(f"/operation/jobs/{number}/again/").status_code == 403
    with connection.cursor() as cursor:
        cursor.execute("select status from procrastinate_jobs where id = %s", [number])
        assert cursor.fetchone() == ("failed",)


class KeptRun:
    """A run as the house will keep it."""

    def __init__(self, name: str, state: str, **given: Any) -> None:
        self.name, self.state = name, state
        self.started_at, self.ended_at = clock.now(), clock.now()
        self.done, self.total, self.error = 5, None, given.get("error", "")


def test_a_nightly_run_that_failed_is_bad(scene: World, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert parts(scene)["nightly"].state == "plain" or runs.last_runs()
    rows = [KeptRun("seals", "done"), KeptRun("figures", "failed", error="timeout")]
    monkeypatch.setattr(runs, "last_runs", lambda: runs.newest(rows))
    found = parts(scene)["nightly"]
    assert (found.state, "timeout" in "".join(found.said)) == ("bad", True)


def test_the_roles_of_the_house_can_do_no_more(transactional_db: None, connect_as: Any) -> None:
    """The login roles write counts and read nothing; only an administrator runs a job again."""
    for role in ("app", "worker"):
        one = connect_as(role)
        one.execute("select operation_note('[]', 1, 'x')")
        for statement in (
            "select * from operation_errorkind",
            "select operation_run_again(1)",
            "select * from operation_queues()",
        ):
            with pytest.raises(Exception, match="permission denied"):
                one.execute(statement)
