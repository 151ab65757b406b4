"""The empty file that an office fills in: CSV, or Excel with a second sheet of the figures that can be brought."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from lianglin.indicators.values.lines import HEADS
from lianglin.indicators.views.showing import unit
from lianglin.kit.domain import Indicator
from lianglin.kit.spreadsheet import as_csv

HEAD = [words[0] for words in HEADS.values()]


def as_file(figures: Sequence[Indicator]) -> bytes:
    """A heading, and a line for each figure with its code; value and period stay empty."""
    return as_csv([HEAD, *([i.code, *[""] * (len(HEAD) - 2), str(i.label)] for i in figures)])


def as_workbook(figures: Sequence[Indicator]) -> bytes:
    """The same as a workbook whose second sheet says what each figure is and how periods are written."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"strings_to_formulas": False, "strings_to_urls": False})
    bold, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    text = book.add_format({"num_format": "@"})
    sheet: Any = book.add_worksheet("填报")
    sheet.write_row(0, 0, HEAD, bold)
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 2, 16, text)
    sheet.set_column(3, 6, 16)
    for at, indicator in enumerate(figures, start=1):
        sheet.write_string(at, 0, indicator.code)
        sheet.write_string(at, len(HEAD) - 1, str(indicator.label))
    help_sheet: Any = book.add_worksheet("说明")
    help_sheet.set_column(0, 3, 34, wrap)
    help_sheet.write_row(0, 0, [_("Code"), _("Figure"), _("Unit"), _("Definition")], bold)
    for at, indicator in enumerate(figures, start=1):
        cells = [indicator.code, str(indicator.label), unit(indicator), str(indicator.definition)]
        for column, cell in enumerate(cells):
            help_sheet.write_string(at, column, cell)
    notes = (
        _("Place: the code of a district, street or community; empty for the whole city."),
        _("Period: 2026-10, 2026-Q3, 2025, or 2022- for since 2022 until the day of the file."),
        _("Value: the whole number (419000, not 41.9万); of a rate the percent (97.8)."),
        _("Numerator and denominator: only of rates, both or none. No name of any person."),
    )
    for down, note in enumerate(notes, start=len(figures) + 2):
        help_sheet.write_string(down, 0, note)
    book.close()
    return out.getvalue()


KINDS: dict[str, Callable[[Sequence[Indicator]], bytes]] = {"csv": as_file, "xlsx": as_workbook}
