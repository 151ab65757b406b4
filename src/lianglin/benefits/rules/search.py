"""How the catalogue is searched: single characters and pairs of a text, kept in a table beside it. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator

LONGEST = 4000
"""Characters of a measure that are kept for searching."""
MOST_ASKED = 24
"""Pairs of a question that are looked for; a longer one is cut."""


def plain(text: str) -> str:
    """One form for what people type: full-width as half-width, small letters, signs as spaces."""
    folded = unicodedata.normalize("NFKC", text).lower()
    return "".join(sign if sign.isalnum() else " " for sign in folded)


def _pairs(text: str) -> Iterator[str]:
    for run in plain(text).split():
        yield from (run[n : n + 2] for n in range(len(run) - 1))


def group_key(sign: str) -> str:
    """The key under which a whole group is found: no text of anybody has it."""
    return f"#{sign[:1]}"


def keys_of(texts: Iterable[str]) -> set[str]:
    """Everything a measure can be found by: each character and each pair of neighbours."""
    whole = " ".join(texts)[:LONGEST]
    return {sign for sign in plain(whole) if sign != " "} | set(_pairs(whole))


def keys_asked(question: str) -> list[str]:
    """What a question is looked for by: its pairs, of a run of one character that character; [] when it says nothing."""
    found: list[str] = []
    for run in plain(question).split():
        found += [run[n : n + 2] for n in range(len(run) - 1)] or [run]
    return list(dict.fromkeys(found))[:MOST_ASKED]
