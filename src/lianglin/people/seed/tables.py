"""The population tables of people/data, read once."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from lianglin.people.seed.draws import Floats, Ints

DATA = Path(__file__).resolve().parent.parent / "data"
BIN_YEARS, OLDEST, BINS = 5, 104, 18
"""Age bins 0-4, 5-9 ... 80-84, 85+; ages in completed years 0 to 104."""


def bin_of_age() -> Ints:
    """The age bin of each age 0..104."""
    return np.minimum(np.arange(OLDEST + 1) // BIN_YEARS, BINS - 1)


@dataclass(frozen=True)
class Tables:
    """Targets: shares sum to 1 and follow the age bins; sizes are households of 1, 2, 3, 4 and 5 or more."""

    pyramid: Floats
    male: Floats
    sizes: Floats
    elder_singles: float
    income_median_fen: float
    income_sigma: float


@cache
def tables() -> Tables:
    """The tables of distributions.csv (sources in its rows; rows marked ASSUME are assumptions)."""
    found: dict[str, dict[str, float]] = {}
    with (DATA / "distributions.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["table"], {})[row["key"]] = float(row["value"])
    pyramid = np.array(list(found["age_pyramid_target"].values()))
    sizes = np.array(list(found["household_size"].values()))
    other = found["other"]
    return Tables(
        pyramid=pyramid / pyramid.sum(),
        male=np.array(list(found["male_share"].values())) / 100,
        sizes=sizes / sizes.sum(),
        elder_singles=other["单身老人户占一人户"] / 100,
        income_median_fen=other["household_income_per_head_median_fen_month"],
        income_sigma=other["lognormal_sigma"],
    )


@cache
def sample_ranges() -> tuple[str, str]:
    """(county code of ID numbers, prefix of phones): both given to nobody real."""
    with (DATA / "sample_ranges.json").open(encoding="utf-8") as file:
        ranges = json.load(file)
    return ranges["id_county"], ranges["phone_prefix"]
