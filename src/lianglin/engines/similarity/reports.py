"""Reports as columns: what is compared. Rows need no order; ``at`` counts days from any one moment."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lianglin.engines.similarity.texts import Bags

NOBODY = 0
"""The person of an anonymous report: it is nobody's repeat."""
NOWHERE = -1
"""The building or community that is not known."""

_LAT, _LON = 1 / 400, 1 / 290
"""A cell is some 278 m high and 270-370 m wide anywhere in the country."""
_STEPS = np.array([(north << 32) + east for north in (-1, 0, 1) for east in (-1, 0, 1)], np.int64)
METRES_PER_DEGREE = 111_195.0


@dataclass(frozen=True)
class Reports:
    """``n`` reports, column by column."""

    item: NDArray[np.int32]
    """The item chosen at the intake, or reading.UNKNOWN."""
    lon: NDArray[np.float64]
    """WGS84 degrees; NaN where the place is not known closer than its community."""
    lat: NDArray[np.float64]
    community: NDArray[np.int64]
    building: NDArray[np.int64]
    person: NDArray[np.int64]
    """A number made of a match key within one purpose, or NOBODY."""
    at: NDArray[np.float64]
    """Days."""
    bags: Bags
    reads: NDArray[np.uint8]
    """Shape (n, items): what each reads as, choice included, in 1/255 (reading.packed)."""
    covered: NDArray[np.float32]
    """Reader.coverage."""
    again: NDArray[np.float32]
    """Reader.repeats."""
    meaning: NDArray[np.float32] | None = None
    """Rows of length 1 from a city's own encoder, shape (n, d); None without one."""

    def __len__(self) -> int:
        return len(self.item)

    def take(self, rows: NDArray[np.integer]) -> Reports:
        """Some of the reports, in that order."""
        columns: dict[str, Any] = {
            f.name: getattr(self, f.name).take(rows)
            if f.name == "bags"
            else None
            if getattr(self, f.name) is None
            else getattr(self, f.name)[rows]
            for f in fields(self)
        }
        return replace(self, **columns)


def cells(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.int64]:
    """The number of the cell of each point; NOWHERE for NaN.

    Nine cells (the own one and its neighbours, :func:`around`) hold everything within 265 m.
    """
    known = ~(np.isnan(lon) | np.isnan(lat))
    column = np.floor(np.where(known, lon, 0) / _LON).astype(np.int64)
    line = np.floor(np.where(known, lat, 0) / _LAT).astype(np.int64)
    return np.where(known, (line << 32) + column, NOWHERE)


def around(cell: NDArray[np.int64]) -> NDArray[np.int64]:
    """The nine cells in and around each, shape (9, n); of NOWHERE, nine times a cell in which nothing lies."""
    return np.where(cell == NOWHERE, NOWHERE, cell + _STEPS[:, None])


def metres(
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    other_lon: NDArray[np.float64],
    other_lat: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Distances pair by pair, flat, good to a city's size; NaN where either place is not known."""
    east = (lon - other_lon) * np.cos(np.radians((lat + other_lat) / 2))
    return np.hypot(east, lat - other_lat) * METRES_PER_DEGREE
