"""Counts the open figures anew and makes the yearly files: nothing that is stored here holds a small count."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from lianglin.access.actor import Actor
from lianglin.access.transaction import together
from lianglin.appeals.models import Category, OpenCount, OpenFile
from lianglin.appeals.queries import open_counts
from lianglin.appeals.rules import suppressing
from lianglin.appeals.rules.suppressing import Cell
from lianglin.indicators.opened import queries as published
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
    since, until = span(clock.today(), years)
    with together():
        OpenCount.objects.filter(month__gte=since).delete()
        written = sum(recount_month(by=by, month=month) for month in months_of(since, until))
        for year in range(since.year, until.year + 1):
            make_files(by=by, year=year)
    return written


def span(today: date, years: int = 2) -> tuple[date, date]:
    """First day of the first month that is counted, and of the running month, which is not."""
    return date(today.year - years + 1, 1, 1), today.replace(day=1)


def months_of(since: date, until: date) -> list[date]:
    """The first days of the months from ``since`` until before ``until``."""
    first, last = since.year * 12 + since.month - 1, until.year * 12 + until.month - 1
    return [date(number // 12, number % 12 + 1, 1) for number in range(first, last)]


def recount_month(*, by: Actor, month: date) -> int:
    """Counts one finished month anew; how many cells are published."""
    by.require("system")
    now, following = clock.now(), months_of(month, date(month.year + 2, 1, 1))[1]
    rows: list[OpenCount] = []
    with together():
        for closed, still_open in open_counts.counted(month, following).values():
            hidden = published.hidden_places("appeals.received", month)
            rows += _month(month, closed, still_open, now, hidden)
        OpenCount.objects.filter(month=month).delete()
        OpenCount.objects.bulk_create(rows, batch_size=2000)
    return len(rows)


def make_files(*, by: Actor, year: int) -> int:
    """Makes the files of a year anew from what is counted; how many rows they have."""
    by.require("system")
    with together():
        return _files(year, clock.now())


def _month(
    month: date,
    closed: dict[Cell, int],
    still_open: dict[Cell, int],
    now: Any,
    held_back: set[str] | None = None,
) -> Iterator[OpenCount]:
    """The cells of a month. What became of the cases is told only where their number may be, and closed and open together.

    ``held_back``: the places whose number the published figures hide; None when they do not tell of the month.
    """
    ended, running = suppressing.summed(closed), suppressing.summed(still_open)
    reported = {cell: ended[cell] + running[cell] for cell in ended}
    withheld, told = _elsewhere(held_back, reported)
    no_number = suppressing.hidden(reported, withheld=withheld, told=told)
    no_parts = no_number | suppressing.hidden(ended) | suppressing.hidden(running)
    for cell, count in reported.items():
        yield OpenCount(
            month=month, scope_code=cell[0], category_code=cell[1], counted_at=now,
            received=None if cell in no_number else count,
            closed=None if cell in no_parts else ended[cell],
            open=None if cell in no_parts else running[cell],
        )  # fmt: skip


def _elsewhere(hidden: set[str] | None, table: Iterable[Cell]) -> tuple[set[Cell], set[Cell]]:
    """The sums by community that the published figures hide, and those that they show: the same number, twice in public."""
    if hidden is None:
        return set(), set()
    sums = {cell for cell in table if cell[1] == suppressing.ALL}
    withheld = {cell for cell in sums if cell[0] in hidden}
    return withheld, sums - withheld


def _files(year: int, now: Any) -> int:
    rows = list(_lines(year))
    OpenFile.objects.filter(year=year).delete()
    if not rows:
        return 0
    for form, content in (("csv", _csv(rows)), ("json", _json(year, rows, now))):
        OpenFile.objects.create(
            year=year, format=form, rows=len(rows), content=content, counted_at=now,
            sha256=hashlib.sha256(content).hexdigest(),
        )  # fmt: skip
    return len(rows)


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
