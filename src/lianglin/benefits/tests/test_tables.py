"""The parameters as a workbook: nothing runs in it, a wrong cell is named, what differs waits for a second person."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook, load_workbook

from lianglin.benefits.models import Parameter, ParameterValue
from lianglin.benefits.rules.workbook import HEAD
from lianglin.benefits.tests import life_scene as scenes
from lianglin.benefits.tests.life_scene import WRITER, Scene

pytestmark = [pytest.mark.django_db, pytest.mark.rows("R066")]
TABLE, UPLOAD = "/benefits/desk/parameters/table/", "/benefits/desk/parameters/upload/"
GOOD = ["津贴标准", "元/月", "", "2026-01-01", "", "120", "民发1号"]


@pytest.fixture
def scene(db: None) -> Scene:
    return scenes.build()


def brought(scene: Scene, *rows: list[Any], head: tuple[str, ...] = HEAD) -> Any:
    book, out = Workbook(), io.BytesIO()
    sheet: Any = book.active
    sheet.title = "金额"
    for row in (list(head), *rows):
        sheet.append(row)
    book.save(out)
    return scene.browser(WRITER).post(UPLOAD, {"file": SimpleUploadedFile("p.xlsx", out.getvalue())})


def test_what_is_to_be_entered_is_coloured_and_said(scene: Scene) -> None:
    Parameter.objects.create(name="=cmd()", kind="money")
    book = load_workbook(io.BytesIO(scene.browser(WRITER).get(TABLE).content))
    sheet = book["金额"]
    rows = {row[0].value: row for row in sheet.iter_rows(min_row=2)}
    assert rows["津贴标准"][5].value == "待填"
    assert rows["津贴标准"][5].fill.fgColor.rgb == "FFFFF3DA"
    assert rows["=cmd()"][0].data_type == "s"


def test_what_differs_is_shown_first_and_then_waits_for_a_second_person(scene: Scene) -> None:
    answer = brought(scene, GOOD)
    page = answer.content.decode()
    assert "民发1号" in page
    assert not ParameterValue.objects.filter(state="waiting").exists()
    found = re.search(r'name="compared" value="([^"]+)"', page)
    assert found is not None
    scene.browser(WRITER).post(UPLOAD, {"compared": found[1]})
    assert ParameterValue.objects.get(state="waiting").value == 12_000


def test_a_comparison_that_was_tampered_with_enters_nothing(scene: Scene) -> None:
    scene.browser(WRITER).post(UPLOAD, {"compared": "W10:x:y"})
    assert not ParameterValue.objects.filter(state="waiting").exists()


@pytest.mark.parametrize(
    ("column", "value", "cell"),
    [
        (0, "没有这个参数", "金额!A2"),
        (2, "沈阳", "金额!C2"),
        (3, "去年", "金额!D2"),
        (4, "2025-01-01", "金额!E2"),
        (5, "=1+1", "金额!F2"),
        (5, "很多", "金额!F2"),
        (5, "1.005", "金额!F2"),
        (6, "", "金额!G2"),
    ],
)
def test_a_wrong_cell_is_named_and_nothing_is_taken(scene: Scene, column: int, value: str, cell: str) -> None:
    row = [*GOOD]
    row[column] = value
    answer = brought(scene, row, [*GOOD[:3], "2027-01-01", *GOOD[4:]])
    assert answer.status_code == 422
    assert cell in answer.content.decode()
    assert 'name="compared"' not in answer.content.decode()


@pytest.mark.parametrize("content", [b"", b"PK", b"name;value"])
def test_what_is_no_workbook_is_refused(scene: Scene, content: bytes) -> None:
    answer = scene.browser(WRITER).post(UPLOAD, {"file": SimpleUploadedFile("p.xlsx", content or b" ")})
    assert answer.status_code == 422


def test_another_table_is_refused(scene: Scene) -> None:
    assert brought(scene, GOOD, head=("a", *HEAD[1:])).status_code == 422
