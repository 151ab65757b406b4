"""How likely two reports are of one matter: one logistic regression on what they have in common.

Features: cosine of the texts, agreement of what they read as, how much of both texts the reader knows, distance in
terms of how far one matter of the item reaches, days between them, the same building, the same person. Never more
than a suggestion: a person joins two reports, or does not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from lianglin.engines.similarity.reading import Floats, Reader
from lianglin.engines.similarity.reports import NOBODY, Reports, metres
from lianglin.engines.similarity.texts import GRAMS

OFFERED, STRONG = 0.5, 0.7
"""From here on "me too" is offered; from here on it is said to be likely."""

FEATURES = (
    "agreement",
    "covered",
    "agreement_covered",
    "distance",
    "beyond_reach",
    "place_unknown",
    "days",
    "weeks",
    "same_building",
    "same_person",
    "same_person_agreement",
    "same_person_days",
    "same_person_distance",
    "meaning",
    "cosine",
    "cosine_uncovered",
)
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
    """As :func:`cosine`, for one report and many: by a table of what the one holds."""
    mine = one.bags.of(0)
    holds = np.zeros(GRAMS, np.float32)
    holds[mine] = reader.idf[mine] ** 2
    others = two.bags.take(j)
    total = np.concatenate([[0.0], np.cumsum(holds[others.gram], dtype=np.float64)])
    dot = total[others.start[1:]] - total[others.start[:-1]]
    length = np.sqrt(holds[mine].sum()) * reader.lengths(others)
    return (dot / np.maximum(length, 1e-9)).astype(np.float32)


def features(reach_of: NDArray[np.float64], one: Reports, i: Pairs, two: Reports, j: Pairs) -> Floats:
    """The features that need no text, pair by pair; shape (n, len(FEATURES)), the text's columns 0."""
    found = np.zeros((len(i), len(FEATURES)), np.float32)
    agree = agreement(one.reads[i], two.reads[j])
    covered = np.minimum(one.covered[i], two.covered[j])
    far = metres(one.lon[i], one.lat[i], two.lon[j], two.lat[j])
    unknown = np.isnan(far)
    reach = np.maximum(reach_of[np.argmax(one.reads[i], axis=1)], 20.0)
    logged = np.log(agree + 0.02) / 4 + 1
    same = (one.person[i] == two.person[j]) & (one.person[i] != NOBODY)
    ratio = np.where(unknown, 0, np.minimum(far / reach, 50))
    days = np.abs(one.at[i] - two.at[j])
    columns = {
        "agreement": logged,
        "covered": covered,
        "agreement_covered": logged * covered,
        "distance": np.log1p(ratio),
        "beyond_reach": np.clip(ratio - 1, 0, 2),
        "place_unknown": unknown,
        "days": np.log1p(days),
        "weeks": days / 7,
        "same_building": (one.building[i] == two.building[j]) & (one.building[i] >= 0),
        "same_person": same,
        "same_person_agreement": same * logged,
        "same_person_days": same * np.log1p(days),
        "same_person_distance": same * np.log1p(ratio),
    }
    if one.meaning is not None and two.meaning is not None:
        columns["meaning"] = np.einsum("ij,ij->i", one.meaning[i], two.meaning[j])
    for name, column in columns.items():
        found[:, FEATURES.index(name)] = column
    return found


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
    found: Floats, one_matter: NDArray[np.bool_], reach: NDArray[np.float64], *, ridge: float = 1e-4
) -> Weighing:
    """Fits the regression on pairs whose truth is known.

    Raises ValueError unless there are pairs of both kinds.
    """
    if one_matter.all() or not one_matter.any():
        raise ValueError("Pairs of one matter and pairs of two are needed to tell them apart.")
    sign = np.where(one_matter, 1.0, -1.0)
    given = np.column_stack([found, np.ones(len(found))]).astype(np.float64)

    def cost(weight: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        margin = sign * (given @ weight)
        slope = -(given.T @ (sign * _logistic(-margin))) / len(sign)
        return float(
            np.logaddexp(0, -margin).mean() + ridge * (weight[:-1] ** 2).sum()
        ), slope + 2 * ridge * np.append(weight[:-1], 0)

    weight = minimize(cost, np.zeros(given.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 500}).x
    return Weighing(weight[:-1], float(weight[-1]), reach)


def _logistic(score: NDArray[np.floating]) -> NDArray[np.floating]:
    return 1 / (1 + np.exp(-np.clip(score, -40, 40)))
