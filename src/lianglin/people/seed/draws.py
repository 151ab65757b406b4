"""Random draws that depend on (seed, stream, index) alone, so that chunking changes nothing.

SplitMix64 (Steele, Lea, Flood 2014) used as a counter-based generator: a few nanoseconds per draw.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.integer]
Days = NDArray[np.datetime64]

_GOLDEN = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1


def _mix(number: int) -> int:
    """SplitMix64's finaliser on one Python integer."""
    number = (number ^ (number >> 30)) * 0xBF58476D1CE4E5B9 & _MASK
    number = (number ^ (number >> 27)) * 0x94D049BB133111EB & _MASK
    return number ^ (number >> 31)


def uniform(seed: int, stream: int, index: Ints) -> Floats:
    """One draw in [0, 1) per index; equal arguments give equal draws, whatever came before."""
    start = np.uint64(_mix((_mix(seed & _MASK) + stream * _GOLDEN) & _MASK))
    state = index.astype(np.uint64) * np.uint64(_GOLDEN) + start
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    state ^= state >> np.uint64(31)
    return (state >> np.uint64(11)).astype(np.float64) * 2.0**-53


def spread(seed: int, stream: int, index: Ints) -> Floats:
    """Draws like :func:`uniform`, but even: each block of 1,024 indexes meets each 1,024th of [0, 1) once.

    Shares drawn with it come out near their tables in a single community already.
    """
    block, place = index // 1024, index % 1024
    left, right = place // 32, place % 32
    for turn in range(4):
        moved = (uniform(seed, stream + turn, block * 32 + right) * 32).astype(np.int64)
        left, right = right, (left + moved) % 32
    return (left * 32 + right + uniform(seed, stream + 4, index)) / 1024


def pick(cumulated: Floats, draws: Floats) -> Ints:
    """Index drawn from a distribution given as cumulated shares (last = 1)."""
    return np.minimum(np.searchsorted(cumulated, draws, side="right"), len(cumulated) - 1)


def cumulated(weights: Floats) -> Floats:
    """Weights as cumulated shares for :func:`pick`."""
    total = np.cumsum(np.asarray(weights, dtype=np.float64))
    return total / total[-1]
