"""Facts of the health ground that rules may name: never in the ordinary store, so unknown to everybody but the health role."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import cast

from lianglin.engines.eligibility.vocabulary import Fact, Kind, Level

FILE = Path(__file__).parents[1] / "data" / "health_facts.csv"
PREFIX = "health."
"""Columns of the health ground; no data element has such a code."""


@cache
def facts() -> tuple[Fact, ...]:
    """The facts of data/health_facts.csv, in its order."""
    with FILE.open(encoding="utf-8") as file:
        return tuple(
            Fact(
                row["name"],
                row["column"],
                cast("Level", row["level"]),
                cast("Kind", row["kind"]),
                row["name_en"],
                money=row["money"] == "1",
                unit=row["unit"],
                health=True,
            )
            for row in csv.DictReader(file)
        )
