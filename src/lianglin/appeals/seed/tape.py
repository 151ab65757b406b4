"""The moves of many appeals at once: a state per appeal, and what happened as columns.

The table below repeats the states, stops and starts of the appeals' lifecycle, so that this module needs no
Django; a test holds the two together.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lianglin.appeals.seed.catalogue import Ints
from lianglin.appeals.seed.worktime import WorkTime

MOVES: dict[str, tuple[str, tuple[str, ...], str]] = {
    "accept": ("accepted", (), ""),
    "answer_now": ("settled", ("dispatch",), "call_back"),
    "refuse": ("refused", ("dispatch",), ""),
    "redirect": ("redirected", ("dispatch",), ""),
    "merge": ("merged", ("dispatch", "handle"), ""),
    "dispatch": ("dispatched", ("dispatch",), "handle"),
    "object": ("accepted", ("handle",), "dispatch"),
    "take_on": ("handling", (), ""),
    "pause": ("paused", (), ""),
    "resume": ("handling", (), ""),
    "answer": ("answered", ("handle",), "review"),
    "send_back": ("handling", ("review",), "handle"),
    "settle": ("settled", ("review",), "call_back"),
    "call_back": ("closed", ("call_back",), ""),
    "confirm": ("closed", ("call_back",), ""),
    "handle_again": ("accepted", ("call_back",), "dispatch"),
    "reopen": ("accepted", ("call_back",), "dispatch"),
    "withdraw": ("withdrawn", ("dispatch", "handle"), ""),
}
"""Move -> (target state, stages it stops, stage it starts)."""
REMARKS = ("open", "call_try")
"""Steps that leave the state as it is."""
CODES = (*MOVES, *REMARKS)
STATES = tuple(dict.fromkeys(["received", *(target for target, _stops, _starts in MOVES.values())]))
FINAL = frozenset({"closed", "refused", "redirected", "merged", "withdrawn"})
SETTLED = frozenset({"settled", "closed"})
STAGES = ("dispatch", "handle", "review", "call_back")
LIMITS = {"dispatch": 1, "handle": 5, "review": 1, "call_back": 3}
"""Working days of a stage where nothing else is said."""
URGENT_HOURS = {"dispatch": 1, "review": 4, "call_back": 24}
"""Hours day and night of an urgent appeal's stage; the item says how many for the handling (decision 0052)."""
NEVER = np.iinfo(np.int64).min
"""Stands for "not yet" among instants: numpy's own NaT."""


@dataclass(frozen=True)
class Steps:
    """What happened, in order of time within each appeal. Instants are seconds since 1970, UTC."""

    row: Ints
    """The appeal."""
    code: Ints
    """Index into CODES."""
    before: Ints
    """Index into STATES."""
    after: Ints
    at: Ints
    by: Ints
    """0 the resident, 1 the community, 2 the street, 3 the unit."""
    detail: Ints
    """What the move is about: an outcome, a ground, a try - see journey.py; -1 nothing."""


@dataclass(frozen=True)
class Clocks:
    """The stage clocks that ran. ``hours`` says that the limit counts hours day and night."""

    row: Ints
    stage: Ints
    amount: Ints
    hours: NDArray[np.bool_]
    started: Ints
    due: Ints
    paused_at: Ints
    paused_seconds: Ints
    stopped: Ints


@dataclass(frozen=True)
class Calls:
    """Call-backs: tries, and answers given on the page."""

    row: Ints
    at: Ints
    online: NDArray[np.bool_]
    reached: NDArray[np.bool_]
    solved: Ints
    """Index into ("yes", "partly", "no"), -1 when not reached."""
    grade: Ints
    """1 to 5, 0 when not given."""


@dataclass
class Tape:
    """Runs appeals through moves; a move later than ``until`` is not made, and the appeal stays where it is."""

    opened: Ints
    work: WorkTime
    until: int
    urgent: NDArray[np.bool_]
    state: Ints = field(init=False)
    time: Ints = field(init=False)
    version: Ints = field(init=False)
    settled: Ints = field(init=False)
    closed: Ints = field(init=False)
    due: Ints = field(init=False)
    clock: Ints = field(init=False)
    """Per appeal the number of its running clock, -1 for none."""

    def __post_init__(self) -> None:
        count = len(self.opened)
        self.state = np.zeros(count, dtype=np.int64)
        self.time = self.opened.copy()
        self.version = np.full(count, -1)
        self.settled, self.closed, self.due = (np.full(count, NEVER) for _ in range(3))
        self.clock = np.full(count, -1)
        self._steps: list[tuple[Ints, ...]] = []
        self._calls: list[tuple[Any, ...]] = []
        self._clocks: dict[str, list[Any]] = {name: [] for name in Clocks.__dataclass_fields__}
        self._clock_count = 0
        rows = np.arange(count)
        self._note(rows, CODES.index("open"), rows * 0, self.opened, 0, np.full(count, -1))
        self._start(rows, "dispatch", self.opened, None)

    def in_state(self, name: str, rows: Ints) -> Ints:
        """Those of ``rows`` that stand in a state now."""
        return rows[self.state[rows] == STATES.index(name)]

    def in_mask(self, name: str) -> NDArray[np.bool_]:
        """Per appeal whether it stands in a state now."""
        return self.state == STATES.index(name)

    def move(
        self,
        rows: Ints,
        code: str,
        at: Ints,
        by: int,
        detail: Ints | None = None,
        limit: tuple[Ints, NDArray[np.bool_]] | None = None,
    ) -> Ints:
        """Makes a move where its time has come; returns the rows that made it.

        ``limit``: (amount, whether in hours) of the clock that starts, per row.
        """
        at = np.maximum(at, self.time[rows] + 1)
        made = at <= self.until
        if detail is None:
            detail = np.full(len(rows), -1)
        if limit is not None:
            limit = (limit[0][made], limit[1][made])
        rows, at, detail = rows[made], at[made], detail[made]
        target, stops, starts = MOVES[code]
        before = self.state[rows]
        self._note(rows, CODES.index(code), before, at, by, detail, target)
        self._pause(rows, code, at)
        if stops:
            self._stop(rows, stops, at)
        if starts:
            self._start(rows, starts, at, limit)
        was_settled = np.isin(before, [STATES.index(name) for name in SETTLED])
        if target in SETTLED:
            self.settled[rows[~was_settled]] = at[~was_settled]
        elif code in ("handle_again", "reopen"):
            self.settled[rows] = NEVER
        self.closed[rows] = at if target in FINAL else NEVER
        return rows

    def remark(self, rows: Ints, code: str, at: Ints, by: int, detail: Ints) -> Ints:
        """Notes something that moves nothing; returns the rows whose time had come."""
        at = np.maximum(at, self.time[rows] + 1)
        made = at <= self.until
        self._note(rows[made], CODES.index(code), self.state[rows[made]], at[made], by, detail[made])
        return rows[made]

    def call(
        self, rows: Ints, *, online: bool, reached: NDArray[np.bool_], solved: Ints, grade: Ints
    ) -> None:
        """Records a call-back (or an answer on the page) at the appeal's own time."""
        self._calls.append((rows, self.time[rows], np.full(len(rows), online), reached, solved, grade))

    def _note(
        self, rows: Ints, code: int, before: Ints, at: Ints, by: int, detail: Ints, target: str = ""
    ) -> None:
        after = np.full(len(rows), STATES.index(target)) if target else before
        self.state[rows], self.time[rows] = after, at
        self.version[rows] += 1
        self._steps.append(
            (rows, np.full(len(rows), code), before, after, at, np.full(len(rows), by), detail)
        )

    def _start(self, rows: Ints, stage: str, at: Ints, limit: tuple[Ints, NDArray[np.bool_]] | None) -> None:
        count = len(rows)
        amount, hours = limit or self._usual(rows, stage)
        due = np.where(hours, at + amount * 3600, self.work.deadline(at, np.where(hours, 1, amount)))
        never = np.full(count, NEVER)
        columns = (
            rows,
            np.full(count, STAGES.index(stage)),
            amount,
            hours,
            at,
            due,
            never,
            rows * 0,
            never.copy(),
        )
        for name, values in zip(self._clocks, columns, strict=True):
            self._clocks[name].append(values)
        self.clock[rows] = np.arange(self._clock_count, self._clock_count + count)
        self._clock_count += count
        self.due[rows] = due

    def _usual(self, rows: Ints, stage: str) -> tuple[Ints, NDArray[np.bool_]]:
        """A stage's own limit: (amount, whether in hours)."""
        hours = self.urgent[rows] & (stage in URGENT_HOURS)
        return np.where(hours, URGENT_HOURS.get(stage, 0), LIMITS[stage]), hours

    def _joined(self) -> dict[str, Ints]:
        """The clocks so far, each column in one piece that may be written to."""
        for name, pieces in self._clocks.items():
            if len(pieces) > 1:
                self._clocks[name] = [np.concatenate(pieces)]
        return {name: pieces[0] for name, pieces in self._clocks.items()}

    def _stop(self, rows: Ints, stages: tuple[str, ...], at: Ints) -> None:
        clocks, running = self._joined(), self.clock[rows]
        fits = (running >= 0) & np.isin(clocks["stage"][running], [STAGES.index(name) for name in stages])
        clocks["stopped"][running[fits]] = at[fits]
        self.clock[rows[fits]] = -1
        self.due[rows[fits]] = NEVER

    def _pause(self, rows: Ints, code: str, at: Ints) -> None:
        """A pause takes the due date away; going on moves it by the office time that passed."""
        if code not in ("pause", "resume"):
            return
        clocks, running = self._joined(), self.clock[rows]
        if code == "pause":
            clocks["paused_at"][running] = at
            self.due[rows] = NEVER
            return
        paused = self.work.worked(at) - self.work.worked(clocks["paused_at"][running])
        clocks["due"][running] = self.work.after(clocks["due"][running], paused)
        clocks["paused_seconds"][running] += paused
        clocks["paused_at"][running] = NEVER
        self.due[rows] = clocks["due"][running]

    def steps(self) -> Steps:
        """All steps, appeal by appeal."""
        columns = [np.concatenate(pieces) for pieces in zip(*self._steps, strict=True)]
        order = np.lexsort((columns[4], columns[0]))
        return Steps(*(column[order] for column in columns))

    def clocks(self) -> Clocks:
        """All clocks, appeal by appeal."""
        clocks = self._joined()
        order = np.argsort(clocks["row"], kind="stable")
        return Clocks(**{name: values[order] for name, values in clocks.items()})  # pyright: ignore[reportArgumentType] - hours are booleans

    def calls(self) -> Calls:
        """All call-backs, appeal by appeal."""
        if not self._calls:
            none = np.zeros(0, dtype=np.int64)
            return Calls(none, none, none.astype(bool), none.astype(bool), none, none)
        columns = [np.concatenate(pieces) for pieces in zip(*self._calls, strict=True)]
        order = np.lexsort((columns[1], columns[0]))
        return Calls(*(column[order] for column in columns))
