"""What an office's template may name: of this report its words, figures, sentences, tables and charts.

Each thing has a Chinese and an English name. The same names serve every report of the kind; what they hold changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from lianglin.indicators.reports import layout, words
from lianglin.indicators.reports.layout import Block, Paper
from lianglin.indicators.reports.models import Report
from lianglin.indicators.reports.words import Cell

PARTS = {
    "本期": "now", "分子": "numerator", "分母": "denominator", "上期": "before", "上年同期": "year", "比较": "change",
    "不计入": "left_out", "区间": "interval", "单位": "unit", "目标": "target", "名称": "label",
}  # fmt: skip
"""The parts of a figure, Chinese and English."""


@dataclass(frozen=True)
class Served:
    """Everything a template gets: the context, and the charts that it may show by name."""

    context: dict[str, Any]
    charts: dict[str, str]


def served(report: Report, paper: Paper) -> Served:
    """The names of a report with what they hold."""
    context: dict[str, Any] = {}
    for chinese, english, value in _words(report, paper):
        context[chinese] = context[english] = value
    for figure in _figures(report.figures):
        _named(context, figure)
    charts: dict[str, str] = {}
    sections = list(_sections(report, charts))
    notes = sections.pop() if sections else {"正文": []}
    context["章节"] = context["sections"] = sections
    for at, section in enumerate(sections, start=1):
        context[f"章节{at}"] = context[f"section{at}"] = section
        said = {"$paragraphs": section["正文"]}
        context[f"正文{at}"] = context[f"text{at}"] = said
    tables = [table for section in sections for table in section["表"]]
    context["表"] = context["tables"] = tables
    for at, table in enumerate(tables, start=1):
        context[f"表{at}"] = context[f"table{at}"] = table
    pictures = [picture for section in sections for picture in section["图"]]
    for at, picture in enumerate(pictures, start=1):
        context[f"图{at}"] = context[f"chart{at}"] = picture
    context["数据说明"] = context["notes"] = notes["正文"]
    context["全文"] = context["body"] = {"$blocks": list(_blocks(layout.blocks(report)))}
    return Served(context, charts)


def known(context: Any) -> Any:
    """The same names with an example of each, for the check."""
    if isinstance(context, list):
        return [known(one) for one in context]
    if not isinstance(context, dict):
        return context
    if {"$picture", "$table", "$blocks", "$paragraphs"} & set(context):
        return ""
    return {name: known(one) for name, one in context.items() if name != "$text"}


def _words(report: Report, paper: Paper) -> Iterable[tuple[str, str, Any]]:
    data = report.figures
    counted = layout.counted_on(report)
    return (
        ("标题", "title", paper.title), ("期间", "period", data["period"]), ("上期名称", "period_before", data["before"]),
        ("上年同期名称", "period_year", data["year"]), ("地区", "place", data["place"]), ("发文机关", "issuer", paper.signed),
        ("发文机关标志", "head", paper.head), ("发文字号", "document_number", paper.number or "（未编号）"),
        ("抄送", "copied_to", report.copied_to or "—"), ("日期", "day", paper.day), ("数据时间", "data_time", counted),
        ("版本", "version", str(report.version)), ("取出说明", "mark", paper.mark), ("稿样标记", "stamp", paper.stamp),
        ("样本说明", "sample", paper.sample),
    )  # fmt: skip


def _figures(data: dict[str, Any]) -> Iterable[dict[str, Any]]:
    """Every figure of a report once, with its parts."""
    seen: set[str] = set()
    before, year = words.BEFORE[data["kind"]]
    for section in data["sections"]:
        for figure in section["figures"]:
            if figure["code"] in seen:
                continue
            seen.add(figure["code"])
            kept = section["totals"][figure["code"]]
            now, then, ago = (Cell.of(kept[kind]) for kind in ("now", "before", "year"))
            unit, least = figure["unit"], data["least"]
            told = [
                words.change(now, then, unit, before),
                *([words.change(now, ago, unit, year)] if year else []),
            ]
            parts = {
                "本期": words.short(now, unit, least), "分子": _count(now, "numerator"), "分母": _count(now, "denominator"),
                "上期": words.short(then, unit, least), "上年同期": words.short(ago, unit, least), "比较": "，".join(told),
                "不计入": words.left_out(now), "区间": words.interval(now, least) or "—", "单位": words.UNITS[unit],
                "目标": f"{figure['target']:g}" if figure["target"] is not None else "—", "名称": figure["label"],
            }  # fmt: skip
            english = {PARTS[name]: value for name, value in parts.items()}
            yield {"code": figure["code"], "label": figure["label"],
                   "told": {"$text": words.value(now, unit, least), **parts, **english}}  # fmt: skip
    labels = {one["code"]: one["label"] for one in data["definitions"]}
    for code in labels.keys() - seen:
        if code in data:  # a reading: words alone
            yield {"code": code, "label": labels[code], "told": data[code]}


def _count(cell: Cell, what: str) -> str:
    if cell.hidden:
        return words.HIDDEN[cell.hidden]
    number = getattr(cell.counts, what)
    return "—" if number is None else str(number)


def _named(context: dict[str, Any], figure: dict[str, Any]) -> None:
    """Under its Chinese label, as a name can be written, and under its code: ``appeals.received``."""
    name = identifier(figure["label"])
    while name in context:
        name += "二"
    context[name] = figure["told"]
    above, _, last = figure["code"].rpartition(".")
    context.setdefault(above.replace(".", "_"), {})[last] = figure["told"]


def identifier(label: str) -> str:
    """A label as a name between braces: brackets, blanks and strokes go, a digit does not begin it."""
    name = re.sub(r"[^\w]", "", label)
    return f"指标{name}" if not name or name[0].isdigit() else name


def _sections(report: Report, charts: dict[str, str]) -> Iterable[dict[str, Any]]:
    """Section by section as they are printed, the explanations last; ``charts`` is filled on the way.

    A section has its places for tables and charts whether or not there is anything to show in this period: what a
    template names by number stands where it stood.
    """
    kept = report.figures["sections"]
    now: dict[str, Any] | None = None
    at = 0
    for block in layout.blocks(report):
        if block.kind == "heading":
            if now is not None:
                yield _padded(now, kept[at])
                at += 1
            now = {
                "标题": block.text,
                "title": block.text,
                "层级": block.level,
                "正文": [],
                "表": [],
                "图": [],
            }
            now |= {"text": now["正文"], "tables": now["表"], "charts": now["图"]}
        elif now is None or block.kind == "note":
            continue
        elif block.kind == "table":
            now["表"].append(_table(block))
        elif block.kind == "chart":
            charts[str(len(charts) + 1)] = block.svg
            now["图"].append({"$picture": str(len(charts))})
        else:
            now["正文"].append(block.text)
    if now is not None:
        yield now


def _padded(section: dict[str, Any], kept: dict[str, Any]) -> dict[str, Any]:
    """With an empty table or chart where this period has none."""
    tables = 0 if not kept["figures"] else 2 if kept["chart"] == "line" else 1
    head = [kept["by"] or "指标", *(figure["label"] for figure in kept["figures"])]
    while len(section["表"]) < tables:
        section["表"].append(_table(Block("table", f"{kept['title']}（本期没有可列出的数据）", head=head)))
    while len(section["图"]) < bool(kept["chart"]):
        section["图"].append("")
    return section


def _table(block: Block) -> dict[str, Any]:
    whole = {"$table": {"head": block.head, "rows": block.rows}}
    return {
        "题": block.text, "caption": block.text, "表头": block.head, "head": block.head, "行": block.rows,
        "rows": block.rows, "整表": whole, "whole": whole,
    }  # fmt: skip


def _blocks(blocks: Iterable[Block]) -> Iterable[dict[str, Any]]:
    number = 0
    for block in blocks:
        if block.kind == "chart":
            number += 1
        yield {"kind": block.kind, "text": block.text, "level": block.level, "head": block.head, "rows": block.rows,
               "picture": str(number)}  # fmt: skip
