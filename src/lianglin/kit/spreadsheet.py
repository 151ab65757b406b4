"""Tables for a spreadsheet: UTF-8 that it opens in Chinese, and no cell that it would run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What makes a spreadsheet take a text for a formula (OWASP, CSV injection); some read the full-width forms so, too."""


def harmless(value: Any) -> str:
    """A cell as text. What would be read as a formula gets an apostrophe before it; numbers stay numbers."""
    text = "" if value is None else str(value)
    if isinstance(value, int | float) or not text.lstrip(" ").startswith(RUNS):
        return text
    return f"'{text}"


def meant(text: str) -> str:
    """What a cell said before :func:`harmless` marked it."""
    return text[1:] if text[:1] == "'" and text[1:].lstrip(" ").startswith(RUNS) else text


def as_csv(rows: Iterable[Sequence[Any]]) -> bytes:
    """Rows as CSV with the mark by which spreadsheets know UTF-8."""
    out = io.StringIO()
    csv.writer(out).writerows([harmless(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")
