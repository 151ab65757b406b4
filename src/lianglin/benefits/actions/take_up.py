"""Counting the take-up anew."""

from __future__ import annotations

from lianglin.access.actor import Actor
from lianglin.access.transaction import together
from lianglin.benefits.queries import take_up
from lianglin.kit import clock


def count(*, by: Actor) -> int:
    """Counts how many matches stand where, for every community and measure; returns how many counts there are."""
    by.require("system")
    with together():
        return take_up.count(clock.now())
