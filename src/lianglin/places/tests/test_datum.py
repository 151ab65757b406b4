"""The three coordinate systems: known values, the way back, and recognising a file by its shift."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianglin.places.rules import datum

TIANANMEN = (116.397451, 39.909187)  # WGS-84


def test_the_published_values_of_a_known_point() -> None:
    """116.404, 39.915 in WGS-84 is 116.41024, 39.91640 in GCJ-02 (README of the open converters of the field)."""
    lon, lat = datum.wgs84_to_gcj02(116.404, 39.915)
    assert (round(float(lon), 5), round(float(lat), 5)) == (116.41024, 39.9164)
    lon, lat = datum.gcj02_to_bd09(116.404, 39.915)
    assert (round(float(lon), 5), round(float(lat), 5)) == (116.41037, 39.92134)


@given(st.floats(74, 135), st.floats(18, 53), st.sampled_from(["gcj02", "bd09"]))
def test_there_and_back_is_less_than_a_metre(lon: float, lat: float, name: datum.Datum) -> None:
    there = datum.from_wgs84(lon, lat, name)
    back = datum.to_wgs84(*there, name)
    assert float(datum.metres(lon, lat, *back)) < 0.1
    assert 50 < float(datum.metres(lon, lat, *there)) < 2_500


def test_outside_of_china_nothing_is_shifted() -> None:
    assert datum.wgs84_to_gcj02(2.35, 48.85) == (2.35, 48.85)


@pytest.mark.parametrize("name", datum.DATUMS)
def test_a_file_is_recognised_by_its_shift(name: datum.Datum) -> None:
    chance = np.random.default_rng(7)
    known = np.column_stack([chance.uniform(126.5, 126.8, 40), chance.uniform(45.6, 45.9, 40)])
    lon, lat = datum.from_wgs84(known[:, 0], known[:, 1], name)
    noise = chance.normal(0, 8 / datum.METRES, (40, 2))  # a surveyor's eight metres
    found = datum.recognise(np.column_stack([lon, lat]) + noise, known)
    assert found.datum == name
    assert found.pairs == 40
    if name != "wgs84":
        assert abs(found.east) > 100


def test_too_few_or_too_scattered_points_are_not_believed() -> None:
    known = np.array([TIANANMEN] * 6)
    assert datum.recognise(known[:4], known[:4]).datum is None
    assert datum.recognise(known + 0.02, known).datum is None
    assert datum.recognise(known[:0], known[:0]).datum is None
