"""What made a suggestion, in words of the reader's own text: never words that somebody else wrote."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lianglin.engines.similarity.reading import Reader
from lianglin.engines.similarity.texts import Ids, gram_at, pairs_at

LONGEST = 8
"""Characters of one shown word."""


def words_for(reader: Reader, text: str, item: int, *, most: int = 3) -> list[str]:
    """The words of a text that speak most for an item, strongest first; none where nothing speaks for it."""
    read, single, double = gram_at(text)
    spoken = np.zeros(len(read))
    for ids, width in ((double, 2), (single, 1)):
        held = np.nonzero(ids >= 0)[0]
        gram = ids[held]
        pull = np.asarray(reader.weight[reader.row[gram]])
        worth = (pull[:, item] - pull.mean(axis=1)) * reader.idf[gram]
        worth = np.where(reader.common[gram], 0, worth)
        for step in range(width):
            np.add.at(spoken, held + step, worth / width)
    return _runs(read, spoken, max(float(spoken.max(initial=0)) * 0.35, 1e-6), double, most)


@dataclass(frozen=True)
class Told:
    """The telling pairs of characters of a text, looked up once for all that it is compared with."""

    read: str
    double: NDArray[np.int64]
    spot: NDArray[np.int64]
    """Where each telling pair begins."""
    gram: NDArray[np.int64]
    rarity: NDArray[np.float32]


def told(reader: Reader, text: str) -> Told:
    """A text without politeness and filling."""
    read, double = pairs_at(text)
    spot = np.nonzero(double >= 0)[0]
    spot = spot[~reader.common[double[spot]]]
    gram = double[spot]
    return Told(read, double, spot, gram, reader.idf[gram])


def shared_words(mine: Told, other: Ids, *, most: int = 3) -> list[str]:
    """The words of a text whose grams another's bag (ascending) holds too."""
    rare = np.zeros(len(mine.read) + 1)
    if len(other):
        place = np.minimum(np.searchsorted(other, mine.gram), len(other) - 1)
        worth = mine.rarity * (other[place] == mine.gram)
        rare[mine.spot] += worth
        rare[mine.spot + 1] += worth
    return _runs(mine.read, rare, 0.0, mine.double, most)


def _runs(
    read: str, worth: NDArray[np.float64], least: float, double: NDArray[np.int64], most: int
) -> list[str]:
    """Stretches of characters worth more than ``least``, at least two long, by what they are worth."""
    value, joined = worth.tolist(), (double >= 0).tolist()
    found: dict[str, float] = {}
    begin, whole = 0, len(read)
    while begin < whole:
        end = begin + 1
        if value[begin] > least:
            while end < whole and value[end] > least and joined[end - 1] and end - begin < LONGEST:
                end += 1
            word = read[begin:end]
            if len(word) >= 2 and not word.isdigit():
                found[word] = max(found.get(word, 0.0), sum(value[begin:end]))
        begin = end
    return sorted(found, key=lambda word: -found[word])[:most]
