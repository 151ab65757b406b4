"""What of a text is kept beside an appeal so that similar ones can be found: hashed character grams, and a cell.

The same numbers as :mod:`lianglin.engines.similarity` makes of many texts at once (a test compares them), written
without NumPy and SciPy: a report that comes in costs a tenth of a millisecond, and a web process that only takes
reports in never loads them.
"""

from __future__ import annotations

import math
import re
import struct
import unicodedata
from functools import lru_cache

BITS = 18
LONGEST = 600
"""Characters of a text that are read."""
WHERE = re.compile(r"(?<![0-9])([0-9]{1,4})(?:([苑园里区村庄屯院])|(号楼|[栋幢座])|(单元))")
"""The numbers of an address: of a compound, a building, a unit."""
_ALL = (1 << 64) - 1
_LAT, _LON = 1 / 400, 1 / 290
_BASIC_PLANE = 1 << 16
_NEIGHBOURS = tuple((north << 32) + east for north in (-1, 0, 1) for east in (-1, 0, 1))


def grams_of(text: str) -> bytes:
    """The 1- and 2-grams of a text, each once, ascending: 18-bit numbers of 4 bytes; empty for an empty text.

    Behind them the first number of a compound, a building and a unit that it names, as a number above 18 bits.
    """
    found: set[int] = set()
    before = 0
    read = unicodedata.normalize("NFKC", text[:LONGEST]).lower()
    for sign in read:
        code = _code(sign)
        if code:
            found.add(_mixed(code << 21))
            if before:
                found.add(_mixed(before << 21 | code))
        before = code
    where: dict[int, int] = {}
    for number in WHERE.finditer(read):
        where.setdefault((number.lastindex or 2) - 1, int(number[1]))
    found.update(kind << BITS | number for kind, number in where.items())
    return struct.pack(f"<{len(found)}I", *sorted(found))


@lru_cache(maxsize=8192)
def _code(sign: str) -> int:
    """A letter stands for itself, every digit for 0, all else for nothing."""
    code = ord(sign)
    if code >= _BASIC_PLANE:
        return code
    return ord("0") if sign.isdigit() else code if sign.isalnum() else 0


@lru_cache(maxsize=65536)
def _mixed(both: int) -> int:
    """SplitMix64's finish over both characters, its upper bits."""
    mixed = both * 0x9E3779B97F4A7C15 & _ALL
    mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9 & _ALL
    mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB & _ALL
    return (mixed ^ mixed >> 31) >> 64 - BITS


def cell_of(lon: float | None, lat: float | None) -> int | None:
    """The number of the cell, some 280 m wide and high, in which a point lies; None without a point."""
    if lon is None or lat is None:
        return None
    return (math.floor(lat / _LAT) << 32) + math.floor(lon / _LON)


def cells_around(cell: int | None) -> list[int]:
    """The cell and its eight neighbours: everything within 265 m; none without a cell."""
    return [] if cell is None else [cell + step for step in _NEIGHBOURS]
