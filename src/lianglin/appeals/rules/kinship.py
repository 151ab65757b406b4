"""Which items of the catalogue are one matter over time (decision 0066). Pure.

A passage says that from a day on a new code stands for an old one. One successor: renamed or merged, the counts add up.
Several: split, and no share of the old item's counts belongs to any of them alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Passage:
    """From ``on`` an item with the code ``new`` stands for the one with the code ``old``."""

    on: date
    old: str
    new: str


def family(codes: Iterable[str], passages: Collection[Passage], first: date, last: date) -> frozenset[str]:
    """The codes to be counted together over days from ``first`` to ``last``, so that like is compared with like.

    What changed before those days is followed forwards, what changes after them backwards; what changes within them
    joins both sides whole: the old item, and all that it was split into or merged with.
    """
    found = set(codes)
    grown = True
    while grown:
        before = len(found)
        for one in passages:
            if one.old in found and one.on <= last:
                found.add(one.new)
            if one.new in found and one.on > first:
                found.add(one.old)
        grown = len(found) > before
    return frozenset(found)


def groups(passages: Collection[Passage], first: date, last: date) -> list[frozenset[str]]:
    """The families of more than one code that a change within these days made, each once."""
    found: list[frozenset[str]] = []
    for one in passages:
        if first < one.on <= last and not any(one.old in group for group in found):
            found.append(
                family({one.old, one.new}, [p for p in passages if first < p.on <= last], first, last)
            )
    return found


def folded(passages: Collection[Passage], today: date) -> dict[str, str]:
    """Old code -> the one code that stands for it today, where it was renamed or merged; one that was split is left out."""
    steps: dict[str, set[str]] = {}
    for one in passages:
        if one.on <= today:
            steps.setdefault(one.old, set()).add(one.new)
    found = {code: _end(code, steps) for code in steps}
    return {code: end for code, end in found.items() if end and end != code}


def _end(code: str, steps: Mapping[str, set[str]]) -> str:
    seen = {code}
    while code in steps:
        if len(steps[code]) > 1:
            return ""
        (code,) = steps[code]
        if code in seen:
            return ""
        seen.add(code)
    return code
