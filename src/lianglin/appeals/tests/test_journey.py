"""Sample lives of appeals: lawful moves, clocks by the calendar's rules, credible rates."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from lianglin.appeals import rules
from lianglin.appeals.seed import journey as lives
from lianglin.appeals.seed import tape
from lianglin.appeals.seed.history import appeal_events
from lianglin.appeals.seed.journey import Journeys, journey
from lianglin.appeals.seed.tape import CODES, MOVES, NEVER, STAGES, STATES
from lianglin.appeals.seed.worktime import CLOSES, DAY, EAST, WorkTime
from lianglin.appeals.tests.sample_places import sample_places

UNTIL = datetime(2026, 11, 24, 8, tzinfo=UTC)
NOW = int(UNTIL.timestamp())


@pytest.fixture(scope="module")
def found() -> Journeys:
    events = appeal_events(sample_places(), months=26, rate_per_1000=140, seed=5, until=UNTIL)
    return journey(events, until=UNTIL, seed=6)


def test_the_moves_are_those_of_the_lifecycle() -> None:
    declared = {move.code: move for move in rules.LIFECYCLE.moves}
    for code, (target, stops, starts) in MOVES.items():
        move = declared[code]
        assert (move.target, move.starts) == (target, starts), code
        assert set(move.stops) == set(stops), code
    assert {state.code for state in rules.LIFECYCLE.states} - {"joined"} == set(
        STATES
    )  # its repeats are the same person's
    assert {state.code for state in rules.LIFECYCLE.states if state.final} == tape.FINAL
    assert {state.code for state in rules.LIFECYCLE.states if state.settled} == tape.SETTLED
    assert {limit.stage: limit.amount for limit in rules.LIFECYCLE.limits} == tape.LIMITS
    hours = {limit.stage: limit.urgent_hours for limit in rules.LIFECYCLE.limits if limit.urgent_hours}
    assert hours == tape.URGENT_HOURS


def test_answers_and_grounds_are_those_of_the_rules() -> None:
    assert [code for code, _label in rules.OUTCOMES] == list(lives.OUTCOMES)
    assert [code for code, _label in rules.SOLVED_ANSWERS] == list(lives.ANSWERS)
    assert set(lives.GROUNDS) <= {code for code, _label in rules.REFUSAL_GROUNDS}
    assert set(lives.WAITS) <= {code for code, _label in rules.PAUSE_GROUNDS}


def test_every_step_is_lawful_and_later_than_the_one_before(found: Journeys) -> None:
    declared = {move.code: move for move in rules.LIFECYCLE.moves}
    steps, state = found.steps, dict[int, str]()
    for row, code, before, after in zip(
        steps.row.tolist(), steps.code.tolist(), steps.before.tolist(), steps.after.tolist(), strict=True
    ):
        name = CODES[code]
        if name == "open":
            assert row not in state
        else:
            assert STATES[before] == state[row]
        if name in declared:
            assert STATES[before] in declared[name].sources, name
            assert STATES[after] == declared[name].target
        state[row] = STATES[after]
    assert [state[row] for row in range(len(found.state))] == [STATES[index] for index in found.state]
    same = steps.row[1:] == steps.row[:-1]
    assert np.all(np.diff(steps.at)[same] > 0)
    assert steps.at.max() <= NOW


def test_versions_count_the_steps(found: Journeys) -> None:
    assert np.array_equal(np.bincount(found.steps.row), found.version + 1)


def test_a_due_date_stands_while_a_clock_runs(found: Journeys) -> None:
    running = (found.clocks.stopped == NEVER) & (found.clocks.paused_at == NEVER)
    due = np.full(len(found.state), NEVER)
    due[found.clocks.row[running]] = found.clocks.due[running]
    assert np.array_equal(due, found.due)
    assert np.bincount(found.clocks.row[found.clocks.stopped == NEVER]).max() == 1


def test_settled_and_closed_fit_the_state(found: Journeys) -> None:
    final = np.isin(found.state, [STATES.index(name) for name in tape.FINAL])
    settled = np.isin(found.state, [STATES.index(name) for name in tape.SETTLED])
    assert np.array_equal(found.closed != NEVER, final)
    assert np.array_equal(found.settled != NEVER, settled)
    assert np.array_equal(
        found.outcome >= 0, settled | (found.state == STATES.index("answered")) | reanswered(found)
    )


def reanswered(found: Journeys) -> np.ndarray:
    """Answers that the street sent back: they keep their outcome until the next answer."""
    rows = found.steps.row[found.steps.code == CODES.index("send_back")]
    back = np.zeros(len(found.state), dtype=bool)
    back[rows] = True
    return back & (found.outcome >= 0)


def fallen_due(found: Journeys) -> tuple[np.ndarray, np.ndarray]:
    """Appeals whose limit for the handling is over, and when it ended; without what waits or ended otherwise."""
    handle = np.nonzero(found.clocks.stage == STAGES.index("handle"))[0]
    last = handle[np.append(np.diff(found.clocks.row[handle]) > 0, True)]
    rows, due = found.clocks.row[last], found.clocks.due[last]
    ended = np.isin(found.state[rows], [STATES.index(name) for name in ("merged", "withdrawn", "paused")])
    return rows[(due < NOW) & ~ended], due[(due < NOW) & ~ended]


def test_about_95_in_100_are_settled_in_time(found: Journeys) -> None:
    rows, due = fallen_due(found)
    in_time = (found.settled[rows] != NEVER) & (found.settled[rows] <= due)
    assert np.mean(in_time) == pytest.approx(0.955, abs=0.01)


def test_in_the_running_month_something_is_left_to_do(found: Journeys) -> None:
    """The tour shows how the rate moves when one more is settled: a rate of 100 would not move."""
    rows, due = fallen_due(found)
    month = due >= int(datetime(2026, 10, 31, 16, tzinfo=UTC).timestamp())
    assert 0.85 < np.mean(found.settled[rows[month]] != NEVER) < 0.95
    assert np.mean(found.settled[rows[~month]] != NEVER) > 0.99


def test_solved_and_satisfied_are_credible(found: Journeys) -> None:
    calls = found.calls
    valid = calls.solved[calls.reached]
    graded = calls.grade[calls.reached & (calls.grade > 0)]
    assert np.mean(valid == 0) == pytest.approx(0.88, abs=0.015)
    assert np.mean(graded >= rules.SATISFIED_FROM) == pytest.approx(0.93, abs=0.015)
    assert np.all(calls.solved[~calls.reached] == -1)


def test_something_of_everything_happens(found: Journeys) -> None:
    counts = np.bincount(found.steps.code, minlength=len(CODES))
    assert counts.min() > 50, dict(zip(CODES, counts.tolist(), strict=True))
    open_now = ~np.isin(found.state, [STATES.index(name) for name in tape.FINAL])
    assert 40 < open_now.sum() < 0.02 * len(found.state)


def test_the_merged_lie_in_an_earlier_one_that_is_not_merged(found: Journeys) -> None:
    merged = np.nonzero(found.parent >= 0)[0]
    assert np.array_equal(merged, np.nonzero(found.state == STATES.index("merged"))[0])
    assert np.all(found.parent[merged] < merged)
    assert np.all(found.parent[found.parent[merged]] == -1)


def test_nobody_calls_those_without_a_name(found: Journeys) -> None:
    rows = found.calls.row[found.calls.reached & ~found.calls.online]
    assert not found.anonymous[rows].any()


def test_calls_happen_in_office_hours(found: Journeys) -> None:
    steps = found.steps
    at = steps.at[np.isin(steps.code, [CODES.index("call_back"), CODES.index("call_try")])]
    second = (at + EAST) % DAY
    assert second.min() >= 8 * 3600
    assert second.max() <= CLOSES + 60


def test_urgent_clocks_run_day_and_night_and_are_not_left_lying(found: Journeys) -> None:
    assert np.array_equal(found.clocks.hours, found.urgent[found.clocks.row])
    broken = found.urgent & (found.due != NEVER) & (found.due < NOW - 2 * DAY)
    assert not broken.any()
    late = found.clocks.hours & (found.clocks.stopped != NEVER)
    assert (found.clocks.stopped[late] - found.clocks.due[late]).max() < 3 * DAY


def test_a_city_without_appeals_has_no_lives() -> None:
    events = appeal_events(sample_places(1, 5), months=1, rate_per_1000=0, seed=1, until=UNTIL)
    assert len(journey(events, until=UNTIL, seed=1).state) == 0


def naive_deadline(work: set[date], start: datetime, days: int) -> datetime:
    """The calendar's own loop: the day itself does not count."""
    day = start.date()
    while days > 0 or day not in work:
        day += timedelta(days=1)
        days -= day in work
    return datetime.combine(day, datetime.min.time(), start.tzinfo).replace(hour=17)


def test_office_time_follows_the_calendar() -> None:
    zone = ZoneInfo("Asia/Shanghai")
    office = WorkTime(date(2026, 1, 1), date(2027, 3, 31))
    work = {
        date(2026, 1, 1) + timedelta(days=n) for n, (working, _kind) in enumerate(office.kinds) if working
    }
    rng = np.random.default_rng(4)
    at = int(datetime(2026, 1, 5, tzinfo=UTC).timestamp()) + rng.integers(0, 300 * DAY, 500)
    days = rng.integers(1, 21, 500)
    for instant, count, due in zip(
        at.tolist(), days.tolist(), office.deadline(at, days).tolist(), strict=True
    ):
        assert datetime.fromtimestamp(due, zone) == naive_deadline(
            work, datetime.fromtimestamp(instant, zone), count
        )
    later = office.after(at, np.full(500, 5 * 3600))
    assert np.array_equal(office.worked(later) - office.worked(at), np.full(500, 5 * 3600))
    assert date(2026, 2, 14) in work
    assert date(2026, 10, 1) not in work
    assert office.provisional(np.array([int(datetime(2027, 1, 4, tzinfo=UTC).timestamp())])).all()
