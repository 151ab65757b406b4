"""A report as an Excel workbook: a sheet for each section, numbers as numbers, its definitions and data time, A4.

No text is taken for a formula; every printed page carries who took it out, when and for what.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Any

import xlsxwriter

from lianglin.indicators import rates, rules
from lianglin.indicators.reports import layout, words
from lianglin.indicators.reports.layout import Paper
from lianglin.indicators.reports.models import Report
from lianglin.indicators.reports.words import Cell
from lianglin.kit.spreadsheet import harmless

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
A4 = 9
NAME = 31
"""Characters that Excel allows in the name of a sheet."""
FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
Value = int | float | str | None


class Rate(float):
    """A share of one, shown in percent with one decimal."""


def document(report: Report, paper: Paper) -> bytes:
    """The workbook as bytes."""
    out = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(out, {**options, "in_memory": True})
    book.set_properties({"title": paper.title, "comments": paper.mark})
    made = _Book(book, paper)
    made.sheet("说明", [paper.title], ["项目", "内容"], _about(report, paper), widths=(18, 60))
    for at, section in enumerate(report.figures["sections"]):
        said = [section["title"], *report.texts.get(str(at), [])]
        heads, rows = _table(section, report.figures)
        made.sheet(section["title"], said, heads, rows, chart=section if rows else None)
    heads = ["指标", "口径", "代码", "口径版本"]
    defined = [
        [one["label"], one["definition"], one["code"], one["version"]]
        for one in report.figures["definitions"]
    ]
    made.sheet("指标口径", ["指标口径"], heads, defined, widths=(22, 70, 26, 10))
    book.close()
    return out.getvalue()


def _about(report: Report, paper: Paper) -> list[list[Value]]:
    data = report.figures
    told = [
        ("标题", paper.title), ("期间", data["period"]), ("地区", data["place"]), ("发文机关", paper.signed),
        ("发文字号", paper.number or "—"), ("日期", paper.day), ("版本", str(report.version)), ("状态", paper.stamp or "已签发"),
        ("取出", paper.mark), ("数据性质", paper.sample or "按登记的事项统计"),
    ]  # fmt: skip
    return [*(list(row) for row in told), *([f"说明{at}", text] for at, text in enumerate(_notes(report), 1))]


def _notes(report: Report) -> list[str]:
    """The explanations without the definitions, which have a sheet of their own."""
    return list(layout.explained(report))[: -len(report.figures["definitions"]) or None]


def _table(section: dict[str, Any], data: dict[str, Any]) -> tuple[list[str], list[list[Value]]]:
    if not section["figures"]:
        return [], []
    if section["by"]:
        return _parts(section, data)
    if section.get("trend"):
        figure = section["figures"][0]
        heads = ["时期", figure["label"], "分子或件数", "分母"]
        cells = [(one["period"], Cell.of(one["cell"])) for one in section["trend"]]
        return heads, [[period, *_three(cell, data)] for period, cell in cells]
    before, year = words.BEFORE[data["kind"]]
    kinds = [("now", "本期"), ("before", before), *([("year", year)] if year else [])]
    heads = ["指标", "单位"]
    for _kind, name in kinds:
        heads += [name, f"{name}（分子或数量）", f"{name}（分母）"]
    rows: list[list[Value]] = []
    for figure in section["figures"]:
        row: list[Value] = [figure["label"], words.UNITS[figure["unit"]]]
        for kind, _name in kinds:
            row += _three(Cell.of(section["totals"][figure["code"]][kind]), data)
        now = Cell.of(section["totals"][figure["code"]]["now"])
        rows.append([*row, now.left_out if figure["unit"] == "percent" and not now.hidden else None])
    return [*heads, "裁定不计入"], rows


def _parts(section: dict[str, Any], data: dict[str, Any]) -> tuple[list[str], list[list[Value]]]:
    heads = ["代码", section["by"]]
    for figure in section["figures"]:
        rate = figure["unit"] == "percent"
        heads += [figure["label"], *(["分子", "分母"] if rate else [])]
    lines = [(one["code"], one["label"], one["cells"]) for one in section["lines"]]
    lines.append(("", "合计", [section["totals"][one["code"]]["now"] for one in section["figures"]]))
    rows: list[list[Value]] = []
    for code, label, kept in lines:
        row: list[Value] = [code, label]
        for figure, cell in zip(section["figures"], kept, strict=True):
            three = _three(Cell.of(cell), data)
            row += three if figure["unit"] == "percent" else three[:1]
        rows.append(row)
    return heads, rows


def _three(cell: Cell, data: dict[str, Any]) -> list[Value]:
    """The figure, its numerator, its denominator; a rate on too small a base is not given as one."""
    if cell.hidden:
        return [words.HIDDEN[cell.hidden], None, None]
    counts = cell.counts
    if counts.denominator is None:
        return [counts.numerator, counts.numerator, None]
    percent = rules.percent(counts.numerator, counts.denominator)
    shown: Value = "—"
    if percent is not None and rates.is_rate(counts, data["least"]):
        shown = Rate(percent / 100)
    return [shown, counts.numerator, counts.denominator]


class _Book:
    """Sheets of one look: heads bold and repeated, the mark on every page, one page wide."""

    def __init__(self, book: Any, paper: Paper) -> None:
        self.book, self.paper = book, paper
        top = {"valign": "top", "text_wrap": True}
        self.text, self.number = book.add_format(top), book.add_format({**top, "num_format": "#,##0"})
        self.share = book.add_format({**top, "num_format": "0.0%"})
        self.bold = book.add_format({**top, "bold": True, "bottom": 1})
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.names: set[str] = set()

    def name(self, wanted: str) -> str:
        """A name that Excel takes and no other sheet has."""
        clean = FORBIDDEN.sub("", wanted).strip(" '") or "表"
        name, number = clean[:NAME], 1
        while name.lower() in self.names:
            number += 1
            name = f"{clean[: NAME - 4]}（{number}）"
        self.names.add(name.lower())
        return name

    def sheet(
        self, name: str, said: Sequence[str], heads: Sequence[str], rows: Sequence[Sequence[Value]],
        *, widths: Sequence[int] = (), chart: dict[str, Any] | None = None,
    ) -> None:  # fmt: skip
        """One sheet: what is said above the table, the heads, the rows, and a chart beside them."""
        sheet = self.book.add_worksheet(self.name(name))
        self._printed(sheet, wide=len(heads) > 6)
        for at in range(max(len(heads), 1)):
            sheet.set_column(at, at, widths[at] if at < len(widths) else 14)
        notes = [text for text in (*said[1:], self.paper.stamp, self.paper.sample) if text]
        sheet.write_string(0, 0, harmless(said[0]), self.title)
        for at, text in enumerate(notes, start=1):
            sheet.write_string(at, 0, harmless(text))
        top = len(notes) + 2
        for at, text in enumerate(heads):
            sheet.write_string(top, at, harmless(text), self.bold)
        for down, row in enumerate(rows, start=top + 1):
            for at, value in enumerate(row):
                self._write(sheet, down, at, value)
        if heads:
            sheet.freeze_panes(top + 1, 0)
            sheet.repeat_rows(top)
        if chart and chart.get("chart"):
            self._chart(sheet, chart, top, len(rows))

    def _write(self, sheet: Any, down: int, at: int, value: Value) -> None:
        if isinstance(value, Rate):
            sheet.write_number(down, at, value, self.share)
        elif isinstance(value, int | float):
            sheet.write_number(down, at, value, self.number)
        else:
            sheet.write_string(down, at, harmless("" if value is None else value), self.text)

    def _printed(self, sheet: Any, *, wide: bool) -> None:
        sheet.set_paper(A4)
        if wide:
            sheet.set_landscape()
        sheet.set_margins(left=0.6, right=0.6, top=0.9, bottom=0.7)
        sheet.fit_to_pages(1, 0)
        told = "　".join(filter(None, (self.paper.mark, self.paper.stamp, self.paper.sample)))
        sheet.set_header("&C&8" + told.replace("&", "&&")[:240])
        sheet.set_footer("&C第 &P 页，共 &N 页")

    def _chart(self, sheet: Any, section: dict[str, Any], top: int, rows: int) -> None:
        """The first figure over the lines of the table; its total is no line."""
        column = 2 if section["by"] else 1
        drawn = self.book.add_chart({"type": "line" if section["chart"] == "line" else "bar"})
        last = top + rows - (1 if section["by"] else 0)
        drawn.add_series({
            "name": section["figures"][0]["label"],
            "categories": [sheet.name, top + 1, column - 1, last, column - 1],
            "values": [sheet.name, top + 1, column, last, column],
        })  # fmt: skip
        drawn.set_legend({"none": True})
        if section["chart"] != "line":
            drawn.set_y_axis({"reverse": True})
        sheet.insert_chart(top + rows + 2, 0, drawn)
