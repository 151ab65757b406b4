"""What made a suggestion, in words of the reader's own text: never words that somebody else wrote."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lianglin.engines.similarity.reading import Reader
from lianglin.engines.similarity.texts import Ids, gram_at

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
    return _runs(read, spoken, spoken > max(spoken.max(initial=0) * 0.35, 1e-6), double, most)


def shared_words(reader: Reader, text: str, other: Ids, *, most: int = 3) -> list[str]:
    """The words of a text whose grams another's bag holds too, without politeness and filling."""
    read, _single, double = gram_at(text)
    rare = np.zeros(len(read))
    held = np.nonzero(double >= 0)[0]
    gram = double[held]
    telling = np.isin(gram, other) & ~np.asarray(reader.common[gram])
    spots = held[telling]
    np.add.at(rare, spots, reader.idf[gram[telling]])
    np.add.at(rare, spots + 1, reader.idf[gram[telling]])
    return _runs(read, rare, rare > 0, double, most)


def _runs(
    read: str, worth: NDArray[np.float64], chosen: NDArray[np.bool_], double: NDArray[np.int64], most: int
) -> list[str]:
    """Stretches of chosen characters, at least two long, by what they are worth."""
    found: dict[str, float] = {}
    begin = 0
    while begin < len(read):
        if not chosen[begin]:
            begin += 1
            continue
        end = begin + 1
        while end < len(read) and chosen[end] and double[end - 1] >= 0 and end - begin < LONGEST:
            end += 1
        word = read[begin:end]
        if len(word) >= 2 and not word.isdigit():
            found[word] = max(found.get(word, 0.0), float(worth[begin:end].sum()))
        begin = end
    return sorted(found, key=lambda word: -found[word])[:most]
