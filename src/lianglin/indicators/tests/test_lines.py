"""Lines of imported files: which line is wrong, what is wrong, what to do. Pure."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from lianglin.indicators.values import catalogue
from lianglin.indicators.values.lines import HEADS, Checked, Known, check
from lianglin.kit.domain import Indicator

HEAD = [words[0] for words in HEADS.values()]
FIGURES = {i.code: i for i in catalogue.read(catalogue.FILE)}
JOBS, RATE, YOY = "imported.net_employment", "imported.health_centres_reaching", "imported.accidents_yoy"


def checked(*rows: list[str], head: list[str] = HEAD) -> Checked:
    known = Known(
        FIGURES, frozenset({"appeals.settled"}), lambda code: code in ("", "230103"), lambda code: code != "999999",
        date(2026, 11, 20),
    )  # fmt: skip
    return check([head, *rows], known)


@pytest.mark.rows("R006", "R019", "R038", "R039", "R040")
def test_a_good_file_is_read_as_it_says() -> None:
    found = checked(
        [JOBS, "", "2022-", "419,000", "", "", ""],
        [RATE, "230103000000", "2026-Q3", "97.8%", "978", "1000", "示例"],
        [YOY, "2301", "2025", "-12.5", "35", "40", ""],
    )
    assert found.wrong == []
    assert [(g.scope_code, g.starts_on, g.ends_before, g.amount) for g in found.good] == [
        ("", date(2022, 1, 1), None, Decimal(419000)),
        ("230103", date(2026, 7, 1), date(2026, 10, 1), Decimal("97.8")),
        ("", date(2025, 1, 1), date(2026, 1, 1), Decimal("-12.5")),
    ]


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        (["appeals.settled", "", "2025", "1", "", "", ""], "指标代码", "从明细统计"),
        (["imported.none", "", "2025", "1", "", "", ""], "指标代码", "没有指标"),
        ([JOBS, "239999", "2025", "1", "", "", ""], "地区代码", "没有地区"),
        ([JOBS, "", "去年", "1", "", "", ""], "期间", "不是期间"),
        ([JOBS, "", "2026-W40", "1", "", "", ""], "期间", "不按周"),
        ([JOBS, "", "2027", "1", "", "", ""], "期间", "晚于"),
        ([RATE, "", "2022-", "97", "", "", ""], "期间", "累计数"),
        ([JOBS, "", "2025", "", "", "", ""], "数值", "没有填"),
        ([JOBS, "", "2025", "41.9万", "", "", ""], "数值", "不用“万”"),
        ([JOBS, "", "2025", "41.9", "", "", ""], "数值", "整数"),
        ([JOBS, "", "2025", "NaN", "", "", ""], "数值", "不是数字"),
        ([JOBS, "", "2025", "1e400", "", "", ""], "数值", "不是数字"),
        ([JOBS, "", "2025", "-1", "", "", ""], "数值", "小于零"),
        ([RATE, "", "2025", "100.1", "", "", ""], "数值", "0 到 100"),
        ([YOY, "", "2025", "-100.1", "", "", ""], "数值", "−100"),
        ([RATE, "", "2025", "97.8", "978", "", ""], "分母", "同时填写"),
        ([RATE, "", "2025", "97.8", "900", "1000", ""], "数值", "90.0"),
        ([JOBS, "", "2025", "5", "1", "2", ""], "分子", "只有比率"),
    ],
)
def test_each_mistake_is_named_with_its_line_and_column(row: list[str], column: str, words: str) -> None:
    found = checked([JOBS, "", "2022-", "1", "", "", ""], row)
    assert [(w.number, w.column) for w in found.wrong] == [(3, column)]
    assert words in found.wrong[0].said


def test_two_lines_of_the_same_place_and_a_wrong_heading_are_refused() -> None:
    twice = checked([JOBS, "", "2025", "1", "", "", ""], [JOBS, "2301", "2025", "2", "", "", ""])
    assert [w.number for w in twice.wrong] == [3]
    assert "期间" in checked([JOBS, "1"], head=["指标代码", "数值"]).wrong[0].said
    assert checked().wrong


def test_a_figure_of_a_citys_own_is_read_from_its_file(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "own.csv"
    lines = [
        ",".join(catalogue.COLUMNS),
        "imported.trees,植树,Trees,本年植树株数。,Trees planted.,objects,flow,up,市林业局,,",
    ]
    own.write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.setenv("LIANGLIN_IMPORTED_FIGURES", str(own))
    added: Indicator = catalogue.figures()[-1]
    assert (added.code, str(added.label), added.origin) == ("imported.trees", "植树", "imported")
    own.write_text("\n".join([lines[0], lines[1].replace("objects", "trees")]), encoding="utf-8")
    with pytest.raises(ValueError, match="line 2"):
        catalogue.figures()
