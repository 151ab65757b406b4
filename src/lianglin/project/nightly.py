"""`lianglin nightly`: the plan of the night and how it last went; or the night itself, here and now."""

from __future__ import annotations

import time
from typing import TextIO

from lianglin.access import night, runs
from lianglin.access.models import WorkRun
from lianglin.access.runs import Busy, Work
from lianglin.kit import clock
from lianglin.project.errors import SetupError

EVERY = 5.0
"""Seconds between two lines that say how far a work has come."""


def chosen(only: str | None) -> dict[str, Work]:
    """The works of the plan, or the one that was named."""
    works = night.works()
    if only is None:
        return works
    if only not in works:
        raise SetupError(f"There is no nightly work “{only}”. There are: {', '.join(works)}.")
    return {only: works[only]}


def show(only: str | None, out: TextIO) -> int:
    """Each work in the order of the night, with its last run; status 1 when one failed."""
    with runs.as_background():
        last = night.last()
    failed = False
    for name in chosen(only):
        row = last.get(name)
        failed |= row is not None and row.state == WorkRun.State.FAILED
        print(f"{name:32} {_told(row) if row else 'never ran'}", file=out)
    return 1 if failed else 0


def do(only: str | None, out: TextIO) -> int:
    """Does them one after the other in this process; status 1 when one failed or another process is at it."""
    bad, whole = False, 0.0
    for name, work in chosen(only).items():
        begun = time.monotonic()
        try:
            row = runs.run(work, report=_Progress(out))
        except Busy:
            print(f"{name:32} another process is at it, or was killed within the last minute", file=out)
            bad = True
            continue
        whole += time.monotonic() - begun
        bad |= row.state == WorkRun.State.FAILED
        print(f"{name:32} {_told(row)}", file=out, flush=True)
    print(f"{whole:.1f} s in all.", file=out)
    return 1 if bad else 0


class _Progress:
    """A line now and then while a work goes on."""

    def __init__(self, out: TextIO) -> None:
        self.out, self.said, self.steps = out, time.monotonic(), 0

    def __call__(self, row: WorkRun) -> None:
        self.steps += 1
        if time.monotonic() - self.said >= EVERY:
            self.said = time.monotonic()
            print(
                f"  {row.name}: {_far(row)}, {self.steps} steps, {row.seconds:.1f} s",
                file=self.out,
                flush=True,
            )


def _far(row: WorkRun) -> str:
    return f"{row.done} of {row.total}" if row.total else f"{row.done}"


def _told(row: WorkRun) -> str:
    when = f"{clock.local(row.started_at):%Y-%m-%d %H:%M}"
    error = f" ({row.error})" if row.error else ""
    return f"{row.state}{error}, {when}, {_far(row)}, {row.rows} rows, {row.seconds:.1f} s"
