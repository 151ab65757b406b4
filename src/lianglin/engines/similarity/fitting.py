"""Fitting a model on a city's own history, as a nightly job does; and what it is worth on a part held out.

The weighing learns from pairs that people joined and from pairs that they left apart. It sees the readings through
readers that have forgotten part of their words, since the reader knows its own teaching texts too well: else it would
trust readings of words that nobody has met.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lianglin.engines.similarity import pairs, reading
from lianglin.engines.similarity.index import Index
from lianglin.engines.similarity.matching import compared, reported, top
from lianglin.engines.similarity.model import Model
from lianglin.engines.similarity.reading import Floats, Reader
from lianglin.engines.similarity.reports import NOBODY, Reports
from lianglin.engines.similarity.texts import Bags

HELD_OUT = 0.15
"""The share of communities whose reports are not learnt from."""
MOST_TEXTS = 16_000
"""Texts that the reader is fitted on: the latest ones, alike from every item."""
MOST_PAIRED = 30_000
"""Reports that the weighing is fitted on: all of some communities, so that neighbours stay together."""
MOST_APART = 50_000
"""Pairs that people left apart, of each reader: a sample that counts for all of them."""
JOINED = 2.0
"""A joined pair counts so many times: a repeat that is missed costs more than a look in vain."""
FORGOTTEN = (0.0, 0.25, 0.5)
"""The shares of grams that the weighing sees forgotten."""

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class History:
    """Reports whose item people have settled. Columns of shape (n,), as in Reports."""

    bags: Bags
    item: Ints
    """The item that was right in the end, 0 to items - 1."""
    chosen: Ints
    """The item chosen at the intake, or UNKNOWN."""
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    community: Ints
    building: Ints
    person: Ints
    at: NDArray[np.float64]
    matter: Ints
    """Equal numbers from 0 up: people joined these reports. -1: joined with none."""
    meaning: Floats | None = None

    def __len__(self) -> int:
        return len(self.item)

    def reports(self, model: Model, rows: Ints) -> Reports:
        """Some rows as reports that a model has read."""
        return reported(
            model,
            item=self.chosen[rows],
            lon=self.lon[rows],
            lat=self.lat[rows],
            community=self.community[rows],
            building=self.building[rows],
            person=self.person[rows],
            at=self.at[rows],
            bags=self.bags.take(rows),
            meaning=None if self.meaning is None else self.meaning[rows],
        )

    def repeats(self, rows: Ints) -> NDArray[np.bool_]:
        """Which of some rows are a later report of a matter by a person who has reported it before."""
        matter, person = self.matter[rows], self.person[rows]
        order = np.lexsort((self.at[rows], person, matter))
        told = (matter[order] >= 0) & (person[order] != NOBODY)
        same = told[1:] & (np.diff(matter[order]) == 0) & (np.diff(person[order]) == 0)
        found = np.zeros(len(rows), bool)
        found[order[1:][same]] = True
        return found


def fit_model(
    history: History,
    codes: Sequence[str],
    class_of: NDArray[np.integer],
    reach: NDArray[np.floating],
    *,
    names: Sequence[str] = (),
    weighing: pairs.Weighing | None = None,
    seed: int = 0,
) -> Model:
    """Fits reader and weighing and measures both on communities that were held out.

    codes, class_of, reach: per item its code, the number of its class, and how many metres one matter reaches (below 0:
    only the same person repeats it). names: what the catalogue calls each item and its class, read as texts of it.
    ``weighing``: kept where the history holds fewer than 50 joined pairs.
    Raises ValueError when there is nothing to fit: fewer than 20 texts, or no joined pairs and no weighing to keep.
    """
    rng = np.random.default_rng(seed)
    held = _held_out(history, rng)
    taught, tested = np.nonzero(~held)[0], np.nonzero(held)[0]
    chosen = _alike(history, taught, rng)
    usual = np.bincount(history.item[taught], minlength=len(codes))
    reader = reading.fit(
        history.bags.take(chosen), history.item[chosen], len(codes), names=names, usual=usual, seed=seed
    )
    reader = _with_repeats(reader, history, taught, rng)
    known = history.chosen >= 0
    right = float((history.chosen == history.item)[known].mean()) if known.any() else reader.trust
    reader = replace(reader, trust=float(np.clip(right, 0.5, 0.98)))
    reach = np.asarray(reach, np.float64)
    empty = pairs.Weighing(np.zeros(len(pairs.FEATURES)), 0.0, reach)
    model = Model(reader, empty, tuple(codes), np.asarray(class_of, np.int64), {})
    found, truth, times = _taught_pairs(model, history, taught, rng)
    if truth.sum() >= 50:
        model = replace(model, weighing=pairs.fit(found, truth, reach, times=times))
    elif weighing is not None:
        model = replace(model, weighing=replace(weighing, reach=reach))
    else:
        raise ValueError("Fewer than 50 joined pairs: too few to learn from. Give a weighing to keep.")
    return replace(model, figures=figures(model, history, tested))


def worth(model: Model, history: History, *, seed: int = 0) -> dict[str, float]:
    """How good any model of the same items is on the part that ``fit_model(history, seed=seed)`` holds out."""
    return figures(model, history, np.nonzero(_held_out(history, np.random.default_rng(seed)))[0])


def figures(model: Model, history: History, rows: Ints) -> dict[str, float]:
    """How good a model is on some rows: top1, top3, and of joined pairs at STRONG recall and precision (where any)."""
    if not len(rows):
        return {}
    sample = rows[:: max(len(rows) // 5000, 1)]
    first, third = top(model, history.bags.take(sample), history.item[sample])
    found = {"top1": round(first, 4), "top3": round(third, 4)}
    rows = _some_communities(history, rows, MOST_PAIRED // 2, np.random.default_rng(1))
    reports, matter = history.reports(model, rows), history.matter[rows]
    number, row = Index.of(reports, model.class_of).earlier(reports, model.class_of)
    i, j, _chance = compared(model, reports, number, row, least=pairs.STRONG)
    right = (matter[i] == matter[j]) & (matter[i] >= 0)
    first_of = np.unique(matter, return_index=True)[1]
    later = np.setdiff1d(np.nonzero(matter >= 0)[0], first_of)
    if len(later) >= 20:
        found["recall"] = round(float(np.isin(later, i[right]).mean()), 4)
    if len(i) >= 20 and len(later) >= 20:
        found["precision"] = round(float(right.mean()), 4)
    return found


def _held_out(history: History, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Rows of the communities kept aside; of a single community the latest rows."""
    towns, town = np.unique(history.community, return_inverse=True)
    if len(towns) < 5:
        return np.argsort(np.argsort(history.at)) >= len(history) * (1 - HELD_OUT)
    return np.isin(town, rng.permutation(len(towns))[: max(round(len(towns) * HELD_OUT), 1)])


def _alike(history: History, rows: Ints, rng: np.random.Generator) -> Ints:
    """At most MOST_TEXTS rows: of frequent items the latest, of rare ones all."""
    latest = rows[np.argsort(-history.at[rows], kind="stable")]
    item = history.item[latest]
    order = np.argsort(item, kind="stable")
    rank = np.empty(len(item), np.int64)
    sizes = np.bincount(item)
    rank[order] = np.arange(len(item)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return rng.permutation(latest[np.argsort(rank, kind="stable")][:MOST_TEXTS])


def _some_communities(history: History, rows: Ints, most: int, rng: np.random.Generator) -> Ints:
    towns, town, sizes = np.unique(history.community[rows], return_inverse=True, return_counts=True)
    order = rng.permutation(len(towns))
    fits = order[: max(int(np.searchsorted(np.cumsum(sizes[order]), most, side="right")), 1)]
    return rows[np.isin(town, fits)]


def _with_repeats(reader: Reader, history: History, rows: Ints, rng: np.random.Generator) -> Reader:
    """Taught from people who are known: every repeat, and four times as many other texts."""
    rows = rows[history.person[rows] != NOBODY]
    again = history.repeats(rows)
    others = rng.permutation(np.nonzero(~again)[0])[: 4 * int(again.sum())]
    some = rng.permutation(np.concatenate([np.nonzero(again)[0], others]))[:MOST_TEXTS]
    return reading.with_repeats(reader, history.bags.take(rows[some]), again[some])


def _taught_pairs(
    model: Model, history: History, rows: Ints, rng: np.random.Generator
) -> tuple[Floats, NDArray[np.bool_], NDArray[np.float64]]:
    """(features, whether people joined them, how often each counts) of pairs worth a comparison, seen through
    forgetful readers.
    """
    rows = _some_communities(history, rows, MOST_PAIRED, rng)
    matter = history.matter[rows]
    found, truth, times = [], [], []
    for share in FORGOTTEN:
        reader: Reader = model.reader.forgetting(share, rng)
        forgetful = replace(model, reader=reader)
        reports = history.reports(forgetful, rows)
        i, j = Index.of(reports, model.class_of).earlier(reports, model.class_of)
        kept = pairs.may_repeat(model.weighing, reports, i, reports, j)
        i, j = i[kept], j[kept]
        one = (matter[i] == matter[j]) & (matter[i] >= 0)
        part = min(MOST_APART / max(int((~one).sum()), 1), 1.0)
        kept = one | (rng.random(len(i)) < part)
        weight = pairs.features(model.weighing.reach, reports, i[kept], reports, j[kept])
        cosines = [
            pairs.cosine(model.reader, reports, i[kept][k : k + 4096], reports, j[kept][k : k + 4096])
            for k in range(0, int(kept.sum()), 4096)
        ]
        found.append(pairs.with_text(weight, np.concatenate([*cosines, np.zeros(0, np.float32)])))
        truth.append(one[kept])
        times.append(np.where(one[kept], JOINED, 1 / part))
    return np.concatenate(found), np.concatenate(truth), np.concatenate(times)
