"""Shapes: mended or refused, and a coverage that stays whole whatever is merged, split or redrawn."""

from __future__ import annotations

import math
from typing import Any

import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lianglin.gazetteer import rules
from lianglin.places.rules import geometry

SIDE = 0.01


def tile(column: int, row: int) -> Any:
    west, south = 126.6 + column * SIDE, 45.7 + row * SIDE
    return shapely.box(west, south, west + SIDE, south + SIDE)


TILES = {f"{c}{r}": tile(c, r) for c in range(3) for r in range(3)}


def is_whole(shapes: dict[str, Any], tolerance: float = geometry.TOLERANCE) -> bool:
    """No overlap and no gap over the tolerance, on the ground of all tiles."""
    outline = geometry.merged(list(TILES.values()))
    return not geometry.overlaps(shapes, tolerance=tolerance) and not geometry.gaps(
        outline, list(shapes.values()), tolerance=tolerance
    )


@given(st.sets(st.sampled_from(sorted(TILES)), min_size=2, max_size=6))
@settings(deadline=None)
def test_a_merge_keeps_the_coverage_whole(keys: set[str]) -> None:
    shapes = {key: shape for key, shape in TILES.items() if key not in keys}
    shapes["new"] = geometry.merged([TILES[key] for key in sorted(keys)])
    assert is_whole(shapes)
    assert geometry.square_metres(shapes["new"]) == pytest.approx(
        sum(geometry.square_metres(TILES[k]) for k in keys), rel=1e-3
    )


@given(st.sampled_from(sorted(TILES)), st.floats(0, math.pi), st.floats(0.2, 0.8), st.floats(0.2, 0.8))
@settings(deadline=None)
def test_a_split_keeps_the_coverage_whole(key: str, angle: float, x: float, y: float) -> None:
    area = TILES[key]
    west, south, _east, _north = area.bounds
    at = (west + x * SIDE, south + y * SIDE)
    reach = (2 * SIDE * math.cos(angle), 2 * SIDE * math.sin(angle))
    line = shapely.LineString([(at[0] - reach[0], at[1] - reach[1]), (at[0] + reach[0], at[1] + reach[1])])
    parts = geometry.divided(area, line)
    shapes = {k: shape for k, shape in TILES.items() if k != key}
    assert is_whole({**shapes, "left": parts[0], "right": parts[1]})


@given(st.floats(-0.4, 0.4), st.floats(-0.4, 0.4), st.floats(-0.4, 0.4), st.floats(-0.4, 0.4))
@settings(deadline=None)
def test_neighbours_give_way_to_any_new_boundary(a: float, b: float, c: float, d: float) -> None:
    """Each corner of the middle tile is pulled anywhere; what comes out covers the same ground."""
    west, south, east, north = TILES["11"].bounds
    new = shapely.Polygon(
        [
            (west + a * SIDE, south + b * SIDE),
            (east + c * SIDE, south - a * SIDE),
            (east + d * SIDE, north + b * SIDE),
            (west - c * SIDE, north + d * SIDE),
        ]
    )
    assume(new.is_valid)
    new = geometry.read(shapely.geometry.mapping(new))[0]
    around = {key: shape for key, shape in TILES.items() if key != "11"}
    targets, problems = rules.give_way("11", TILES["11"], new, around)
    assert not problems
    # a new corner on a border of 1.1 km is rounded to a tenth of a metre: up to 110 m² along it
    assert is_whole({**TILES, **{target.code: target.geometry for target in targets}}, tolerance=250)


def test_a_line_that_does_not_cross_divides_nothing() -> None:
    short = shapely.LineString([(126.602, 45.705), (126.604, 45.705)])
    with pytest.raises(geometry.BadShape, match="lengthen"):
        geometry.divided(TILES["00"], short)


@pytest.mark.parametrize(
    ("shape", "why"),
    [
        ({"type": "Point", "coordinates": [1, 2]}, "not a polygon"),
        ({"type": "Polygon", "coordinates": [[["a", 1]]]}, "cannot be read"),
        ({"type": "Polygon", "coordinates": [[[14e6, 5e6], [14.1e6, 5e6], [14.1e6, 5.1e6], [14e6, 5e6]]]}, "WGS 84"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}, "crosses itself"),
        (None, "not a polygon"),
    ],
)  # fmt: skip
def test_a_shape_that_cannot_be_used_says_why(shape: Any, why: str) -> None:
    with pytest.raises(geometry.BadShape, match=why):
        geometry.read(shape)


def test_a_hair_in_the_outline_is_mended_and_said() -> None:
    ring = [
        [126.6, 45.7],
        [126.61, 45.7],
        [126.61, 45.71],
        [126.6, 45.71],
        [126.60001, 45.71002],
        [126.6, 45.7099],
        [126.6, 45.7],
    ]
    shape, mended = geometry.read({"type": "Polygon", "coordinates": [ring]})
    assert mended
    assert shape.is_valid


def test_a_drawn_border_snaps_to_the_neighbours() -> None:
    drawn = shapely.box(126.61002, 45.70, 126.62, 45.71)
    snapped = geometry.snapped(drawn, [TILES["00"]])
    assert geometry.square_metres(shapely.intersection(snapped, TILES["00"])) < 1
    assert not geometry.gaps(geometry.merged([TILES["00"], TILES["10"]]), [TILES["00"], snapped])


def test_an_area_is_in_square_metres_and_a_sliver_is_thin() -> None:
    assert geometry.square_metres(TILES["00"]) == pytest.approx(
        1113.2 * 1113.2 * math.cos(math.radians(45.705)), rel=0.001
    )
    assert geometry.is_sliver(shapely.box(126.6, 45.7, 126.61, 45.70001))
    assert not geometry.is_sliver(TILES["00"])
