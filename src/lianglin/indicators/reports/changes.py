"""What a correction changed: every figure that says another thing than the version before. Chinese, pure, no database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lianglin.indicators.reports import words
from lianglin.indicators.reports.words import Cell

Data = Mapping[str, Any]
TOLD = 8
"""Figures that a paper names; of more it says how many."""


def between(before: Data, now: Data) -> dict[str, Any]:
    """``figures``: "收到诉求由13件改为14件", in the order of the report; ``parts``: how many other cells differ.

    A figure that only one of them has is no change of a number: it is left to the reason.
    """
    told = [*_totals(before, now), *_read(before, now)]
    return {"figures": list(dict.fromkeys(told)), "parts": _parts(before, now)}


def _totals(before: Data, now: Data) -> Iterable[str]:
    then = {figure["code"]: cell for figure, cell in _cells(before)}
    for figure, cell in _cells(now):
        old = then.get(figure["code"])
        if old is None or old == cell:
            continue
        was, new = (words.value(one, figure["unit"], now["least"]) for one in (old, cell))
        if was != new:
            yield f"{figure['label']}由{was}改为{new}"
        elif old.left_out != cell.left_out:
            yield f"{figure['label']}裁定不计入的由{old.left_out}件改为{cell.left_out}件"


def _cells(data: Data) -> Iterable[tuple[Data, Cell]]:
    for section in data.get("sections", ()):
        for figure in section["figures"]:
            yield figure, Cell.of(section["totals"][figure["code"]]["now"])


def _read(before: Data, now: Data) -> Iterable[str]:
    """Those that are kept in words, like a median."""
    for one in now.get("definitions", ()):
        was, new = before.get(one["code"]), now.get(one["code"])
        if isinstance(was, str) and isinstance(new, str) and was != new:
            yield f"{one['label']}由{was}改为{new}"


def _parts(before: Data, now: Data) -> int:
    then, there = _lines(before), _lines(now)
    return sum(then.get(key) != there.get(key) for key in then.keys() | there.keys())


def _lines(data: Data) -> dict[tuple[str, str, str], list[Any]]:
    """Every cell that is no total of the period: of its parts, of the periods that it is compared with, of its line."""
    found: dict[tuple[str, str, str], list[Any]] = {}
    for section in data.get("sections", ()):
        for figure in section["figures"]:
            totals = section["totals"][figure["code"]]
            found |= {("", kind, figure["code"]): list(totals[kind]) for kind in ("before", "year")}
        for line in section["lines"]:
            for figure, kept in zip(section["figures"], line["cells"], strict=True):
                found[section["by"], line["code"], figure["code"]] = list(kept)
        for one in section.get("trend") or ():
            found["trend", one["period"], section["figures"][0]["code"]] = list(one["cell"])
    return found


def told(changes: Data) -> str:
    """In a sentence: "变动的数字：……；分项另有3处变动。"; "" where nothing was compared."""
    if not changes:
        return ""
    figures, parts = changes["figures"], changes["parts"]
    if not figures and not parts:
        return "各项数字与前一版相同。"
    named = "；".join(figures[:TOLD])
    more = f"等{len(figures)}项" if len(figures) > TOLD else ""
    beside = f"分项和对比的数字{'另' if named else ''}有{parts}处变动" if parts else ""
    return "；".join(filter(None, (f"变动的数字：{named}{more}" if named else "", beside))) + "。"
