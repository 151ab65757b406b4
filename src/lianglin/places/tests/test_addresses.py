"""Chinese addresses taken apart as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianglin.places.rules.addresses import chinese_number, parse


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "辽宁省沈阳市和平区南湖街道文萃社区三好街100号",
            {
                "province": "辽宁省", "city": "沈阳市", "district": "和平区", "street": "南湖街道",
                "community": "文萃社区", "road": "三好街", "number": "100",
            },
        ),
        ("和平区和宁小区3号楼2单元501室", {"district": "和平区", "compound": "和宁小区", "building": "3", "unit": "2", "room": "501"}),
        ("和宁小区三号楼二单元501", {"compound": "和宁小区", "building": "3", "unit": "2", "room": "501"}),
        ("和宁小区3#", {"compound": "和宁小区", "building": "3"}),
        ("和宁小区3栋", {"compound": "和宁小区", "building": "3"}),
        ("和宁小区３－２－５０１", {"compound": "和宁小区", "building": "3", "unit": "2", "room": "501"}),
        ("和宁小区十二号楼", {"compound": "和宁小区", "building": "12"}),
        ("阳光花园A座1203室", {"compound": "阳光花园", "building": "A", "room": "1203"}),
        ("沈河区青年大街12号阳光花园5栋3单元202", {
            "district": "沈河区", "road": "青年大街", "number": "12", "compound": "阳光花园", "building": "5", "unit": "3", "room": "202",
        }),
        ("三好街一百零三号", {"road": "三好街", "number": "103"}),
        ("和平新村7号楼", {"compound": "和平新村", "building": "7"}),
        ("沈阳市 和平区，和宁小区 （东门） 3号楼", {"city": "沈阳市", "district": "和平区", "compound": "和宁小区", "building": "3"}),
    ],
)  # fmt: skip
def test_what_is_written_is_found(text: str, parts: dict[str, str]) -> None:
    found = parse(text)
    assert found.parts() == parts
    assert found.left == ""
    assert found.confidence == 1.0


def test_what_is_not_understood_is_left_over_and_lowers_the_confidence() -> None:
    found = parse("和平区那个大超市旁边")
    assert found.district == "和平区"
    assert "旁边" in found.left
    assert found.confidence < 0.5
    assert parse("").parts() == {}


@pytest.mark.parametrize(
    ("text", "number"),
    [("十", 10), ("二十", 20), ("一百零三", 103), ("二〇一", 201), ("12", 12), ("两百", 200), ("百", 100), ("甲", None), ("", None)],
)  # fmt: skip
def test_chinese_numerals(text: str, number: int | None) -> None:
    assert chinese_number(text) == number


@given(st.text(max_size=60) | st.text("和平区街道路号楼单元室0123一二三十-#栋小社市省村", max_size=60))
def test_no_text_breaks_it_and_confidence_is_a_share(text: str) -> None:
    found = parse(text)
    assert 0.0 <= found.confidence <= 1.0
    assert set(found.parts()) <= {
        "province", "city", "district", "street", "community", "road", "number", "compound", "building", "unit", "room",
    }  # fmt: skip


@given(
    st.integers(1, 99),
    st.integers(1, 9),
    st.integers(1, 30),
    st.integers(1, 9),
    st.sampled_from(["{b}号楼{u}单元{r}室", "{b}栋{u}单元{r}", "{b}#{u}单元{r}", "{b}-{u}-{r}"]),
)
def test_every_way_to_write_a_door_is_the_same_door(
    b: int, u: int, floor: int, door: int, pattern: str
) -> None:
    found = parse("和宁小区" + pattern.format(b=b, u=u, r=f"{floor}{door:02d}"))
    assert (found.building, found.unit, found.room) == (str(b), str(u), f"{floor}{door:02d}")
