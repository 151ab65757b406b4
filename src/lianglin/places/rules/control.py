"""Known points against which a file's coordinate system is measured."""

from __future__ import annotations

from lianglin.places.rules.importing import point_of, table


def control_points(content: bytes) -> dict[str, tuple[float, float]]:
    """Known points of a CSV with ``key``, ``lon``, ``lat`` in WGS-84."""
    rows = table(content, ("key", "lon", "lat"))
    found = {row["key"]: point_of(row["lon"], row["lat"]) for row in rows}
    return {key: point for key, point in found.items() if key and point is not None}
