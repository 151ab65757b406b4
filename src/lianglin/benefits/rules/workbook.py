"""The parameters as an Excel workbook: one sheet for each kind, a row for each value; read back cell by cell."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO, Any

import xlsxwriter
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

HEAD = ("参数", "单位", "地区", "自", "至", "值", "文号")
NAME, UNIT, AREA, FROM, TO, VALUE, DOCUMENT = range(7)
WIDTHS = (34, 12, 14, 12, 12, 14, 40)
TO_ENTER = "待填"
MOST_ROWS, MOST_SHEETS, UNPACKED = 5_000, 12, 50_000_000
LONGEST = 120


@dataclass(frozen=True)
class Row:
    """One value as text; ``sheet`` and ``number`` say where it stood."""

    name: str
    unit: str
    area: str
    from_on: str
    to_on: str
    value: str
    document: str
    sheet: str = ""
    number: int = 0

    def cell(self, column: int) -> str:
        """The cell of a column as a spreadsheet names it: 金额!F12."""
        return f"{self.sheet}!{get_column_letter(column + 1)}{self.number}"


class BadWorkbook(ValueError):
    """The file is no workbook that can be read; ``code``: kind, bomb, head, rows."""

    def __init__(self, code: str, where: str = "") -> None:
        super().__init__(code)
        self.code, self.where = code, where


@dataclass(frozen=True)
class BadCell:
    """A cell that cannot be taken; ``code``: formula, number, long."""

    cell: str
    code: str
    text: str


def write(sheets: Mapping[str, Sequence[Row]], note: str) -> bytes:
    """The workbook. No text is ever taken for a formula; cells that are to be entered are coloured and say so."""
    out = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(out, options) as book:
        bold = book.add_format({"bold": True, "bottom": 1, "bg_color": "#e5f0f0"})
        text = book.add_format({"num_format": "@"})
        missing = book.add_format({"num_format": "@", "bg_color": "#fff3da", "bold": True})
        for title, rows in sheets.items():
            sheet = book.add_worksheet(title)
            sheet.freeze_panes(1, 1)
            for column, (head, width) in enumerate(zip(HEAD, WIDTHS, strict=True)):
                sheet.set_column(column, column, width, text)
                sheet.write_string(0, column, head, bold)
            sheet.write_comment(0, VALUE, note)
            for number, row in enumerate(rows, start=1):
                said = (row.name, row.unit, row.area, row.from_on, row.to_on, row.value, row.document)
                for column, value in enumerate(said):
                    empty = column == VALUE and value == TO_ENTER
                    sheet.write_string(number, column, value, missing if empty else text)
    return out.getvalue()


def read(file: IO[bytes]) -> tuple[list[Row], list[BadCell]]:
    """The rows of all sheets that are not empty, and the cells that cannot be taken."""
    try:
        with zipfile.ZipFile(file) as packed:
            if sum(entry.file_size for entry in packed.infolist()) > UNPACKED:
                raise BadWorkbook("bomb")
        file.seek(0)
        book = load_workbook(file, read_only=True, data_only=False, keep_links=False)
    except BadWorkbook:
        raise
    except Exception:  # openpyxl raises whatever its parsers do
        raise BadWorkbook("kind") from None
    rows, bad = list[Row](), list[BadCell]()
    try:
        for sheet in book.worksheets[:MOST_SHEETS]:
            for row in _rows(sheet, bad):
                rows.append(row)
                if len(rows) > MOST_ROWS:
                    raise BadWorkbook("rows")
    except BadWorkbook:
        raise
    except Exception:  # as above: damaged from here on
        raise BadWorkbook("kind") from None
    finally:
        book.close()
    return rows, bad


def _rows(sheet: Any, bad: list[BadCell]) -> Iterator[Row]:
    for number, cells in enumerate(sheet.iter_rows(max_col=len(HEAD), max_row=MOST_ROWS + 2), start=1):
        said = [
            _text(cell, f"{sheet.title}!{get_column_letter(n + 1)}{number}", bad)
            for n, cell in enumerate(cells)
        ]
        said += [""] * (len(HEAD) - len(said))
        if number == 1:
            if tuple(said) != HEAD:
                raise BadWorkbook("head", sheet.title)
        elif any(said):
            yield Row(*said, sheet=sheet.title, number=number)


def _text(cell: Any, where: str, bad: list[BadCell]) -> str:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f" or (isinstance(value, str) and value.lstrip().startswith("=")):
        bad.append(BadCell(where, "formula", str(value)[:60]))
        return ""
    if isinstance(value, datetime | date):
        return (value.date() if isinstance(value, datetime) else value).isoformat()
    if isinstance(value, bool):
        bad.append(BadCell(where, "number", str(value)))
        return ""
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".")
    text = " ".join(str(value).replace("\0", "").split())
    if len(text) > LONGEST:
        bad.append(BadCell(where, "long", text[:60]))
        return ""
    return text
