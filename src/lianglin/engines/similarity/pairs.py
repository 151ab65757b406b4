"""How likely two reports are of one matter: one logistic regression on what they have in common.

Features: cosine of the texts, agreement of what they read as, how much of both texts the reader knows, distance in
terms of how far one matter of the item reaches, days between them, the same building, the same person or one who is
not known, whether the later text says that it was reported before, and whether both name the same numbers of compound,
building and unit. Distance and days are broken lines: their weights are the heights at the knots. Never more than a
suggestion: a person joins two reports, or does not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from lianglin.engines.similarity.reading import Floats, Reader
from lianglin.engines.similarity.reports import NOBODY, Reports, metres
from lianglin.engines.similarity.texts import NO_NUMBER

OFFERED, STRONG = 0.5, 0.7
"""From here on "me too" is offered; from here on it is said to be likely."""

_REACHES = np.array([0, 0.25, 0.5, 0.75, 1, 1.25, 1.6, 2, 3, 6, 50])
"""Knots of the distance, in reaches of the item."""
_DAYS = np.array([0, 0.5, 1, 2, 3, 4, 5, 6, 7, 8, 10, 15, 30, 60, 90])
"""Knots of the days between two reports; between knots the logarithm counts."""
_LOG_DAYS = np.log1p(_DAYS)
_PLAIN = (
    "agreement",
    "covered",
    "agreement_covered",
    "place_unknown",
    "same_building",
    "same_person",
    "person_unknown",
    "same_person_agreement",
    "same_person_distance",
    "again_same",
    "again_unknown",
    "again_other",
    "again_same_late",
    "again_unknown_late",
    "again_other_late",
    "unknown_late",
    "again_unknown_late_building",
    "again_other_late_building",
    "unknown_building",
    "late_building",
    "meaning",
)
_NUMBERS = tuple(
    f"{said}_{kind}{where}"
    for where in ("", "_nowhere", "_building")
    for said in ("equal", "other")
    for kind in ("compound", "house", "unit")
)
"""What both texts say of the number of compound, building and unit; also by itself where the place is not known, and
within one building."""
_LINES = (
    *(f"reaches_{knot:g}" for knot in _REACHES),
    *(f"same_person_days_{knot:g}" for knot in _DAYS),
    *(f"days_{knot:g}" for knot in _DAYS),
)
FEATURES = (*_PLAIN, *_NUMBERS, *_LINES, "cosine", "cosine_uncovered")
TEXT_FROM = FEATURES.index("cosine")
"""The features from here on need both texts: they are computed last, and only where they can still matter."""

Pairs = NDArray[np.int64]


@dataclass(frozen=True)
class Weighing:
    """The fitted regression. ``weight`` follows FEATURES."""

    weight: NDArray[np.float64]
    bias: float
    reach: NDArray[np.float64]
    """Per item: how many metres one matter reaches; below 0 where only one's own report can repeat."""


def agreement(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> Floats:
    """The chance that both read as the same item; shape (n,), 0 to 1."""
    return np.einsum("ij,ij->i", first.astype(np.float32), second.astype(np.float32)) / np.float32(255 * 255)


def cosine(reader: Reader, one: Reports, i: Pairs, two: Reports, j: Pairs) -> Floats:
    """Cosine of the TF-IDF rows, pair by pair; shape (n,), 0 to 1. Unknown grams count, as rare ones.

    Pairs are best given in order of ``i``: one text is marked, and all that are compared with it are looked up at once.
    """
    first, second = one.bags.take(i), two.bags.take(j)
    power = reader.idf**2
    wanted = np.sort(first.owner << 18 | first.gram.astype(np.int64))
    asked = second.owner << 18 | second.gram.astype(np.int64)
    place = np.minimum(np.searchsorted(wanted, asked), max(len(wanted) - 1, 0))
    shared = wanted[place] == asked if len(wanted) else np.zeros(len(asked), bool)
    dot = np.bincount(second.owner[shared], power[second.gram[shared]], len(i))
    length = reader.lengths(first) * reader.lengths(second)
    return (dot / np.maximum(length, 1e-9)).astype(np.float32)


def cosine_to_one(reader: Reader, one: Reports, two: Reports, j: Pairs) -> Floats:
    """As :func:`cosine`, for one report and many: the others' grams are looked up in the one's."""
    mine, others = one.bags.of(0), two.bags.take(j)
    if not len(mine) or not len(others.gram):
        return np.zeros(len(j), np.float32)
    power = reader.idf[mine] ** 2
    place = np.minimum(np.searchsorted(mine, others.gram), len(mine) - 1)
    shared = np.where(mine[place] == others.gram, power[place], 0)
    total = np.concatenate([[0.0], np.cumsum(shared, dtype=np.float64)])
    dot = total[others.start[1:]] - total[others.start[:-1]]
    length = np.sqrt(power.sum()) * reader.lengths(others)
    return (dot / np.maximum(length, 1e-9)).astype(np.float32)


def features(reach_of: NDArray[np.float64], one: Reports, i: Pairs, two: Reports, j: Pairs) -> Floats:
    """The features that need no text, pair by pair; shape (n, len(FEATURES)), the text's columns 0.

    ``i`` is the later report of each pair.
    """
    found = np.zeros((len(i), len(FEATURES)), np.float32)
    if not len(i):
        return found
    both = one.reads[i].astype(np.float32) * two.reads[j]
    logged = np.log(both.sum(axis=1) / np.float32(255 * 255) + 0.02) / 4 + 1
    covered = np.minimum(one.covered[i], two.covered[j])
    far = metres(one.lon[i], one.lat[i], two.lon[j], two.lat[j])
    unknown = np.isnan(far)
    reach = np.maximum(reach_of[np.argmax(both, axis=1)], 20.0)
    ratio = np.where(unknown, 0, np.minimum(far / reach, 50))
    mine, theirs = one.person[i], two.person[j]
    same = (mine == theirs) & (mine != NOBODY)
    hidden = ((mine == NOBODY) | (theirs == NOBODY)) & ~same
    days = np.abs(one.at[i] - two.at[j])
    late, again = np.clip((days - 6) / 2, 0, 1), one.again[i]
    building = (one.building[i] == two.building[j]) & (one.building[i] >= 0)
    other = ~same & ~hidden
    plain = (
        logged, covered, logged * covered, unknown, building, same, hidden, same * logged, same * np.log1p(ratio),
        again * same, again * hidden, again * other, again * same * late, again * hidden * late, again * other * late,
        hidden * late, again * hidden * late * building, again * other * late * building, hidden * building, late * building,
    )  # fmt: skip
    for number, column in enumerate(plain):
        found[:, number] = column
    if one.meaning is not None and two.meaning is not None:
        found[:, len(plain)] = np.einsum("ij,ij->i", one.meaning[i], two.meaning[j])
    _numbers(found, one.bags.where[i], two.bags.where[j], unknown, building)
    _line(found, FEATURES.index("reaches_0"), ratio, _REACHES, ~unknown)
    elapsed = np.log1p(days)
    _line(found, FEATURES.index("same_person_days_0"), elapsed, _LOG_DAYS, same)
    _line(found, FEATURES.index("days_0"), elapsed, _LOG_DAYS, ~same)
    return found


def _numbers(
    found: Floats,
    mine: NDArray[np.int16],
    theirs: NDArray[np.int16],
    nowhere: NDArray[np.bool_],
    building: NDArray[np.bool_],
) -> None:
    first, width = len(_PLAIN), 2 * mine.shape[1]
    told = (mine != NO_NUMBER) & (theirs != NO_NUMBER)
    equal = mine == theirs
    said = np.concatenate([told & equal, told & ~equal], axis=1)
    found[:, first : first + width] = said
    found[:, first + width : first + 2 * width] = said & nowhere[:, None]
    found[:, first + 2 * width : first + 3 * width] = said & building[:, None]


def _line(
    found: Floats,
    first: int,
    value: NDArray[np.floating],
    knots: NDArray[np.float64],
    where: NDArray[np.bool_],
) -> None:
    """Writes how near each value is to the two knots around it into the columns from ``first`` on."""
    value = np.clip(value, knots[0], knots[-1])
    left = np.minimum(np.searchsorted(knots, value, side="right"), len(knots) - 1) - 1
    right = (value - knots[left]) / (knots[left + 1] - knots[left])
    row = np.arange(len(value))
    found[row, first + left] = where * (1 - right)
    found[row, first + left + 1] = where * right


def with_text(found: Floats, cosines: Floats) -> Floats:
    """Adds the text's columns."""
    found[:, TEXT_FROM] = cosines
    found[:, TEXT_FROM + 1] = cosines * (1 - found[:, FEATURES.index("covered")])
    return found


def chances(weighing: Weighing, found: Floats) -> Floats:
    """The probability of one matter for each row of features; shape (n,)."""
    return _logistic(found @ weighing.weight + weighing.bias).astype(np.float32)


def hopeful(weighing: Weighing, found: Floats, least: float = OFFERED) -> NDArray[np.bool_]:
    """Which pairs could still reach ``least`` if their texts were equal: the others' texts need no look."""
    best = np.maximum(weighing.weight[TEXT_FROM], 0) + np.maximum(weighing.weight[TEXT_FROM + 1], 0)
    return found @ weighing.weight + weighing.bias + best >= np.log(least / (1 - least))


def may_repeat(weighing: Weighing, one: Reports, i: Pairs, two: Reports, j: Pairs) -> NDArray[np.bool_]:
    """Whether two reports can be of one matter at all: what concerns one person alone is repeated by that one only."""
    same = (one.person[i] == two.person[j]) & (one.person[i] != NOBODY)
    alone = weighing.reach[np.argmax(one.reads[i], axis=1)] < 0
    return same | ~alone


def fit(
    found: Floats,
    one_matter: NDArray[np.bool_],
    reach: NDArray[np.float64],
    *,
    times: NDArray[np.floating] | None = None,
    ridge: float = 1e-4,
) -> Weighing:
    """Fits the regression on pairs whose truth is known; ``times``: how often each counts.

    Raises ValueError unless there are pairs of both kinds.
    """
    if one_matter.all() or not one_matter.any():
        raise ValueError("Pairs of one matter and pairs of two are needed to tell them apart.")
    sign = np.where(one_matter, 1.0, -1.0)
    share = np.ones(len(sign)) if times is None else np.asarray(times, np.float64)
    share = share / share.sum()
    given = np.column_stack([found, np.ones(len(found), np.float32)])

    def cost(weight: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        margin = sign * (given @ weight.astype(np.float32))
        slope = -(given.T @ (share * sign * _logistic(-margin)).astype(np.float32))
        return float(
            share @ np.logaddexp(0, -margin) + ridge * (weight[:-1] ** 2).sum()
        ), slope + 2 * ridge * np.append(weight[:-1], 0)

    weight = minimize(cost, np.zeros(given.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 500}).x
    return Weighing(weight[:-1], float(weight[-1]), reach)


def _logistic(score: NDArray[np.floating]) -> NDArray[np.floating]:
    return 1 / (1 + np.exp(-np.clip(score, -40, 40)))
