"""Counts the open figures anew and makes the yearly files: nothing that is stored here holds a small count."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import date
from typing import Any

from lianglin.access.actor import Actor
from lianglin.access.transaction import together
from lianglin.appeals.models import Category, OpenCount, OpenFile
from lianglin.appeals.queries import open_counts
from lianglin.appeals.rules import suppressing
from lianglin.appeals.rules.suppressing import Cell
from lianglin.kit import clock
from lianglin.kit.spreadsheet import as_csv
from lianglin.places.models import Community

COLUMNS: tuple[str, ...] = (
    "month", "community_code", "community", "class_code", "class", "reported", "closed", "open", "suppressed",
)  # fmt: skip
DEFINITIONS: dict[str, tuple[str, str]] = {
    "month": ("受理月份（北京时间）", "month in which the case was reported, Asia/Shanghai"),
    "community_code": ("社区 12 位代码；空白为全市", "12-digit code of the community; empty: the whole city"),
    "class_code": (
        "诉求类别代码；空白为全部，none 为尚未归类",
        "class of the catalogue; empty: all; none: not sorted yet",
    ),
    "reported": ("当月受理件数，含合并件", "cases reported in the month, merged ones included"),
    "closed": (
        "其中截至数据时间已结件数，不论结果",
        "of these, ended by the time of the data, whatever the outcome",
    ),
    "open": ("其中在办件数", "of these, still in hand"),
    "suppressed": (
        "1 表示有数字隐去：1 至 9 件的，以及能推算出这类数字的",
        "1: a count of 1 to 9, or one that would give such a count away, is left out",
    ),
}
"""What the columns mean, in Chinese and English; stands in every file."""


def recount(*, by: Actor, years: int = 2) -> int:
    """Counts the finished months of this year and of those before it anew; returns how many cells are published."""
    by.require("system")
    today = clock.today()
    since, until = date(today.year - years + 1, 1, 1), today.replace(day=1)
    now, rows = clock.now(), list[OpenCount]()
    with together():
        for month, (closed, still_open) in sorted(open_counts.counted(since, until).items()):
            rows += _month(month, closed, still_open, now)
        OpenCount.objects.filter(month__gte=since).delete()
        OpenCount.objects.bulk_create(rows, batch_size=2000)
        for year in range(since.year, today.year + 1):
            _files(year, now)
    return len(rows)


def _month(
    month: date, closed: dict[Cell, int], still_open: dict[Cell, int], now: Any
) -> Iterator[OpenCount]:
    """The cells of a month. What became of the cases is told only where their number may be, and closed and open together."""
    ended, running = suppressing.summed(closed), suppressing.summed(still_open)
    reported = {cell: ended[cell] + running[cell] for cell in ended}
    no_number = suppressing.hidden(reported)
    no_parts = no_number | suppressing.hidden(ended) | suppressing.hidden(running)
    for cell, count in reported.items():
        yield OpenCount(
            month=month, scope_code=cell[0], category_code=cell[1], counted_at=now,
            received=None if cell in no_number else count,
            closed=None if cell in no_parts else ended[cell],
            open=None if cell in no_parts else running[cell],
        )  # fmt: skip


def _files(year: int, now: Any) -> None:
    rows = list(_lines(year))
    OpenFile.objects.filter(year=year).delete()
    if not rows:
        return
    for form, content in (("csv", _csv(rows)), ("json", _json(year, rows, now))):
        OpenFile.objects.create(
            year=year, format=form, rows=len(rows), content=content, counted_at=now,
            sha256=hashlib.sha256(content).hexdigest(),
        )  # fmt: skip


def _lines(year: int) -> Iterator[dict[str, Any]]:
    places = dict(Community.objects.filter(valid_to__isnull=True).values_list("scope_code", "name"))
    classes = dict(Category.objects.order_by("field__catalogue_id").values_list("code", "name"))
    for cell in open_counts.of_year(year):
        counts = (cell["received"], cell["closed"], cell["open"])
        yield dict(
            zip(
                COLUMNS,
                (
                    f"{cell['month']:%Y-%m}", cell["scope_code"], places.get(cell["scope_code"], ""),
                    cell["category_code"], classes.get(cell["category_code"], ""), *counts,
                    int(None in counts),
                ),
                strict=True,
            )
        )  # fmt: skip


def _csv(rows: list[dict[str, Any]]) -> bytes:
    return as_csv([COLUMNS, *(tuple(row.values()) for row in rows)])


def _json(year: int, rows: list[dict[str, Any]], now: Any) -> bytes:
    metadata = {
        "title": f"诉求受理与办结月度计数 {year}",
        "year": year,
        "data_time": clock.local(now).isoformat(timespec="seconds"),
        "definitions": {name: {"zh": zh, "en": en} for name, (zh, en) in DEFINITIONS.items()},
        "smallest_count": suppressing.LEAST,
    }
    return json.dumps({"metadata": metadata, "rows": rows}, ensure_ascii=False).encode()
