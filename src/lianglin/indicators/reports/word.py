"""A report as a Word document in the layout of GB/T 9704-2012 (党政机关公文格式).

The document names the faces of the standard (小标宋, 仿宋, 黑体, 楷体): an office has them installed. Its font table names
the free ones that stand in for them where it has not.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

from docx import Document
from docx.document import Document as Made
from docx.enum.section import WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from lianglin.indicators.reports.layout import Block, Paper
from lianglin.indicators.reports.official import picture, substitutes

TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TITLE, BODY, FIRST, SECOND, NOTE = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体"
STANDS_IN = {
    TITLE: "Noto Serif CJK SC",
    BODY: "FandolFang",
    FIRST: "Noto Sans CJK SC",
    SECOND: "FandolKai",
    NOTE: "Noto Serif CJK SC",
}
LATIN = "Times New Roman"
SIZE_2, SIZE_3, SIZE_4, SIZE_5, SMALL = Pt(22), Pt(16), Pt(14), Pt(10.5), Pt(9)
"""二号, 三号, 四号, 五号, 小五."""
PITCH = Pt(28)
GREY = RGBColor(0x5A, 0x5A, 0x5A)
WIDTH = Mm(156)


def document(paper: Paper) -> bytes:
    """The document as bytes."""
    made = Document()
    _page(made, paper)
    _red_head(made, paper)
    title = _paragraph(made, paper.title, TITLE, SIZE_2, pitch=Pt(35), indent=False)
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.paragraph_format.space_after = PITCH
    for block in paper.blocks:
        _add(made, block)
    for at, text in enumerate((paper.signed, paper.day)):
        signed = _paragraph(made, text, BODY, SIZE_3, indent=False)
        signed.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        signed.paragraph_format.right_indent = SIZE_3 * 4
        signed.paragraph_format.space_before = PITCH * 2 if at == 0 else Pt(0)
    _imprint(made, paper)
    if told := substitutes():
        _paragraph(made, told, NOTE, SMALL, pitch=Pt(14), indent=False, colour=GREY)
    made.core_properties.title, made.core_properties.author = paper.title, paper.mark[:250]
    made.core_properties.comments = paper.sample
    _fonts(made)
    held = BytesIO()
    made.save(held)
    return held.getvalue()


RED = RGBColor(0xC8, 0x10, 0x2E)


def _red_head(made: Made, paper: Paper) -> None:
    """红头: the issuing body in red, its number, a red line."""
    if not paper.head:
        return
    size = Pt(min(36.0, 440 / len(paper.head)))
    head = _paragraph(made, paper.head, TITLE, size, pitch=Pt(44), indent=False, colour=RED)
    number = _paragraph(made, paper.number, BODY, SIZE_3, indent=False)
    head.alignment = number.alignment = WD_ALIGN_PARAGRAPH.CENTER
    number.paragraph_format.space_before = PITCH
    number.paragraph_format.space_after = PITCH * 2
    _border(number, bottom=("C8102E", 12))


def _imprint(made: Made, paper: Paper) -> None:
    """版记: lines between rules at the end."""
    for at, text in enumerate(paper.imprint):
        line = _paragraph(made, text, BODY, SIZE_4, indent=False)
        line.paragraph_format.space_before = PITCH * 2 if at == 0 else Pt(0)
        line.paragraph_format.keep_together = True
        last = at == len(paper.imprint) - 1
        _border(line, top=("000000", 8 if at == 0 else 4), bottom=("000000", 8) if last else None)


def _border(paragraph: Any, **sides: tuple[str, int] | None) -> None:
    box = OxmlElement("w:pBdr")
    for name, said in sides.items():
        if said is not None:
            rule = OxmlElement(f"w:{name}")
            for key, value in (("val", "single"), ("sz", str(said[1])), ("space", "4"), ("color", said[0])):
                rule.set(qn(f"w:{key}"), value)
            box.append(rule)
    properties = paragraph._p.get_or_add_pPr()
    properties.insert_element_before(
        box, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:outlineLvl"
    )


# --- the page ------------------------------------------------------------------------------------------------


def _page(made: Made, paper: Paper) -> None:
    section = made.sections[0]
    section.start_type = WD_SECTION.NEW_PAGE
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.header_distance, section.footer_distance = Mm(15), Mm(23)
    grid = section._sectPr.find(qn("w:docGrid"))
    if grid is None:
        grid = OxmlElement("w:docGrid")
        section._sectPr.append(grid)
    for name, value in (("type", "lines"), ("linePitch", str(int(PITCH.pt * 20)))):
        grid.set(qn(f"w:{name}"), value)
    made.settings.odd_and_even_pages_header_footer = True
    for head in (section.header, section.even_page_header):
        _told(head, paper)
    for foot, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        _number(foot.paragraphs[0], side)
    normal: Any = made.styles["Normal"]
    _face(normal.element.get_or_add_rPr(), BODY)
    normal.font.size = SIZE_3


def _told(head: Any, paper: Paper) -> None:
    """Who took it out and for what, that it is a draft, that its data are a sample: on every page."""
    lines = [paper.mark, "　".join(filter(None, (paper.stamp, paper.sample)))]
    for at, text in enumerate(filter(None, lines)):
        paragraph = head.paragraphs[0] if at == 0 else head.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _run(paragraph, text, NOTE, Pt(8), colour=GREY)


def _number(paragraph: Any, side: str) -> None:
    """—1—, four size, on the outer side, one character in."""
    right = side == "right"
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT if right else WD_ALIGN_PARAGRAPH.LEFT
    form = paragraph.paragraph_format
    form.right_indent, form.left_indent = (SIZE_4, None) if right else (None, SIZE_4)
    _run(paragraph, "— ", NOTE, SIZE_4)
    for kind in ("begin", "", "end"):
        run = _run(paragraph, "", NOTE, SIZE_4)
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.text = " PAGE "
        run._r.append(mark)
    _run(paragraph, " —", NOTE, SIZE_4)


# --- what stands on it ---------------------------------------------------------------------------------------


def _add(made: Made, block: Block) -> None:
    if block.kind == "table":
        _table(made, block)
    elif block.kind == "chart":
        caption = _paragraph(made, block.text, NOTE, SIZE_5, pitch=Pt(18), indent=False)
        caption.alignment, caption.paragraph_format.keep_with_next = WD_ALIGN_PARAGRAPH.CENTER, True
        shown = made.add_paragraph()
        shown.paragraph_format.first_line_indent = Pt(0)
        shape = shown.add_run().add_picture(BytesIO(picture(block.svg)), width=WIDTH)
        shape._inline.docPr.set("descr", block.text)
    elif block.kind == "heading":
        heading = _paragraph(made, block.text, FIRST if block.level == 1 else SECOND, SIZE_3)
        heading.paragraph_format.keep_with_next = True
        level = OxmlElement("w:outlineLvl")
        level.set(qn("w:val"), str(block.level - 1))
        heading._p.get_or_add_pPr().append(level)
    else:
        _paragraph(made, block.text, BODY, SIZE_3)


def _paragraph(
    made: Made,
    text: str,
    face: str,
    size: Any,
    *,
    pitch: Any = PITCH,
    indent: bool = True,
    colour: RGBColor | None = None,
) -> Any:
    paragraph = made.add_paragraph()
    form = paragraph.paragraph_format
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, pitch
    form.space_before = form.space_after = Pt(0)
    form.first_line_indent = size * 2 if indent else Pt(0)
    _run(paragraph, text, face, size, colour=colour)
    return paragraph


def _run(
    paragraph: Any, text: str, face: str, size: Any, *, bold: bool = False, colour: RGBColor | None = None
) -> Any:
    run = paragraph.add_run(text)
    run.font.size, run.font.bold = size, bold
    if colour is not None:
        run.font.color.rgb = colour
    _face(run._r.get_or_add_rPr(), face)
    return run


def _face(properties: Any, face: str) -> None:
    fonts = properties.get_or_add_rFonts()
    for which, name in (("ascii", LATIN), ("hAnsi", LATIN), ("eastAsia", face)):
        fonts.set(qn(f"w:{which}"), name)


def _table(made: Made, block: Block) -> None:
    caption = _paragraph(made, block.text, NOTE, SIZE_5, pitch=Pt(20), indent=False)
    caption.alignment, caption.paragraph_format.keep_with_next = WD_ALIGN_PARAGRAPH.CENTER, True
    table = made.add_table(rows=0, cols=len(block.head))
    table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
    share = WIDTH / (len(block.head) + 0.7)
    widths = [int(share * 1.7), *[int(share)] * (len(block.head) - 1)]
    for at, row in enumerate([block.head, *block.rows]):
        cells = table.add_row().cells
        for cell, text, width, column in zip(cells, row, widths, range(len(row)), strict=True):
            cell.width = width
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.first_line_indent = Pt(0)
            centred = column > 0 or at == 0
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if centred else WD_ALIGN_PARAGRAPH.LEFT
            _run(paragraph, text, NOTE, SMALL, bold=at == 0)
    repeated = OxmlElement("w:tblHeader")
    repeated.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(repeated)
    for row in table.rows:
        whole = OxmlElement("w:cantSplit")
        row._tr.get_or_add_trPr().append(whole)
    _paragraph(made, "", BODY, SMALL, pitch=Pt(12), indent=False)


def _fonts(made: Made) -> None:
    """Names in the document's font table what stands in for a face that a machine does not have."""
    told = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{free}"/><w:charset w:val="86"/></w:font>'
        for name, free in STANDS_IN.items()
    )
    package: Any = made.part.package
    for part in package.iter_parts():
        if str(part.partname) == "/word/fontTable.xml":
            held = part.blob.decode()
            part._blob = held.replace("</w:fonts>", f"{told}</w:fonts>").encode()
