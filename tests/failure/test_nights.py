"""Every nightly work, killed at every step: what it leaves is what an undisturbed night leaves."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.db.models import DateTimeField, Model

from lianglin.access import audit, audit_parts, night, runs, session_sweep
from lianglin.access.actor import job
from lianglin.access.models import AccessLog, AuditEntry, WorkRun
from lianglin.access.runs import Stepped, Work
from lianglin.access.transaction import acting
from lianglin.appeals.actions import fitting
from lianglin.benefits.actions import claim_nights
from lianglin.benefits.tests import match_scene
from lianglin.facts import tasks as facts_tasks
from lianglin.facts.models import Fact
from lianglin.files import store
from lianglin.files import tasks as files_tasks
from lianglin.indicators.models import IndicatorValue
from lianglin.kit import clock
from lianglin.notices import tasks as notices_tasks
from lianglin.notices.models import Draft, Message
from lianglin.people import tasks as people_tasks
from lianglin.people.actions import names
from lianglin.people.models import NameKey, Resident
from lianglin.privacy.actions import retaining
from tests import world as worlds
from tests.world import HERE, NEXT_DOOR

WORKS = sorted(night.works())
UNTOLD = {"access.WorkRun", "access.AuditHead", "procrastinate.ProcrastinateJob"}
"""Where a work stands, and what is hashed with the time it was written at."""
NAMES = ["单雄英", "赵子龙", "欧阳·买买提", "李娜"]


class Killed(BaseException):
    """Stands for kill -9: nothing of the step's transaction is left, and nobody cleans up."""


@pytest.fixture(scope="module")
def scene(lasting: None) -> match_scene.MatchScene:
    """A city in which every nightly work has something to do."""
    made = match_scene.build()
    now = clock.now()
    for number, code in enumerate((HERE, NEXT_DOOR, HERE, NEXT_DOOR, HERE)):
        made.world.report(code, text=f"楼道灯不亮了，第{number}次")
        Resident._base_manager.create(
            scope_code=code, name=NAMES[number % 2], id_match=bytes([number % 2]) * 32
        )
        for _old in range(2):
            Draft._base_manager.create(
                key=os.urandom(8).hex(), content="x", expires_at=now - timedelta(days=1), saved_at=now
            )
    NameKey._base_manager.all().delete()
    made.facts.record("dwelling.rooms", "3")
    made.facts.record("dwelling.heating", "gas")
    Fact._base_manager.update(expires_on=clock.today() - timedelta(days=1))
    with acting(made.world.actors[worlds.WORKER]):
        audit.record("test.write", "test.Thing", 1, scope_code=HERE)
    with acting(job()):
        audit.seal()
    _looks(made)
    for number in range(3):
        Session.objects.create(
            session_key=f"{number:040d}", session_data="x", expire_date=now - timedelta(days=1)
        )
    Message._base_manager.update(created_at=now - timedelta(days=366))
    return made


def _looks(made: match_scene.MatchScene) -> None:
    post = made.world.posts[worlds.WORKER]
    for number in range(3):
        AccessLog._base_manager.create(
            at=clock.now() - timedelta(days=1200), scope_code=HERE, resident_id=number + 1, organisation=post.organisation,
            post=post, purpose="handle_case", what="x",
        )  # fmt: skip


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> Path:
    """Steps so small that each work has several."""
    settings.FILES_ROOT = tmp_path / "files"
    monkeypatch.setattr(audit_parts, "ENTRIES", 3)
    monkeypatch.setattr(retaining.go_on, "__kwdefaults__", {"batch": 1})
    monkeypatch.setattr(facts_tasks, "AT_ONCE", 1)
    monkeypatch.setattr(notices_tasks, "TIDIED", 2)
    monkeypatch.setattr(people_tasks, "LOOKED_AT", 2)
    monkeypatch.setattr(files_tasks, "FOLDERS", [f"{number:02x}" for number in range(4)])
    monkeypatch.setattr(names, "BATCH", 2)
    monkeypatch.setattr(
        fitting, "fit", lambda **_given: None
    )  # half a minute of arithmetic on sample reports
    monkeypatch.setattr(claim_nights, "AT_ONCE", 1)
    monkeypatch.setattr(session_sweep, "AT_ONCE", 1)
    return settings.FILES_ROOT


def _write_orphans(root: Path) -> None:
    for number in range(3):
        name = f"{number:02x}" * 16
        store.put(name, b"x")
        os.utime(store.path_of(name), (0, 0))
    assert root.is_dir()


def _left(files: Path) -> dict[str, list[str]]:
    """Every table as it stands, without keys and times of writing; and the files."""
    with connection.cursor() as cursor:
        cursor.execute("reset role")
    found: dict[str, list[str]] = {"files": sorted(path.name for path in files.rglob("*") if path.is_file())}
    for model in apps.get_models():
        if model._meta.label in UNTOLD or not model.__module__.startswith("lianglin."):
            continue
        columns = _told(model)
        if columns:
            rows = model._base_manager.values_list(*columns)
            found[model._meta.label] = sorted(repr(row) for row in rows)
        if model is AuditEntry:
            found["audit"] = [str(model._base_manager.count())]
    return found


def _told(model: type[Model]) -> list[str]:
    return [
        field.attname
        for field in model._meta.concrete_fields
        if not field.primary_key
        and not field.is_relation
        and not isinstance(field, DateTimeField)
        and field.get_internal_type() not in ("BinaryField", "JSONField")
        and not field.attname.endswith(("_id", "hash", "digest", "sha256", "version", "key"))
    ]


def _nights(work: Work, files: Path, kill: bool) -> tuple[dict[str, list[str]], int]:
    """The work from beginning to end, in a savepoint that is thrown away; and how often it was killed."""
    _write_orphans(files)
    kills = 0
    block = transaction.atomic()
    block.__enter__()
    try:
        struck: set[str] = set()
        while True:
            try:
                row = runs.run(_dying(work, struck) if kill else work)
                break
            except Killed:
                kills += 1
        assert row.state == WorkRun.State.DONE, (row.error, row.cursor)
        assert WorkRun.objects.filter(name=work.name).count() == 1
        return _left(files), kills
    finally:
        transaction.set_rollback(True)
        block.__exit__(None, None, None)


def _dying(work: Work, struck: set[str]) -> Work:
    """The same work in a process that dies in every step, just before what it wrote is committed."""

    def open_() -> Any:
        step = work.open()

        def once(cursor: Any) -> Stepped:
            made = step(cursor)
            if repr(cursor) not in struck:
                struck.add(repr(cursor))
                raise Killed
            return made

        return once

    return Work(work.name, open_, work.own, work.skip)


@pytest.mark.parametrize("name", WORKS)
def test_a_killed_night_leaves_what_an_undisturbed_one_leaves(
    scene: match_scene.MatchScene, db: None, small_steps: Path, name: str
) -> None:
    work = night.works()[name]
    with scene.under():
        undisturbed, _none = _nights(work, small_steps, kill=False)
        disturbed, kills = _nights(work, small_steps, kill=True)
    assert kills >= 1
    differing = {label for label in undisturbed if undisturbed[label] != disturbed[label]}
    assert not differing, {label: (undisturbed[label][:3], disturbed[label][:3]) for label in differing}


def test_the_scene_gives_the_night_something_to_do(
    scene: match_scene.MatchScene, db: None, small_steps: Path
) -> None:
    _write_orphans(small_steps)
    with scene.under():
        for _share in range(100):
            if night.go_on(seconds=60).state != WorkRun.State.RUNNING:
                break
    last = night.last()
    assert {name: row.state for name, row in last.items() if row.state != "done"} == {}
    assert [name for name in WORKS if last[name].rows == 0] == sorted(IDLE)
    assert IndicatorValue.objects.exists()


IDLE = {
    "cut_audit",
    "benefits_look_again",
    "appeals_recount_open",
    "appeals_fit_similarity",
    "facts_erase_expired",
    "figures_thinned",
}
"""Nothing to do in this city: no signed seal is old, no benefit runs, no month is over in which something was reported,
nothing is to be learnt; no figure has an old history, and the facts that ran out went with what has run out."""
