"""An office's own Word layout by two people; every report as a workbook; a kind of report composed by two people."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from docx import Document

from lianglin.access.models import Post
from lianglin.indicators.reports import actions, building, layout
from lianglin.indicators.reports.designs import actions as designs
from lianglin.indicators.reports.designs import rules as compose
from lianglin.indicators.reports.designs.models import ReportDesign
from lianglin.indicators.reports.general import can_be_counted
from lianglin.indicators.reports.own import actions as layouts
from lianglin.indicators.reports.own.models import ReportLayout
from lianglin.kit import clock, discovery
from lianglin.kit.errors import Conflict, Forbidden, Refused
from lianglin.kit.period import Period

from . import office_scene
from .figures_city import ELSEWHERE, STREET, City, at, on
from .office_scene import (
    DAY,
    KIND,
    approved,
    background,
    do,
    drafted,
    sample,
    taken_out,
)


@pytest.fixture(scope="module")
def built(lasting: None) -> City:
    return office_scene.build()


@pytest.fixture
def city(built: City, db: None) -> Iterator[City]:
    with at(on(DAY)):
        yield built


# --- the office's own layout ---------------------------------------------------------------------------------


@pytest.mark.rows("R058")
def test_a_template_counts_once_a_second_person_saw_what_it_becomes(city: City) -> None:
    made = do(city, "street", layouts.upload, definition=KIND, name="月报.docx", content=sample(),
              from_on=clock.today(), note="")  # fmt: skip
    background(layouts.check, key=str(made.key))
    made.refresh_from_db()
    assert (made.state, made.flaws) == ("waiting", [])
    assert any(block["kind"] == "table" for block in made.shown)
    with pytest.raises(Forbidden):
        do(city, "street", layouts.decide, made.key, approve=True, note="", seen=made.digest)
    with pytest.raises(Conflict):
        do(city, "second", layouts.decide, made.key, approve=True, note="", seen="of another file")
    report = drafted(city)
    with pytest.raises(Refused):
        taken_out(city, report, "docx", own=True)
    do(city, "second", layouts.decide, made.key, approve=True, note="", seen=made.digest)
    text = "\n".join(p.text for p in Document(BytesIO(taken_out(city, report, "docx", own=True))).paragraphs)
    assert report.figures["title"] in text
    assert report.texts["0"][0] in text
    with pytest.raises(Conflict):
        do(city, "second", layouts.decide, made.key, approve=True, note="", seen=made.digest)


def test_the_own_layout_holds_the_figures_of_the_report_and_says_that_it_is_a_draft(city: City) -> None:
    approved(city, sample())
    report = drafted(city)
    made = Document(BytesIO(taken_out(city, report, "docx", own=True)))
    wanted = [[block.head, *block.rows] for block in layout.blocks(report) if block.kind == "table"]
    told = [[[cell.text for cell in row.cells] for row in table.rows] for table in made.tables]
    assert [rows for rows in told if len(rows) > 1] == wanted
    assert layout.DRAFT in "\n".join(paragraph.text for paragraph in made.sections[0].header.paragraphs)
    charts = sum(block.kind == "chart" for block in layout.blocks(report))
    assert len(made.inline_shapes) == charts > 0


def test_a_template_with_a_mistake_waits_for_nobody(city: City) -> None:
    document = Document()
    document.add_paragraph("{{ 按时答服的请求.本期 }}")
    held = BytesIO()
    document.save(held)
    made = do(city, "street", layouts.upload, definition=KIND, name="a.docx", content=held.getvalue(),
              from_on=clock.today(), note="")  # fmt: skip
    background(layouts.check, key=str(made.key))
    page = city.browser("second").get(f"/figures/reports/layouts/{made.key}/").content.decode()
    assert "按时答服的请求" in page
    assert "按时答复的请求" in page
    with pytest.raises(Conflict):
        do(city, "second", layouts.decide, made.key, approve=True, note="", seen=made.digest)


def test_an_ended_template_gives_way_to_the_standard(city: City) -> None:
    made = approved(city, sample())
    do(city, "street", layouts.end, made.key)
    with pytest.raises(Refused):
        taken_out(city, drafted(city), "docx", own=True)


def test_a_template_is_ended_after_a_question(city: City) -> None:
    made = approved(city, sample())
    browser = city.browser("street")
    here = f"/figures/reports/layouts/{made.key}/"
    assert f'href="{here}end/"' in browser.get(here).content.decode()
    assert browser.get(f"{here}end/").status_code == 200
    made.refresh_from_db()
    assert made.state == "approved"
    assert city.browser("manager").get(f"{here}end/").status_code in (303, 404)
    assert browser.post(f"{here}end/").status_code == 303
    made.refresh_from_db()
    assert made.state == "ended"
    assert browser.get(f"{here}end/").status_code == 303


def test_the_pages_of_templates_lead_from_the_sample_to_the_approval(city: City) -> None:
    browser, other = city.browser("street"), city.browser("second")
    given = browser.get(f"/figures/reports/layouts/sample/{KIND}/")
    assert "{{ 按时答复的请求" in browser.get(f"/figures/reports/layouts/names/{KIND}/").content.decode()
    file = SimpleUploadedFile("月报.docx", given.content)
    bad = SimpleUploadedFile("月报.docx", b"x")
    form = {"definition": KIND, "from_on": "2026-11-27", "note": ""}
    assert browser.post("/figures/reports/layouts/", form | {"file": bad}).status_code == 422
    answer = browser.post("/figures/reports/layouts/", form | {"file": file})
    assert answer.status_code == 303
    made = ReportLayout._base_manager.get()
    background(layouts.check, key=str(made.key))
    here = answer["Location"]
    assert other.post(here, {"do": "refuse", "note": "", "seen": made.digest}).status_code == 422
    assert other.post(here, {"do": "approve", "note": "", "seen": made.digest}).status_code == 303
    assert browser.get(f"{here}preview.docx").content[:2] == b"PK"
    page = browser.get(f"/figures/reports/{drafted(city).key}/").content.decode()
    assert 'name="own"' in page


def test_another_streets_office_sees_none_of_it(city: City) -> None:
    made = approved(city, sample())
    Post.objects.filter(pk=city.posts["second"].pk).update(scope_code=ELSEWHERE[:9])
    away = city.browser("second")
    assert away.get(f"/figures/reports/layouts/{made.key}/").status_code == 404
    for name in ("worker", "unit"):
        assert city.browser(name).get("/figures/reports/layouts/").status_code == 403


# --- Excel ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [KIND, "all.benefits"])
def test_the_workbook_holds_numbers_as_numbers(city: City, kind: str) -> None:
    made = do(
        city,
        "street",
        actions.ask,
        definition=kind,
        scope_code=STREET,
        period=Period.month(2026, 10),
        public=False,
    )
    background(actions.make, key=str(made.key))
    made.refresh_from_db()
    book = openpyxl.load_workbook(BytesIO(taken_out(city, made, "xlsx")))
    sections = made.figures["sections"]
    assert len(book.sheetnames) == len(sections) + 2
    cells = {tuple(str(c.value) for c in row[:2]): row for sheet in book for row in sheet.iter_rows()}
    for figure in sections[0]["figures"]:
        row = next(row for (label, _unit), row in cells.items() if label == figure["label"])
        numerator, denominator, _out, hidden = sections[0]["totals"][figure["code"]]["now"]
        assert row[3].value in ((numerator, None, "") if hidden else (numerator,))
        assert row[4].value in (denominator, None, "")
        assert not isinstance(row[3].value, str) or hidden
    for sheet in book:
        assert sheet.page_setup.paperSize == 9
        assert "月报" in sheet.oddHeader.center.text


# --- composed ------------------------------------------------------------------------------------------------


def test_a_composed_report_is_made_once_a_second_person_saw_its_figures(city: City) -> None:
    browser, other = city.browser("street"), city.browser("second")
    answer = browser.post("/figures/reports/composed/", {"name": "书记专报", "title": "{place}{period}专报"})
    assert answer.status_code == 303
    here, made = answer["Location"], ReportDesign._base_manager.get()
    section = {
        "title": "总体", "level": "1", "figures": ["appeals.received", "privacy.requests_asked"], "by": "", "chart": "", "seen": "0",
        "text": "共{appeals.receivd}。",
    }  # fmt: skip
    section["figures"] = ["appeals.received"]
    answer = browser.post(f"{here}0/", section)
    assert answer.status_code == 422
    assert "appeals.received" in answer.content.decode()
    offered = browser.post(f"{here}0/", section | {"text": "受理", "insert": "{appeals.received}"})
    assert "受理{appeals.received}" in offered.content.decode()
    assert browser.post(f"{here}0/", section | {"text": "受理{appeals.received}。"}).status_code == 303
    assert browser.post(f"{here}1/", section | {"title": "再来", "text": "", "seen": "0"}).status_code == 409
    assert browser.post(f"{here}hand-in/", {"seen": "1"}).status_code == 303
    with pytest.raises(Refused):
        do(
            city,
            "street",
            actions.ask,
            definition=made.code,
            scope_code=STREET,
            period=Period.month(2026, 10),
            public=False,
        )
    with pytest.raises(Conflict):  # nobody has seen its figures yet
        do(city, "second", designs.decide, made.key, approve=True, note="", seen=1)
    background(designs.preview, key=str(made.key))
    assert "受理1件。" in other.get(here).content.decode()
    with pytest.raises(Forbidden):
        do(city, "street", designs.decide, made.key, approve=True, note="", seen=1)
    assert other.post(here, {"do": "approve", "note": "", "seen": "1"}).status_code == 303
    report = do(
        city,
        "street",
        actions.ask,
        definition=made.code,
        scope_code=STREET,
        period=Period.month(2026, 10),
        public=False,
    )
    background(actions.make, key=str(report.key))
    report.refresh_from_db()
    assert (report.figures["title"], report.texts) == ("230103001街道2026年10月专报", {"0": ["受理1件。"]})
    assert "书记专报" in browser.get("/figures/reports/").content.decode()
    with pytest.raises(Conflict):
        do(city, "street", designs.shift, made.key, 0, "remove", seen=1)


@pytest.mark.parametrize(
    ("change", "field"),
    [({"by": "unit", "figures": ["appeals.received", "benefits.take_up"]}, "by"), ({"chart": "bar"}, "chart"),
     ({"by": "place", "figures": ["benefits.measures_in_force"]}, "by"), ({"figures": ["no.such"]}, "figures"),
     ({"text": ["{x"]}, "text"), ({"title": " "}, "title"), ({"chart": "line", "by": "place"}, "chart")],
)  # fmt: skip
def test_a_section_that_cannot_be_counted_says_which_part_is_wrong(
    change: dict[str, Any], field: str
) -> None:
    given = {"title": "总体", "level": 1, "figures": ["appeals.received"], "text": [], "by": "", "chart": ""}
    with pytest.raises(Refused) as refused:
        compose.check(compose.Wanted(**(given | change)))
    assert refused.value.field == field


def test_every_service_with_figures_has_a_report_of_its_own() -> None:
    for manifest in discovery.manifests():
        figures = [one for one in manifest.indicators if can_be_counted(one)]
        if figures:
            made = building.definitions()[f"all.{manifest.code}"]
            assert {one.code for one in figures} == set(made.sections[0].figures)


@pytest.mark.parametrize(
    "title", ["{place}{nothing}月报", "{appeals.received}", "{place:change}月报", "{place月报"]
)
def test_a_printed_title_names_only_what_it_is_filled_with(city: City, title: str) -> None:
    answer = city.browser("street").post("/figures/reports/composed/", {"name": "月报", "title": title})
    assert answer.status_code == 422
    assert title in answer.content.decode()
    assert not ReportDesign._base_manager.exists()


def test_a_kind_of_report_is_ended_after_a_question_and_figures_stand_behind_their_service(
    city: City,
) -> None:
    browser = city.browser("street")
    here = browser.post("/figures/reports/composed/", {"name": "月报", "title": "{place}月报"})["Location"]
    page = browser.get(f"{here}0/").content.decode()
    assert "privacy_asked ·" not in page
    assert browser.post(f"{here}hand-in/", {"seen": "²"}).status_code == 303
    assert browser.get(f"{here}end/").status_code == 200
    made = ReportDesign._base_manager.get()
    assert made.state == "draft"
    assert browser.post(f"{here}end/").status_code == 303
    made.refresh_from_db()
    assert made.state == "ended"
    assert browser.get(f"{here}end/").status_code == 303


def test_a_draft_is_given_another_name_and_title_by_who_saw_it_as_it_stands(city: City) -> None:
    browser = city.browser("street")
    here = browser.post("/figures/reports/composed/", {"name": "月报", "title": "{place}月报"})["Location"]
    given = {"name": "专报", "title": "{place}{period}专报", "seen": "0"}
    assert "{place}月报" in browser.get(f"{here}name/").content.decode()
    wrong = browser.post(f"{here}name/", given | {"title": "{nothing}专报"})
    assert (wrong.status_code, "{nothing}专报" in wrong.content.decode()) == (422, True)
    assert browser.post(f"{here}name/", given).status_code == 303
    made = ReportDesign._base_manager.get()
    assert (made.name, made.title, made.edits) == ("专报", "{place}{period}专报", 1)
    late = browser.post(f"{here}name/", given | {"name": "别的"})
    assert (late.status_code, "别的" in late.content.decode()) == (409, True)
    section = {"title": "总体", "level": "1", "by": "", "chart": "", "seen": "1", "text": "一句。"}
    assert browser.post(f"{here}0/", section).status_code == 303
    assert browser.post(f"{here}hand-in/", {"seen": "2"}).status_code == 303
    assert browser.get(f"{here}name/").status_code == 404
    assert browser.post(f"{here}name/", given | {"seen": "2"}).status_code == 409
    assert f"{here}name/" not in browser.get(here).content.decode()


def test_a_section_sent_after_the_handing_in_says_so_and_keeps_what_was_typed(city: City) -> None:
    browser = city.browser("street")
    here = browser.post("/figures/reports/composed/", {"name": "月报", "title": "{place}月报"})["Location"]
    section = {"title": "总体", "level": "1", "by": "", "chart": "", "seen": "0", "text": "写了很久的一句。"}
    assert browser.post(f"{here}0/", section).status_code == 303
    assert browser.post(f"{here}hand-in/", {"seen": "1"}).status_code == 303
    answer = browser.post(f"{here}1/", section | {"seen": "1"})
    assert answer.status_code == 409
    assert "写了很久的一句。" in answer.content.decode()
