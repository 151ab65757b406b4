"""Samples of goals and files, of an office's own layout, a composed report and a schedule; nothing in a real city."""

from __future__ import annotations

from lianglin.indicators.reports import seed as reports
from lianglin.indicators.values import seed as values
from lianglin.kit.seeding import SeedContext


def seed(context: SeedContext) -> None:
    """Fills what the packages of this folder have samples for."""
    values.seed(context)
    reports.seed(context)
