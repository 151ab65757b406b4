"""Two texts line by line: what was taken out, what came in, and the lines around it."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Literal

AROUND = 3
"""Lines that stay, shown before and after a change."""
MOST = 1_200


@dataclass(frozen=True)
class Line:
    """``old`` and ``new``: its number in each text, 0 where it is not there; "gap" stands for lines left out."""

    kind: Literal["same", "out", "in", "gap"]
    text: str
    old: int = 0
    new: int = 0


def lines(before: str, after: str) -> list[Line]:
    """The difference of two texts; [] when they are one. A very long one is cut."""
    first, second = before.split("\n"), after.split("\n")
    found: list[Line] = []
    groups = difflib.SequenceMatcher(None, first, second, autojunk=False).get_grouped_opcodes(AROUND)
    for place, group in enumerate(groups):
        if place or group[0][1] > 0:
            found.append(Line("gap", ""))
        for kind, a, b, c, d in group:
            if kind == "equal":
                found += [Line("same", first[a + n], a + n + 1, c + n + 1) for n in range(b - a)]
                continue
            found += [Line("out", first[n], old=n + 1) for n in range(a, b)]
            found += [Line("in", second[n], new=n + 1) for n in range(c, d)]
    return found[:MOST]
