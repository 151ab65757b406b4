"""The sample catalogue of 5 fields, 26 classes and 96 items (appeals/data/catalogue.csv), and the clocks of its items."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

DATA = Path(__file__).resolve().parent.parent / "data"
Floats = NDArray[np.float64]
Ints = NDArray[np.integer]


@dataclass(frozen=True)
class CatalogueItem:
    """One of the 96 items. Limits, owners and weights are proposals, not any city's rule."""

    code: str
    name: str
    name_en: str
    field: tuple[str, str, str]
    """(code, Chinese, English)"""
    category: tuple[str, str, str]
    owner: str
    owner_en: str
    limit_days: int
    urgent_hours: int | None
    season: str
    clock: str
    radius_m: int
    """Within this distance two appeals may be about one event; -1: never."""
    place_kind: str
    """bld, cmp, road, org or none"""
    weight: float
    months: tuple[float, ...]
    """Twelve factors, January first, 1 on average."""


@cache
def items() -> tuple[CatalogueItem, ...]:
    """The items in order of their codes; arrays of items hold indexes into this."""
    with (DATA / "catalogue.csv").open(encoding="utf-8", newline="") as file:
        return tuple(_item(row) for row in csv.DictReader(file))


@cache
def item_duties() -> dict[str, str]:
    """Which duty of the sample list of communities covers an item: item code -> duty code."""
    with (DATA / "item_duties.csv").open(encoding="utf-8", newline="") as file:
        return {row["item_code"]: row["duty_code"] for row in csv.DictReader(file)}


def _item(row: dict[str, str]) -> CatalogueItem:
    return CatalogueItem(
        code=row["item_code"],
        name=row["item_zh"],
        name_en=row["item_en"],
        field=(row["item_code"][:2], row["field_zh"], row["field_en"]),
        category=(row["class_code"], row["class_zh"], row["class_en"]),
        owner=row["owner_zh"],
        owner_en=row["owner_en"],
        limit_days=int(row["limit_working_days"]),
        urgent_hours=int(row["urgent_hours"]) if row["urgent_hours"] else None,
        season=row["season"],
        clock=row["clock"],
        radius_m=int(row["duplicate_radius_m"]),
        place_kind=row["place_kind"],
        weight=float(row["weight"]),
        months=tuple(float(row[f"m{month:02d}"]) for month in range(1, 13)),
    )


def index_of(name: str) -> int:
    """The index of the item with this Chinese name or code; KeyError when there is none."""
    for index, item in enumerate(items()):
        if name in (item.code, item.name):
            return index
    raise KeyError(f"The catalogue has no item “{name}”. Correct the name in appeals/data.")


def column(name: str) -> NDArray[Any]:
    """One attribute of all items as an array."""
    return np.array([getattr(item, name) for item in items()])


@dataclass(frozen=True)
class ClockShape:
    """When items of one kind are reported: by weekday, on holidays and make-up workdays, by hour."""

    week: Floats
    holiday: float
    makeup: float
    hours: Floats


def read_yaml(name: str) -> dict[str, Any]:
    """One file of appeals/data/grammar."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load((DATA / "grammar" / name).read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - safe loaders


@cache
def clocks() -> dict[str, ClockShape]:
    """The shapes by name, from events.yaml."""
    return {
        name: ClockShape(
            np.array(shape["week"], float),
            float(shape["holiday"]),
            float(shape["makeup"]),
            np.array(shape["hours"], float) / sum(shape["hours"]),
        )
        for name, shape in read_yaml("events.yaml")["clock"].items()
    }
