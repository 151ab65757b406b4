"""A small invented city for tests of the sample appeals: communities on a grid, no database."""

from __future__ import annotations

import numpy as np

from lianglin.appeals.seed.places import Places


def sample_places(communities: int = 14, buildings: int = 80) -> Places:
    """So many communities of so many buildings, 20 to 90 residents each."""
    rng, count = np.random.default_rng(1), communities * buildings
    community = np.repeat(np.arange(communities), buildings)
    residents = rng.integers(20, 90, count)
    return Places(
        lon=126.5 + 0.008 * (community % 5) + rng.random(count) * 0.008,
        lat=45.7 + 0.006 * (community // 5) + rng.random(count) * 0.006,
        street=community // 6,
        streets=[f"第{number}街道" for number in range(communities // 6 + 1)],
        community=community,
        compound=np.where(rng.random(count) < 0.9, community * 4 + rng.integers(0, 4, count), -1),
        compounds=[f"和宁{number}小区" for number in range(communities * 4)],
        number=rng.integers(1, 40, count),
        units=rng.integers(1, 6, count),
        floors=rng.integers(2, 30, count),
        residents=residents,
        callers=(residents * 0.78).astype(int),
    )
