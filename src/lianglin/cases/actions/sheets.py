"""Files of rows: a workbook and a text, each with its watermark, none of whose cells a spreadsheet would run."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from lianglin.kit import clock, spreadsheet
from lianglin.kit.lists import Column
from lianglin.kit.signs import local_dt
from lianglin.kit.spreadsheet import harmless


@dataclass(frozen=True)
class Watermark:
    """Who took a file out, when, for what, and until when it is kept."""

    who: str
    at: datetime
    purpose: str
    reason: str
    until: datetime

    @property
    def line(self) -> str:
        """The watermark in one line."""
        return _("Taken out by %(who)s · %(at)s · for: %(purpose)s (%(reason)s)") % {
            "who": self.who,
            "at": local_dt(self.at),
            "purpose": self.purpose,
            "reason": self.reason,
        }


def cell(value: Any) -> str:
    """What stands in a cell: an instant as the city reads it, and nothing that a spreadsheet takes for a formula."""
    return harmless(local_dt(value, "short") if isinstance(value, datetime) else value)


def _limit_words(cut: bool, count: int) -> str:
    if cut:
        return _("More rows fitted: a file holds %(n)d. Narrow the list for the others.") % {"n": count}
    return _("All %(n)d rows of the list at that time.") % {"n": count}


def as_csv(
    title: str, columns: Sequence[Column], rows: Iterable[Any], mark: Watermark, *, cut: bool
) -> bytes:
    """UTF-8 with the mark that Excel needs; the watermark stands in the first and the last line."""
    lines = [[cell(column.value(row)) for column in columns] for row in rows]
    first = [title, mark.line, _limit_words(cut, len(lines))]
    return spreadsheet.as_csv([first, [column.label for column in columns], *lines, [mark.line]])


def as_workbook(
    title: str, columns: Sequence[Column], rows: Iterable[Any], mark: Watermark, *, cut: bool
) -> bytes:
    """An Excel workbook, written row by row; the watermark on every printed page of both sheets, and in its properties."""
    out = io.BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(out, options)
    book.set_properties(
        {
            "title": title,
            "author": mark.who,
            "comments": mark.line,
            "created": clock.local(mark.at).replace(tzinfo=None),
        }
    )
    bold, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet(_sheet_name(title))
    _marked(sheet, mark)
    for index, column in enumerate(columns):
        sheet.set_column(index, index, column.width)
    sheet.write_string(0, 0, harmless(mark.line))
    for index, column in enumerate(columns):
        sheet.write_string(1, index, harmless(column.label), bold)
    sheet.freeze_panes(2, 1)
    sheet.repeat_rows(0, 1)
    count = 0
    for count, row in enumerate(rows, start=1):
        for index, column in enumerate(columns):
            sheet.write_string(count + 1, index, cell(column.value(row)), wrap)
    about = book.add_worksheet(_("About this file"))
    _marked(about, mark)
    about.set_column(0, 0, 80)
    until = _("Delete it when its purpose is served; here it is erased on %(day)s.") % {
        "day": local_dt(mark.until)
    }
    for line, text in enumerate((title, mark.line, _limit_words(cut, count), until)):
        about.write_string(line, 0, harmless(text), wrap)
    book.close()
    return out.getvalue()


def _marked(sheet: Any, mark: Watermark) -> None:
    text = mark.line.replace("&", "&&")[:240]
    sheet.set_header(f"&C{text}")
    sheet.set_footer("&C&P / &N")
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _sheet_name(title: str) -> str:
    return "".join(" " if letter in "[]:*?/\\" else letter for letter in title)[:31] or "1"
