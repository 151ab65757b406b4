"""The planted history: as many as asked for, in season, with truths that can be found again."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from lianglin.appeals.rules import CHANNELS as KNOWN_CHANNELS
from lianglin.appeals.seed.catalogue import column, index_of, items
from lianglin.appeals.seed.history import CHANNELS, Events, appeal_events
from lianglin.appeals.tests.sample_places import sample_places

PLACES = sample_places()
UNTIL = datetime(2026, 11, 24, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def events() -> Events:
    return appeal_events(PLACES, months=26, rate_per_1000=140, seed=5, until=UNTIL)


def test_as_many_as_the_rate_says(events: Events) -> None:
    expected = PLACES.residents.sum() * 140 / 1000 * 26 / 12
    assert len(events) == pytest.approx(expected, rel=0.02)


def test_in_order_and_inside_the_months(events: Events) -> None:
    assert np.all(np.diff(events.at.astype(np.int64)) >= 0)
    assert events.at[-1] <= np.datetime64("2026-11-24T08:00:00")
    assert events.at[0] >= np.datetime64("2024-09-23T16:00:00")


def test_cold_rooms_are_a_matter_of_winter(events: Events) -> None:
    month, _hour = events.local()
    cold = np.bincount(month[events.item == index_of("室温不达标")], minlength=13)
    assert cold[[11, 12, 1, 2]].sum() > 20 * cold[[6, 7, 8]].sum()


def test_no_snow_in_summer(events: Events) -> None:
    month, _hour = events.local()
    assert not np.isin(month[events.item == index_of("清雪除冰")], [5, 6, 7, 8, 9]).any()


def test_office_matters_rest_at_night_and_at_weekends(events: Events) -> None:
    office = (column("clock") == "office")[events.item]
    _month, hour = events.local()
    assert np.mean((hour[office] >= 8) & (hour[office] < 18)) > 0.9
    weekday = ((events.at + np.timedelta64(8, "h")).astype("datetime64[D]").astype(int) + 3) % 7
    assert np.mean(weekday[office] >= 5) < 0.15


def test_weather_shows(events: Events) -> None:
    flooded = events.at[events.item == index_of("积水内涝")] + np.timedelta64(8, "h")
    days = flooded.astype("datetime64[D]").astype(str)
    assert np.mean([day[5:] in ("07-03", "07-19", "07-20", "08-06", "08-21") for day in days.tolist()]) > 0.15


def test_one_event_is_one_matter_near_by_and_soon(events: Events) -> None:
    metres = PLACES.metres
    for number in np.unique(events.event[events.event >= 0])[:200]:
        rows = np.nonzero(events.event == number)[0]
        assert len(set(events.item[rows].tolist())) == 1
        assert len(set(events.appellant[rows].tolist())) == len(rows) <= 40
        radius = items()[events.item[rows[0]]].radius_m
        distances = np.linalg.norm(metres[events.building[rows]] - metres[events.building[rows[0]]], axis=1)
        assert distances.max() <= 2 * radius
        assert events.at[rows[-1]] - events.at[rows[0]] <= np.timedelta64(8, "D")


def test_shares_of_the_planted(events: Events) -> None:
    assert np.mean(events.repeat_of >= 0) == pytest.approx(0.04, abs=0.01)
    assert np.mean(events.event >= 0) == pytest.approx(0.14, abs=0.03)
    assert np.mean(events.near_miss_of >= 0) == pytest.approx(0.02, abs=0.01)


def test_repeats_are_the_same_person_and_matter_within_90_days(events: Events) -> None:
    again = np.nonzero(events.repeat_of >= 0)[0]
    before = events.repeat_of[again]
    assert np.array_equal(events.appellant[again], events.appellant[before])
    assert np.array_equal(events.item[again], events.item[before])
    assert np.array_equal(events.building[again], events.building[before])
    days = (events.at[again] - events.at[before]).astype(int) / 86_400
    assert days.min() > 2
    assert days.max() < 91


def test_near_misses_lie_beyond_the_radius(events: Events) -> None:
    there = np.nonzero(events.near_miss_of >= 0)[0]
    anchor = events.near_miss_of[there]
    away = np.linalg.norm(
        PLACES.metres[events.building[there]] - PLACES.metres[events.building[anchor]], axis=1
    )
    assert np.all(away > column("radius_m")[events.item[there]])
    assert np.array_equal(events.item[there], events.item[anchor])


def test_42_problems_and_what_their_fixes_did(events: Events) -> None:
    effects = [problem.effect for problem in events.problems]
    assert len(effects) == 42
    assert {effect: effects.count(effect) for effect in set(effects)} == {
        "worked": 21,
        "failed": 11,
        "unknown": 10,
    }
    for number, problem in enumerate(events.problems):
        mine = events.problem == number
        assert set(events.item[mine].tolist()) <= {problem.item}
        if problem.effect == "worked" and problem.fixed_on:
            # neighbours may still report an event of the last days
            end = np.datetime64(problem.fixed_on, "s") + np.timedelta64(9, "D")
            own = mine & (events.repeat_of < 0)
            assert not np.any(events.at[own] > end)


def test_callers_live_where_they_report(events: Events) -> None:
    first = PLACES.first_caller[events.building]
    assert np.all(events.appellant >= first)
    assert np.all(events.appellant < first + PLACES.callers[events.building])
    assert np.all(events.unit <= PLACES.units[events.building])
    assert np.all(events.floor < np.maximum(PLACES.floors[events.building], 2))


def test_lifts_stand_in_high_buildings(events: Events) -> None:
    lifts = events.building[(events.item == index_of("电梯故障"))]
    assert PLACES.floors[lifts].min() >= 8


def test_channels_are_known_and_saturdays_have_their_desk(events: Events) -> None:
    assert set(CHANNELS) <= {code for code, _label in KNOWN_CHANNELS}
    saturday = events.at[events.channel == CHANNELS.index("saturday")] + np.timedelta64(8, "h")
    assert len(saturday) > 50
    assert set((saturday.astype("datetime64[D]").astype(int) + 3) % 7) == {5}


def test_equal_seeds_give_equal_histories() -> None:
    def few(seed: int) -> list[int]:
        return appeal_events(PLACES, months=3, rate_per_1000=20, seed=seed, until=UNTIL).item.tolist()

    assert few(1) == few(1)
    assert few(1) != few(2)


@pytest.mark.parametrize(("communities", "rate"), [(1, 0.0), (1, 0.3), (1, 5.0), (40, 14.0)])
def test_small_and_larger_cities(communities: int, rate: float) -> None:
    places = sample_places(communities, 30)
    found = appeal_events(places, months=26, rate_per_1000=rate, seed=2, until=UNTIL)
    assert len(found) == pytest.approx(places.residents.sum() * rate / 1000 * 26 / 12, rel=0.25, abs=3)


def test_hot_spots_are_of_the_last_days_of_different_people_and_begin_in_the_first_community() -> None:
    places = sample_places(1, 30)
    quiet, told = (
        appeal_events(places, months=3, rate_per_1000=20, seed=2, until=UNTIL, hot_spots=more)
        for more in (False, True)
    )
    assert 10 <= len(told) - len(quiet) <= 18
    recent = (told.item == index_of("020605")) & (told.at > np.datetime64("2026-11-11"))
    assert len(set(told.appellant[recent].tolist())) >= 8
    assert set(places.community[told.building[recent]].tolist()) == {places.community[0]}
