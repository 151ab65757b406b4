"""Texts as bags of character 1- and 2-grams, hashed into 2^18 numbers. No word list, no model to download.

A bag holds each gram once: short Chinese reports hardly repeat a word that matters. Digits are folded into one, since
house numbers say where, which the place already does. A hash is the same on every machine and in every version.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

BITS = 18
GRAMS = 1 << BITS
"""How many different grams a bag can hold; the ids of grams lie in [0, GRAMS)."""
LONGEST = 600
"""Characters of a text that are read: what a report is about stands at its beginning."""

Ids = NDArray[np.uint32]
_END = 10
_TOGETHER = 4096
"""Texts hashed at once: bounds the memory."""


@dataclass(frozen=True)
class Bags:
    """The bags of ``n`` texts, one behind the other: those of text k are ``gram[start[k]:start[k + 1]]``, ascending."""

    start: NDArray[np.int64]
    """Shape (n + 1,)."""
    gram: Ids

    def __len__(self) -> int:
        return len(self.start) - 1

    @property
    def owner(self) -> NDArray[np.int64]:
        """For each entry of ``gram`` the number of its text."""
        return np.repeat(np.arange(len(self)), np.diff(self.start))

    def of(self, text: int) -> Ids:
        """One text's grams."""
        return self.gram[self.start[text] : self.start[text + 1]]

    def take(self, texts: NDArray[np.integer]) -> Bags:
        """The bags of some texts, in that order."""
        size = self.start[texts + 1] - self.start[texts]
        start = np.concatenate([[0], np.cumsum(size)])
        entry = np.arange(start[-1]) + np.repeat(self.start[texts] - start[:-1], size)
        return Bags(start, self.gram[entry])


def bags(texts: Sequence[str]) -> Bags:
    """The bags of some texts; an empty text has an empty bag."""
    sizes, grams = [np.zeros(1, np.int64)], [np.zeros(0, np.uint32)]
    for first in range(0, len(texts), _TOGETHER):
        part = texts[first : first + _TOGETHER]
        owner, gram = _hashed(part)
        key = np.unique(owner << BITS | gram)
        sizes.append(np.bincount(key >> BITS, minlength=len(part)))
        grams.append((key & GRAMS - 1).astype(np.uint32))
    return Bags(np.cumsum(np.concatenate(sizes)), np.concatenate(grams))


def joined(parts: Iterable[bytes]) -> Bags:
    """Bags that were kept as bytes (:func:`kept`)."""
    grams = [np.frombuffer(part, "<u4") for part in parts]
    sizes = np.fromiter(map(len, grams), np.int64, len(grams))
    gram = np.concatenate(grams) if grams else np.zeros(0)
    return Bags(np.concatenate([[0], np.cumsum(sizes)]), gram.astype(np.uint32, copy=False))


def kept(gram: Ids) -> bytes:
    """One bag as bytes: little-endian, 4 bytes a gram, the same everywhere."""
    return gram.astype("<u4", copy=False).tobytes()


def gram_at(text: str) -> tuple[str, NDArray[np.int64], NDArray[np.int64]]:
    """(the text as it is read, id of the 1-gram at each place, id of the 2-gram that begins there or -1)."""
    read = _plain(text)
    code = _codes(read)
    single = np.where(code > 0, _mixed(code, np.zeros_like(code)), -1)
    double = np.full(len(code), -1, np.int64)
    if len(code) > 1:
        both = (code[:-1] > 0) & (code[1:] > 0)
        double[:-1] = np.where(both, _mixed(code[:-1], code[1:]), -1)
    return read, single.astype(np.int64), double


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text[:LONGEST]).lower().replace("\n", " ")


def _hashed(texts: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    raw = "\n".join(map(_plain, texts))
    code = _codes(raw)
    owner = np.cumsum(np.frombuffer(raw.encode("utf-32-le", "surrogatepass"), "<u4") == _END)
    one = code > 0
    two = one[:-1] & one[1:]
    gram = np.concatenate([_mixed(code[one], np.zeros(1, np.uint64)), _mixed(code[:-1][two], code[1:][two])])
    return np.concatenate([owner[one], owner[:-1][two]]).astype(np.int64), gram.astype(np.int64)


def _codes(text: str) -> NDArray[np.uint64]:
    """The number of each character, 0 for what is neither letter nor digit."""
    code = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
    table = _table()
    return np.where(code < len(table), table[np.minimum(code, len(table) - 1)], code).astype(np.uint64)


@cache
def _table() -> NDArray[np.uint32]:
    """Letters stand for themselves, every digit for 0, all else for nothing."""
    table = np.zeros(1 << 16, np.uint32)
    for code in range(len(table)):
        sign = chr(code)
        if sign.isdigit():
            table[code] = ord("0")
        elif sign.isalnum():
            table[code] = code
    return table


def _mixed(first: NDArray[np.uint64], second: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """SplitMix64's finish over both characters, its upper bits."""
    mixed = (first << np.uint64(21) | second) * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ mixed >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ mixed >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    return (mixed ^ mixed >> np.uint64(31)) >> np.uint64(64 - BITS)
