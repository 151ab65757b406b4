"""When and where sample appeals happen: seasons, weekdays, hours, weather, and truths planted to be found again.

Planted: reports of one event by several people, the same person again, near misses elsewhere, and 42 problem
classes of which half get a fix that works, a quarter one that fails, and a quarter none that is known.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lianglin.appeals.seed.catalogue import Floats, Ints, column, index_of, items, read_yaml
from lianglin.appeals.seed.places import Places
from lianglin.appeals.seed.reports import Days, Draw, Problem, Rows, Surge
from lianglin.appeals.seed.worktime import DAY, EAST

CHANNELS = ("web", "phone", "desk", "saturday", "visit", "meeting", "paper", "hotline")
"""Codes of the ways in which an appeal reaches us."""
BY_PHONE = (CHANNELS.index("phone"), CHANNELS.index("hotline"))


@dataclass(frozen=True)
class Events:
    """Appeals in order of time, column by column; the planted truth is for checking, never for showing."""

    item: Ints
    building: Ints
    unit: Ints
    floor: Ints
    at: NDArray[np.datetime64]
    """UTC, to the second."""
    appellant: Ints
    """Number of the caller, counted building by building (Places.first_caller)."""
    channel: Ints
    event: Ints
    """Equal numbers are reports of one event; -1: nobody else reports it."""
    repeat_of: Ints
    """Row of the same person's earlier report of the same matter, or -1 (-2: a row of an earlier part)."""
    near_miss_of: Ints
    """Row of a report that looks alike but is another event elsewhere, or -1."""
    problem: Ints
    """Index into ``problems``, or -1."""
    problems: tuple[Problem, ...] = ()

    def __len__(self) -> int:
        return len(self.item)

    @property
    def entity(self) -> NDArray[np.bool_]:
        """Whether a business reports: the items of the business climate that concern a firm."""
        business = np.array([item.field[0] == "01" and item.place_kind == "org" for item in items()])
        return business[self.item]

    def part(self, start: int, stop: int) -> Events:
        """Some rows as events of their own; references to rows before them become -2."""
        columns: dict[str, Any] = {
            f.name: getattr(self, f.name)[start:stop] for f in fields(Events) if f.name != "problems"
        }
        for name in ("repeat_of", "near_miss_of"):
            of = columns[name]
            columns[name] = np.where(of >= start, of - start, np.where(of >= 0, -2, -1))
        return Events(**columns, problems=self.problems)

    def local(self) -> tuple[Ints, Ints]:
        """(month 1-12, hour 0-23) on the city's clocks."""
        local = self.at.astype("datetime64[s]") + np.timedelta64(EAST, "s")
        month = local.astype("datetime64[M]").astype(np.int64) % 12 + 1
        return month, local.astype(np.int64) % DAY // 3600


def appeal_events(
    places: Places, *, months: int, rate_per_1000: float, seed: int, until: datetime, hot_spots: bool = False
) -> Events:
    """The appeals of the last ``months`` months before ``until`` (aware).

    ``rate_per_1000``: appeals per 1,000 residents a year, planted ones included; ``hot_spots``: a few concentrations of the last
    days besides, for the nightly search to find. Equal arguments give equal events. Needs memory in proportion to the
    number of appeals: about 250 bytes each.
    """
    rng = np.random.default_rng(seed)
    calendar = Days(until, months)
    total = round(int(places.residents.sum()) * rate_per_1000 / 1000 * months / 12)
    if not len(places) or not places.callers.sum() or total == 0:
        return _empty()
    plan = read_yaml("events.yaml")
    draw = Draw(places, calendar, rng)
    planted = plan["planted"]
    shares = {key: float(planted[key]) for key in ("repeat_same_person", "burst_share", "near_miss")}
    problems = _problems(draw, planted, rng)
    rows = draw.independent(round(total * (1 - sum(shares.values()))), problems, _weather(draw, plan))
    rows = draw.with_bursts(rows, round(total * shares["burst_share"]), planted)
    rows = draw.with_repeats(rows, round(total * shares["repeat_same_person"]), planted["repeat_days"])
    rows = draw.with_near_misses(rows, round(total * shares["near_miss"]))
    rows = draw.with_urgent_now(
        rows, min(planted["urgent_now"], total // 50), planted["urgent_now_minutes"], until
    )
    if hot_spots:
        rows = draw.with_hot_spots(rows, plan["hot_spots"])
    order = np.argsort(rows.at, kind="stable")
    inside = (rows.at >= calendar.start) & (rows.at <= int(until.astimezone(UTC).timestamp()))
    inside &= calendar.in_season(rows.item, rows.at)
    return _finish(rows, order[inside[order]], problems, rng)


def _problems(draw: Draw, planted: dict[str, Any], rng: np.random.Generator) -> tuple[Problem, ...]:
    weight = column("weight") * (column("radius_m") > 0)
    count = min(int(planted["problem_classes"]), int((weight > 0).sum()))
    chosen = rng.choice(len(weight), count, replace=False, p=weight / weight.sum())
    fewest, most = planted["problem_class_streets"]
    low, high = planted["problem_class_multiplier"]
    days = draw.days.days
    found = []
    for number, item in enumerate(chosen.tolist()):
        start = days[min(int(rng.integers(0, 8 * 30)), len(days) - 1)]
        effect = ("worked", "failed", "worked", "unknown")[number % 4]
        fixed = None if effect == "unknown" else start + timedelta(days=int(rng.integers(3 * 30, 5 * 30)))
        areas = draw.some_areas(int(rng.integers(fewest, most + 1)))
        found.append(Problem(item, areas, float(rng.uniform(low, high)), start, fixed, effect))
    return tuple(found)


def _weather(draw: Draw, plan: dict[str, Any]) -> tuple[Floats, list[Surge]]:
    """(intensity with the city's weather in it, surges of outages that struck some streets only)."""
    usual, surges = draw.intensity.copy(), []
    total = draw.intensity.sum()
    for event in plan["events"]:
        month, day = map(int, str(event["date"]).split("-"))
        for year in sorted({day.year for day in draw.days.days}):
            first = date(year, month, day)
            window = draw.days.window(first, first + timedelta(days=int(event["days"])))
            areas = draw.some_areas(int(event["streets"])) if window.any() and "streets" in event else ()
            for item in (index_of(name) for name in plan["kinds"][event["kind"]]):
                if areas:
                    days = draw.intensity[:, item] * window
                    size = float(days.sum() / total) * sum(map(draw.area_share, areas)) * (event["x"] - 1)
                    surges.append(Surge(item, days, draw.buildings_of(areas, item), size))
                else:
                    usual[window, item] *= event["x"]
    return usual, [surge for surge in surges if surge.size > 0]


def _finish(rows: Rows, order: Ints, problems: tuple[Problem, ...], rng: np.random.Generator) -> Events:
    """Puts rows in their order, drops what is not in it, and turns references into the new rows."""
    new = np.full(len(rows) + 1, -1)
    new[order] = np.arange(len(order))
    columns = {f.name: getattr(rows, f.name)[order] for f in fields(Rows)}
    for name in ("repeat_of", "near_miss_of"):
        columns[name] = new[columns[name]]
    columns["at"] = columns["at"].astype("datetime64[s]")
    told: dict[str, Any] = columns
    return Events(**told, channel=_channels(columns["at"], rng), problems=problems)


def _channels(at: NDArray[np.datetime64], rng: np.random.Generator) -> Ints:
    """The way in: nights have the hotline and the web, Saturdays the Saturday desk."""
    local = at.astype(np.int64) + EAST
    hour, saturday = local % DAY // 3600, (local // DAY + 3) % 7 == 5
    draw = rng.random(len(at))
    shares = np.array([0.27, 0.10, 0.10, 0.0, 0.05, 0.02, 0.01, 0.45])
    channel = np.searchsorted(np.cumsum(shares), draw)
    channel[saturday & (hour >= 9) & (hour < 16) & (draw < 0.3)] = CHANNELS.index("saturday")
    shut = (hour < 8) | (hour >= 18)
    channel[shut & ~np.isin(channel, (0, 7))] = CHANNELS.index("hotline")
    return np.minimum(channel, len(CHANNELS) - 1)


def _empty() -> Events:
    nothing = np.zeros(0, dtype=np.int64)
    names = [f.name for f in fields(Events) if f.name not in ("at", "problems")]
    columns: dict[str, Any] = dict.fromkeys(names, nothing)
    return Events(**columns, at=nothing.astype("datetime64[s]"))
