"""The official report: its files say what the figures say, in the layout of GB/T 9704; issued, it never changes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from docx import Document
from docx.enum.text import WD_LINE_SPACING
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from pypdf import PdfReader

from lianglin.access.actor import job
from lianglin.access.models import Organisation, Post
from lianglin.access.transaction import acting
from lianglin.appeals.queries import response
from lianglin.indicators.models import PublishedValue
from lianglin.indicators.reports import actions, building, filing
from lianglin.indicators.reports.counting import count
from lianglin.indicators.reports.layout import SAMPLE, blocks
from lianglin.indicators.reports.models import Report, ReportFile
from lianglin.indicators.reports.words import Cell
from lianglin.indicators.rules import Counts, tenth
from lianglin.kit import clock, discovery
from lianglin.kit.errors import Conflict, Forbidden, Refused
from lianglin.kit.period import Period

from . import figures_city
from .figures_city import BESIDE, ELSEWHERE, HERE, STREET, City, at, on

OCTOBER, NOVEMBER = Period.month(2026, 10), Period.month(2026, 11)


NOW = "2026-11-27 16:00"


@pytest.fixture(scope="module")
def worked(lasting: None) -> City:
    """Twelve October appeals of one community, eleven settled and called back; others beside and elsewhere."""
    city = figures_city.build()
    with at(on(NOW)):
        for index in range(12):
            case = city.report(
                f"2026-10-0{1 + index % 3 + 6} 09:{10 + index}", item=city.item if index % 2 else None
            )
            city.dispatch(case, "2026-10-09 10:00")
            if index:
                city.settle(case, "2026-10-12 10:00")
                city.call(
                    case, f"2026-10-13 10:{10 + index}", "yes" if index > 2 else "no", 5 if index > 1 else 1
                )
        city.report("2026-10-12 09:00", BESIDE)
        city.report("2026-10-12 09:00", ELSEWHERE)
    return city


@pytest.fixture
def work(worked: City, db: None) -> Iterator[City]:
    """The same, on the afternoon of 27 November."""
    with at(on(NOW)):
        yield worked


def asked(
    city: City, name: str = "street", period: Period = OCTOBER, place: str = STREET, **more: Any
) -> Report:
    with transaction.atomic(), acting(city.actors[name]) as actor:
        made = actions.ask(
            by=actor,
            definition="appeals.report",
            scope_code=place,
            period=period,
            public=more.get("public", False),
        )
    return counted(made)


def counted(made: Report) -> Report:
    with acting(job()) as background:
        actions.make(key=str(made.key), by=background)
    made.refresh_from_db()
    return made


def filed(city: City, report: Report, form: str, name: str = "street") -> bytes:
    with acting(city.actors[name]) as actor:
        one = filing.ask_file(report, by=actor, file_format=form, reason="区里例会")
    with acting(job()) as background:
        filing.make_file(key=str(one.key), by=background)
    with acting(city.actors[name]) as actor:
        return filing.fetch(one.key, by=actor)[1]


def test_a_file_that_fails_says_so_and_holds_up_no_other(work: City, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_given: object) -> bytes:
        raise KeyError("x")

    report = asked(work)
    monkeypatch.setattr(filing, "_written", broken)
    for _number in range(filing.AT_ONCE + 1):
        with acting(work.actors["street"]) as actor:
            one = filing.ask_file(report, by=actor, file_format="docx", reason="区里例会")
        with acting(job()) as background:
            filing.make_file(key=str(one.key), by=background)
    page = work.browser("street").get(f"/figures/reports/{report.key}/").content.decode()
    assert "系统出错，已记录" in page
    monkeypatch.undo()
    assert filed(work, report, "docx")


def test_files_that_nobody_made_within_the_hour_hold_up_no_other(work: City) -> None:
    report = asked(work)
    with acting(work.actors["street"]) as actor:
        for _number in range(filing.AT_ONCE):
            filing.ask_file(report, by=actor, file_format="docx", reason="区里例会")
        with pytest.raises(Refused):
            filing.ask_file(report, by=actor, file_format="docx", reason="区里例会")
    with at(clock.now() + filing.GIVEN_UP), acting(work.actors["street"]) as actor:
        assert filing.ask_file(report, by=actor, file_format="docx", reason="区里例会")


def issued(city: City, report: Report) -> Report:
    with transaction.atomic(), acting(city.actors["street"]) as actor:
        actions.issue(report.key, by=actor, seen=report.edits)
    report.refresh_from_db()
    return report


# --- figures -------------------------------------------------------------------------------------------------


@pytest.mark.rows("R057", "R058", "R110")
def test_every_cell_equals_the_figure_counted_from_its_rows(work: City) -> None:
    report = asked(work)
    known = discovery.indicators()
    for section in report.figures["sections"]:
        figures = [known[one["code"]] for one in section["figures"]]
        with acting(job()):
            whole = count(figures, STREET, OCTOBER)
            before = count(figures, STREET, OCTOBER.previous())
        for figure in figures:
            kept = section["totals"][figure.code]
            assert Cell.of(kept["now"]).counts == whole[figure.code, ""].counts
            assert Cell.of(kept["before"]).counts == before[figure.code, ""].counts
        for index, figure in enumerate(figures if section["lines"] else ()):
            cells = [Cell.of(line["cells"][index]).counts for line in section["lines"]]
            assert sum(cells[1:], cells[0]) == whole[figure.code, ""].counts, (section["title"], figure.code)


@pytest.mark.rows("R058")
def test_the_word_file_holds_each_table_as_it_was_counted(work: City) -> None:
    report = asked(work)
    made = Document(BytesIO(filed(work, report, "docx")))
    wanted = [[block.head, *block.rows] for block in blocks(report) if block.kind == "table"]
    assert [[[cell.text for cell in row.cells] for row in table.rows] for table in made.tables] == wanted
    settled = next(row for row in wanted[0] if row[0] == "办结率")
    assert settled[1:3] == ["69.2%", "9/13"]
    text = "\n".join(paragraph.text for paragraph in made.paragraphs)
    assert "共受理诉求13件" in text
    assert "数据计算于2026年11月27日" in text
    assert len(made.inline_shapes) == sum(block.kind == "chart" for block in blocks(report))


@pytest.mark.rows("R058")
def test_the_pdf_holds_the_same_cells(work: City) -> None:
    report = asked(work)
    reader = PdfReader(BytesIO(filed(work, report, "pdf")))
    text = re.sub(r"\s", "", "".join(page.extract_text() for page in reader.pages))
    for block in blocks(report):
        for row in block.rows:
            for cell in row:
                assert re.sub(r"\s", "", cell.replace("\n", "")) in text, cell
    width, height = (round(float(side) / 72 * 25.4) for side in reader.pages[0].mediabox[2:])
    assert (width, height) == (210, 297)
    assert "—1—" in text


# --- layout --------------------------------------------------------------------------------------------------


def test_the_word_file_keeps_the_measures_of_the_standard(work: City) -> None:
    made = Document(BytesIO(filed(work, asked(work), "docx")))
    page = made.sections[0]
    assert [round(side.mm) for side in (page.page_width, page.page_height)] == [210, 297]
    assert [round(side.mm) for side in (page.top_margin, page.left_margin)] == [37, 28]
    assert abs(page.page_width - page.left_margin - page.right_margin - Mm(156)) < Mm(0.1)
    assert abs(page.page_height - page.top_margin - page.bottom_margin - Mm(225)) < Mm(0.1)
    head = made.paragraphs[0]
    assert (head.text, str(head.runs[0].font.color.rgb)) == ("street单位文件", "C8102E")
    title = next(p for p in made.paragraphs if p.text.endswith("报告"))
    first = next(p for p in made.paragraphs if p.text.startswith("一、"))
    body = next(p for p in made.paragraphs if p.text.startswith("2026年10月，"))
    second = next(p for p in made.paragraphs if p.text.startswith("（一）"))
    assert [(p.runs[0].font.size, east(p)) for p in (title, first, second, body)] == [
        (Pt(22), "方正小标宋简体"),
        (Pt(16), "黑体"),
        (Pt(16), "楷体_GB2312"),
        (Pt(16), "仿宋_GB2312"),
    ]
    assert first.text == "一、总体情况"
    assert body.paragraph_format.line_spacing_rule == WD_LINE_SPACING.EXACTLY
    assert body.paragraph_format.line_spacing == Pt(28)
    assert body.paragraph_format.first_line_indent == Pt(32)
    foot = page.footer.paragraphs[0]
    assert (foot.text.replace(" ", ""), foot.runs[0].font.size) == ("——", Pt(14))
    assert "PAGE" in foot._p.xml
    assert page.even_page_footer.paragraphs[0].paragraph_format.left_indent == Pt(14)


def east(paragraph: Any) -> str:
    return paragraph.runs[0]._r.rPr.rFonts.get(qn("w:eastAsia"))


def test_every_page_says_who_took_it_out_and_in_the_demo_that_it_is_a_sample(
    work: City, settings: Any
) -> None:
    settings.DEMO = True
    report = asked(work)
    page = Document(BytesIO(filed(work, report, "docx"))).sections[0]
    for head in (page.header, page.even_page_header):
        told = "\n".join(paragraph.text for paragraph in head.paragraphs)
        assert "street单位" in told
        assert "区里例会" in told
        assert SAMPLE in told
    for sheet in PdfReader(BytesIO(filed(work, report, "pdf"))).pages:
        assert SAMPLE.rstrip("。") in re.sub(r"\s", "", sheet.extract_text())


# --- whose -----------------------------------------------------------------------------------------------------


def test_another_place_gets_nothing(work: City) -> None:
    report = asked(work)
    with pytest.raises(Refused):
        asked(work, place=ELSEWHERE[:9])
    with pytest.raises(Refused):
        asked(work, place="")
    post = Post.objects.get(pk=work.posts["street"].pk)
    Post.objects.filter(pk=post.pk).update(scope_code=ELSEWHERE[:9])
    away = work.browser("street")
    assert str(report.key) not in away.get("/figures/reports/").content.decode()
    assert away.get(f"/figures/reports/{report.key}/").status_code == 404
    for name in ("worker", "unit", "neighbour"):
        assert work.browser(name).get(f"/figures/reports/{report.key}/").status_code == 403


def test_a_file_is_not_made_for_a_post_that_lost_its_place(work: City) -> None:
    report = asked(work)
    with acting(work.actors["street"]) as actor:
        one = filing.ask_file(report, by=actor, file_format="docx", reason="区里例会")
    Post.objects.filter(pk=work.posts["street"].pk).update(scope_code=ELSEWHERE[:9])
    with acting(job()) as background:
        filing.make_file(key=str(one.key), by=background)
    assert ReportFile._base_manager.get(pk=one.pk).state == "refused"


def test_what_is_published_holds_no_count_of_fewer_than_ten_people(work: City) -> None:
    report = asked(work, public=True)
    known = discovery.indicators()
    seen = 0
    for section in report.figures["sections"]:
        for line in section["lines"]:
            for one, kept in zip(section["figures"], line["cells"], strict=True):
                cell = Cell.of(kept)
                if known[one["code"]].people and not cell.hidden:
                    seen += 1
                    parts = (cell.counts.numerator, cell.counts.rest or 0)
                    assert not any(0 < part < 10 for part in parts), (section["title"], one["code"], kept)
    assert seen


def cells(report: Report, code: str, by: str = "") -> dict[str, Cell]:
    """What a report says of a figure, whole ("") or by line."""
    found: dict[str, Cell] = {}
    for section in report.figures["sections"]:
        for number, figure in enumerate(section["figures"]):
            if figure["code"] == code and section["by"] == by:
                found[""] = Cell.of(section["totals"][code]["now"])
                found |= {line["code"]: Cell.of(line["cells"][number]) for line in section["lines"]}
    return found


def test_a_report_for_publication_says_what_was_published_and_nothing_of_its_own_day(work: City) -> None:
    for place, number in (("", 40), (STREET, 12), (HERE, 11), (BESIDE, None)):
        PublishedValue.objects.create(
            indicator="appeals.received", month=OCTOBER.start, scope_code=place, numerator=number,
            hidden="hidden" if number is None else "", published_at=clock.now(),
        )  # fmt: skip
    own, public = asked(work), asked(work, public=True)
    counted, told = (cells(report, "appeals.received", "地区") for report in (own, public))
    assert (counted[""].counts, counted[HERE].counts) == (Counts(13), Counts(12))
    assert (told[""].counts, told[HERE].counts) == (Counts(12), Counts(11))
    assert told[BESIDE] == Cell(Counts(0), hidden="guard")
    assert cells(public, "appeals.received")[""].counts == Counts(12)
    assert "以公布数为准" in "".join(block.text for block in blocks(public))


# --- draft, issued, corrected ------------------------------------------------------------------------------------


def test_an_issued_report_stands_whatever_is_counted_or_written_later(work: City) -> None:
    report = issued(work, asked(work))
    before = (report.figures, report.texts)
    work.report("2026-10-20 09:00")
    with acting(work.actors["street"]) as actor, pytest.raises(Conflict):
        actions.edit(report.key, by=actor, texts={"0": ["改了"]}, seen=report.edits)
    with acting(work.actors["street"]) as actor, pytest.raises(Conflict):
        actions.count_again(report.key, by=actor)
    with pytest.raises(DatabaseError), transaction.atomic():
        Report._base_manager.filter(pk=report.pk).update(texts={"0": ["改了"]})
    counted(report)
    assert (report.figures, report.texts) == before


def test_a_correction_is_a_new_version_that_says_why(work: City) -> None:
    first = issued(work, asked(work))
    work.report("2026-10-20 09:00")
    with acting(work.actors["street"]) as actor:
        second = actions.correct(first.key, by=actor, why="补录一件")
    with acting(work.actors["street"]) as actor, pytest.raises(Conflict):
        actions.correct(first.key, by=actor, why="再更正一次")
    second = issued(work, counted(second))
    first.refresh_from_db()
    assert (first.state, second.state, second.version) == ("replaced", "issued", 2)
    assert any("更正原因：补录一件" in block.text for block in blocks(second))
    assert "共受理诉求14件" in second.texts["0"][0]
    assert "共受理诉求13件" in first.texts["0"][0]


def test_sentences_are_edited_by_one_after_the_other(work: City) -> None:
    report = asked(work)
    with acting(work.actors["street"]) as actor:
        actions.edit(report.key, by=actor, texts={"0": ["由人改写的一段。", " "]}, seen=0)
    with acting(work.actors["street"]) as actor, pytest.raises(Conflict):
        actions.edit(report.key, by=actor, texts={"0": ["后到的人。"]}, seen=0)
    report.refresh_from_db()
    assert report.texts["0"] == ["由人改写的一段。"]
    assert "由人改写的一段。" in [p.text for p in Document(BytesIO(filed(work, report, "docx"))).paragraphs]


def test_a_period_that_runs_can_be_drafted_but_not_issued(work: City) -> None:
    report = asked(work, period=NOVEMBER)
    assert any("本期尚未结束" in block.text for block in blocks(report))
    with pytest.raises(Refused):
        issued(work, report)


def test_what_is_there_is_not_made_twice(work: City) -> None:
    asked(work)
    with pytest.raises(Refused):
        asked(work)


@pytest.mark.parametrize("code", ["2026-W41", "2026-10", "2026-Q3", "2025"])
def test_every_kind_of_period_is_made(work: City, code: str) -> None:
    report = asked(work, name="manager", period=Period.parse(code), place="")
    assert report.state == "draft"
    assert report.kind == Period.parse(code).kind


def test_every_declared_report_fills_all_its_sentences() -> None:
    known = discovery.indicators()
    for definition in building.definitions().values():
        for section in definition.sections:
            names = set(re.findall(r"\{([a-z_.]+)", " ".join(section.text)))
            assert names <= {*section.figures, *definition.readings, "place", "period"}, (
                definition.code,
                section.title,
            )
            assert set(section.figures) <= set(known)


# --- pages -------------------------------------------------------------------------------------------------------


def test_the_pages_lead_from_making_to_issuing(work: City) -> None:
    browser = work.browser("street")
    given = {"definition": "appeals.report", "place": STREET, "period": "2026-10"}
    assert browser.post("/figures/reports/", given | {"period": "2026-13"}).status_code == 422
    answer = browser.post("/figures/reports/", given)
    assert answer.status_code == 303
    here = answer["Location"]
    report = counted(Report._base_manager.get())
    assert "共受理诉求13件" in browser.get(here).content.decode()
    assert browser.get(here + "edit/").status_code == 200
    answer = browser.post(here + "edit/", {"seen": "0", "text_0": "第一段\r\n第二段"})
    assert answer.status_code == 303
    assert "第二段" in browser.get(here).content.decode()
    assert browser.post(here + "file/", {"format": "docx", "reason": ""}).status_code == 422
    assert browser.post(here + "file/", {"format": "docx", "reason": "例会"}).status_code == 303
    assert browser.post(here + "issue/", {"seen": "1"}).status_code == 303
    report.refresh_from_db()
    assert (report.state, report.issuer) == ("issued", "street单位")
    assert browser.post(here + "correct/", {"why": "补录一件"}).status_code == 303
    assert browser.get("/figures/reports/").status_code == 200


def test_who_issues_what_is_issued_is_told_so_on_the_report(work: City) -> None:
    report = asked(work)
    here, browser = f"/figures/reports/{report.key}/", work.browser("street")
    assert browser.post(here + "issue/", {"seen": "0"}).status_code == 303
    again = browser.post(here + "issue/", {"seen": "0"}, follow=True)
    assert again.redirect_chain == [(here, 303)]
    assert [one.level_tag for one in again.context["messages"]] == ["success", "error"]
    assert browser.get(here + "issue/")["Location"] == here


def test_the_chinese_title_says_its_language_on_english_pages(work: City) -> None:
    report = asked(work)
    here, browser = f"/figures/reports/{report.key}/", work.browser("street")
    browser.cookies["django_language"] = "en"
    title = report.figures["title"]
    assert f'<h1 lang="zh-Hans">{title}</h1>' in browser.get(here).content.decode()
    for what in ("edit", "issue"):
        assert f'lang="zh-Hans">{title}<' in browser.get(f"{here}{what}/").content.decode()


def test_who_issues_from_english_pages_signs_in_chinese(work: City) -> None:
    report = asked(work)
    Organisation.objects.filter(name="street单位").update(name_en="Street Office")
    browser = work.browser("street")
    browser.cookies["django_language"] = "en"
    assert browser.post(f"/figures/reports/{report.key}/issue/", {"seen": "0"}).status_code == 303
    report.refresh_from_db()
    assert (report.state, report.issuer) == ("issued", "street单位")


def test_who_edits_second_keeps_what_was_typed_and_sees_what_was_kept(work: City) -> None:
    report = asked(work)
    here, browser = f"/figures/reports/{report.key}/edit/", work.browser("street")
    assert browser.post(here, {"seen": "0", "text_0": "先保存的一段"}).status_code == 303
    answer = browser.post(here, {"seen": "0", "text_0": "写了很久的一段"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "写了很久的一段" in page
    assert "先保存的一段" in page
    assert browser.post(here, {"seen": "1", "text_0": "长" * 2001}).status_code == 422
    assert browser.post(here, {"seen": "1", "text_0": "写了很久的一段"}).status_code == 303
    report.refresh_from_db()
    assert report.texts["0"] == ["写了很久的一段"]


@pytest.mark.parametrize("seen", ["²", "9" * 5000, "-1", "x", ""])
def test_what_is_no_number_of_edits_is_told_so_and_breaks_nothing(work: City, seen: str) -> None:
    report = asked(work)
    browser = work.browser("street")
    for what in ("edit", "issue"):
        assert browser.post(f"/figures/reports/{report.key}/{what}/", {"seen": seen}).status_code == 409


def test_the_list_names_the_place(work: City) -> None:
    asked(work)
    assert f"<span>{STREET}街道</span>" in work.browser("street").get("/figures/reports/").content.decode()


def test_nobody_fetches_a_file_of_another_post(work: City) -> None:
    report = asked(work, name="manager", place="")
    filed(work, report, "docx", name="manager")
    one = ReportFile._base_manager.get()
    assert work.browser("manager").get(f"/figures/reports/files/{one.key}/").status_code == 200
    with acting(work.actors["street"]) as actor, pytest.raises(Forbidden):
        filing.fetch(one.key, by=actor)


# --- head, number, imprint; the line; the median ----------------------------------------------------------------


def test_an_issued_document_carries_its_head_number_and_imprint(work: City) -> None:
    report = asked(work)
    with transaction.atomic(), acting(work.actors["street"]) as actor:
        given = {"document_number": "示办发〔2026〕12号", "copied_to": "区社会工作部"}
        actions.issue(report.key, by=actor, seen=report.edits, **given)
    report.refresh_from_db()
    pdf = "".join(page.extract_text() for page in PdfReader(BytesIO(filed(work, report, "pdf"))).pages)
    word = "\n".join(one.text for one in Document(BytesIO(filed(work, report, "docx"))).paragraphs)
    for text in ("".join(pdf.split()), word):
        for said in (f"{report.issuer}文件", "示办发〔2026〕12号", "抄送：区社会工作部。", "印发"):
            assert said in text


def test_the_line_ends_with_the_figure_of_the_report(work: City) -> None:
    report = asked(work)
    section = next(one for one in report.figures["sections"] if one["trend"])
    code = section["figures"][0]["code"]
    assert [one["period"] for one in section["trend"]][-2:] == ["2026年9月", "2026年10月"]
    assert section["trend"][-1]["cell"] == section["totals"][code]["now"]
    drawn = [block for block in blocks(report) if block.text.endswith("率变化情况")]
    assert [block.kind for block in drawn] == ["chart", "table"]
    assert drawn[1].rows[-1][0] == "2026年10月"


def test_the_median_over_a_month_is_that_of_the_dashboard(work: City) -> None:
    with acting(job()):
        whole = response.median(STREET, OCTOBER)
        month = next(iter(response.medians(STREET, OCTOBER, 0)))
    assert (whole.value, whole.numerator, whole.denominator) == (
        month.value,
        month.numerator,
        month.denominator,
    )
    sentence = " ".join(" ".join(told) for told in asked(work).texts.values())
    assert f"{tenth(whole.value or 0)}小时（{whole.numerator}/{whole.denominator}）" in sentence
