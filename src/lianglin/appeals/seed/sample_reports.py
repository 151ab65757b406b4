"""Sample reports to fit a model on where a city has too few of its own: the grammar's texts with planted truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lianglin.appeals.seed import planted
from lianglin.appeals.seed.catalogue import items

REPORTS = 12_000


@dataclass
class SampleReports:
    """Reports column by column, as the engine takes them; items by the codes of the sample catalogue."""

    texts: list[str]
    codes: list[str]
    item: np.ndarray
    chosen: np.ndarray
    lon: np.ndarray
    lat: np.ndarray
    community: np.ndarray
    building: np.ndarray
    person: np.ndarray
    at: np.ndarray
    matter: np.ndarray


def sample_reports(seed: int) -> SampleReports:
    """Some thousand reports of a made-up city; for one seed always the same."""
    made = planted.planted(REPORTS, seed)
    return SampleReports(
        made.texts, [item.code for item in items()], made.item, made.chosen, made.lon, made.lat, made.community,
        made.building, made.person, made.at, made.matter,
    )  # fmt: skip
