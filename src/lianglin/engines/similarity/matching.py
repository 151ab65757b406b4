"""One check, and a pass over everything: which earlier reports are of the same matter, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lianglin.engines.similarity import pairs
from lianglin.engines.similarity.index import Index
from lianglin.engines.similarity.model import Model
from lianglin.engines.similarity.reading import PART, Floats, packed
from lianglin.engines.similarity.reasons import shared_words, told, words_for
from lianglin.engines.similarity.reports import NOBODY, Reports, metres
from lianglin.engines.similarity.texts import Bags, bags

Keys = NDArray[np.int64]


@dataclass(frozen=True)
class Reading:
    """One item a text may be about."""

    item: int
    chance: float
    words: tuple[str, ...]
    """The words of the text that speak for it."""


@dataclass(frozen=True)
class Match:
    """An earlier report that is likely of the same matter, with what both have in common."""

    row: int
    chance: float
    shared: tuple[str, ...]
    """Words of the asking text only."""
    metres: float | None
    days: float
    reads_as: int | None
    """The item that both read as, if they do."""
    same_person: bool

    @property
    def strong(self) -> bool:
        """Whether it is said to be likely, not only offered."""
        return self.chance >= pairs.STRONG


def suggest(model: Model, text: str, *, chosen: int = -1, most: int = 3) -> list[Reading]:
    """What a text reads as, likeliest first; an empty text reads as nothing. Never applied by itself."""
    bag = bags([text])
    if not len(bag.gram):
        return []
    found = model.reader.with_choice(model.reader.probabilities(bag), np.array([chosen]))[0]
    best = np.argsort(-found)[:most].tolist()
    return [Reading(k, float(found[k]), tuple(words_for(model.reader, text, k))) for k in best]


def read(model: Model, texts: Bags, chosen: NDArray[np.integer]) -> tuple[NDArray[np.uint8], Floats, Floats]:
    """(reads, covered, again) of some bags, as Reports holds them; a part at a time, so that memory stays bounded."""
    reads = np.empty((len(texts), model.reader.items), np.uint8)
    covered, again = np.empty(len(texts), np.float32), np.empty(len(texts), np.float32)
    for first in range(0, len(texts), PART):
        rows = slice(first, min(first + PART, len(texts)))
        part = texts if len(texts) <= PART else texts.take(np.arange(rows.start, rows.stop))
        seen = model.reader.looked_up(part)
        reads[rows] = packed(model.reader.with_choice(model.reader.probabilities(seen), chosen[rows]))
        covered[rows], again[rows] = model.reader.coverage(seen), model.reader.repeats(seen)
    return reads, covered, again


def reported(
    model: Model,
    *,
    item: NDArray[np.integer],
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    community: Keys,
    building: Keys,
    person: Keys,
    at: NDArray[np.float64],
    bags: Bags,
    meaning: NDArray[np.float32] | None = None,
) -> Reports:
    """Reports that a model has read; the columns are those of Reports."""
    read_by = read(model, bags, item)
    return Reports(
        np.asarray(item, np.int32), lon, lat, community, building, person, at, bags, *read_by, meaning
    )


def matches(
    model: Model,
    text: str,
    asked: Reports,
    others: Reports,
    rows: Keys,
    *,
    least: float = pairs.OFFERED,
    most: int = 5,
) -> list[Match]:
    """Compares one report (``asked`` has one row) with some ``rows`` of others, the likeliest first.

    ``text`` is what ``asked`` says: the words shown are taken from it alone.
    """
    zero = np.zeros(len(rows), np.int64)
    kept = np.nonzero(pairs.may_repeat(model.weighing, asked, zero, others, rows))[0]
    rows, zero = rows[kept], zero[kept]
    found = pairs.features(model.weighing.reach, asked, zero, others, rows)
    worth = np.nonzero(pairs.hopeful(model.weighing, found, least))[0]
    if not len(worth):
        return []
    rows, found = rows[worth], found[worth]
    chances = pairs.chances(
        model.weighing, pairs.with_text(found, pairs.cosine_to_one(model.reader, asked, others, rows))
    )
    best = [k for k in np.argsort(-chances, kind="stable")[:most].tolist() if chances[k] >= least]
    return _matches(model, text, asked, others, rows[best], chances[best]) if best else []


def _matches(
    model: Model, text: str, asked: Reports, others: Reports, rows: Keys, chances: Floats
) -> list[Match]:
    mine, read = told(model.reader, text), int(np.argmax(asked.reads[0]))
    far = metres(asked.lon, asked.lat, others.lon[rows], others.lat[rows])
    days = np.abs(asked.at - others.at[rows])
    same = (asked.person == others.person[rows]) & (asked.person != NOBODY)
    told_by = (rows, chances, far, days, np.argmax(others.reads[rows], axis=1), same)
    return [
        Match(
            row=row,
            chance=chance,
            shared=tuple(shared_words(mine, others.bags.of(row))),
            metres=None if away != away else away,  # NaN
            days=apart,
            reads_as=read if read == theirs else None,
            same_person=person,
        )
        for row, chance, away, apart, theirs, person in zip(*(part.tolist() for part in told_by), strict=True)
    ]


def every_pair(
    model: Model, index: Index, *, least: float = pairs.OFFERED, together: int = 20_000
) -> Iterator[tuple[Keys, Keys, Floats]]:
    """All pairs (later row, earlier row, chance) of an index from ``least`` up, a part at a time."""
    reports = index.rows
    for first in range(0, len(reports), together):
        mine = np.arange(first, min(first + together, len(reports)))
        number, row = index.earlier(reports.take(mine), model.class_of)
        yield compared(model, reports, mine[number], row, least=least)


def compared(model: Model, reports: Reports, i: Keys, j: Keys, *, least: float) -> tuple[Keys, Keys, Floats]:
    """Those of the pairs (i, j) of rows that reach ``least``, with their chances; texts are looked at last."""
    kept = pairs.may_repeat(model.weighing, reports, i, reports, j)
    i, j = i[kept], j[kept]
    found = pairs.features(model.weighing.reach, reports, i, reports, j)
    kept = pairs.hopeful(model.weighing, found, least)
    i, j, found = i[kept], j[kept], found[kept]
    chances = np.zeros(len(i), np.float32)
    for first in range(0, len(i), 4096):
        part = slice(first, first + 4096)
        cosines = pairs.cosine(model.reader, reports, i[part], reports, j[part])
        chances[part] = pairs.chances(model.weighing, pairs.with_text(found[part], cosines))
    kept = chances >= least
    return i[kept], j[kept], chances[kept]


def top(
    model: Model, texts: Sequence[str] | Bags, item: NDArray[np.integer], most: int = 3
) -> tuple[float, float]:
    """(top-1, top-``most``) shares of texts whose item is among the likeliest by the text alone."""
    found = model.reader.probabilities(texts if isinstance(texts, Bags) else bags(texts))
    order = np.argsort(-found, axis=1)[:, :most]
    right = order == item[:, None]
    return float(right[:, 0].mean()), float(right.any(axis=1).mean())
