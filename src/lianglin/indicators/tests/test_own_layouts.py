"""Word templates of offices: what is refused and why, what is filled, in the office's own style. No database."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from docx import Document
from docx.shared import Pt, RGBColor
from PIL import Image

from lianglin.indicators.reports.own import checking, kitchen, parcel, reading, sayings
from lianglin.indicators.reports.own.filling import fill
from lianglin.indicators.reports.own.language import Language, Refused

KNOWN: dict[str, Any] = {
    "标题": "街道月报", "title": "街道月报", "办结率": {"$text": "95.2%（20/21）", "本期": "95.2%", "now": "95.2%"},
    "表1": {"行": [["照明", "12"], ["电梯", "7"]], "整表": {"$table": {"head": ["类别", "件数"], "rows": [["照明<>&", "12"]]}}},
    "正文1": {"$paragraphs": ["第一句。", "第二句。"]}, "稿样标记": "",
}  # fmt: skip


def docx(*lines: str, change: Any = None) -> bytes:
    """A Word file of these paragraphs."""
    document = Document()
    for line in lines:
        document.add_paragraph(line)
    if change:
        change(document)
    held = io.BytesIO()
    document.save(held)
    return held.getvalue()


def added(content: bytes, parts: dict[str, bytes | str], *, instead: dict[str, str] | None = None) -> bytes:
    """The same file with further parts, or with a word of its parts replaced."""
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            data = old.read(entry.filename)
            for before, after in (instead or {}).items():
                data = data.replace(before.encode(), after.encode())
            new.writestr(entry.filename, data)
        for name, data in parts.items():
            new.writestr(name, data)
    return held.getvalue()


def flaws(*lines: str, change: Any = None) -> list[tuple[str, int, str]]:
    """(code, paragraph, what is meant) of everything wrong."""
    from lianglin.indicators.reports.own.names import known

    found = checking.flaws(parcel.opened(docx(*lines, change=change)), known(KNOWN))
    assert all(sayings.flaw(one.kept()) for one in found)
    return [(one.code, one.number, one.meant) for one in found]


def filled(content: bytes, **more: Any) -> Any:
    """The document that comes out."""
    import base64

    task = {
        "template": base64.b64encode(content).decode(),
        "context": KNOWN,
        "pictures": {},
        "marks": [],
        "properties": {},
    }
    return Document(io.BytesIO(fill(task | more)))


# --- refused -------------------------------------------------------------------------------------------------

OUTSIDE = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type='
    '"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" Target="{target}" TargetMode="External"/>'
    "</Relationships>"
)
BOMB = '<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><w xmlns="x">&b;</w>'


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"word/vbaProject.bin": b"x"}, "runs"),
        ({"word/activeX/activeX1.xml": "<x/>"}, "runs"),
        ({"word/embeddings/oleObject1.bin": b"x"}, "runs"),
        ({"word/_rels/settings.xml.rels": OUTSIDE.format(kind="attachedTemplate", target="http://x/t.dotm")}, "external"),
        ({"word/_rels/header9.xml.rels": OUTSIDE.format(kind="image", target="http://x/p.png")}, "external"),
        ({"word/_rels/header9.xml.rels": OUTSIDE.format(kind="hyperlink", target="file:///etc/passwd")}, "external"),
        ({"word/comments9.xml": BOMB}, "entities"),
        ({"word/other.xml": BOMB.encode("utf-16")}, "entities"),
        ({"../../etc/cron.d/x": "x"}, "path"),
        ({"word\\x.xml": "x"}, "path"),
        ({"word/big.xml": b"<a>" + b"a" * 9_000_000 + b"</a>"}, "bomb"),
        ({f"word/part{at}.bin": b"\0" * 5_000_000 for at in range(9)}, "bomb"),
        ({"word/media/x.emf": b"x"}, "picture"),
        ({"word/media/x.png": b"x"}, "picture"),
        ({"WORD/document.xml": "<x/>"}, "twice"),
        ({"word/header9.xml": '<w:hdr xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:p><w:r>'
          '<w:instrText>INCLUDEPICTURE "http://x/"</w:instrText></w:r></w:p></w:hdr>'}, "field"),
    ],
)  # fmt: skip
def test_a_file_that_could_do_harm_is_not_opened(parts: dict[str, Any], code: str) -> None:
    with pytest.raises(parcel.Unsafe) as refused:
        parcel.opened(added(docx("{{ 标题 }}"), parts), "t.docx")
    assert refused.value.code == code
    assert "%" not in sayings.package(code, refused.value.part)


def test_a_picture_that_unpacks_to_too_many_points_is_refused() -> None:
    held = io.BytesIO()
    Image.new("1", (6000, 6000)).save(held, "PNG")
    with pytest.raises(parcel.Unsafe, match="picture"):
        parcel.opened(added(docx("{{ 标题 }}"), {"word/media/x.png": held.getvalue()}))


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [(b"PK" + b"x" * 5_000_001, "t.docx", "large"), (b"no zip", "t.docx", "broken"), (b"", "t.docx", "broken"),
     (docx("{{ 标题 }}"), "t.docm", "kind")],
    ids=["too-large", "no-archive", "empty", "with-macros"],  # a made archive carries its time: no name for a test
)  # fmt: skip
def test_what_is_no_word_file_is_said_to_be_none(content: bytes, name: str, code: str) -> None:
    with pytest.raises(parcel.Unsafe) as refused:
        parcel.opened(content, name)
    assert refused.value.code == code


def test_a_word_file_that_was_damaged_on_its_way_is_said_to_be_broken() -> None:
    content = bytearray(docx("{{ 标题 }}"))
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        part = packed.getinfo("word/document.xml")
    begin = part.header_offset + 30 + len(part.filename)
    content[begin : begin + 20] = b"\xff" * 20
    with pytest.raises(parcel.Unsafe) as refused:
        parcel.opened(bytes(content), "t.docx")
    assert refused.value.code == "broken"


@pytest.mark.parametrize(
    "expression",
    ["{{ ''.__class__ }}", "{{ 标题.__class__.__mro__ }}", "{{ cycler('a') }}", "{{ 标题|safe }}", "{{ 标题 * 999999999 }}",
     "{% set x = 1 %}", "{% include 'x' %}", "{% macro f() %}{% endmacro %}", "{% for a in range(9) %}{% endfor %}",
     "{{ 表1['__class__'] }}", "{{ 表1[标题] }}", "{{ '%s' ~ 标题 }}", "{% for a in 表1 recursive %}{% endfor %}"],
)  # fmt: skip
def test_nothing_that_computes_is_ever_compiled(expression: str) -> None:
    with pytest.raises(Refused):
        Language().from_string(expression)
    assert flaws(expression)


def test_a_mistake_is_named_with_its_paragraph_and_what_may_be_meant() -> None:
    assert flaws("{{ 标题 }}", "{{ 办结律.本期 }}", "{{ 办结率.本季 }}") == [
        ("unknown", 2, "办结率"), ("unknown", 3, "本期"),
    ]  # fmt: skip
    assert flaws("｛｛ 标题 ｝｝")[0][0] == "wide"
    assert flaws("{{ 标题 }}", "{{ 标题 ")[0][:2] == ("half", 2)
    assert flaws("{%p for 行 in 表1.行 %}", "{{ 行[0] }}")[0][0] == "unclosed"
    assert flaws("{%p for 行 in 表1.行 %}", "{{ 行[7] }}", "{%p endfor %}")[0][:2] == ("no_column", 2)
    assert flaws("{% fro 行 in 表1.行 %}")[0][::2] == ("command", "for")
    assert flaws("{{ 标题 + }}")[0][0] == "syntax"
    assert flaws("{{ 表1.整表 }}")[0][0] == "apart"
    assert flaws("没有占位符")[0][0] == "none"


def test_a_tag_without_its_other_half_is_named_where_it_stands() -> None:
    assert [one[:2] for one in flaws("{% for 行 in 表1.行 %}", "{{ 行[0] }}", "{% endif %}")] == [
        ("unclosed", 1), ("unclosed", 3),
    ]  # fmt: skip
    assert [one[:2] for one in flaws("{{ 标题 }}", "{% if 标题 %}")] == [("unclosed", 2)]
    assert [one[:2] for one in flaws("{{ 标题 }}", "{% endfor %}")] == [("unclosed", 2)]
    assert [one[:2] for one in flaws("{{ 标题 }}", "{% else %}")] == [("unclosed", 2)]


# --- filled --------------------------------------------------------------------------------------------------


def split(document: Any) -> None:
    """Word's own way: a placeholder in runs of different looks."""
    paragraph = document.add_paragraph()
    for part in ("前", "{", "{ 办结", "率.本", "期 }", "}", "后"):
        paragraph.add_run(part).bold = part == "率.本"


def test_a_placeholder_that_word_split_is_filled() -> None:
    content = docx("{{ 标题 }}", change=split)
    assert flaws("{{ 标题 }}", change=split) == []
    assert "前95.2%后" in [paragraph.text for paragraph in filled(content).paragraphs]


def own_table(document: Any) -> None:
    """A table in the office's own looks, one row repeated."""
    table = document.add_table(rows=3, cols=2, style="Light Grid Accent 1")
    table.rows[0].cells[0].text = "{%tr for 行 in 表1.行 %}"
    table.rows[2].cells[0].text = "{%tr endfor %}"
    for at, cell in enumerate(table.rows[1].cells):
        run = cell.paragraphs[0].add_run(f"{{{{ 行[{at}] }}}}")
        run.font.size, run.font.color.rgb = Pt(7), RGBColor(0x12, 0x34, 0x56)


def test_the_rows_of_a_table_keep_the_offices_style() -> None:
    made = filled(docx("{{ 标题 }}", change=own_table))
    table = made.tables[0]
    assert [[cell.text for cell in row.cells] for row in table.rows] == [["照明", "12"], ["电梯", "7"]]
    assert table.style.name == "Light Grid Accent 1"
    run = table.rows[1].cells[0].paragraphs[0].runs[0]
    assert (run.font.size, str(run.font.color.rgb)) == (Pt(7), "123456")


def test_sentences_become_paragraphs_of_the_same_style_and_whole_tables_are_escaped() -> None:
    def styled(document: Any) -> None:
        document.add_paragraph("{{ 正文1 }}", style="List Bullet")

    made = filled(docx("{{ 标题 }}", "{{p 表1.整表 }}", change=styled))
    told = [(p.text, p.style.name) for p in made.paragraphs if p.text.endswith("句。")]
    assert told == [("第一句。", "List Bullet"), ("第二句。", "List Bullet")]
    assert made.tables[0].rows[1].cells[0].text == "照明<>&"


def test_a_value_is_text_whatever_it_holds() -> None:
    hostile = {"标题": "{{ 办结率 }}<w:p/>{% for a in b %}\x07&\x00"}
    made = filled(docx("{{ 标题 }}"), context=KNOWN | hostile)
    assert made.paragraphs[0].text == "{{ 办结率 }}<w:p/>{% for a in b %}&"


def test_what_the_template_has_no_place_for_stands_in_the_head_of_the_page() -> None:
    made = filled(docx("{{ 标题 }}"), marks=["草稿，未签发"])
    assert "草稿，未签发" in [paragraph.text for paragraph in made.sections[0].header.paragraphs]


SAMPLE = "示例数据，均为虚构"


def in_head(look: Any, *, style: bool = False) -> Any:
    """A template whose head says that the data are a sample, in a way that nobody sees."""

    def change(document: Any) -> None:
        run = document.sections[0].header.paragraphs[0].add_run("{{ 样本说明 }}")
        look(document.styles["Header"].font if style else run.font)

    return change


def _hide(font: Any) -> None:
    font.hidden = True


def _pale(font: Any) -> None:
    font.color.rgb = RGBColor(0xFF, 0xFF, 0xFE)


def _tiny(font: Any) -> None:
    font.size = Pt(1)


def said_in_head(content: bytes) -> list[str]:
    made = filled(content, context=KNOWN | {"样本说明": SAMPLE, "否": False}, marks=[SAMPLE])
    return [one.text for one in made.sections[0].header.paragraphs if one.text]


@pytest.mark.parametrize(
    "change",
    [in_head(_hide), in_head(_pale), in_head(_tiny), in_head(_hide, style=True)],
    ids=["hidden", "white", "tiny", "hidden by style"],
)
def test_a_template_cannot_swallow_a_mark_by_its_look(change: Any) -> None:
    assert said_in_head(docx("{{ 标题 }}", change=change)) == [SAMPLE, SAMPLE]


def test_a_template_cannot_swallow_a_mark_by_a_condition_or_in_the_text() -> None:
    for lines in (("{% if 否 %}{{ 样本说明 }}{% endif %}",), ("{{ 样本说明 }}",)):
        assert said_in_head(docx("{{ 标题 }}", *lines)) == [SAMPLE]


def test_a_mark_that_the_head_shows_is_not_said_twice() -> None:
    assert said_in_head(docx("{{ 标题 }}", change=in_head(lambda font: None))) == [SAMPLE]


def test_what_a_period_does_not_have_is_a_dash_and_no_rows() -> None:
    made = filled(
        docx("前{{ 表9.题 }}后", "{%p for 行 in 表9.行 %}", "{{ 行[0] }}", "{%p endfor %}", "{{ 没有 }}")
    )
    assert [paragraph.text for paragraph in made.paragraphs] == ["前—后", "—"]


def test_filling_is_a_program_that_says_why_it_could_not() -> None:
    with pytest.raises(kitchen.Unfilled) as refused:
        kitchen.filled(docx("{{ 标题|safe }}"), KNOWN, {}, marks=[], properties={})
    assert refused.value.flaw.code == "not_allowed"
    made = kitchen.filled(docx("{{ 标题 }}"), KNOWN, {}, marks=[], properties={"title": "街道月报"})
    assert Document(io.BytesIO(made)).core_properties.title == "街道月报"


def test_a_repetition_that_grows_without_end_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kitchen, "SECONDS", 2)
    many = {"表1": {"行": [["x"] * 400] * 400}, "标题": "x"}
    loops = [
        "{%p for a in 表1.行 %}",
        "{%p for b in 表1.行 %}",
        "{%p for c in 表1.行 %}",
        "{{ 标题 }}",
        *["{%p endfor %}"] * 3,
    ]
    with pytest.raises(kitchen.Unfilled) as refused:
        kitchen.filled(docx(*loops), many, {}, marks=[], properties={})
    assert refused.value.flaw.code in ("time", "memory")


def test_a_cell_that_claims_to_span_very_much_is_read_once() -> None:
    def wide(document: Any) -> None:
        cell = document.add_table(1, 1).cell(0, 0)
        cell.text = "一"
        cell._tc.grid_span = 300

    shown = reading.blocks(docx("{{ 标题 }}", change=wide))
    assert [block["rows"] for block in shown if block["kind"] == "table"] == [[["一"]]]


def test_a_document_that_unpacks_to_too_much_is_read_by_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kitchen, "UNPACKED", 1000)
    with pytest.raises(kitchen.Unfilled) as caught:
        kitchen.filled(docx("{{ 标题 }}"), KNOWN, {}, marks=[], properties={})
    assert caught.value.flaw.code == "huge"
