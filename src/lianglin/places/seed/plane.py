"""From WGS84 degrees to metres and back, and the grid on which all borders lie.

The topology (noding, faces, borders) is done in degrees on a grid of 1e-6° so that what is stored with six
decimals is exactly what was computed: borders of neighbours stay identical. Lengths and areas are measured after
an equirectangular scaling to metres, good to 0.2 % over a city of 20 km.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

GRID = 1e-6
"""Degrees: about 11 cm of latitude and 8 cm of longitude in this city."""
DECIMALS = 6
ORIGIN = np.array([126.64, 45.745])
METRES = np.array([111_320.0 * np.cos(np.radians(ORIGIN[1])), 111_140.0])
"""Metres per degree of longitude and of latitude at ORIGIN."""


def to_metres(geometry: Any) -> Any:
    """Scale one geometry or an array of them from degrees to metres east and north of ORIGIN."""
    return shapely.transform(geometry, lambda c: (c - ORIGIN) * METRES)


def to_degrees(geometry: Any) -> Any:
    """The inverse of :func:`to_metres`, rounded to six decimals."""
    return shapely.transform(geometry, lambda c: np.round(c / METRES + ORIGIN, DECIMALS))


def rounded(geometry: Any) -> Any:
    """The same geometry with six decimals; vertices that two neighbours share stay shared."""
    return shapely.transform(geometry, lambda c: np.round(c, DECIMALS))


def polygons(geometry: Any) -> Any:
    """Keep the polygons of a geometry (an overlay may leave lines and points beside them)."""
    if geometry.geom_type in ("Polygon", "MultiPolygon"):
        return geometry
    parts = [part for part in shapely.get_parts(geometry) if part.geom_type in ("Polygon", "MultiPolygon")]
    return shapely.union_all(parts) if parts else shapely.Polygon()
