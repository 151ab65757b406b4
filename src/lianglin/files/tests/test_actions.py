"""A file and its row live and die together; nobody attaches where nobody works."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction

from lianglin.access import actions as access
from lianglin.access import actor as actors
from lianglin.access.models import AuditEntry
from lianglin.access.transaction import acting
from lianglin.files import actions, queries, rules, store, tasks
from lianglin.files.models import Attachment, ParkedFile
from lianglin.files.tests.factories import CASE, HERE, NEXT_DOOR, staff
from lianglin.files.tests.samples import paper, picture, upload
from lianglin.kit import clock
from lianglin.kit.errors import Forbidden, Refused

pytestmark = pytest.mark.django_db


def attach(by: actors.Actor, case_id: int = CASE, **more: object) -> Attachment:
    return actions.attach(
        case_id=case_id, scope_code=HERE, upload=more.pop("upload", upload(picture())), by=by, **more
    )


def on_disk(root: Path) -> list[str]:
    return sorted(path.name for path in root.rglob("*") if path.is_file())


def test_a_resident_attaches_to_the_own_case(files_root: Path) -> None:
    with acting(actors.resident(CASE)) as by:
        made = attach(by)
        assert queries.of_case(CASE, by) == [made]
    assert on_disk(files_root) == [made.name, f"{made.name}-small"]
    assert store.path_of(made.name) == files_root / made.name[:2] / made.name[2:4] / made.name
    assert store.path_of(made.name).stat().st_mode & 0o777 == 0o600
    assert made.post_id is None
    assert AuditEntry.objects.filter(chain=HERE).count() == 1


def test_nobody_attaches_to_a_case_of_others(files_root: Path) -> None:
    neighbour, bureau = staff("community_worker", NEXT_DOOR), staff("unit_handler", kind="bureau")
    for by in (actors.resident(CASE + 1), actors.public(), neighbour.actor, bureau.actor):
        with pytest.raises((DatabaseError, Forbidden)), transaction.atomic(), acting(by):
            attach(by)
    assert not Attachment._base_manager.exists()
    assert on_disk(files_root) == []


def test_a_bureau_attaches_and_sees_once_it_was_given_the_case() -> None:
    worker, bureau = staff("community_worker", HERE), staff("unit_handler", kind="bureau")
    with acting(worker.actor):
        attach(worker.actor)
        access.give(
            subject="cases.Case",
            subject_id=CASE,
            organisation=bureau.post.organisation,
            scope_code=HERE,
            reason="t",
            by=worker.actor,
        )
    with acting(bureau.actor):
        attach(bureau.actor, public=False)
        assert len(queries.of_case(CASE, bureau.actor)) == 2
    with acting(actors.resident(CASE)) as by:
        assert len(queries.of_case(CASE, by)) == 1, "what is not public stays with those who work on the case"


def test_the_seventh_file_is_refused_hidden_ones_count_too(files_root: Path) -> None:
    """Who reported and who works on it have six each: neither uses up the other's."""
    worker = staff("community_worker", HERE)
    with acting(worker.actor):
        for number in range(rules.MAX_FILES):
            attach(worker.actor, upload=upload(paper(), f"{number}.pdf"), public=number > 2)
        with pytest.raises(Refused) as of_office:
            attach(worker.actor)
    with acting(actors.resident(CASE)) as by:
        for _number in range(rules.MAX_FILES):
            attach(by)
        with pytest.raises(Refused) as of_resident:
            attach(by)
    assert of_office.value.code == of_resident.value.code == "too_many"
    assert len(on_disk(files_root)) >= rules.MAX_FILES


def test_a_disk_that_refuses_is_told_and_leaves_nothing(
    files_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with (
        pytest.raises(actions.NotStored) as caught,
        transaction.atomic(),
        acting(actors.resident(CASE)) as by,
    ):
        attach(by)
    assert caught.value.status == 503
    assert on_disk(files_root) == []
    assert not Attachment._base_manager.exists()


def age(root: Path, hours: float) -> None:
    for path in root.rglob("*"):
        then = path.stat().st_mtime - hours * 3600
        os.utime(path, (then, then))


def test_the_sweep_takes_what_a_rollback_left_and_nothing_else(files_root: Path) -> None:
    with acting(actors.resident(CASE)) as by:
        kept = attach(by)
        with transaction.atomic():
            attach(by)
            transaction.set_rollback(True)
    assert len(on_disk(files_root)) == 4
    (files_root / kept.name[:2] / "README").write_text("not ours")
    assert tasks.sweep(timestamp=0) == 0, "a file of today may belong to a transaction that still runs"
    age(files_root, 25)
    half = store.path_of("0" * 32)
    half.parent.mkdir(parents=True, exist_ok=True)
    half.with_name(half.name + ".part").write_bytes(b"half")
    age(half.parent, 25)
    assert tasks.sweep(timestamp=0) == 3
    assert on_disk(files_root) == sorted([kept.name, f"{kept.name}-small", "README"])


def test_an_advanced_clock_makes_no_file_old(files_root: Path) -> None:
    store.put("a" * 32, b"just written")
    before = clock.offset()
    clock.set_offset(timedelta(days=3))
    try:
        with acting(actors.job()):
            assert tasks.remove_orphans() == 0
    finally:
        clock.set_offset(before)


def test_parked_files_wait_for_their_form(files_root: Path) -> None:
    with acting(actors.public()):
        name = actions.park(upload=upload(picture()), key="mine")
        actions.park(upload=upload(paper(), "证明.pdf"), key="mine")
        taken_out = actions.park(upload=upload(picture()), key="mine")
        actions.park(upload=upload(picture()), key="another's")
        assert not actions.unpark(name=taken_out, key="another's")
        assert actions.unpark(name=taken_out, key="mine")
        assert [found.original_name for found in queries.parked("mine")] == ["楼道.jpg", "证明.pdf"]
    with acting(actors.resident(CASE)) as by:
        made = actions.attach_parked(key="mine", case_id=CASE, scope_code=HERE, by=by)
        assert made[0].name == name
        assert queries.parked("mine") == []
        assert len(queries.of_case(CASE, by)) == 2
    age(files_root, 24 * 9)
    assert tasks.sweep(timestamp=0) == 2, "the one taken out"
    assert len(queries.parked("another's")) == 1


def test_parked_files_are_gone_after_a_week(files_root: Path) -> None:
    with acting(actors.public()):
        actions.park(upload=upload(picture()), key="mine")
    ParkedFile._base_manager.update(parked_at=clock.now() - timedelta(days=7, seconds=1))
    assert queries.parked("mine") == []
    age(files_root, 25)
    assert tasks.sweep(timestamp=0) == 2
    assert not ParkedFile._base_manager.exists()


def test_nobody_can_list_parked_files() -> None:
    with acting(actors.public()):
        actions.park(upload=upload(picture()), key="mine")
    for by in (actors.public(), actors.resident(CASE), staff("manager", kind="city").actor):
        with pytest.raises(DatabaseError), transaction.atomic(), acting(by):
            ParkedFile._base_manager.count()


def test_a_form_takes_six_parked_files() -> None:
    with acting(actors.public()):
        for _number in range(rules.MAX_FILES):
            actions.park(upload=upload(paper(), "a.pdf"), key="mine")
        with pytest.raises(Refused):
            actions.park(upload=upload(paper(), "a.pdf"), key="mine")
