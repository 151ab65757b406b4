"""Long work in steps: it goes on where it was, leaves out what fails, and nobody does it twice at once."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import transaction
from django.db.models.functions import Now

from lianglin.access import leases, night, runs, tasks
from lianglin.access.models import WorkRun
from lianglin.access.runs import Busy, Stepped, Work, along, batches, code_of, pieces
from lianglin.kit import clock, discovery
from lianglin.kit.domain import Nightly
from lianglin.kit.errors import Refused
from lianglin.project import nightly
from lianglin.project.errors import SetupError

pytestmark = pytest.mark.django_db
KEYS = ["a", "b", "c", "d"]


class Done:
    """Notes what was done; fails at some keys for some times."""

    def __init__(self, **failures: int) -> None:
        self.keys: list[str] = []
        self.failures = failures

    def __call__(self, key: str) -> int:
        self.keys.append(key)
        if self.failures.get(key, 0) > 0:
            self.failures[key] -= 1
            raise RuntimeError("王示例 has broken it")
        return 10


def test_pieces_are_done_in_order_and_counted() -> None:
    done, seen = Done(), list[tuple[int, int | None]]()
    row = runs.run(
        pieces("w", lambda: KEYS[::-1], done), report=lambda row: seen.append((row.done, row.total))
    )
    assert done.keys == KEYS
    assert (row.state, row.done, row.total, row.rows, row.cursor) == ("done", 4, 4, 40, None)
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert row.ended_at is not None


def test_nothing_to_do_is_done() -> None:
    row = runs.run(pieces("w", list, Done()))
    assert (row.state, row.done, row.total) == ("done", 0, 0)


def test_a_piece_that_fails_once_is_done_at_the_end() -> None:
    done = Done(b=1)
    row = runs.run(pieces("w", lambda: KEYS, done))
    assert done.keys == ["a", "b", "c", "d", "b"]
    assert (row.state, row.error, row.done) == ("done", "", 4)


@pytest.mark.parametrize("broken", ["a", "b", "d"])
def test_a_piece_that_fails_twice_costs_the_others_nothing(broken: str) -> None:
    done = Done(**{broken: 9})
    row = runs.run(pieces("w", lambda: KEYS, done))
    assert (row.state, row.error, row.done) == ("failed", "RuntimeError", 3)
    assert set(done.keys) == set(KEYS)


def test_what_was_lost_is_done_by_the_next_call_and_nothing_else() -> None:
    done = Done(b=2, d=3)
    work = pieces("w", lambda: KEYS, done)
    assert runs.run(work).state == "failed"
    done.keys.clear()
    assert runs.run(work).state == "failed"
    assert done.keys == ["b", "d"]
    done.keys.clear()
    row = runs.run(work)
    assert (done.keys, row.state, row.error, row.done) == (["d"], "done", "", 4)
    assert WorkRun.objects.count() == 1


def test_what_a_failed_piece_wrote_is_gone() -> None:
    def do(key: str) -> int:
        WorkRun.objects.create(name=f"made {key}", started_at=clock.now(), stepped_at=clock.now())
        if key == "b":
            raise RuntimeError
        return 1

    runs.run(pieces("w", lambda: KEYS, do))
    made = WorkRun.objects.filter(name__startswith="made").order_by("name")
    assert list(made.values_list("name", flat=True)) == ["made a", "made c", "made d"]


def test_work_that_cannot_leave_anything_out_stops_and_goes_on_there() -> None:
    asked: list[Any] = []

    def step(cursor: Any) -> Stepped:
        asked.append(cursor)
        if len(asked) == 2:
            raise Refused("x")
        return Stepped({"at": len(asked)} if len(asked) < 4 else None, 1)

    work = Work("w", lambda: step)
    assert (runs.run(work).state, WorkRun.objects.get().error) == ("failed", "Refused")
    assert runs.run(work).state == "done"
    assert asked == [None, {"at": 1}, {"at": 1}, {"at": 3}]
    assert WorkRun.objects.get().error == ""


def test_no_word_of_an_error_is_kept() -> None:
    runs.run(pieces("w", lambda: KEYS, Done(a=9)))
    (row,) = WorkRun.objects.values()
    assert "王" not in repr(row)
    assert code_of(ValueError("王")) == "ValueError"


def test_it_stops_when_its_share_is_over_and_the_next_call_goes_on() -> None:
    done = Done()
    work = pieces("w", lambda: KEYS, done)
    assert runs.run(work, seconds=0).state == "running"
    assert done.keys == []
    assert runs.run(work).state == "done"
    assert WorkRun.objects.count() == 1


def test_what_stood_still_for_a_day_begins_anew() -> None:
    work = along("w", lambda behind: (1, 1 if behind is None else None))
    runs.run(work, seconds=0)
    WorkRun.objects.update(started_at=clock.now() - timedelta(hours=21))
    assert runs.run(work).state == "done"
    assert list(WorkRun.objects.order_by("id").values_list("state", "error")) == [
        ("failed", "overdue"),
        ("done", ""),
    ]


def test_batches_go_on_until_nothing_is_due() -> None:
    left = [3, 3, 1, 0]
    row = runs.run(batches("w", lambda: left.pop(0)))
    assert (row.state, row.rows, left) == ("done", 7, [])


def _held_by_another(seconds: int, **fields: Any) -> WorkRun:
    now = clock.now()
    row = WorkRun.objects.create(name="w", started_at=now, stepped_at=now, holder="another", **fields)
    WorkRun.objects.update(held_until=Now() + timedelta(seconds=seconds))
    return row


def test_nobody_else_works_on_it_meanwhile() -> None:
    _held_by_another(30)
    done = Done()
    with pytest.raises(Busy):
        runs.run(pieces("w", lambda: KEYS, done))
    assert done.keys == []
    assert runs.ordered(pieces("w", lambda: KEYS, done)) is None, "no failure of the job that asked for it"


def test_whoever_was_killed_is_taken_over_when_the_lease_is_over() -> None:
    row = _held_by_another(-1, cursor={"at": "b"}, done=2)
    done = Done()
    assert runs.run(pieces("w", lambda: KEYS, done)).pk == row.pk
    assert done.keys == ["c", "d"]
    row.refresh_from_db()
    assert (row.state, row.done, row.holder, row.held_until) == ("done", 4, "", None)


def test_a_step_of_one_that_was_taken_over_writes_nothing() -> None:
    def do(key: str) -> int:
        WorkRun.objects.create(name="made", started_at=clock.now(), stepped_at=clock.now())
        return 1

    def taken_over(row: WorkRun) -> None:
        WorkRun.objects.filter(name="w").update(holder="another", held_until=Now() + timedelta(seconds=30))

    with pytest.raises(Busy):
        runs.run(pieces("w", lambda: KEYS, do), report=taken_over)
    assert WorkRun.objects.filter(name="made").count() == 1
    assert WorkRun.objects.get(name="w").holder == "another"


@pytest.mark.django_db(transaction=True)
def test_a_step_that_takes_longer_than_the_lease_keeps_the_work(
    connect_as: Callable[[str], psycopg.Connection],
) -> None:
    other = connect_as("worker")
    seen: list[Any] = []

    def do(key: str) -> int:
        WorkRun.objects.update(held_until=Now() - timedelta(seconds=1))
        found = other.execute("select id from access_workrun for update skip locked").fetchall()
        seen.append(found)
        return 1

    other.execute("set role lianglin_job")
    assert runs.run(pieces("w", lambda: ["a"], do)).state == "done"
    assert seen == [[]]


@pytest.mark.django_db(transaction=True)
def test_work_whose_steps_open_their_own_transactions_stays_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "BEAT", 0.02)
    prolonged: list[bool] = []

    def do(key: str) -> int:
        over = Now() - timedelta(seconds=1)
        with runs.as_background():
            WorkRun.objects.update(held_until=over)
        for _wait in range(500):
            with runs.as_background():
                if not leases.abandoned("w"):
                    prolonged.append(True)
                    break
            time.sleep(0.02)
        return 1

    runs.run(pieces("w", lambda: ["a"], do, own=True))
    assert prolonged == [True]


# --- the night ---------------------------------------------------------------------------------------------


@pytest.fixture
def small_night(monkeypatch: pytest.MonkeyPatch) -> dict[str, Done]:
    """A night of three works, of which the second fails in its first try."""
    done = {"one": Done(), "two": Done(a=2), "three": Done()}
    made = {name: pieces(name, lambda: KEYS, do) for name, do in done.items()}
    monkeypatch.setattr(night, "works", lambda: made)
    return done


def test_a_night_does_one_after_the_other_and_what_failed_once_more(small_night: dict[str, Done]) -> None:
    row = night.go_on(seconds=60)
    assert (row.state, row.done, row.total) == ("done", 3, 3)
    assert list(WorkRun.objects.order_by("id").values_list("name", "state")) == [
        ("night", "done"), ("one", "done"), ("two", "done"), ("three", "done"),
    ]  # fmt: skip
    assert small_night["two"].keys.count("a") == 3


def test_a_night_that_cannot_do_something_says_so(small_night: dict[str, Done]) -> None:
    small_night["two"].failures["a"] = 99
    row = night.go_on(seconds=60)
    assert (row.state, row.done) == ("failed", 2)
    small_night["two"].failures["a"] = 0
    for one in small_night.values():
        one.keys.clear()
    row = night.go_on(seconds=60)
    assert (row.state, row.done) == ("done", 3)
    assert [one.keys for one in small_night.values()] == [[], ["a"], []], (
        "the rest of the night, not all of it"
    )


def test_work_that_cannot_even_begin_fails_by_itself_and_costs_the_others_nothing(
    small_night: dict[str, Done], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> list[str]:
        raise RuntimeError("王示例 has broken it")

    first, *others = night.works().items()
    works = {first[0]: pieces(first[0], broken, Done()), **dict(others)}
    monkeypatch.setattr(night, "works", lambda: works)
    row = night.go_on()
    with runs.as_background():
        told = {name: (one.state, one.error) for name, one in night.last().items()}
    assert told[first[0]] == ("failed", "RuntimeError")
    assert {told[name][0] for name, _work in others} == {"done"}
    assert row.state == "failed"


def test_the_rest_of_a_night_is_another_job(
    small_night: dict[str, Done], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(night, "SHARE", 0.0)
    ordered: list[bool] = []
    monkeypatch.setattr(tasks, "_order_night", lambda: ordered.append(True))
    monkeypatch.setattr(night.go_on, "__kwdefaults__", {"seconds": 0.0, "report": None})
    tasks.go_on_with_the_night()
    assert ordered == [True]


def test_a_night_whose_job_was_lost_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    ordered: list[bool] = []
    monkeypatch.setattr(tasks, "_order_night", lambda: ordered.append(True))
    now = clock.now()
    row = WorkRun.objects.create(name="night", started_at=now, stepped_at=now)
    WorkRun.objects.filter(pk=row.pk).update(holder="x", held_until=Now() + timedelta(seconds=9))
    assert tasks.night_watch(0) is False
    WorkRun.objects.filter(pk=row.pk).update(held_until=Now() - timedelta(seconds=1))
    assert tasks.night_watch(0) is True
    assert ordered == [True]


def test_the_plan_names_works_that_exist_each_once() -> None:
    declared: list[Nightly] = night.plan()
    assert len(night.works()) == len(declared) == len(list(discovery.each("nightly")))
    assert [one.order for one in declared] == sorted(one.order for one in declared)
    assert all(night.labels().values())


# --- the command -------------------------------------------------------------------------------------------


def test_the_command_shows_the_plan_and_does_it(small_night: dict[str, Done]) -> None:
    said = io.StringIO()
    assert nightly.show(None, said) == 0
    assert said.getvalue().count("never ran") == 3
    assert nightly.do("one", said := io.StringIO()) == 0
    assert "done" in said.getvalue()
    assert "4 of 4, 40 rows" in said.getvalue()
    small_night["two"].failures["a"] = 99
    with transaction.atomic():
        assert nightly.do(None, io.StringIO()) == 1
        assert nightly.show(None, io.StringIO()) == 1
    with pytest.raises(SetupError, match="There are: one, two, three"):
        nightly.chosen("four")
