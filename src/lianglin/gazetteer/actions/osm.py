"""An OpenStreetMap extract beside the register: footprints for buildings that have none, and a test of the datum."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from lianglin.access.transaction import together
from lianglin.places.models import Building
from lianglin.places.rules import datum as systems
from lianglin.places.rules import geometry
from lianglin.places.rules.importing import Checked


def look_through(path: Path) -> Checked:
    """Footprints that hold exactly one building of the register that has none; how many points lie in footprints
    when they are read as each coordinate system. Writes nothing.
    """
    from lianglin.places.seed import osm

    checked = Checked()
    footprints = osm.read(path).buildings.geometry
    tree = shapely.STRtree(footprints)
    rows = list(Building.objects.values_list("key", "lon", "lat", "footprint"))
    if not rows:
        checked.say("note", "datum_unknown")
        return checked
    points = np.array([[row[1], row[2]] for row in rows])
    inside: dict[systems.Datum, int] = {}
    for name in systems.DATUMS:
        lon, lat = systems.to_wgs84(points[:, 0], points[:, 1], name)
        inside[name] = len(np.unique(tree.query(shapely.points(lon, lat), predicate="intersects")[0]))
    best = max(systems.DATUMS, key=lambda name: inside[name])
    if best != "wgs84" and inside[best] > 2 * inside["wgs84"]:
        checked.say("error", "register_datum", best, values=str(inside))
    held: dict[int, list[int]] = {}
    for building, footprint in tree.query(shapely.points(points), predicate="intersects").T.tolist():
        held.setdefault(footprint, []).append(building)
    for footprint, buildings in sorted(held.items()):
        key, _lon, _lat, drawn = rows[buildings[0]]
        if len(buildings) > 1:
            checked.say("warning", "shared_footprint", key, count=len(buildings))
        elif drawn is None:
            area: Any = footprints[footprint]
            area = area.geoms[0] if area.geom_type == "MultiPolygon" else area
            checked.rows.append({"key": key, "geometry": geometry.as_geojson(area)})
    checked.say("note", "in_footprints", len(rows), count=inside["wgs84"], footprints=len(footprints))
    return checked


def write(checked: Checked, *, valid_from: date) -> dict[str, int]:
    """Puts the footprints to their buildings."""
    with together():
        changed = sum(
            Building.objects.filter(key=row["key"], footprint__isnull=True).update(footprint=row["geometry"])
            for row in checked.rows
        )
    return {"new": 0, "changed": changed}
