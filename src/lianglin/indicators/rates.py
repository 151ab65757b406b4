"""Pure rules of rates: the interval beside a rate, and when a rate is not shown as one. No database."""

from __future__ import annotations

from decimal import Decimal
from math import sqrt

from lianglin.indicators.rules import Counts, tenth

Z = 1.959963984540054
"""Quantile of the normal distribution for 95 %."""


def wilson(numerator: int, denominator: int) -> tuple[float, float] | None:
    """The 95 % interval of a rate in percent, one decimal; None of nothing.

    Wilson's score interval (1927): it stays between 0 and 100 and is right for few cases too, where the usual
    plus-minus is not. It says how far a rate may lie from its long run by chance alone.
    """
    if denominator <= 0:
        return None
    share, square = numerator / denominator, Z * Z
    middle = share + square / (2 * denominator)
    reach = Z * sqrt(share * (1 - share) / denominator + square / (4 * denominator * denominator))
    whole = 1 + square / denominator
    low, high = max(0.0, (middle - reach) / whole), min(1.0, (middle + reach) / whole)
    return tenth(float(Decimal(repr(low)) * 100)), tenth(float(Decimal(repr(high)) * 100))


def is_rate(counts: Counts, least: int) -> bool:
    """Whether a rate is shown as one: on at least ``least``. On fewer its two counts stand alone."""
    return counts.denominator is not None and counts.denominator >= max(1, least)
