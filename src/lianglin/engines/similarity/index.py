"""Which earlier reports are worth a comparison: sorted columns, as a database's B-trees would answer.

Four ways in: (class, cell of the place, time), (class, community, time) where either place is not known closer,
(person, time), (building, time). A city's database answers the same question with four indexes; this is for passes
over a whole history, and for use without a database.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lianglin.engines.similarity.reports import NOBODY, NOWHERE, Reports, around, cells

WITHIN = 90.0
"""Days looked back."""
EACH = 8
"""The latest so many of every way in."""

Keys = NDArray[np.int64]


@dataclass(frozen=True)
class _Way:
    """Rows in order of a key, and of time within it."""

    keys: Keys
    """The different keys, ascending."""
    order: Keys
    """Row numbers in order of (key, time)."""
    place: NDArray[np.float64]
    """Ascending: the key's rank times a span longer than the history, plus the time."""
    span: float
    first: float

    @classmethod
    def of(cls, key: Keys, at: NDArray[np.float64], rows: Keys) -> _Way:
        keys, rank = np.unique(key, return_inverse=True)
        first = float(at.min()) if len(at) else 0.0
        span = (float(at.max()) - first if len(at) else 0.0) + 2 * WITHIN + 1
        place = rank * span + (at - first)
        order = np.argsort(place, kind="stable")
        return cls(keys, rows[order], place[order], span, first)

    def before(self, key: Keys, at: NDArray[np.float64], most: int) -> tuple[Keys, Keys]:
        """Pairs (number of the question, row): the latest ``most`` rows of the key in the days before ``at``."""
        if not len(self.keys):
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        rank = np.minimum(np.searchsorted(self.keys, key), len(self.keys) - 1)
        found = self.keys[rank] == key
        upto = rank * self.span + np.minimum(at - self.first, self.span - WITHIN - 1)
        high = np.searchsorted(self.place, upto, side="left")
        low = np.searchsorted(self.place, np.maximum(upto - WITHIN, rank * self.span), side="left")
        low = np.maximum(low, high - most)
        count = np.where(found, high - low, 0)
        question = np.repeat(np.arange(len(key)), count)
        offset = np.arange(len(question)) - np.repeat(np.cumsum(count) - count, count)
        return question, self.order[np.repeat(low, count) + offset]


@dataclass(frozen=True)
class Index:
    """Reports that can be asked for earlier ones."""

    by_cell: _Way
    by_community: _Way
    by_community_unknown: _Way
    by_person: _Way
    by_building: _Way
    rows: Reports

    @classmethod
    def of(cls, rows: Reports, class_of: NDArray[np.integer]) -> Index:
        """Sorts reports by each way; ``class_of``: the class of each item, shape (items,)."""
        every = np.arange(len(rows))
        kind = classes(rows, class_of)
        cell, unknown = cells(rows.lon, rows.lat), np.isnan(rows.lon)

        def way(key: Keys, chosen: NDArray[np.bool_]) -> _Way:
            return _Way.of(key[chosen], rows.at[chosen], every[chosen])

        town = _mixed(kind, rows.community)
        return cls(
            way(_mixed(kind, cell), ~unknown),
            way(town, rows.community != NOWHERE),
            way(town, unknown & (rows.community != NOWHERE)),
            way(rows.person, rows.person != NOBODY),
            way(rows.building, rows.building != NOWHERE),
            rows,
        )

    def earlier(
        self, asked: Reports, class_of: NDArray[np.integer], *, each: int = EACH
    ) -> tuple[Keys, Keys]:
        """Pairs (number in ``asked``, row of the index) worth a comparison, each once, in order of ``asked``."""
        kind, unknown = classes(asked, class_of), np.isnan(asked.lon)
        town = _mixed(kind, asked.community)
        none = np.iinfo(np.int64).min
        found = [
            self.by_person.before(np.where(asked.person == NOBODY, none, asked.person), asked.at, each),
            self.by_building.before(np.where(asked.building < 0, none, asked.building), asked.at, each),
            self.by_community_unknown.before(town, asked.at, each),
        ]
        near = around(cells(asked.lon, asked.lat))
        for kinds, who in _kinds(asked, class_of, kind):
            keys = _mixed(np.tile(kinds, len(near)), near[:, who].ravel())
            number, row = self.by_cell.before(keys, np.tile(asked.at[who], len(near)), each)
            found.append((who[number % len(who)], row))
        if unknown.any():
            lost = np.nonzero(unknown)[0]
            number, row = self.by_community.before(town[lost], asked.at[lost], 4 * each)
            found.append((lost[number], row))
        numbers, rows = (np.concatenate(part) for part in zip(*found, strict=True))
        size = max(len(self.rows), 1)
        both = np.unique(numbers * size + rows)
        return both // size, both % size


def classes(reports: Reports, class_of: NDArray[np.integer]) -> Keys:
    """The class that each report reads as."""
    return class_of[np.argmax(reports.reads, axis=1)].astype(np.int64)


def _kinds(asked: Reports, class_of: NDArray[np.integer], kind: Keys) -> list[tuple[Keys, Keys]]:
    """(classes, numbers in ``asked``): what each reads as, and, where somebody chose another class, that one."""
    ways = [(kind, np.arange(len(asked)))]
    chosen = np.where(asked.item >= 0, class_of[asked.item], kind)
    if len(other := np.nonzero(chosen != kind)[0]):
        ways.append((chosen[other], other))
    return ways


def _mixed(first: Keys, second: Keys) -> Keys:
    """One number for two."""
    mixed = second.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + first.astype(np.uint64) * np.uint64(
        0xBF58476D1CE4E5B9
    )
    return (mixed ^ mixed >> np.uint64(31)).astype(np.int64)
