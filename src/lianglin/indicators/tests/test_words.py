"""The sentences of a report by their rules: both counts, no change on a small base, no rate on fewer than the least."""

from __future__ import annotations

from typing import Any

import pytest

from lianglin.indicators.reports import words
from lianglin.indicators.reports.charts import Bar, bars
from lianglin.indicators.reports.words import Cell
from lianglin.indicators.rules import Counts
from lianglin.kit.period import Period


def cell(numerator: int, denominator: int | None = None, **more: Any) -> Cell:
    return Cell(Counts(numerator, denominator), **more)


def test_a_rate_stands_with_both_counts() -> None:
    assert words.value(cell(1180, 1239), "percent", 10) == "95.2%（1180/1239）"


def test_on_a_small_base_only_the_counts_stand() -> None:
    assert words.value(cell(7, 9), "percent", 10) == "7/9（基数不足10，不计算比率）"
    assert words.short(cell(7, 9), "percent", 10) == "—"
    assert words.interval(cell(7, 9), 10) == ""


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        (cell(156), cell(144), "比上月增加12件、上升8.3%（上月144件）"),
        (cell(132), cell(144), "比上月减少12件、下降8.3%（上月144件）"),
        (cell(144), cell(144), "与上月持平"),
        (cell(31), cell(29), "比上月增加2件（上月29件，基数不足30，不计算增减幅度）"),
    ],
)
def test_a_count_goes_up_down_or_stays(now: Cell, before: Cell, said: str) -> None:
    assert words.change(now, before, "cases", "上月") == said


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        (cell(96, 100), cell(94, 100), "比上月上升2.0个百分点（上月94.0%，94/100）"),
        (cell(94, 100), cell(96, 100), "比上月下降2.0个百分点（上月96.0%，96/100）"),
        (cell(96, 100), cell(48, 50), "与上月持平（上月96.0%，48/50）"),
        (cell(96, 100), cell(20, 29), "上月为20/29（基数不足30，不作比较）"),
    ],
)
def test_a_rate_is_compared_in_points(now: Cell, before: Cell, said: str) -> None:
    assert words.change(now, before, "percent", "上月") == said


def test_a_hidden_cell_keeps_and_tells_no_count() -> None:
    hidden = cell(3, 4, left_out=2, hidden="few")
    assert hidden.kept() == [None, None, None, "few"]
    told = (
        words.value(hidden, "percent", 10)
        + words.change(hidden, cell(50, 60), "percent", "上月")
        + words.left_out(hidden)
    )
    assert not {"3", "4", "2"} & set(told.replace("不足10", ""))


def test_periods_have_their_chinese_names() -> None:
    names = [words.period_name(Period.parse(code)) for code in ("2026", "2026-Q3", "2026-11", "2026-W47")]
    assert names == ["2026年", "2026年第三季度", "2026年11月", "2026年第47周（11月16日至11月22日）"]
    assert [words.numeral(n) for n in (1, 10, 11, 20, 21)] == ["一", "十", "十一", "二十", "二十一"]


def test_a_chart_writes_what_it_cannot_draw_and_escapes_names() -> None:
    svg = bars([Bar("<script>", 5, "5"), Bar("乙", None, "不足10")], title="图")
    assert "<script>" not in svg
    assert svg.count("<rect") == 1
    assert "不足10" in svg
    assert "style=" not in svg
