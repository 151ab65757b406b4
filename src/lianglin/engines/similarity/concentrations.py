"""Where more of one thing is reported than the place itself would lead one to expect: candidates for a class of problems.

A scan over place and item with windows of several lengths: reports in the window against what the city reports of the
item in those days, times the place's own share of the item over the whole history. Weather that strikes the whole city
so raises no place. What stands out by a Poisson test, with enough different people, is a candidate; candidates of one
item in one street that touch in time are merged. A person confirms or refuses; nothing follows by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainc

Ints = NDArray[np.int64]

WINDOWS = (7.0, 21.0, 60.0, 120.0)
"""Days."""
PEOPLE = 5
"""Fewer different people are no class of problems."""
CHANCE = 1e-7
"""A window stands out when chance alone would hold so many reports this rarely."""
USUAL = 4.0
"""A place's share of an item is drawn towards its share of everything as if so many of its own reports lay behind that:
a place whose every report of an item lies in the window would else be expected to report nothing."""
APART = 14.0
"""Days between windows that are still one concentration."""


@dataclass(frozen=True)
class Concentration:
    """A candidate: rows of the input, and how far they stand out."""

    item: int
    street: int
    places: tuple[int, ...]
    first: float
    last: float
    rows: Ints
    people: int
    expected: float
    chance: float
    """The Poisson probability of so many or more."""

    @property
    def count(self) -> int:
        """How many reports."""
        return len(self.rows)


@dataclass(frozen=True)
class _Window:
    item: int
    place: int
    low: int
    high: int
    expected: float
    chance: float


def concentrations(
    item: Ints,
    place: Ints,
    street: Ints,
    at: NDArray[np.float64],
    person: Ints,
    *,
    windows: Sequence[float] = WINDOWS,
    people: int = PEOPLE,
    chance: float = CHANCE,
) -> list[Concentration]:
    """Finds the candidates of a history, the most surprising first.

    item, place, street, person: shape (n,); ``place`` is the smallest area (a community), ``street`` the area in which
    candidates are merged, and is the street of the place. person 0: unknown, each counted as somebody. at: days.
    """
    if not len(item):
        return []
    found = _merged(_standing_out(item, place, at, windows, chance), item, place, street, at, person)
    found += _merged(
        _standing_out(item, street, at, windows, chance), item, place, street, at, person, whole=True
    )
    kept = [c for c in _united(found, at, person) if c.people >= people]
    return sorted(kept, key=lambda c: (c.chance, -c.count))


def _standing_out(
    item: Ints, place: Ints, at: NDArray[np.float64], windows: Sequence[float], chance: float
) -> list[tuple[_Window, Ints]]:
    """The best windows of each (item, place) that do not overlap, each with its rows."""
    places = int(place.max()) + 1
    group = item * places + place
    order = np.lexsort((at, group))
    span = float(at.max() - at.min()) + max(windows) + 1
    day = at - at.min()
    _groups, rank, size = np.unique(group[order], return_inverse=True, return_counts=True)
    line = rank * span + day[order]
    city = np.sort(item * span + day)
    share = _shares(item, place, places)
    tried: list[tuple[NDArray, ...]] = []
    for length in windows:
        low = np.searchsorted(line, np.maximum(line - length, rank * span), side="left")
        count = np.arange(len(line)) - low + 1
        now = item[order] * span + day[order]
        begin = np.maximum(now - length, item[order] * span)
        town = np.searchsorted(city, now, side="right") - np.searchsorted(city, begin, side="left")
        others, whole = town - count, np.bincount(item, minlength=int(item.max()) + 1)[item[order]]
        expected = _expected(share, item[order], place[order], size[rank], count, whole, others)
        rare = np.where((count >= 3) & (count > expected), gammainc(count, np.maximum(expected, 1e-9)), 1.0)
        out = np.nonzero(rare < chance)[0]
        tried.append((rare[out], low[out], out, expected[out]))
    rare, low, high, expected = (np.concatenate(part) for part in zip(*tried, strict=True))
    taken: dict[int, list[tuple[int, int]]] = {}
    found = []
    for k in np.argsort(rare, kind="stable").tolist():
        a, b = int(low[k]), int(high[k])
        spans = taken.setdefault(int(rank[b]), [])
        if all(b < left or a > right for left, right in spans):
            spans.append((a, b))
            rows = order[a : b + 1]
            window = _Window(
                int(item[order[b]]), int(place[order[b]]), a, b, float(expected[k]), float(rare[k])
            )
            found.append((window, rows))
    return found


def _shares(item: Ints, place: Ints, places: int) -> NDArray[np.float64]:
    """Each place's share of everything reported in the city; shape (places,)."""
    return np.bincount(place, minlength=places) / len(place)


def _expected(
    share: NDArray[np.float64], item: Ints, place: Ints, own: Ints, count: Ints, whole: Ints, others: Ints
) -> NDArray[np.float64]:
    """What a place would report in a window: the rest of the city's reports in it, by the place's usual proportion.

    The proportion is taken outside the window: (own - count) against (whole - own), drawn towards the share of all.
    """
    usual = np.maximum(share[place] / np.maximum(1 - share[place], 1e-9), 1e-9)
    rest = np.maximum(whole - own, 0)
    proportion = (own - count + USUAL) / np.maximum(rest - others + USUAL / usual, 1.0)
    return np.maximum(others, 0.5) * np.minimum(proportion, 50)


def _merged(
    windows: list[tuple[_Window, Ints]],
    item: Ints,
    place: Ints,
    street: Ints,
    at: NDArray[np.float64],
    person: Ints,
    *,
    whole: bool = False,
) -> list[Concentration]:
    found = []
    for window, rows in windows:
        there = tuple(np.unique(place[rows]).tolist()) if whole else (window.place,)
        found.append(
            Concentration(
                window.item, int(street[rows[0]]), there, float(at[rows].min()), float(at[rows].max()), np.sort(rows),
                _people(person[rows]), window.expected, window.chance,
            )
        )  # fmt: skip
    return found


def _united(found: list[Concentration], at: NDArray[np.float64], person: Ints) -> list[Concentration]:
    """Those of one item and street that touch in time are one."""
    by_street: dict[tuple[int, int], list[Concentration]] = {}
    for one in sorted(found, key=lambda c: c.first):
        line = by_street.setdefault((one.item, one.street), [])
        if line and one.first - line[-1].last <= APART:
            line[-1] = _one_of(line[-1], one, at, person)
        else:
            line.append(one)
    return [one for line in by_street.values() for one in line]


def _one_of(
    first: Concentration, second: Concentration, at: NDArray[np.float64], person: Ints
) -> Concentration:
    rows = np.union1d(first.rows, second.rows)
    places = tuple(sorted({*first.places, *second.places}))
    leading = min(first, second, key=lambda c: c.chance)
    expected = max(first.expected, second.expected)
    return Concentration(
        first.item, first.street, places, float(at[rows].min()), float(at[rows].max()), rows, _people(person[rows]), expected,
        leading.chance,
    )  # fmt: skip


def _people(person: Ints) -> int:
    return len(np.unique(person[person != 0])) + int((person == 0).sum())
