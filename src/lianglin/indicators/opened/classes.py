"""Pure rules of a choropleth: into which classes values fall, and what its legend says. No database."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

MOST = 5
"""Classes at most; each has a shade and a pattern of its own."""
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True)
class Scale:
    """Equal intervals: from ``start`` in steps of ``step``, ``count`` of them. Never quantiles, which would be a ranking."""

    start: float
    step: float
    count: int

    def of(self, value: float) -> int:
        """The class of a value, counted from 0; the last one holds its upper end."""
        return max(0, min(int((value - self.start) / self.step + 1e-9), self.count - 1))

    def limits(self) -> list[tuple[float, float]]:
        """Lower and upper end of each class."""
        ends = [round(self.start + self.step * at, 6) for at in range(self.count + 1)]
        return list(itertools.pairwise(ends))


def scale(values: Iterable[float], *, whole: bool) -> Scale | None:
    """Equal intervals with round ends over these values; None of nothing. ``whole`` numbers get whole steps."""
    known: Sequence[float] = list(values)
    if not known:
        return None
    low, high = min(known), max(known)
    step = _round_step((high - low) / MOST, least=1.0 if whole else 0.1)
    start = floor(low / step) * step
    while (count := _count(start, step, high)) > MOST:
        step = _round_step(step * 1.01, least=step)
        start = floor(low / step) * step
    return Scale(round(start, 6), round(step, 6), count)


def _count(start: float, step: float, high: float) -> int:
    return max(1, ceil((high - start) / step - 1e-9))


def _round_step(wanted: float, *, least: float) -> float:
    if wanted <= least:
        return least
    size = 10.0 ** floor(log10(wanted))
    found = next(step * size for step in STEPS if step * size >= wanted - 1e-12)
    return float(ceil(found)) if least >= 1 else found
