"""Rows of a CSV or Excel file as texts, one after the other: bounded memory, any usual encoding, no formulas. No Django but its lazy texts."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from typing import IO, Any

from django.utils.translation import gettext_lazy as _

COLUMNS, CELL = 60, 200
"""Columns and characters of a cell that are read; a list of residents has fewer."""
UNPACKED = 4 * 1024**3
"""Bytes that an Excel file may unpack to; a small file that becomes more is no list but an attack."""
AS_NUMBER = "\u0000number"
"""What stands for a number of 16 digits or more: Excel keeps fifteen, so that an ID number's last digits are lost."""


SAYS: dict[str, Any] = {
    "kind": _("This is no list that can be read. Save it as .xlsx or .csv (not .xls) and bring it again."),
    "empty": _("The file has a heading at most. Fill in the rows below it."),
    "bomb": _("The file unpacks to more than a list can be. Save it anew from Excel."),
    "encoding": _("The characters of the file cannot be read. Save it as “CSV UTF-8” or as .xlsx."),
}
"""Why a file is no table, and what to do."""


class Unreadable(ValueError):
    """The file is no table that can be read; ``code`` says why: kind, empty, bomb, encoding."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    @property
    def said(self) -> str:
        """The reason in words."""
        return str(SAYS[self.code])


def rows_of(file: IO[bytes], kind: str, *, most: int = UNPACKED, longest: int = CELL) -> Iterator[list[str]]:
    """The rows, heading first. ``kind`` "csv" or "xlsx"; ``file`` can seek; an Excel file unpacks to ``most`` bytes.

    Of a cell ``longest`` characters are read. Empty rows are left out. Unreadable, also in the middle of a file that is damaged there.
    """
    found = _xlsx(file, most, longest) if kind == "xlsx" else _csv(file, longest)
    return (row for row in found if any(row))


def kind_of(name: str, head: bytes) -> str:
    """ "xlsx" or "csv", by the first bytes and the name; Unreadable for anything else (old .xls files too)."""
    if head.startswith(b"PK") and name.lower().endswith(".xlsx"):
        return "xlsx"
    if b"\0" not in head and name.lower().endswith((".csv", ".txt")):
        return "csv"
    raise Unreadable("kind")


def _csv(file: IO[bytes], longest: int) -> Iterator[list[str]]:
    encoding = _encoding(file)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        head = text.read(4096)
        text.seek(0)
        mark = max(",;\t", key=head.split("\n")[0].count)
        for row in csv.reader(text, delimiter=mark):
            yield [_cell(value, longest) for value in row[:COLUMNS]]
    except (UnicodeDecodeError, csv.Error):
        raise Unreadable("encoding") from None
    finally:
        if not file.closed:  # who stopped reading may have closed it before
            text.detach()


def _encoding(file: IO[bytes]) -> str:
    """UTF-8 (with or without mark) when the whole file is, else GB 18030, which Chinese Excel writes."""
    import codecs

    decoder = codecs.getincrementaldecoder("utf-8")()
    file.seek(0)
    try:
        while block := file.read(1 << 20):
            decoder.decode(block)
        decoder.decode(b"", final=True)
        return "utf-8-sig"
    except UnicodeDecodeError:
        return "gb18030"
    finally:
        file.seek(0)


def _xlsx(file: IO[bytes], most: int, longest: int) -> Iterator[list[str]]:
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(file) as packed:
            if sum(entry.file_size for entry in packed.infolist()) > most:
                raise Unreadable("bomb")
        file.seek(0)
        book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
    except Unreadable:
        raise
    except Exception:  # openpyxl raises whatever its parsers do
        raise Unreadable("kind") from None
    try:
        sheet: Any = book.worksheets[0]
        rows = sheet.iter_rows(values_only=True)
        while (row := _next(rows)) is not None:
            yield [_cell(value, longest) for value in row[:COLUMNS]]
    except IndexError:  # no sheet at all
        raise Unreadable("empty") from None
    finally:
        book.close()


def _next(rows: Iterator[Any]) -> Any:
    try:
        return next(rows, None)
    except Exception:  # as above: the sheet is damaged from here on
        raise Unreadable("kind") from None


def _cell(value: Any, longest: int = CELL) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int | float):
        if abs(value) >= 10**15:
            return AS_NUMBER
        return str(int(value)) if float(value).is_integer() else str(value)
    return " ".join(str(value).replace("\0", "").split())[:longest]
