"""A filled document as the page shows it before it is approved: headings, paragraphs, tables, where pictures stand."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from typing import Any

from docx import Document
from docx.table import Table, _Cell

MOST, CELL, WIDE = 300, 400, 60
"""Blocks that are shown, characters of one, and cells of a row."""


def blocks(content: bytes) -> list[dict[str, Any]]:
    """Plain data: kind (heading, paragraph, table, picture), text, centred, rows; at most :data:`MOST`."""
    document: Any = Document(BytesIO(content))
    made: list[dict[str, Any]] = []
    for text in _edges(document.sections[0].header):
        made.append({"kind": "edge", "text": text, "rows": []})
    for one in document.iter_inner_content():
        made.extend(_table(one) if isinstance(one, Table) else _paragraph(one))
        if len(made) >= MOST:
            break
    for text in _edges(document.sections[0].footer):
        made.append({"kind": "edge", "text": text, "rows": []})
    return made[: MOST + 4]


def _edges(edge: Any) -> Iterable[str]:
    return [paragraph.text[:CELL] for paragraph in edge.paragraphs if paragraph.text.strip()][:4]


def _paragraph(paragraph: Any) -> Iterable[dict[str, Any]]:
    text = paragraph.text.strip()[:CELL]
    if paragraph._p.xpath(".//w:drawing"):
        yield {"kind": "picture", "text": text, "rows": []}
    elif text:
        named = str(paragraph.style.name or "").lower()
        level = paragraph._p.xpath(".//w:outlineLvl/@w:val")
        heading = named.startswith(("heading", "标题", "title")) or bool(level)
        yield {"kind": "heading" if heading else "paragraph", "text": text, "rows": []}


def _table(table: Any) -> Iterable[dict[str, Any]]:
    # Not row.cells: it repeats a cell as often as its gridSpan says, and a file can say two billion.
    rows = [[_Cell(cell, table).text[:CELL] for cell in row._tr.tc_lst[:WIDE]] for row in table.rows[:60]]
    yield {"kind": "table", "text": "", "rows": rows}
