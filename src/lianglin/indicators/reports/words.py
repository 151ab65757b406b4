"""The sentences of a report, by fixed rules: what a figure is, whether it went up or down. Chinese, pure, no database.

Rules (dossier 6.1): a rate stands with its two counts, and on fewer than the least base with its counts alone; no rate
of change on a base under 30; percent and points with one decimal, half up.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from lianglin.indicators import rates, rules
from lianglin.indicators.rules import Counts
from lianglin.kit.period import Period
from lianglin.kit.reports import PeriodKind

UNITS = {
    "percent": "%",
    "cases": "件",
    "persons": "人",
    "visits": "人次",
    "households": "户",
    "hours": "小时",
    "objects": "个",
}
BEFORE: dict[PeriodKind, tuple[str, str]] = {
    "week": ("上周", "上年同周"),
    "month": ("上月", "上年同月"),
    "quarter": ("上季度", "上年同季"),
    "year": ("上年", ""),
}
"""What the period before and the same one a year ago are called; of a year they are one."""
NUMERALS = "〇一二三四五六七八九十"
NONE = "none"
HIDDEN = {"few": "不足10", "guard": "不公布", NONE: "无数据"}
PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_.]*)(?::(change|left_out))?\}")


@dataclass(frozen=True)
class Cell:
    """One figure as it stands in a report: both counts, what rulings left out, and why it is hidden if it is."""

    counts: Counts
    left_out: int = 0
    hidden: str = ""

    def kept(self) -> list[int | str | None]:
        """As it is stored: numerator, denominator, left out, hidden. A hidden cell keeps no count."""
        if self.hidden:
            return [None, None, None, self.hidden]
        return [self.counts.numerator, self.counts.denominator, self.left_out, ""]

    @classmethod
    def of(cls, kept: list) -> Cell:
        """From what is stored."""
        numerator, denominator, left_out, hidden = kept
        return cls(Counts(numerator or 0, denominator), left_out or 0, hidden)


def period_name(period: Period) -> str:
    """ "2026年", "2026年第三季度", "2026年11月", "2026年第47周（11月16日至11月22日）"."""
    start = period.start
    match period.kind:
        case "year":
            return f"{start.year}年"
        case "quarter":
            return f"{start.year}年第{NUMERALS[(start.month + 2) // 3]}季度"
        case "month":
            return f"{start.year}年{start.month}月"
    year, week, _day = start.isocalendar()
    last = period.end.fromordinal(period.end.toordinal() - 1)
    return f"{year}年第{week}周（{start.month}月{start.day}日至{last.month}月{last.day}日）"


def numeral(number: int) -> str:
    """一 to 九十九."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else NUMERALS[tens] + "十"
    return head + (NUMERALS[ones] if ones or not tens else "")


def value(cell: Cell, unit: str, least: int) -> str:
    """A figure in a sentence: "1234件", "95.2%（1180/1239）", "7/9（基数不足10，不计算比率）"."""
    if cell.hidden:
        return {"few": "不足10（未公布）", NONE: "（无数据）"}.get(cell.hidden, "（不公布）")
    counts = cell.counts
    if counts.denominator is None:
        return f"{counts.numerator}{UNITS[unit]}"
    both = f"{counts.numerator}/{counts.denominator}"
    if counts.denominator == 0:
        return f"无（{both}）"
    if not rates.is_rate(counts, least):
        return f"{both}（基数不足{least}，不计算比率）"
    return f"{rules.percent(counts.numerator, counts.denominator)}%（{both}）"


def short(cell: Cell, unit: str, least: int) -> str:
    """A figure in a table, without its counts; "—" where a rate is not shown as one."""
    if cell.hidden:
        return HIDDEN[cell.hidden]
    counts = cell.counts
    if counts.denominator is None:
        return str(counts.numerator)
    return f"{rules.percent(counts.numerator, counts.denominator)}%" if rates.is_rate(counts, least) else "—"


def both(cell: Cell) -> str:
    """The two counts of a rate; "" for what is no rate or hidden."""
    counts = cell.counts
    return "" if cell.hidden or counts.denominator is None else f"{counts.numerator}/{counts.denominator}"


def interval(cell: Cell, least: int) -> str:
    """ "[93.9，96.3]"; "" where no rate is shown."""
    if cell.hidden or not rates.is_rate(cell.counts, least):
        return ""
    low, high = rates.wilson(cell.counts.numerator, cell.counts.denominator or 0) or (0.0, 0.0)
    return f"[{low}，{high}]"


def change(now: Cell, before: Cell, unit: str, than: str) -> str:
    """Against one earlier period: "比上月增加12件、上升8.3%（上月144件）"; ``than`` is that period's name."""
    if NONE in (now.hidden, before.hidden):
        return f"无{than}数据可比"
    if now.hidden or before.hidden:
        return f"与{than}的比较不公布"
    if now.counts.denominator is not None:
        return _rate_change(now.counts, before.counts, than)
    more = now.counts.numerator - before.counts.numerator
    if more == 0:
        return f"与{than}持平"
    word, direction = ("增加", "上升") if more > 0 else ("减少", "下降")
    then = f"{than}{before.counts.numerator}{UNITS[unit]}"
    percent = rules.change(now.counts, before.counts)
    if percent is None:
        small = rules.SMALLEST_BASE
        return f"比{than}{word}{abs(more)}{UNITS[unit]}（{then}，基数不足{small}，不计算增减幅度）"
    return f"比{than}{word}{abs(more)}{UNITS[unit]}、{direction}{abs(percent)}%（{then}）"


def _rate_change(now: Counts, before: Counts, than: str) -> str:
    both = f"{before.numerator}/{before.denominator or 0}"
    points = rules.change(now, before)
    if points is None:
        return f"{than}为{both}（基数不足{rules.SMALLEST_BASE}，不作比较）"
    then = f"{than}{rules.percent(before.numerator, before.denominator or 0)}%，{both}"
    if points == 0:
        return f"与{than}持平（{then}）"
    return f"比{than}{'上升' if points > 0 else '下降'}{abs(points)}个百分点（{then}）"


def left_out(cell: Cell) -> str:
    """What rulings took out of a rate, said apart."""
    if cell.hidden or not cell.left_out:
        return "无经裁定不计入的事项" if not cell.hidden else "经裁定不计入的事项不公布"
    return f"另有{cell.left_out}件经裁定不计入，不在分子和分母之内"


def filled(template: str, told: Callable[[str, str], str]) -> str:
    """A sentence with its placeholders filled: ``told``(name, what), ``what`` being "", "change" or "left_out"."""
    return PLACEHOLDER.sub(lambda match: told(match[1], match[2] or ""), template)
