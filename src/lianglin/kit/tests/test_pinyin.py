"""Names are found by characters, pinyin and initials, with every reading."""

from __future__ import annotations

import pytest

from lianglin.kit.pinyin import clean, rank, ready, starts


@pytest.mark.parametrize(
    ("question", "name", "expected"),
    [
        ("和宁小区", "和宁小区", 0),
        ("和宁", "和宁小区", 1),
        ("小区", "和宁小区", 2),
        ("hnxq", "和宁小区", 3),
        ("hening", "和宁小区", 3),
        ("he宁x", "和宁小区", 3),
        ("ningxiao", "和宁小区", 4),
        ("zengjia", "曾家屯", 3),
        ("cengjia", "曾家屯", 3),
        ("lvyuan", "绿园", 3),
        ("luyuan", "绿园", 3),
        ("zhaolin1", "兆麟第1社区", None),
        ("zld1", "兆麟第1社区", 3),
        ("xyz", "和宁小区", None),
        ("", "和宁小区", None),
    ],
)
def test_rank(question: str, name: str, expected: int | None) -> None:
    assert rank(clean(question), ready(name)) == expected


def test_clean_folds_width_case_and_spaces() -> None:
    assert clean(" Ｈｎ xq，３号") == "hnxq3号"


def test_starts_holds_every_first_letter() -> None:
    assert {"单", "d", "s", "c"} <= starts(ready("单"))
