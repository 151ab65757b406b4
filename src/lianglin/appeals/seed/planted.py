"""Synthetic appeals with planted truth: the sample city's grammar and events, plus noise. For bench and first models.

What is planted: events told by several people, repeats of one person, near misses beyond an item's reach, problem
classes, persons with several different problems in one week, one place in twelve wrong or unknown, one item in ten
wrong or not chosen. A third of all phrases is kept from the texts that a model learns from.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from lianglin.appeals.seed import history, texts
from lianglin.appeals.seed.catalogue import column, index_of, items, read_yaml
from lianglin.appeals.seed.grammar import PHRASE_KINDS, ItemGrammar, grammars
from lianglin.appeals.seed.places import Places

UNTIL = datetime(2026, 11, 2, 4, tzinfo=UTC)
MONTHS = 14
WRONG_PLACE = 0.08
WRONG_ITEM = 0.1
SEVERAL = 0.06


@dataclass(frozen=True)
class Planted:
    """Appeals in order of time and what is true of them."""

    texts: list[str]
    item: np.ndarray
    chosen: np.ndarray
    lon: np.ndarray
    lat: np.ndarray
    community: np.ndarray
    street: np.ndarray
    building: np.ndarray
    person: np.ndarray
    at: np.ndarray
    matter: np.ndarray
    told: np.ndarray
    """As ``matter``, without what only came together by chance: events and repeats as they were planted."""
    place_known: np.ndarray
    problem: np.ndarray
    together: np.ndarray
    """Equal numbers from 0 up: one planted problem, or one outage of some streets; -1: neither."""
    problem_item: np.ndarray
    """The item of each planted problem, by the numbers in ``problem``."""

    def save(self, path: Path) -> None:
        """Written for another process: numbers as .npz, texts as .json beside it."""
        kept = {name: value for name, value in vars(self).items() if name != "texts"}
        np.savez(path.with_suffix(".npz"), allow_pickle=False, **kept)
        path.with_suffix(".json").write_text(json.dumps(self.texts, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Planted:
        """What :meth:`save` wrote."""
        with np.load(path.with_suffix(".npz"), allow_pickle=False) as kept:
            return cls(texts=json.loads(path.with_suffix(".json").read_text(encoding="utf-8")), **kept)


def city(appeals: int, seed: int) -> Places:
    """Streets of eight communities of 60 buildings on a plain grid; about 60 callers a building for 130,000 appeals."""
    rng = np.random.default_rng(seed)
    communities = max(appeals // 420, 24)
    each, wide = 60, int(np.ceil(np.sqrt(communities)))
    community = np.repeat(np.arange(communities), each)
    x = community % wide * 900 + rng.random(len(community)) * 800
    y = community // wide * 900 + rng.random(len(community)) * 800
    streets = [f"和平{n}街道" for n in range(-(-communities // 8))]
    callers = rng.integers(30, 120, len(community))
    return Places(
        lon=126.5 + x / (111_320 * np.cos(np.radians(45.75))), lat=45.7 + y / 111_320, street=community // 8, streets=streets,
        community=community, compound=np.arange(len(community)) // 10,
        compounds=[f"和宁{n}苑" for n in range(-(-len(community) // 10))], number=np.arange(len(community)) % 10 + 1,
        units=rng.integers(1, 5, len(community)), floors=rng.integers(5, 12, len(community)),
        residents=callers * 2, callers=callers,
    )  # fmt: skip


def partly(seed: int) -> tuple[ItemGrammar, ...]:
    """The grammar without a third of its phrases; every list keeps at least one."""

    def some(phrases: tuple) -> tuple:
        kept = tuple(p for p in phrases if zlib.crc32(f"{seed}{''.join(p)}".encode()) % 3)
        return kept or phrases[:1]

    return tuple(
        ItemGrammar(**{kind: tuple(map(some, getattr(grammar, kind))) for kind in PHRASE_KINDS})
        for grammar in grammars()
    )


def planted(appeals: int, seed: int, *, book: tuple[ItemGrammar, ...] | None = None) -> Planted:
    """About so many appeals of fourteen months. ``book``: the phrases to use, all by default."""
    places, rng = city(appeals, seed), np.random.default_rng(seed + 7)
    rate = appeals / places.residents.sum() * 1000 * 12 / MONTHS
    events = history.appeal_events(places, months=MONTHS, rate_per_1000=rate, seed=seed, until=UNTIL)
    events = _with_several_problems(events, rng)
    month, hour = events.local()
    wanted = texts.Wanted(
        item=events.item, month=month, hour=hour, building=events.building, unit=events.unit, floor=events.floor,
        event=events.event, again=(events.repeat_of >= 0).astype(int), by_phone=np.isin(events.channel, history.BY_PHONE) * 1,
    )  # fmt: skip
    bodies = [told.body for told in texts.write_texts(wanted, places, seed=seed, book=book)]
    count = len(events)
    noise = rng.random(count)
    known = noise >= WRONG_PLACE
    spot = events.building.copy()
    wrong = noise < WRONG_PLACE / 3
    spot[wrong] = rng.integers(0, len(places), int(wrong.sum()))
    unknown = ~known & ~wrong
    lon, lat = places.lon[spot].copy(), places.lat[spot].copy()
    lon[unknown] = lat[unknown] = np.nan
    dice = rng.random(count)
    chosen = np.where(dice < WRONG_ITEM / 2, -1, events.item)
    slip = (dice >= WRONG_ITEM / 2) & (dice < WRONG_ITEM)
    chosen[slip] = rng.integers(0, len(items()), int(slip.sum()))
    anonymous = rng.random(count) < 0.1
    person = np.where(anonymous, 0, events.appellant + 1)
    return Planted(
        texts=bodies, item=events.item, chosen=chosen, lon=lon, lat=lat, community=places.community[spot],
        street=places.street[spot], building=np.where(unknown, -1, spot), person=person,
        at=events.at.astype("datetime64[s]").astype(np.int64) / 86400, matter=_matters(events, anonymous),
        told=_matters(events, anonymous, days=0), place_known=known,
        problem=events.problem, together=_together(events),
        problem_item=np.array([one.item for one in events.problems], dtype=np.int64),
    )  # fmt: skip


def _with_several_problems(events: history.Events, rng: np.random.Generator) -> history.Events:
    """Some rows go to a person at the same building who has just reported something else."""
    person = events.appellant.copy()
    order = np.lexsort((events.at, events.building))
    before, after = order[:-1], order[1:]
    near = (events.building[before] == events.building[after]) & (events.item[before] != events.item[after])
    near &= (events.at[after] - events.at[before]).astype(np.int64) < 20 * 86400
    free = near & (events.repeat_of[after] < 0) & (events.event[after] < 0)
    free &= rng.random(len(after)) < SEVERAL * len(after) / max(free.sum(), 1)
    person[after[free]] = person[before[free]]
    return replace(events, appellant=person)


def _matters(events: history.Events, anonymous: np.ndarray, *, days: int = 6) -> np.ndarray:
    """A number per matter: events, the repeats of their reports, and reports of one item from one building in six days,
    which anybody would call one matter; -1 for what nobody else reports. ``days=0``: events and repeats alone.

    An anonymous repeat of what concerns one person alone is nobody's: it counts as a matter of its own.
    """
    rows, alone = np.arange(len(events)), column("radius_m")[events.item] < 0
    told = np.nonzero(events.event >= 0)[0]
    first = np.full(int(events.event.max()) + 1, -1)
    first[events.event[told][::-1]] = told[::-1]
    again = np.nonzero((events.repeat_of >= 0) & ~(anonymous & alone))[0]
    again = again[~(anonymous & alone)[events.repeat_of[again]]]
    order = np.lexsort((events.at, events.item, events.building))
    before, after = order[:-1], order[1:]
    close = (events.building[before] == events.building[after]) & (events.item[before] == events.item[after])
    close &= ((events.at[after] - events.at[before]).astype(np.int64) < days * 86400) & ~alone[before]
    one = np.concatenate([told, again, before[close]])
    two = np.concatenate([first[events.event[told]], events.repeat_of[again], after[close]])
    graph = sparse.coo_matrix((np.ones(len(one)), (one, two)), shape=(len(rows), len(rows)))
    _count, root = connected_components(graph, directed=False)
    return np.where(np.bincount(root)[root] > 1, root, -1)


def _together(events: history.Events) -> np.ndarray:
    """Which reports have one planted cause without being told as one matter."""
    together, day = events.problem.copy(), events.at.astype("datetime64[D]")
    plan = read_yaml("events.yaml")
    for number, event in enumerate(plan["events"]):
        if "streets" in event:
            struck = np.isin(events.item, [index_of(name) for name in plan["kinds"][event["kind"]]])
            for year in (2025, 2026):
                first = np.datetime64(f"{year}-{event['date']}")
                days = (day >= first - 1) & (day <= first + int(event["days"]) + 1)
                together[struck & days] = 1000 + number
    return together
