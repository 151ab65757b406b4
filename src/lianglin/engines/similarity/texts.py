"""Texts as bags of character 1- and 2-grams, hashed into 2^18 numbers. No word list, no model to download.

A bag holds each gram once: short Chinese reports hardly repeat a word that matters. Digits are folded into one there;
the numbers that say where (12号楼, 3单元) stand beside the grams, since a place may be wrong or not known. A hash is the
same on every machine and in every version.
"""

from __future__ import annotations

import re
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

WHERE = re.compile(r"(?<![0-9])([0-9]{1,4})(?:([苑园里区村庄屯院])|(号楼|[栋幢座])|(单元))")
"""A number of at most four digits in an address: of a compound, of a building, of a unit (GB/T 23705)."""
KINDS = 3
NO_NUMBER = -1

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
    where: NDArray[np.int16]
    """Shape (n, KINDS): the numbers of compound, building and unit that each text names first, or NO_NUMBER."""

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
        return Bags(start, self.gram[entry], self.where[texts])

    def followed_by(self, others: Bags) -> Bags:
        """These bags and, behind them, some others."""
        start = np.concatenate([self.start, self.start[-1] + others.start[1:]])
        where = np.concatenate([self.where, others.where])
        return Bags(start, np.concatenate([self.gram, others.gram]), where)


def bags(texts: Sequence[str]) -> Bags:
    """The bags of some texts; an empty text has an empty bag."""
    plain = [*map(_plain, texts)]
    if len(plain) == 1:
        return _bag(plain[0])
    sizes, grams = [np.zeros(1, np.int64)], [np.zeros(0, np.uint32)]
    for first in range(0, len(plain), _TOGETHER):
        part = plain[first : first + _TOGETHER]
        owner, gram = _hashed(part)
        key = np.sort(owner << BITS | gram)
        key = key[np.concatenate([[True], key[1:] != key[:-1]])] if len(key) else key
        sizes.append(np.bincount(key >> BITS, minlength=len(part)))
        grams.append((key & GRAMS - 1).astype(np.uint32))
    where = np.array([_where(text) for text in plain], np.int16).reshape(len(plain), KINDS)
    return Bags(np.cumsum(np.concatenate(sizes)), np.concatenate(grams), where)


def _bag(plain: str) -> Bags:
    """The same of one text, where somebody waits for it."""
    code = _codes(plain)
    gram = np.sort(_grams(code).astype(np.uint32))
    if len(gram):
        gram = gram[np.concatenate([[True], gram[1:] != gram[:-1]])]
    return Bags(np.array([0, len(gram)]), gram, np.array([_where(plain)], np.int16))


def _where(plain: str) -> list[int]:
    found = [NO_NUMBER] * KINDS
    for number in WHERE.finditer(plain):
        kind = (number.lastindex or 2) - 2
        if found[kind] == NO_NUMBER:
            found[kind] = int(number[1])
    return found


def joined(parts: Iterable[bytes]) -> Bags:
    """Bags that were kept as bytes (:func:`kept`)."""
    entries = [np.frombuffer(part, "<u4") for part in parts]
    sizes = np.fromiter(map(len, entries), np.int64, len(entries))
    every = np.concatenate(entries) if entries else np.zeros(0, "<u4")
    where = np.full((len(entries), KINDS), NO_NUMBER, np.int16)
    numbers = np.nonzero(every >= GRAMS)[0]
    if len(numbers):
        owner = np.repeat(np.arange(len(entries)), sizes)[numbers]
        where[owner, (every[numbers] >> BITS) - 1] = every[numbers] & GRAMS - 1
        sizes = sizes - np.bincount(owner, minlength=len(entries))
        every = every[every < GRAMS]
    start = np.zeros(len(entries) + 1, np.int64)
    np.cumsum(sizes, out=start[1:])
    return Bags(start, every.astype(np.uint32, copy=False), where)


def kept(bags: Bags, text: int = 0) -> bytes:
    """One text's bag as bytes, the same everywhere: little-endian, 4 bytes a gram, then the numbers of its address."""
    numbers = [kind + 1 << BITS | int(n) for kind, n in enumerate(bags.where[text]) if n != NO_NUMBER]
    return np.concatenate([bags.of(text), np.array(numbers, np.uint32)]).astype("<u4").tobytes()


def gram_at(text: str) -> tuple[str, NDArray[np.int64], NDArray[np.int64]]:
    """(the text as it is read, id of the 1-gram at each place, id of the 2-gram that begins there or -1)."""
    read, double = pairs_at(text)
    code = _codes(read)
    single = np.where(code > 0, _mixed(code, np.zeros_like(code)).astype(np.int64), -1)
    return read, single, double


def pairs_at(text: str) -> tuple[str, NDArray[np.int64]]:
    """(the text as it is read, id of the 2-gram that begins at each place or -1)."""
    read = _plain(text)
    code = _codes(read)
    double = np.full(len(code), -1, np.int64)
    if len(code) > 1:
        spot = np.nonzero((code[:-1] > 0) & (code[1:] > 0))[0]
        double[spot] = _mixed(code[spot], code[spot + 1])
    return read, double


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text[:LONGEST]).lower().replace("\n", " ")


def _hashed(plain: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    raw = "\n".join(plain)
    code = _codes(raw)
    owner = np.cumsum(np.frombuffer(raw.encode("utf-32-le", "surrogatepass"), "<u4") == _END)
    one = code > 0
    two = one[:-1] & one[1:]
    return np.concatenate([owner[one], owner[:-1][two]]).astype(np.int64), _grams(code)


def _grams(code: NDArray[np.uint64]) -> NDArray[np.int64]:
    """The 1-grams in their order, then the 2-grams."""
    one = code > 0
    two = one[:-1] & one[1:]
    first = np.concatenate([code[one], code[:-1][two]])
    second = np.zeros(len(first), np.uint64)
    second[len(first) - int(two.sum()) :] = code[1:][two]
    # a 1-gram is mixed from its character above nothing, a 2-gram from both
    return _mixed(first, second).astype(np.int64)


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
