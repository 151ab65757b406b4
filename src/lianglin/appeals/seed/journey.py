"""What became of sample appeals: a credible life for each, cut off at ``until`` so that some are still open.

Aimed at: about 95 in 100 settled in time, 88 of 100 valid call-backs "solved", 93 satisfied. A fate is drawn
once (answered on the spot, refused, passed on, merged, withdrawn, dispatched), times follow office hours, urgent
items run day and night.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from lianglin.appeals.seed.catalogue import Floats, Ints, column, items
from lianglin.appeals.seed.history import CHANNELS, Events
from lianglin.appeals.seed.tape import LIMITS, Calls, Clocks, Steps, Tape
from lianglin.appeals.seed.worktime import EAST, WorkTime

RESIDENT, COMMUNITY, STREET, UNIT = range(4)
"""Who makes a step."""
OUTCOMES = ("solved", "partly", "explained", "not_ours", "cannot_now")
ANSWERS = ("yes", "partly", "no")
GROUNDS = ("emergency", "other_procedure", "no_new_facts", "beyond_duty")
WAITS = ("expert", "season", "appellant", "procedure")
FATES = ("dispatch", "answer_now", "refuse", "redirect", "merge", "withdraw")
NOT_REACHED = -1
"""Detail of a closing call that reached nobody; else answer * 8 + grade (0 when no grade was given)."""

_ON_THE_SPOT = {"none": 0.34, "org": 0.18, "cmp": 0.08, "road": 0.06, "bld": 0.05}
_MERGED = 0.55
_RARE_FATES = {"refuse": 0.015, "redirect": 0.008, "withdraw": 0.008}
_ON_TIME = 0.957
_STUCK = 0.25
"""Of the late ones, how many lie for weeks."""
_LYING = 12
"""Of those that fell due in the running month, one in so many has no answer yet: there is something to do."""
_LONGEST_URGENT = 2
"""An urgent one is never later than this (ten hours): what stands open and urgent is of the last days."""
_OUTCOMES_DISPATCHED = np.array([0.875, 0.045, 0.055, 0.01, 0.015])
_OUTCOMES_ON_THE_SPOT = np.array([0.26, 0.0, 0.70, 0.04, 0.0])
_SAYS = np.array([[0.95, 0.028, 0.022], [0.2, 0.7, 0.1], [0.82, 0.1, 0.08], [0.4, 0.3, 0.3], [0.1, 0.5, 0.4]])
"""What people say (yes, partly, no) after each outcome."""
_GRADES = np.array(
    [[0.01, 0.02, 0.12, 0.3, 0.55], [0.07, 0.13, 0.4, 0.3, 0.1], [0.3, 0.35, 0.25, 0.08, 0.02]]
)
"""Grades 1 to 5 after each answer."""
_REACHED = (0.84, 0.6, 0.5)


@dataclass(frozen=True)
class Journeys:
    """Where each appeal stands at ``until``, and all that happened on the way (instants: seconds, UTC)."""

    state: Ints
    """Index into tape.STATES."""
    version: Ints
    outcome: Ints
    """Index into OUTCOMES, -1 for none."""
    due: Ints
    """tape.NEVER where no clock runs; so are settled and closed where they have not come."""
    settled: Ints
    closed: Ints
    parent: Ints
    """Row of the appeal it was merged into, or -1."""
    dispatched: NDArray[np.bool_]
    """Whether a unit was ever given it."""
    in_hand: Ints
    """Whose post has it in hand: COMMUNITY, UNIT, or -1."""
    granted: Ints
    """When the unit was last given it, tape.NEVER for not at all."""
    taken_back: Ints
    """When that permission ended, tape.NEVER while it lasts."""
    anonymous: NDArray[np.bool_]
    urgent: NDArray[np.bool_]
    steps: Steps
    clocks: Clocks
    calls: Calls
    work: WorkTime


def journey(events: Events, *, until: datetime, seed: int) -> Journeys:
    """A life for each of the events, up to ``until`` (aware). Equal arguments give equal lives."""
    opened = events.at.astype(np.int64)
    stop = int(until.astimezone(UTC).timestamp())
    first = datetime.fromtimestamp(int(opened.min(initial=stop)) + EAST, UTC).date()
    last = datetime.fromtimestamp(stop + EAST, UTC).date()
    work = WorkTime(first - timedelta(days=10), last + timedelta(days=400))
    lives = _Lives(events, Tape(opened, work, stop, _urgent_hours(events) > 0), np.random.default_rng(seed))
    lives.run()
    return lives.result()


def _urgent_hours(events: Events) -> Ints:
    """Per appeal the hours that an urgent item has for the handling, 0 for others."""
    return np.array([item.urgent_hours or 0 for item in items()])[events.item]


class _Lives:
    """Moves all appeals along together, stage by stage."""

    def __init__(self, events: Events, tape: Tape, rng: np.random.Generator) -> None:
        count = len(events)
        self.events, self.tape, self.rng = events, tape, rng
        hours = _urgent_hours(events)
        self.urgent = hours > 0
        self.limit = np.where(self.urgent, hours, column("limit_days")[events.item])
        self.outcome = np.full(count, -1)
        self.granted = np.full(count, np.iinfo(np.int64).min)
        self.taken_back = self.granted.copy()
        self.in_hand = np.full(count, -1)
        self.late = np.zeros(count, dtype=bool)
        web = events.channel == CHANNELS.index("web")
        again = events.repeat_of != -1
        again[events.repeat_of[events.repeat_of >= 0]] = True
        self.anonymous = web & (rng.random(count) < 0.1) & ~again
        self.parent = self._anchors()

    def _anchors(self) -> Ints:
        """The first report of the same event, for the later ones; -1 for all others."""
        event, rows = self.events.event, np.arange(len(self.events))
        together = rows[event >= 0]
        _ids, first, inverse = np.unique(event[together], return_index=True, return_inverse=True)
        anchor = np.full(len(event), -1)
        anchor[together] = together[first[inverse]]
        anchor[anchor == rows] = -1
        return anchor

    def _fates(self) -> Ints:
        """Index into FATES per appeal."""
        rng, count = self.rng, len(self.events)
        kinds = column("place_kind")[self.events.item]
        spot = np.array([_ON_THE_SPOT[kind] for kind in kinds.tolist()]) * ~self.urgent
        draw, fate, start = rng.random(count), np.zeros(count, dtype=np.int64), 0.0
        for name, share in _RARE_FATES.items():
            fate[(draw >= start) & (draw < start + share)] = FATES.index(name)
            start += share
        fate[(draw >= start) & (draw < start + spot)] = FATES.index("answer_now")
        fate[(self.parent >= 0) & (rng.random(count) < _MERGED)] = FATES.index("merge")
        fate[self.parent[self.parent >= 0]] = 0
        return fate

    def run(self) -> None:
        """The whole way: received to closed, and a second round where it was not solved."""
        rows, fate = np.arange(len(self.events)), self._fates()
        self._accept(rows)
        self._end_early(rows, fate)
        self._handle(self.tape.in_state("accepted", rows[fate == 0]))
        again = self._call_back(self.tape.in_state("settled", rows), last=False)
        again = np.concatenate([again, self._reopen_later(rows)])
        self._handle(again)
        self._call_back(self.tape.in_state("settled", again), last=True)
        self.parent = np.where(self.tape.in_mask("merged"), self.parent, -1)

    def _later(self, rows: Ints, minutes: float, spread: float, urgent_minutes: float | None = None) -> Ints:
        """Each row's time plus a log-normal wait in office minutes; day and night for urgent ones."""
        wait = np.exp(self.rng.normal(0, spread, len(rows)))
        now = self.tape.time[rows]
        office = self.tape.work.after(now, (wait * minutes * 60).astype(np.int64))
        if urgent_minutes is None:
            return office
        return np.where(self.urgent[rows], now + (wait * urgent_minutes * 60).astype(np.int64), office)

    def _accept(self, rows: Ints) -> None:
        rows = self.tape.move(rows, "accept", self._later(rows, 35, 0.9, 8), COMMUNITY)
        self.in_hand[rows] = COMMUNITY

    def _end_early(self, rows: Ints, fate: Ints) -> None:
        """Answers on the spot, refusals, and the other ways in which nothing is dispatched."""
        rng, tape = self.rng, self.tape
        for name, by in (
            ("answer_now", COMMUNITY),
            ("refuse", COMMUNITY),
            ("redirect", STREET),
            ("merge", STREET),
            ("withdraw", RESIDENT),
        ):
            some = tape.in_state("accepted", rows[fate == FATES.index(name)])
            detail = np.full(len(some), -1)
            if name == "answer_now":
                detail = rng.choice(len(OUTCOMES), len(some), p=_OUTCOMES_ON_THE_SPOT)
            elif name == "refuse":
                detail = rng.choice(len(GROUNDS), len(some), p=[0.1, 0.3, 0.25, 0.35])
            elif name == "merge":
                detail = self.parent[some]
            at = self._later(some, 30, 0.8, 12)
            made = tape.move(some, name, at, by, detail)
            if name == "answer_now":
                self.outcome[made] = (
                    detail[: len(made)] if len(made) == len(some) else detail[np.isin(some, made)]
                )

    def _handle(self, rows: Ints) -> None:
        """Dispatched, now and then sent back, taken on, answered, checked, settled."""
        rows = self._dispatch(rows)
        objecting = rows[self.rng.random(len(rows)) < 0.025]
        objecting = self.tape.move(objecting, "object", self._later(objecting, 150, 0.6, 30), UNIT)
        self.in_hand[objecting] = -1
        self._dispatch(objecting)
        rows = self.tape.in_state("dispatched", rows)
        rows = self.tape.move(rows, "take_on", self._later(rows, 60, 0.9, 15), UNIT)
        self.in_hand[rows] = UNIT
        self._wait(rows)
        rows = self.tape.in_state("handling", rows)
        rows = self._answer(rows, _ON_TIME)
        poor = rows[self.rng.random(len(rows)) < 0.03]
        poor = self.tape.move(
            poor, "send_back", self._later(poor, 60, 0.6, 20), STREET, None, self._second_order(poor)
        )
        self._settle(self.tape.in_state("answered", rows))
        self._settle(self._answer(poor, 0.9))

    def _dispatch(self, rows: Ints) -> Ints:
        slow = self.rng.random(len(rows)) < 0.03
        at = np.where(slow, self._later(rows, 700, 0.4, 120), self._later(rows, 50, 0.8, 10))
        made = self.tape.move(rows, "dispatch", at, STREET, None, self._order(rows))
        self.granted[made], self.in_hand[made] = self.tape.time[made], -1
        self.taken_back[made] = np.iinfo(np.int64).min
        return made

    def _order(self, rows: Ints) -> tuple[Ints, NDArray[np.bool_]]:
        """The limit of an order to a unit: (amount, whether in hours)."""
        return self.limit[rows], self.urgent[rows]

    def _second_order(self, rows: Ints) -> tuple[Ints, NDArray[np.bool_]]:
        """The limit after an answer was sent back: the general one, an urgent item's own hours."""
        return np.where(self.urgent[rows], self.limit[rows], LIMITS["handle"]), self.urgent[rows]

    def _wait(self, rows: Ints) -> None:
        """A few wait lawfully for some days; the clock stands still meanwhile."""
        some = rows[(self.limit[rows] >= 7) & ~self.urgent[rows] & (self.rng.random(len(rows)) < 0.04)]
        ground = self.rng.choice(len(WAITS), len(some), p=[0.35, 0.15, 0.4, 0.1])
        some = self.tape.move(some, "pause", self._later(some, 400, 0.6), UNIT, ground)
        days = self.rng.integers(2, 16, len(some)) * 450.0
        at = self.tape.work.after(self.tape.time[some], (days * 60).astype(np.int64))
        self.tape.move(some, "resume", at, UNIT)

    def _answer(self, rows: Ints, on_time: float) -> Ints:
        """Answered within the clock's limit, or late; some quickly, some at the last minute."""
        rng, tape, work = self.rng, self.tape, self.tape.work
        now, due = tape.time[rows], tape.due[rows]
        share = rng.beta(1.5, 2.0, len(rows)) * 0.93
        room = np.maximum(work.worked(due) - work.worked(now), 300)
        ordinary = work.after(now, (share * room).astype(np.int64))
        at = np.where(
            self.urgent[rows], now + (share * np.maximum(due - now, 300)).astype(np.int64), ordinary
        )
        late = rng.random(len(rows)) > on_time
        delay = np.exp(rng.normal(0, 0.9, len(rows)))
        delay[rng.random(len(rows)) < _STUCK] *= 20
        delay = np.minimum(delay, np.where(self.urgent[rows], _LONGEST_URGENT, 35))
        overdue = np.where(
            self.urgent[rows],
            due + (delay * 18_000).astype(np.int64),
            work.after(due, (delay * 40_000).astype(np.int64)),
        )
        at = np.where(late, np.maximum(overdue, now + 600), at)
        at[self._lying(rows, due)] = tape.until + 86_400
        outcome = rng.choice(len(OUTCOMES), len(rows), p=_OUTCOMES_DISPATCHED)
        made = tape.move(rows, "answer", at, UNIT, outcome)
        kept = np.isin(rows, made)
        self.outcome[made], self.late[made] = outcome[kept], late[kept]
        self._promised = dict(zip(made.tolist(), due[kept].tolist(), strict=True))
        return made

    def _lying(self, rows: Ints, due: Ints) -> NDArray[np.bool_]:
        """Past their limit since this month, and still not answered at the end of the tape."""
        today = datetime.fromtimestamp(self.tape.until + EAST, UTC)
        month = int(datetime(today.year, today.month, 1, tzinfo=UTC).timestamp()) - EAST
        return (due >= month) & (due < self.tape.until) & ~self.urgent[rows] & (rows % _LYING == 0)

    def _settle(self, rows: Ints) -> None:
        """The street checks the answer, before the day of the limit is over where the answer came in time."""
        at = self._later(rows, 40, 0.8, 25)
        promised = np.array([self._promised[row] for row in rows.tolist()], dtype=np.int64)
        latest = promised - self.rng.integers(60, 1800, len(rows))
        at = np.where(self.late[rows], at, np.minimum(at, np.maximum(latest, self.tape.time[rows] + 60)))
        self.tape.move(rows, "settle", at, STREET)

    def _call_back(self, rows: Ints, *, last: bool) -> Ints:
        """Answers on the page, else up to three calls; returns those to be handled again."""
        online = self.rng.random(len(rows)) < np.where(self.anonymous[rows], 0.5, 0.14)
        again = [self._answers(rows[online], online=True, last=last)]
        waiting = rows[~online]
        for number, share in enumerate(_REACHED):
            at = self._ring_at(waiting, (40, 500) if number == 0 else (150, 420))
            reached = (self.rng.random(len(waiting)) < share) & ~self.anonymous[waiting]
            again.append(self._answers(waiting[reached], online=False, last=last, at=at[reached]))
            waiting, at = waiting[~reached], at[~reached]
            detail = np.full(len(waiting), number + 1)
            if number + 1 < len(_REACHED):
                waiting = self.tape.remark(waiting, "call_try", at, COMMUNITY, detail)
            else:
                waiting = self.tape.move(waiting, "call_back", at, COMMUNITY, detail * 0 + NOT_REACHED)
            nothing = np.zeros(len(waiting), dtype=np.int64)
            self.tape.call(waiting, online=False, reached=nothing > 0, solved=nothing - 1, grade=nothing)
        return np.concatenate(again)

    def _ring_at(self, rows: Ints, minutes: tuple[int, int]) -> Ints:
        """When the community rings: so many office minutes later; urgent matters on any day, thrice within 24 hours."""
        now, wait = self.tape.time[rows], (self.rng.uniform(*minutes, len(rows)) * 60).astype(np.int64)
        soon = self.tape.work.by_day(now + wait // 4)
        return np.where(self.urgent[rows], soon, self.tape.work.after(now, wait))

    def _answers(self, rows: Ints, *, online: bool, last: bool, at: Ints | None = None) -> Ints:
        """What people say; "not solved" sends it back to be handled again, once."""
        if at is None:
            wait = np.exp(self.rng.normal(0, 1.1, len(rows))) * 9 * 3600
            longest = np.where(self.urgent[rows], 22 * 3600, np.inf)
            at = self.tape.time[rows] + np.minimum(wait, longest).astype(np.int64)
        said = _choose(self.rng, _SAYS[self.outcome[rows]])
        if last:
            said = np.minimum(said, 1)
        grade = 1 + _choose(
            self.rng,
            _GRADES[
                np.minimum(said + (self.late[rows] & (said == 0) & (self.rng.random(len(rows)) < 0.2)), 2)
            ],
        )
        grade[self.rng.random(len(rows)) < 0.06] = 0
        done, by = said < 2, RESIDENT if online else COMMUNITY
        detail = said * 8 + grade
        for some, code in (
            (done, "confirm" if online else "call_back"),
            (~done, "reopen" if online else "handle_again"),
        ):
            made = self.tape.move(rows[some], code, at[some], by, detail[some])
            kept = some & np.isin(rows, made)
            self.tape.call(
                made,
                online=online,
                reached=np.ones(len(made), dtype=bool),
                solved=said[kept],
                grade=grade[kept],
            )
            if code in ("reopen", "handle_again"):
                again = made
                self.outcome[made] = -1
                if code == "handle_again":
                    self.taken_back[made] = self.tape.time[made]
        return again

    def _reopen_later(self, rows: Ints) -> Ints:
        """A few come back after it was closed: it broke again."""
        closed = self.tape.in_state("closed", rows)
        some = closed[self.rng.random(len(closed)) < 0.008]
        at = self.tape.time[some] + self.rng.integers(86_400, 25 * 86_400, len(some))
        made = self.tape.move(some, "reopen", at, RESIDENT)
        self.outcome[made] = -1
        return made

    def result(self) -> Journeys:
        """What the tape and the fates say now."""
        tape, never = self.tape, np.iinfo(np.int64).min
        return Journeys(
            state=tape.state, version=tape.version, outcome=self.outcome, due=tape.due, settled=tape.settled,
            closed=tape.closed, parent=self.parent, dispatched=self.granted != never, in_hand=self.in_hand,
            granted=self.granted, taken_back=self.taken_back, anonymous=self.anonymous, urgent=self.urgent,
            steps=tape.steps(), clocks=tape.clocks(), calls=tape.calls(), work=tape.work,
        )  # fmt: skip


def _choose(rng: np.random.Generator, shares: Floats) -> Ints:
    """One index per row of shares."""
    return np.minimum(
        (np.cumsum(shares, axis=1) < rng.random(len(shares))[:, None]).sum(axis=1), shares.shape[1] - 1
    )
