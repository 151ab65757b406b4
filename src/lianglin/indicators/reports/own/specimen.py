"""The template to begin with: the layout of GB/T 9704 with every placeholder of one kind of report in its place."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.text import WD_LINE_SPACING

from lianglin.indicators.reports import word
from lianglin.indicators.reports.layout import Block, Paper
from lianglin.indicators.reports.official import substitutes
from lianglin.indicators.reports.own.names import Served


def template(served: Served) -> bytes:
    """The .docx with placeholders, as Word opens it."""
    made: Any = Document(BytesIO(word.document(_paper(served))))
    told = substitutes()
    for paragraph in list(made.paragraphs):
        if told and paragraph.text == told:  # what this machine lacks is nothing of the office's
            paragraph._p.getparent().remove(paragraph._p)
        elif paragraph.text.startswith("{{ 图"):  # a picture would be cut at a fixed height of line
            paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
            paragraph.paragraph_format.first_line_indent = 0
    made.core_properties.title = made.core_properties.author = made.core_properties.comments = ""
    held = BytesIO()
    made.save(held)
    return held.getvalue()


def _paper(served: Served) -> Paper:
    return Paper(
        title="{{ 标题 }}", blocks=list(_blocks(served)), signed="{{ 发文机关 }}", day="{{ 日期 }}", mark="{{ 取出说明 }}",
        stamp="{{ 稿样标记 }}", sample="{{ 样本说明 }}", head="{{ 发文机关标志 }}", number="{{ 发文字号 }}",
        imprint=["抄送：{{ 抄送 }}", "{{ 发文机关 }}　{{ 日期 }}印发"],
    )  # fmt: skip


def _blocks(served: Served) -> Any:
    tables = charts = 0
    for at, section in enumerate(served.context["章节"], start=1):
        yield Block("heading", f"{{{{ 章节{at}.标题 }}}}", level=section["层级"])
        if section["正文"]:
            yield Block("paragraph", f"{{{{ 正文{at} }}}}")
        for table in section["表"]:
            tables += 1
            yield _table(tables, len(table["表头"]))
        for _chart in section["图"]:
            charts += 1
            yield Block("paragraph", f"{{{{ 图{charts} }}}}")
    yield Block("heading", "数据说明")
    yield Block("paragraph", "{%p for 句 in 数据说明 %}")
    yield Block("paragraph", "{{ 句 }}")
    yield Block("paragraph", "{%p endfor %}")


def _table(number: int, columns: int) -> Block:
    """One row that is repeated, in the table's own style: what an office changes in Word stays."""
    head = [f"{{{{ 表{number}.表头[{at}] }}}}" for at in range(columns)]
    blank = [""] * (columns - 1)
    rows = [
        [f"{{%tr for 行 in 表{number}.行 %}}", *blank],
        [f"{{{{ 行[{at}] }}}}" for at in range(columns)],
        ["{%tr endfor %}", *blank],
    ]
    return Block("table", f"{{{{ 表{number}.题 }}}}", head=head, rows=rows)
