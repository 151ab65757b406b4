"""The night: all nightly work of the house, one after the other, a share of time at a time.

The plan stands in the manifests (``nightly``). Where the night stands is a :class:`WorkRun` of its own, and each work has
one: a worker that is killed, or a machine that restarts, goes on where it was.
"""

from __future__ import annotations

import time
from typing import Any

from lianglin.access import runs
from lianglin.access.models import WorkRun
from lianglin.access.runs import Busy, Report, Step, Stepped, Work
from lianglin.kit import discovery
from lianglin.kit.domain import Nightly

NAME = "night"
SHARE = 20.0
"""Seconds that one job works: a worker that is told to stop waits no longer, and other jobs come in between."""


def plan() -> list[Nightly]:
    """Every declared nightly work, in the order of the night."""
    return sorted(discovery.each("nightly"), key=lambda one: (one.order, one.work))


def works() -> dict[str, Work]:
    """The works of the plan by name, in the order of the night."""
    found: dict[str, Work] = {}
    for one in plan():
        work: Any = discovery.resolve(one.work)
        found[work.name] = work
    return found


def labels() -> dict[str, str]:
    """Name of a work -> what it is called."""
    return {name: str(one.label) for name, one in zip(works(), plan(), strict=True)}


def go_on(*, seconds: float = SHARE, report: Report | None = None) -> WorkRun:
    """Works on this night for so long; state "running" where there is more. Raises Busy where somebody else does."""
    return runs.run(Work(NAME, lambda: _step(seconds, report), own=True), seconds=seconds)


def _step(seconds: float, report: Report | None) -> Step:
    known, until = works(), time.monotonic() + seconds

    def step(cursor: Any) -> Stepped:
        todo = list(cursor["todo"]) if cursor else list(known)
        again = list(cursor["again"]) if cursor else []
        second = bool(cursor and cursor["second"])
        name, rest = todo[0], todo[1:]
        done = 1
        if name in known:
            try:
                row = runs.run(known[name], seconds=max(until - time.monotonic(), 0.1), report=report)
            except Busy:  # somebody runs it by hand
                time.sleep(0.5)
                rest, done = [*rest, name], 0
            else:
                if row.state == WorkRun.State.RUNNING:
                    rest, done = todo, 0
                elif row.state == WorkRun.State.FAILED:
                    again.append(name)
        return _behind(rest, again, second, done, len(known))

    return step


def _behind(todo: list[str], again: list[str], second: bool, done: int, total: int) -> Stepped:
    """What failed is tried once more at the end of the night, and by whoever orders the rest of this night afterwards."""
    if not todo and again and not second:
        return Stepped({"todo": again, "again": [], "second": True}, done - len(again), total)
    if not todo:
        onward = {"todo": again, "again": [], "second": False} if again else None
        return Stepped(onward, done - len(again), total, failed=bool(again))
    return Stepped({"todo": todo, "again": again, "second": second}, done, total)


def last() -> dict[str, WorkRun]:
    """The newest run of each work. As whoever may read them."""
    newest = WorkRun.objects.order_by("name", "-id").distinct("name")
    return {row.name: row for row in newest}
