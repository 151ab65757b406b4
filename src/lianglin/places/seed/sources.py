"""Read the small tables beside the extract: divisions, street polygons, compound outlines, invented names."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from shapely.geometry import shape

from lianglin.places.seed.plane import rounded

EXTRACT = "harbin_core_2024-04.osm.pbf"
DIVISIONS = "harbin_divisions_2023.csv"
BOUNDARIES = "harbin_boundaries.geojson.gz"
COMPOUNDS = "harbin_compounds.geojson.gz"
POINTS = "harbin_poi.csv"
NAMES = "compound_names.csv"
STYLE = "map_style.json"

ENGLISH = {
    "哈尔滨市": "Harbin", "道里区": "Daoli District", "南岗区": "Nangang District", "道外区": "Daowai District",
    "平房区": "Pingfang District", "松北区": "Songbei District", "香坊区": "Xiangfang District",
    "呼兰区": "Hulan District", "阿城区": "Acheng District", "双城区": "Shuangcheng District",
    "依兰县": "Yilan County", "方正县": "Fangzheng County", "宾县": "Bin County", "巴彦县": "Bayan County",
    "木兰县": "Mulan County", "通河县": "Tonghe County", "延寿县": "Yanshou County", "尚志市": "Shangzhi City",
    "五常市": "Wuchang City",
}  # fmt: skip
"""The names these divisions use of themselves in English; streets have none here."""


class SourceMissing(FileNotFoundError):
    """A source file is not in the folder that was named."""


class Division(NamedTuple):
    """One row of the division table; ``parent`` is '' for the city."""

    code: str
    level: str
    name: str
    parent: str
    name_en: str = ""


class Outline(NamedTuple):
    """A residential compound as mapped: its OSM number, its real name (never shown) and its polygon."""

    osm: int
    real_name: str
    geometry: Any


def _path(folder: Path, name: str) -> Path:
    path = folder / name
    if not path.is_file():
        raise SourceMissing(f"{name} is missing in {folder}: put it there, or name another source folder")
    return path


def _features(folder: Path, name: str) -> list[dict[str, Any]]:
    with gzip.open(_path(folder, name), "rt", encoding="utf-8") as file:
        return json.load(file)["features"]


def _rows(folder: Path, name: str) -> list[dict[str, str]]:
    with _path(folder, name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def extract_path(folder: Path) -> Path:
    """Where the OpenStreetMap extract lies."""
    return _path(folder, EXTRACT)


def divisions(folder: Path) -> list[Division]:
    """The whole division table, in the order of its file."""
    return [
        Division(row["code12"], row["level"], row["name"], row["parent12"], ENGLISH.get(row["name"], ""))
        for row in _rows(folder, DIVISIONS)
    ]


def streets(folder: Path) -> tuple[list[Division], np.ndarray]:
    """Every mapped street's row of the table and its polygon (degrees), ordered by code.

    The polygons carry no code; they match the table by name alone once 办事处 is stripped. A name that is in
    no row or in two raises ValueError.
    """
    by_name: dict[str, list[Division]] = {}
    table = divisions(folder)
    for row in table:
        if row.level == "township":
            by_name.setdefault(row.name.removesuffix("办事处"), []).append(row)
    features = _features(folder, BOUNDARIES)
    counties = _counties_of(features, by_name)
    pairs = []
    for feature in features:
        name = feature["properties"]["name"].removesuffix("办事处")
        rows = [row for row in by_name.get(name, []) if row.parent in counties]
        if len(rows) != 1:
            raise ValueError(
                f"street {name} in {BOUNDARIES}: {len(rows)} rows of {DIVISIONS} have this name, not 1"
            )
        pairs.append((rows[0], rounded(shape(feature["geometry"]))))
    pairs.sort(key=lambda pair: pair[0].code)
    return [row for row, _ in pairs], np.array([polygon for _, polygon in pairs], dtype=object)


def _counties_of(features: list[dict[str, Any]], by_name: dict[str, list[Division]]) -> set[str]:
    """The districts that some unambiguous street of the map belongs to (a town far away may share a name)."""
    found = (by_name.get(feature["properties"]["name"].removesuffix("办事处"), []) for feature in features)
    return {rows[0].parent for rows in found if len(rows) == 1}


def outlines(folder: Path) -> list[Outline]:
    """The mapped residential compounds, ordered by OSM number."""
    rows = [
        Outline(f["properties"]["osm"], f["properties"]["name"] or "", rounded(shape(f["geometry"])))
        for f in _features(folder, COMPOUNDS)
    ]
    return sorted(rows, key=lambda row: row.osm)


def real_names(folder: Path) -> frozenset[str]:
    """Names of real compounds and places: no invented name may be or hold one of them."""
    names = {outline.real_name for outline in outlines(folder)} | {
        row["name"] for row in _rows(folder, POINTS)
    }
    return frozenset(name for name in names if name)


def name_parts(folder: Path) -> tuple[list[str], list[str]]:
    """Stems and suffixes from which a compound's invented name is put together."""
    rows = _rows(folder, NAMES)
    return [row["stem"] for row in rows], rows[0]["suffixes"].split(";")
