"""Classes of a map: equal intervals with round ends, every value in one of them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lianglin.indicators.opened import classes


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=40), st.booleans())
def test_every_value_lies_in_its_class_and_there_are_five_at_most(tenths: list[int], whole: bool) -> None:
    values = [t if whole else t / 10 for t in tenths]
    scale = classes.scale(values, whole=whole)
    assert scale is not None
    assert 1 <= scale.count <= classes.MOST
    limits = scale.limits()
    for value in values:
        low, high = limits[scale.of(value)]
        assert low - 1e-6 <= value <= high + 1e-6
    assert not whole or all(low == int(low) for low, _high in limits)


def test_the_ends_are_round() -> None:
    scale = classes.scale([81.3, 97.2, 90.0], whole=False)
    assert scale is not None
    assert scale.limits() == [(80.0, 85.0), (85.0, 90.0), (90.0, 95.0), (95.0, 100.0)]


def test_without_values_there_are_no_classes() -> None:
    assert classes.scale([], whole=True) is None
