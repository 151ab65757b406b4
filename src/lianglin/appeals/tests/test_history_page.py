"""The history of an appeal on one page and as a PDF: for whom, with what, under a purpose."""

from __future__ import annotations

import base64
from io import BytesIO

import pytest
from django.urls import reverse
from pypdf import PdfReader

from lianglin.appeals.tests.scene import Town, build
from lianglin.cases.models import Export

pytestmark = pytest.mark.rows("R050")


@pytest.fixture(scope="module")
def built(lasting: None) -> Town:
    return build()


@pytest.fixture
def town(built: Town, db: None) -> Town:
    return built


def told(town: Town) -> tuple[str, list[str]]:
    """An appeal with an objection, a ruling, a pause, a helper and a call-back: its number and what must be told."""
    case = town.brought_to("dispatched")
    town.do("unit", "object_to", case, ground="duty", note="不属我单位")
    town.do("street", "dispatch", case, unit=town.unit("unit"), note="按职责清单仍由你单位办理")
    town.do("unit", "take_on", case)
    town.do("street", "order_co_handling", case, unit=town.unit("other_unit"), note="请配合断电")
    town.do("unit", "pause", case, ground="season", note="等天暖再施工")
    town.do("unit", "resume", case)
    town.do("other_unit", "answer_co_order", case, note="已断电")
    town.do("unit", "answer", case, outcome="solved", note="换了灯泡")
    town.do("street", "settle", case)
    town.do("worker", "call_back", case, reached=True, solved="yes", grade=5)
    said = ["不属我单位", "按职责清单仍由你单位办理", "请配合断电", "等天暖再施工", "已断电", "换了灯泡"]
    return case.number, said


def test_the_page_tells_everything_and_names_posts_not_persons(town: Town) -> None:
    number, said = told(town)
    page = town.client("street").get(reverse("appeals:history", args=[number])).content.decode()
    for words in (*said, "驳回", "回访"):
        assert words in page
    assert town.world.posts["bureau-1"].title in page
    assert "李示例" not in page
    assert "15400000001" not in page


def test_the_pdf_needs_a_purpose_and_carries_the_watermark(town: Town) -> None:
    number, said = told(town)
    street = town.client("street")
    here = reverse("appeals:history", args=[number])
    assert street.post(here, {"purpose": "handle_case", "reason": ""}).status_code == 422
    assert street.post(here, {"purpose": "statistics", "reason": "归档"}).status_code == 422
    assert street.post(here, {"purpose": "handle_case", "reason": "归档备查"}).status_code == 303
    made = Export._base_manager.get()
    text = "".join(
        page.extract_text() for page in PdfReader(BytesIO(base64.b64decode(str(made.content)))).pages
    ).replace("\n", "")
    for words in (*said, "归档备查"):
        assert words in text
    assert "15400000001" not in text
    assert number in street.get(reverse("cases:papers")).content.decode()
    assert street.get(reverse("cases:fetch", args=[made.key])).status_code == 200


def test_who_may_not_read_it(town: Town) -> None:
    case = town.brought_to("handling")
    here = reverse("appeals:history", args=[case.number])
    assert town.client("neighbour").get(here).status_code == 404
    assert town.client("other_unit").get(here).status_code == 404
    assert town.client("unit").get(here).status_code == 200
