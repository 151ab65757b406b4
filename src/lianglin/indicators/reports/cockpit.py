"""The dashboard as a paper: what it shows of a place and month, for Word, Excel and PDF. Chinese, as every report."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import xlsxwriter
from django.conf import settings

from lianglin.indicators.reports import charts
from lianglin.indicators.reports.layout import SAMPLE, Block, Paper, chinese_day
from lianglin.kit import clock
from lianglin.kit.spreadsheet import harmless

COLUMNS = 5
"""Figures beside one another in a table of A4."""


def paper(title: str, shown: Shown, *, signed: str, mark: str) -> Paper:
    """The dashboard in the layout of a report, without what only an issued one has."""
    return Paper(
        title=title,
        blocks=list(_blocks(shown)),
        signed=signed,
        day=chinese_day(clock.today()),
        mark=mark,
        stamp="",
        sample=SAMPLE if settings.DEMO else "",
    )


class Shown:
    """What the dashboard shows, as texts: figures, the places below, the trend, definitions."""

    def __init__(self, sheet: Any, month: str, *, below: str, trend_of: Any) -> None:
        self.month, self.below, self.trend_of = month, below, trend_of
        self.tiles: Sequence[Any] = sheet.tiles
        self.lines: Sequence[Any] = [line for line in sheet.lines if line.place.loaded]
        self.trend: Sequence[Any] = sheet.trend
        self.computed_at: datetime | None = sheet.computed_at

    @property
    def as_of(self) -> str:
        """The data time."""
        if self.computed_at is None:
            return "本期尚无数据"
        at = clock.local(self.computed_at)
        return f"数据截至{chinese_day(at.date())}{at:%H:%M}"


def both(one: Any) -> str:
    """A value with its unit, over its two counts."""
    value = f"{one.text}{one.unit if one.amount is not None else ''}"
    if one.counts.denominator is None:
        return value
    return f"{value}\n{one.counts.numerator}/{one.counts.denominator}"


def _blocks(shown: Shown) -> list[Block]:
    heads = ["指标", "本月", "上年同月", "同比"]
    rows = [
        [str(one.indicator.label), both(one), str(one.before_amount), str(one.change)] for one in shown.tiles
    ]
    found = [
        Block("heading", "一、主要指标"),
        Block("paragraph", f"{shown.as_of}。每个比率同时列出分子和分母；基数不足30的不计算增减幅度。"),
        Block("table", f"表1　主要指标（{shown.month}）", head=heads, rows=rows),
    ]
    if shown.trend:
        found.append(_trend(shown))
    if shown.lines:
        found.append(Block("heading", f"二、{shown.below}"))
        found.append(Block("paragraph", "按代码排列，不排名次。"))
        found += _places(shown)
    found.append(Block("heading", f"{'三' if shown.lines else '二'}、指标口径"))
    found += [Block("paragraph", f"{one.indicator.label}：{one.indicator.definition}") for one in shown.tiles]
    return found


def _trend(shown: Shown) -> Block:
    points = [charts.Point(one.url[2:].replace("-", "."), one.amount, str(one.text)) for one in shown.trend]
    figure = shown.trend_of
    rate = figure.unit == "percent"
    title = f"{figure.label}，十三个月"
    return Block(
        "chart",
        title,
        svg=charts.line(points, title=title, top=100 if rate else None, goal=figure.target if rate else None),
    )


def _places(shown: Shown) -> list[Block]:
    made = []
    for start in range(0, len(shown.tiles), COLUMNS):
        part = slice(start, start + COLUMNS)
        head = ["地区", *(str(one.indicator.label) for one in shown.tiles[part])]
        rows = [[str(line.place.label), *map(both, line.cells[part])] for line in shown.lines]
        rows.append(["合计", *map(both, shown.tiles[part])])
        made.append(
            Block("table", f"表{2 + len(made)}　{shown.below}（{shown.month}）", head=head, rows=rows)
        )
    return made


def workbook(title: str, shown: Shown, *, mark: str) -> bytes:
    """The same as an Excel workbook: figures, places, definitions; numbers are numbers, and no text is a formula."""
    out = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(out, options)
    book.set_properties({"title": title, "comments": mark})
    heads = ["指标", "数值", "单位", "分子", "分母", "上年同月", "同比"]
    rows = [
        [one.indicator.label, one.amount, one.unit, *_counts(one), one.before_amount, one.change]
        for one in shown.tiles
    ]
    _sheet(book, "主要指标", mark, [title, shown.as_of], heads, rows)
    if shown.lines:
        heads, rows = ["代码", "地区"], []
        for one in shown.tiles:
            label = str(one.indicator.label)
            heads += [label, f"{label}（分子）", f"{label}（分母）"]
        for line in shown.lines:
            row: list[Any] = [line.place.code, line.place.label]
            for one in line.cells:
                row += [one.amount, *_counts(one)]
            rows.append(row)
        _sheet(book, shown.below[:31], mark, [title, shown.as_of], heads, rows)
    definitions = [[one.indicator.label, one.indicator.definition, one.indicator.code] for one in shown.tiles]
    _sheet(book, "指标口径", mark, [title], ["指标", "口径", "代码"], definitions)
    book.close()
    return out.getvalue()


def _counts(one: Any) -> list[int | None]:
    return [one.counts.numerator if one.counts.denominator is not None else None, one.counts.denominator]


def _sheet(
    book: Any, name: str, mark: str, said: Sequence[str], heads: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    sheet, bold = book.add_worksheet(name), book.add_format({"bold": True, "text_wrap": True})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_header("&C" + mark.replace("&", "&&")[:240])
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_column(0, max(len(heads) - 1, 1), 18)
    top = [*said, mark, *([SAMPLE] if settings.DEMO else [])]
    for at, text in enumerate(top):
        sheet.write_string(at, 0, harmless(text))
    for at, text in enumerate(heads):
        sheet.write_string(len(top), at, harmless(text), bold)
    for down, row in enumerate(rows, start=len(top) + 1):
        for at, value in enumerate(row):
            if isinstance(value, int | float):
                sheet.write_number(down, at, value, wrap)
            else:
                sheet.write_string(down, at, harmless("" if value is None else value), wrap)
    sheet.freeze_panes(len(top) + 1, 1)
