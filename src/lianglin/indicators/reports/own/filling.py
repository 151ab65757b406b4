"""Fills a Word template, as a program of its own: it may use so much time and memory and no more. No Django.

Reads JSON from its input (template, context, pictures, what every page's head says) and writes the document to its
output; what is wrong goes as JSON to its second output, with status 3. See :mod:`…own.kitchen` for who starts it.
"""

from __future__ import annotations

import base64
import io
import json
import re
import resource
import sys
from collections.abc import Iterable
from typing import Any
from xml.sax.saxutils import escape

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Emu, Mm, Pt, RGBColor
from docxtpl import DocxTemplate, InlineImage
from jinja2.exceptions import SecurityError, TemplateSyntaxError

from lianglin.indicators.reports.own import visible
from lianglin.indicators.reports.own.language import Language, Refused

MEMORY, SECONDS = 1_500_000_000, 20
WRONG = 3
ILLEGAL = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
"""Characters that XML does not have, and those that docxtpl would take for commands."""
NEXT = "\a"
"""Between paragraphs of one text: docxtpl begins another one in the same style."""
TABLE_STYLES = ("报表", "Report Table", "网格型", "Table Grid")
"""The office's own style for whole tables, by name, the first that is there."""


class Told(dict):
    """A figure: its value where it stands alone, its parts by name."""

    def __init__(self, text: str, parts: dict[str, Any]) -> None:
        super().__init__(parts)
        self.text = text

    def __str__(self) -> str:
        return self.text

    def __html__(self) -> str:
        return escape(self.text)


class Grown(str):
    """Word's own XML, made here of escaped texts."""

    __slots__ = ()

    def __html__(self) -> str:
        return str(self)


def fill(task: dict[str, Any]) -> bytes:
    """The filled document."""
    template = DocxTemplate(io.BytesIO(base64.b64decode(task["template"])))
    template.init_docx()
    maker = _Maker(template, {k: base64.b64decode(v) for k, v in task["pictures"].items()})
    context = {name: maker.made(value) for name, value in task["context"].items()}
    template.render(context, Language(), autoescape=True)
    filled = io.BytesIO()
    template.save(filled)
    document: Any = Document(filled)  # anew: what the template holds still has the heads as they were before
    _mark(document, [clean(line) for line in task["marks"]])
    for name, value in task["properties"].items():
        setattr(document.core_properties, name, clean(value)[:250])
    held = io.BytesIO()
    document.save(held)
    return held.getvalue()


def clean(text: Any) -> str:
    """A text that a Word file can hold."""
    return ILLEGAL.sub("", str(text))


class _Maker:
    """Makes of plain data what the template shows: texts, figures, pictures, whole tables, the whole body."""

    def __init__(self, template: DocxTemplate, pictures: dict[str, bytes]) -> None:
        self.template, self.pictures = template, pictures
        document: Any = template.docx
        self.styles = {style.name: style.style_id for style in document.styles}
        section = document.sections[0]
        room = section.page_width - section.left_margin - section.right_margin
        self.width = Emu(max(min(room, Mm(400)), Mm(40)))

    def made(self, value: Any) -> Any:
        """Of one value; a dictionary with "$…" is something else than its parts."""
        if isinstance(value, list):
            return [self.made(one) for one in value]
        if not isinstance(value, dict):
            return value if isinstance(value, bool | int) else clean(value)
        if "$paragraphs" in value:
            return NEXT.join(clean(one).replace("\n", " ") for one in value["$paragraphs"])
        if "$picture" in value:
            return self.picture(value["$picture"])
        if "$table" in value:
            return Grown(self.table(value["$table"]))
        if "$blocks" in value:
            return Later(self, value["$blocks"])
        parts = {name: self.made(one) for name, one in value.items() if name != "$text"}
        return Told(clean(value["$text"]), parts) if "$text" in value else parts

    def picture(self, name: str) -> Any:
        """A chart as wide as the text."""
        return InlineImage(self.template, io.BytesIO(self.pictures[name]), width=self.width)

    def table(self, table: dict[str, Any]) -> str:
        """A table in the office's own style, or with plain lines."""
        style = next((self.styles[name] for name in TABLE_STYLES if name in self.styles), "")
        look = f'<w:tblStyle w:val="{escape(style)}"/>' if style else ""
        sides = ("top", "left", "bottom", "right", "insideH", "insideV")
        lines = "".join(f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>' for side in sides)
        borders = "" if style else f"<w:tblBorders>{lines}</w:tblBorders>"
        grid = "<w:gridCol/>" * len(table["head"])
        rows = [self._row(table["head"], head=True), *(self._row(row) for row in table["rows"])]
        return (
            f'<w:tbl><w:tblPr>{look}<w:tblW w:w="5000" w:type="pct"/><w:jc w:val="center"/>{borders}</w:tblPr>'
            f"<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
        )

    def _row(self, cells: list[str], *, head: bool = False) -> str:
        repeated = "<w:tblHeader/>" if head else ""
        bold = "<w:b/>" if head else ""
        made = []
        for at, cell in enumerate(cells):
            side = "left" if at == 0 and not head else "center"
            text = '</w:t><w:br/><w:t xml:space="preserve">'.join(
                escape(clean(one)) for one in cell.split("\n")
            )
            made.append(
                f'<w:tc><w:p><w:pPr><w:spacing w:before="0" w:after="0"/><w:ind w:firstLine="0" w:firstLineChars="0"/>'
                f'<w:jc w:val="{side}"/></w:pPr><w:r><w:rPr>{bold}<w:sz w:val="18"/></w:rPr>'
                f'<w:t xml:space="preserve">{text}</w:t></w:r></w:p></w:tc>'
            )
        return f"<w:tr><w:trPr><w:cantSplit/>{repeated}</w:trPr>{''.join(made)}</w:tr>"

    def paragraph(self, text: str, *, style: Iterable[str] = (), centred: bool = False) -> str:
        """A paragraph in the first of these styles that the template has."""
        found = next((self.styles[name] for name in style if name in self.styles), "")
        look = f'<w:pStyle w:val="{escape(found)}"/>' if found else ""
        indent = "" if found else '<w:ind w:firstLineChars="200"/>'
        side = '<w:ind w:firstLine="0" w:firstLineChars="0"/><w:jc w:val="center"/>' if centred else indent
        return f'<w:p><w:pPr>{look}{side}</w:pPr><w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


class Later:
    """The whole body: made where it stands, since a picture belongs to the part that shows it."""

    def __init__(self, maker: _Maker, blocks: list[dict[str, Any]]) -> None:
        self.maker, self.blocks = maker, blocks

    def __html__(self) -> str:
        return "".join(self._made(block) for block in self.blocks)

    __str__ = __html__

    def _made(self, block: dict[str, Any]) -> str:
        maker, text = self.maker, escape(clean(block["text"]))
        if block["kind"] == "heading":
            level = block["level"]
            return maker.paragraph(text, style=(f"heading {level}", f"Heading {level}", f"标题 {level}"))
        if block["kind"] == "table":
            return maker.paragraph(text, centred=True) + maker.table(block) + maker.paragraph("")
        if block["kind"] == "chart":
            return maker.paragraph(text, centred=True) + maker.paragraph(
                str(maker.picture(block["picture"])), centred=True
            )
        return maker.paragraph(text, style=("报告正文", "Body Text"))


def _mark(document: Any, lines: list[str]) -> None:
    """Who took it out, that it is a draft, that its data are a sample, that small numbers are left out: on every page.

    What the template itself shows in the head or foot of a page is not said twice; what it hides is said all the same.
    """
    seen: set[int] = set()
    for section in document.sections:
        edges = [(section.header, section.footer)]
        if section.different_first_page_header_footer:
            edges.append((section.first_page_header, section.first_page_footer))
        if document.settings.odd_and_even_pages_header_footer:
            edges.append((section.even_page_header, section.even_page_footer))
        for head, foot in edges:
            if id(head.part) in seen:
                continue
            seen.add(id(head.part))
            shown = [head] if foot.is_linked_to_previous else [head, foot]
            there = "".join(visible.text(one, document.styles) for one in shown)
            for line in lines:
                if line not in there:
                    _say(head, line)


def _say(head: Any, line: str) -> None:
    """A line that no style of the template hides."""
    paragraph = head.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.line_spacing = 1.0
    run = paragraph.add_run(line)
    run.font.hidden = run.font.strike = run.font.double_strike = False
    run.font.size, run.font.color.rgb = Pt(8), RGBColor(0x5A, 0x5A, 0x5A)


def _wrong(code: str, said: str = "") -> int:
    sys.stderr.write(json.dumps({"code": code, "said": said[:120]}))
    return WRONG


def main() -> int:
    """Fills what it is given."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    task = json.load(sys.stdin.buffer)
    try:
        made = fill(task)
    except Refused as error:
        return _wrong("not_allowed", error.found.said)
    except (TemplateSyntaxError, SecurityError) as error:
        return _wrong("syntax", str(error))
    except MemoryError:
        return _wrong("memory")
    except Exception as error:  # python-docx and lxml raise whatever a file makes them raise
        return _wrong("broken", type(error).__name__)
    sys.stdout.buffer.write(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
