"""Where sample appeals can happen: the buildings of a city as columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from lianglin.appeals.seed.catalogue import Floats, Ints

_METRES_PER_DEGREE = 111_320.0


@dataclass(frozen=True)
class Places:
    """One row per building; indexes below point into it."""

    lon: Floats
    lat: Floats
    street: Ints
    """Index into ``streets``."""
    streets: Sequence[str]
    community: Ints
    """A number for the community: equal numbers, one community."""
    compound: Ints
    """Index into ``compounds``, -1 outside any."""
    compounds: Sequence[str]
    """Invented names only: no sample appeal accuses a real compound."""
    number: Ints
    units: Ints
    floors: Ints
    residents: Ints
    callers: Ints
    """How many grown people with a phone live in the building: those who may report something."""

    def __len__(self) -> int:
        return len(self.lon)

    @cached_property
    def first_caller(self) -> Ints:
        """The number of the building's first caller, when callers are counted building by building."""
        return np.concatenate([[0], np.cumsum(self.callers)])[:-1]

    @cached_property
    def metres(self) -> Floats:
        """Flat coordinates in metres, good to a city's size: shape (buildings, 2)."""
        middle = np.cos(np.radians(self.lat.mean())) if len(self) else 1.0
        return np.column_stack([self.lon * middle, self.lat]) * _METRES_PER_DEGREE
