"""What appeals do every night, in steps: similar appeals, and the open figures."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from typing import Any

from lianglin.access import runs
from lianglin.access.actor import job
from lianglin.access.runs import Step, Stepped, Work
from lianglin.appeals.actions import open_counting
from lianglin.appeals.actions.similarity_models import FIT
from lianglin.kit import clock

SHARE = 15
"""Seconds of one step on rows that are missing or unread."""
SECONDS = 600
"""What one night may take for each of them; the rest waits for the next."""


def _open_fit() -> Step:
    """The engine's NumPy and SciPy are loaded here, when they are needed: web processes import this module, too."""
    from lianglin.appeals.actions import encoding, fitting, scanning
    from lianglin.appeals.seed.sample_reports import sample_reports

    def fill() -> object:
        using = encoding.opened()
        return encoding.fill(using, seconds=SHARE) if using else 0

    parts: list[tuple[str, Callable[[], object]]] = [
        ("rows", lambda: fitting.make_all_missing(seconds=SHARE)),
        ("meaning", fill),
        ("fit", lambda: fitting.fit(sample=sample_reports)),
        ("read", lambda: fitting.read_all(seconds=SHARE)),
        ("scan", scanning.scan),
    ]
    return lambda cursor: _part(parts, cursor or {"part": "rows", "spent": 0})


def _part(parts: list[tuple[str, Callable[[], object]]], at: dict[str, Any]) -> Stepped:
    """One part for as long as a step may take; again while it used all its time, at most :data:`SECONDS` a night."""
    names = [name for name, _do in parts]
    index, begun = names.index(at["part"]), time.monotonic()
    made = parts[index][1]()
    rows, took = made if isinstance(made, int) else 0, time.monotonic() - begun
    spent = at["spent"] + took
    if at["part"] in ("rows", "meaning", "read") and took >= SHARE and spent < SECONDS:
        return Stepped({"part": at["part"], "spent": spent}, 0, len(parts), rows)
    last = index + 1 == len(parts)
    return Stepped(None if last else {"part": names[index + 1], "spent": 0}, 1, len(parts), rows)


FIT_WORK = Work(FIT, _open_fit, own=True)


def _months_and_years() -> list[str]:
    since, until = open_counting.span(clock.today())
    return [*(f"{month:%Y-%m}" for month in open_counting.months_of(since, until)), *(
        f"file {year}" for year in range(since.year, until.year + 1)
    )]  # fmt: skip


def _recount(part: str) -> int:
    kind, _space, year = part.partition(" ")
    if year:
        return open_counting.make_files(by=job(), year=int(year))
    return open_counting.recount_month(by=job(), month=date.fromisoformat(f"{kind}-01"))


OPEN_FIGURES = runs.pieces("appeals_recount_open", _months_and_years, _recount)
