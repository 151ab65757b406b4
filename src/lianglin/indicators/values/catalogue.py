"""The figures that other offices count, as a table: those of the house, and those that a city adds in a file of its own."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.utils.functional import lazy
from django.utils.translation import get_language

from lianglin.kit.domain import Indicator

FILE = Path(__file__).resolve().parent.parent / "data" / "imported_figures.csv"
PREFIX = "imported."
COLUMNS = (
    "code", "zh", "en", "definition_zh", "definition_en", "unit", "kind", "better", "office_zh", "office_en", "rows",
)  # fmt: skip
_UNITS = ("cases", "persons", "visits", "households", "percent", "hours", "objects")
_KINDS = ("stock", "flow", "cumulative", "yoy")


def _either(zh: str, en: str) -> str:
    return en if get_language() == "en" and en else zh


_in_both = lazy(_either, str)


def read(path: Path) -> Iterator[Indicator]:
    """The figures of a table; ValueError says the line and what to write when one cannot be used."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        for line, row in enumerate(csv.DictReader(file), start=2):
            yield _figure(row, f"{path.name}, line {line}")


def _figure(row: dict[str, str], where: str) -> Indicator:
    if missing := [name for name in COLUMNS if row.get(name) is None]:
        raise ValueError(
            f"{where}: the columns {missing} are missing. The first line names all of {COLUMNS}."
        )
    for name, known in (("unit", _UNITS), ("kind", _KINDS), ("better", ("", "up", "down"))):
        if row[name] not in known:
            raise ValueError(f"{where}: “{row[name]}” is no {name}. Write one of {known}.")
    if not row["code"].startswith(PREFIX) or not row["zh"] or not row["definition_zh"]:
        raise ValueError(f"{where}: write a code that begins with “{PREFIX}”, a name and a definition.")
    given: dict[str, Any] = {"unit": row["unit"], "kind": row["kind"], "better": row["better"]}
    return Indicator(
        row["code"], _in_both(row["zh"], row["en"]), _in_both(row["definition_zh"], row["definition_en"]),
        origin="imported", published=False, steward=_in_both(row["office_zh"], row["office_en"]),
        r_rows=tuple(row["rows"].split()), **given,
    )  # fmt: skip


def figures() -> tuple[Indicator, ...]:
    """All of them; a city's own file is named by LIANGLIN_IMPORTED_FIGURES.

    Read from the environment itself: manifests are read before there are settings.
    """
    added = os.environ.get("LIANGLIN_IMPORTED_FIGURES", "")
    return (*read(FILE), *(read(Path(added)) if added else ()))
