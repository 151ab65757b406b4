"""Drawing reports at places and days: the usual ones, surges, bursts, repeats and near misses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from lianglin.appeals.seed.catalogue import Floats, Ints, clocks, column, index_of, items
from lianglin.appeals.seed.places import Places
from lianglin.appeals.seed.worktime import DAY, EAST, day_kind

_LIFTS = ("020603", "040101")
"""Items of high-rise buildings only."""
_HIGH = 8
_BIG_AREA = 0.1
"""A problem class stays below this share of the city's callers, so that a small demo is not all problems."""


@dataclass(frozen=True)
class Problem:
    """A planted problem class: an item that runs high in some streets until a fix works, if one does."""

    item: int
    areas: tuple[int, ...]
    multiplier: float
    starts_on: date
    fixed_on: date | None
    effect: str
    """worked, failed or unknown"""


class Days:
    """The days of the history on the city's clocks, and how items are spread over them."""

    def __init__(self, until: datetime, months: int) -> None:
        last = (until.astimezone(UTC) + timedelta(seconds=EAST)).date()
        month = last.year * 12 + last.month - 1 - months
        first = date(month // 12, month % 12 + 1, min(last.day, 28))
        self.days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        self.first = (first - date(1970, 1, 1)).days
        self.start = self.first * DAY - EAST

    def intensity(self) -> Floats:
        """How often items are reported: days x items, before weather; only the proportions mean something."""
        shape = np.array(column("months"))[:, [day.month - 1 for day in self.days]].T * column("weight")
        week = {name: self._weekly(name) for name in clocks()}
        return shape * np.column_stack([week[name] for name in column("clock")])

    def _weekly(self, name: str) -> Floats:
        clock = clocks()[name]
        by_kind = {"holiday": clock.holiday, "make_up": clock.makeup}
        return np.array([by_kind.get(day_kind(day)[1], clock.week[day.weekday()]) for day in self.days])

    def in_season(self, item: Ints, at: Ints) -> NDArray[np.bool_]:
        """Whether an item occurs at all in the month of an instant (a repeat of snow could slip into May)."""
        month = (at + EAST).astype("datetime64[s]").astype("datetime64[M]").astype(np.int64) % 12
        return np.array(column("months"))[item, month] > 0

    def window(self, first: date, last: date | None) -> NDArray[np.bool_]:
        """Which days lie in [first, last)."""
        return np.array([first <= day and (last is None or day < last) for day in self.days])


@dataclass(frozen=True)
class Surge:
    """Reports beyond the usual: one item, some buildings, weighted days."""

    item: int
    days: Floats
    buildings: Ints
    size: float
    """Expected number, in proportion to the usual ones."""
    problem: int = -1


@dataclass(frozen=True)
class Rows:
    """Reports while they are made; ``at`` in seconds, ``of`` points at rows of the same arrays."""

    item: Ints
    building: Ints
    unit: Ints
    floor: Ints
    at: Ints
    appellant: Ints
    event: Ints
    repeat_of: Ints
    near_miss_of: Ints
    problem: Ints

    def __len__(self) -> int:
        return len(self.item)

    def plus(self, other: Rows) -> Rows:
        """Both, the other's behind."""
        return Rows(
            **{f.name: np.concatenate([getattr(self, f.name), getattr(other, f.name)]) for f in fields(Rows)}
        )


def areas_of(places: Places) -> Ints:
    """The area of each building: problems and outages take whole streets, or communities where few streets are loaded."""
    return places.community if len(np.unique(places.street)) < 30 else places.street


class Draw:
    """Draws reports at places and days."""

    def __init__(self, places: Places, days: Days, rng: np.random.Generator) -> None:
        self.places, self.days, self.rng = places, days, rng
        self.intensity = days.intensity()
        self.tree = cKDTree(places.metres)
        self.area = areas_of(places)
        self._hours = np.array([np.cumsum(clocks()[name].hours) for name in column("clock")])

    def area_share(self, area: int) -> float:
        """The share of the city's callers who live in an area."""
        return float(self.places.callers[self.area == area].sum() / self.places.callers.sum())

    def some_areas(self, count: int) -> tuple[int, ...]:
        """So many areas where people live, fewer where they would be a big part of the city."""
        lived = np.unique(self.area[self.places.callers > 0])
        chosen: list[int] = []
        for area in self.rng.permutation(lived)[:count].tolist():
            if not chosen or sum(map(self.area_share, [*chosen, area])) <= _BIG_AREA:
                chosen.append(area)
        return tuple(chosen)

    def buildings_of(self, areas: tuple[int, ...], item: int) -> Ints:
        """The buildings of some areas in which somebody could report an item; all there if none suits."""
        there = np.nonzero(np.isin(self.area, areas) & (self.places.callers > 0))[0]
        return self._suiting(there, item)

    def _suiting(self, buildings: Ints, item: int) -> Ints:
        """Of some buildings those where the item can happen: lifts only in high ones. All, if none suits."""
        high = (
            buildings[self.places.floors[buildings] >= _HIGH] if items()[item].code in _LIFTS else buildings
        )
        return high if len(high) else buildings

    def independent(
        self, count: int, problems: tuple[Problem, ...], weather: tuple[Floats, list[Surge]]
    ) -> Rows:
        """Reports that happen by themselves: the usual ones, and those of problems and local outages."""
        usual, surges = weather
        usual = usual / usual.sum()
        surges = surges + [self._surge_of(number, problem, usual) for number, problem in enumerate(problems)]
        sizes = np.array([1.0, *(surge.size for surge in surges)])
        counts = self.rng.multinomial(count, sizes / sizes.sum())
        cell = np.searchsorted(np.cumsum(usual.reshape(-1)), self.rng.random(counts[0]))
        day, item = np.divmod(np.minimum(cell, usual.size - 1), usual.shape[1])
        rows = self._reports(item, day, self._anywhere(item))
        for surge, number in zip(surges, counts[1:].tolist(), strict=True):
            day = np.searchsorted(np.cumsum(surge.days / surge.days.sum()), self.rng.random(number))
            there = self._among(surge.buildings, number)
            more = self._reports(np.full(number, surge.item), np.minimum(day, len(surge.days) - 1), there)
            rows = rows.plus(replace(more, problem=np.full(number, surge.problem)))
        return rows

    def _surge_of(self, number: int, problem: Problem, usual: Floats) -> Surge:
        until = problem.fixed_on if problem.effect == "worked" else None
        days = usual[:, problem.item] * self.days.window(problem.starts_on, until)
        share = sum(map(self.area_share, problem.areas))
        size = float(days.sum()) * share * (problem.multiplier - 1)
        there = self.buildings_of(problem.areas, problem.item)
        return Surge(problem.item, days + 1e-12, there, size, number)

    def _anywhere(self, item: Ints) -> Ints:
        everywhere = np.nonzero(self.places.callers > 0)[0]
        building = self._among(everywhere, len(item))
        for number in map(index_of, _LIFTS):
            here = item == number
            building[here] = self._among(self._suiting(everywhere, number), int(here.sum()))
        return building

    def _among(self, buildings: Ints, count: int) -> Ints:
        """Buildings drawn by how many people there could report something."""
        weights = np.cumsum(self.places.callers[buildings])
        return buildings[np.searchsorted(weights, self.rng.integers(0, weights[-1], count), side="right")]

    def _reports(self, item: Ints, day: Ints, building: Ints) -> Rows:
        count, none = len(item), np.full(len(item), -1)
        places, rng = self.places, self.rng
        appellant = places.first_caller[building] + rng.integers(0, np.maximum(places.callers[building], 1))
        return Rows(
            item=item, building=building, at=self._instant(item, day), appellant=appellant,
            unit=1 + rng.integers(0, np.maximum(places.units[building], 1)),
            floor=1 + rng.integers(0, np.maximum(places.floors[building] - 1, 1)),
            event=none, repeat_of=none, near_miss_of=none, problem=none[:count],
        )  # fmt: skip

    def _instant(self, item: Ints, day: Ints) -> Ints:
        hour = (self._hours[item] < self.rng.random(len(item))[:, None]).sum(axis=1)
        second = np.minimum(hour, 23) * 3600 + self.rng.integers(0, 3600, len(item))
        return (self.days.first + day) * DAY + second - EAST

    def _days_of(self, at: Ints) -> Ints:
        return (at + EAST) // DAY - self.days.first

    def with_bursts(self, rows: Rows, count: int, planted: dict[str, Any]) -> Rows:
        """Adds reports of the same event by neighbours within the item's radius, over some days."""
        rng, last = self.rng, len(self.days.days) - 1
        possible = rng.permutation(np.nonzero(column("radius_m")[rows.item] > 0)[0])
        extra = np.minimum(1 + rng.geometric(0.35, len(possible)), 39)
        taken = int(np.searchsorted(np.cumsum(extra), count, side="right"))
        anchors, extra = possible[:taken], extra[:taken]
        building = self._neighbours(rows, anchors, extra, lambda radius: (0.0, radius))
        of = np.repeat(anchors, extra)
        later = (rng.random(len(of)) ** 2 * (planted["burst_days"] + 1)).astype(np.int64)
        more = self._reports(rows.item[of], np.minimum(self._days_of(rows.at[of]) + later, last), building)
        soon = rows.at[of] + rng.integers(300, 6 * 3600, len(of))
        same_unit = more.building == rows.building[of]
        more = replace(
            more, at=np.where(more.at > rows.at[of], more.at, soon), event=np.repeat(np.arange(taken), extra)[: len(of)],
            problem=rows.problem[of], unit=np.where(same_unit, rows.unit[of], more.unit),
        )  # fmt: skip
        event = rows.event.copy()
        event[anchors] = np.arange(len(anchors))
        return _without_twice_told(replace(rows, event=event).plus(more))

    def _neighbours(
        self, rows: Rows, anchors: Ints, counts: Ints, span: Callable[[float], tuple[float, float]]
    ) -> Ints:
        """For each anchor so many buildings in a span of metres, which follows from the item's radius."""
        found: list[Ints] = [np.zeros(0, dtype=np.int64)]
        for building, item, count in zip(
            rows.building[anchors].tolist(), rows.item[anchors].tolist(), counts.tolist(), strict=True
        ):
            found.append(self._near(building, item, span(float(items()[item].radius_m)), count))
        return np.concatenate(found)

    def _near(self, building: int, item: int, span: tuple[float, float], count: int) -> Ints:
        """Buildings around one, between two distances in metres; the building itself where none is there."""
        closest, farthest = span
        around = np.array(self.tree.query_ball_point(self.places.metres[building], farthest), dtype=np.int64)
        if closest > 0 and len(around):
            distance = np.linalg.norm(self.places.metres[around] - self.places.metres[building], axis=1)
            around = around[distance > closest]
        around = self._suiting(around[self.places.callers[around] > 0], item)
        return self._among(around, count) if len(around) else np.full(count, building)

    def with_repeats(self, rows: Rows, count: int, span: list[int]) -> Rows:
        """Adds second reports by the same person about the same matter, some days later."""
        latest = (self.days.first + len(self.days.days)) * DAY - EAST
        possible = self.rng.permutation(np.nonzero(rows.at < latest - (span[0] + 1) * DAY)[0])[:count]
        more = Rows(**{f.name: getattr(rows, f.name)[possible] for f in fields(Rows)})
        room = np.minimum((latest - more.at) // DAY, span[1])
        later = span[0] + (self.rng.random(len(possible)) ** 1.5 * np.maximum(room - span[0], 1)).astype(
            np.int64
        )
        at = self._instant(more.item, self._days_of(more.at) + later)
        return rows.plus(replace(more, at=at, repeat_of=possible, event=np.full(len(possible), -1)))

    def with_near_misses(self, rows: Rows, count: int) -> Rows:
        """Adds reports of the same item in the same days, but farther away than one event reaches."""
        alone = (column("radius_m")[rows.item] > 0) & (rows.repeat_of < 0)
        anchors = self.rng.permutation(np.nonzero(alone)[0])[:count]
        ones = np.ones(len(anchors), dtype=np.int64)
        building = self._neighbours(rows, anchors, ones, lambda radius: (1.5 * radius, 6.0 * radius + 150))
        elsewhere = building != rows.building[anchors]
        anchors, building = anchors[elsewhere], building[elsewhere]
        shift = self.rng.integers(-2, 3, len(anchors))
        day = np.clip(self._days_of(rows.at[anchors]) + shift, 0, len(self.days.days) - 1)
        return rows.plus(replace(self._reports(rows.item[anchors], day, building), near_miss_of=anchors))

    def with_urgent_now(self, rows: Rows, count: int, minutes: list[int], until: datetime) -> Rows:
        """Adds urgent reports of the last minutes before ``until``, every other in the first community: somebody's turn."""
        urgent = np.array([bool(item.urgent_hours) for item in items()])
        weight = self.intensity[-1] * urgent
        if not count or not weight.sum():
            return rows
        item = self.rng.choice(len(weight), count, p=weight / weight.sum())
        building = self._anywhere(item)
        home = np.nonzero((self.places.community == self.places.community[0]) & (self.places.callers > 0))[0]
        for number in range(0, count if len(home) else 0, 2):
            building[number] = self._among(self._suiting(home, int(item[number])), 1)[0]
        day = np.full(count, len(self.days.days) - 1)
        ago = np.linspace(minutes[0], minutes[1], count).astype(np.int64) * 60
        at = int(until.astimezone(UTC).timestamp()) - ago
        return rows.plus(replace(self._reports(item, day, building), at=at))

    def with_hot_spots(self, rows: Rows, plan: dict[str, Any]) -> Rows:
        """Adds fresh concentrations of which nobody has made a class yet: one item around one point in the last days, told
        by different people. The first stands in the first community, where somebody's turn it is."""
        lived = np.nonzero(self.places.callers > 0)[0]
        count = max(int(self.places.residents.sum()) // int(plan["residents_each"]), 1)
        middles = lived[np.linspace(0, len(lived), count, endpoint=False).astype(np.int64)]
        fewest, most = plan["reports"]
        for number, middle in enumerate(middles.tolist()):
            item = index_of(plan["items"][number % len(plan["items"])])
            near = self.tree.query_ball_point(self.places.metres[middle], float(plan["reach_m"]))
            there = self._suiting(np.intersect1d(near, lived), item)
            told = int(self.rng.integers(fewest, most + 1))
            day = len(self.days.days) - 1 - self.rng.integers(0, int(plan["days"]), told)
            rows = rows.plus(self._reports(np.full(told, item), day, self._among(there, told)))
        return rows


def _without_twice_told(rows: Rows) -> Rows:
    """One report per person and event."""
    key = rows.event * (int(rows.appellant.max()) + 1) + rows.appellant
    key[rows.event < 0] = -1 - np.arange(int((rows.event < 0).sum()))
    _values, first = np.unique(key, return_index=True)
    kept = np.sort(first)
    return Rows(**{f.name: getattr(rows, f.name)[kept] for f in fields(Rows)})
