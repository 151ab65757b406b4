"""A hostile statistician: bounds every hidden count by linear programming over all that is published.

Knows nothing of how cells are hidden but what is said in public: that a hidden cell is not empty, and what adds up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import lil_matrix

Unknown = tuple[str, ...]
"""A count that somebody would know: (figure, place, "numerator"), and the like."""


@dataclass
class Knowledge:
    """Equations between unknown counts, and the least that each can be."""

    equations: list[tuple[dict[Unknown, int], int]] = field(default_factory=list)
    least: dict[Unknown, int] = field(default_factory=dict)

    def know(self, terms: Mapping[Unknown, int], amount: int) -> None:
        """The sum of ``terms`` (unknown -> how often) is ``amount``."""
        self.equations.append((dict(terms), amount))

    def at_least(self, unknown: Unknown, least: int) -> None:
        """The unknown is not below ``least``."""
        self.least[unknown] = max(least, self.least.get(unknown, 0))

    def bounds(self, wanted: Iterable[Unknown]) -> dict[Unknown, tuple[float, float]]:
        """The least and the most that each of these counts can be."""
        return {unknown: bound for unknown in wanted for bound in [self._bound(unknown)]}

    def _bound(self, unknown: Unknown) -> tuple[float, float]:
        rows, names = self._around(unknown)
        column = {name: at for at, name in enumerate(names)}
        left = lil_matrix((len(rows), len(names)))
        for at, (terms, _amount) in enumerate(rows):
            for name, times in terms.items():
                left[at, column[name]] = times
        right = [amount for _terms, amount in rows]
        limits = [(self.least.get(name, 0), None) for name in names]
        found: list[float] = []
        for sign in (1, -1):
            goal = np.zeros(len(names))
            goal[column[unknown]] = sign
            answer = linprog(goal, A_eq=left.tocsr(), b_eq=right, bounds=limits, method="highs")
            found.append(sign * answer.fun if answer.status == 0 else (0 if sign > 0 else float("inf")))
            assert answer.status in (0, 3), answer.message
        return found[0], found[1]

    def _around(self, unknown: Unknown) -> tuple[list[tuple[dict[Unknown, int], int]], Sequence[Unknown]]:
        """The equations that hang together with an unknown, and their unknowns."""
        touching: dict[Unknown, list[int]] = {}
        for at, (terms, _amount) in enumerate(self.equations):
            for name in terms:
                touching.setdefault(name, []).append(at)
        names, rows, waiting = {unknown}, set[int](), [unknown]
        while waiting:
            for at in touching.get(waiting.pop(), []):
                if at not in rows:
                    rows.add(at)
                    more = set(self.equations[at][0]) - names
                    names |= more
                    waiting += more
        return [self.equations[at] for at in sorted(rows)], sorted(names)


def too_close(bounds: Mapping[Unknown, tuple[float, float]]) -> list[str]:
    """The small counts that are bounded closer than from 1 to 9."""
    return [
        f"{unknown} lies in {low:g}..{high:g}"
        for unknown, (low, high) in bounds.items()
        if low > 1 + 1e-6 or high < 9 - 1e-6
    ]
