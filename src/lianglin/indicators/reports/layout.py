"""A report as a row of blocks: headings, paragraphs, tables, charts. Pages, Word and PDF are all made of these."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from lianglin.indicators.reports import changes, charts, words
from lianglin.indicators.reports.models import Report
from lianglin.indicators.reports.words import Cell
from lianglin.kit import clock

SAMPLE = "示例数据，均为虚构，不代表任何真实地方或单位。"
FEW = "涉及不足10人（件）的数据及据以可推算出的数据不公布。"
AS_PUBLISHED = "按月公布的指标以公布数为准；尚未公布的，以及不按整月统计的涉及人员的指标，不予列出。"
OF_ITS_DAY = "分项按本报告统计当日计算，与公布的合计可能略有出入。"
DRAFT = "草稿，未签发"
WITHDRAWN = "已撤回"
CITY = "全市"


@dataclass(frozen=True)
class Block:
    """One piece of a report. A table: ``head`` and ``rows`` of texts ("\\n" between the lines of a cell), first column names."""

    kind: Literal["heading", "paragraph", "table", "chart", "note"]
    text: str = ""
    level: int = 1
    section: str = ""
    head: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    svg: str = ""


@dataclass(frozen=True)
class Paper:
    """A report ready to be printed: title, blocks, who signs it and when, and what stands on every page."""

    title: str
    blocks: list[Block]
    signed: str
    day: str
    mark: str
    stamp: str
    sample: str
    head: str = ""
    """发文机关标志, printed in red above a red line; "" for a paper that is no issued document."""
    number: str = ""
    """发文字号."""
    imprint: list[str] = field(default_factory=list)
    """版记: copied to; who printed it and when."""
    few: str = ""
    """That small numbers are left out; "" for a paper that is not for publication."""


def paper(report: Report, *, mark: str) -> Paper:
    """A report as it is printed; ``mark`` says who took the file out, when and for what."""
    issued = report.issued_at
    stamp = "" if report.state == Report.State.ISSUED else DRAFT
    if report.state in (Report.State.REPLACED, Report.State.RECALLED):
        stamp = over(report)
    signed = report.issuer or report.organisation.name
    day = chinese_day(clock.local(issued or report.counted_at or report.asked_at).date())
    copied = [f"抄送：{report.copied_to.rstrip('。')}。"] if report.copied_to else []
    return Paper(
        title=report.figures["title"],
        blocks=list(blocks(report)),
        signed=signed,
        day=day,
        mark=mark,
        stamp=stamp,
        sample=SAMPLE if report.figures.get("sample") else "",
        head=f"{signed}文件",
        number=report.document_number,
        imprint=[*copied, f"{signed}　{day}印发"],
        few=FEW if report.figures.get("public") else "",
    )


def over(report: Report) -> str:
    """What a version says that counts no more: by which it was replaced, or that it was withdrawn."""
    if report.state == Report.State.RECALLED:
        return WITHDRAWN
    newer = Report._base_manager.filter(corrects=report).only("version").first()
    return replaced_by(newer.version if newer else report.version + 1)


def replaced_by(version: int) -> str:
    """ "已被第2版替代"."""
    return f"已被第{version}版替代"


def correction(report: Report) -> str:
    """What a correction says of itself: which version of which day and number it replaces, why, and what changed."""
    before = report.corrects
    if before is None:
        return ""
    day = f"{chinese_day(clock.local(before.issued_at).date())}印发的" if before.issued_at else ""
    number = f"（{before.document_number}）" if before.document_number else ""
    why = report.why.rstrip("。")
    return (
        f"本报告为第{report.version}版，替代{day}第{before.version}版{number}。更正原因：{why}。"
        f"{changes.told(report.figures.get('changes', {}))}"
    )


def chinese_day(day: date) -> str:
    """ "2026年11月3日", as an official document is dated."""
    return f"{day.year}年{day.month}月{day.day}日"


def blocks(report: Report) -> Iterable[Block]:
    """The report in the order of its sections, then how its figures were counted."""
    data = report.figures
    first = second = tables = 0
    for at, section in enumerate(data["sections"]):
        if section["level"] == 1:
            first, second = first + 1, 0
            heading = f"{words.numeral(first)}、{section['title']}"
        else:
            second += 1
            heading = f"（{words.numeral(second)}）{section['title']}"
        yield Block("heading", heading, level=section["level"], section=str(at))
        for sentence in report.texts.get(str(at), []):
            yield Block("paragraph", sentence, section=str(at))
        if not section["figures"]:
            continue
        tables += 1
        if not section["by"]:
            yield _whole(section, data, tables)
            yield from _trend(section, data)
        elif section["lines"]:
            yield _parts(section, data, tables)
            yield from _chart(section, data)
        else:
            yield Block("note", "本期没有可列出的数据。")
    yield Block("heading", f"{words.numeral(first + 1)}、数据说明", level=1)
    yield from (Block("paragraph", text) for text in explained(report))


def _whole(section: dict[str, Any], data: dict[str, Any], number: int) -> Block:
    """The figures themselves, against the period before and the same one a year ago."""
    before, year = words.BEFORE[data["kind"]]
    head = ["指标", "本期", "分子/分母", before, *([year] if year else []), "裁定不计入"]
    rows = []
    for figure in section["figures"]:
        kept = section["totals"][figure["code"]]
        now, then, ago = (Cell.of(kept[kind]) for kind in ("now", "before", "year"))
        unit, least = figure["unit"], data["least"]
        others = [then, ago] if year else [then]
        apart = ("不公布" if now.hidden else str(now.left_out)) if unit == "percent" else "—"
        apart = "—" if now.hidden == words.NONE else apart
        name = figure["label"] if unit == "percent" else f"{figure['label']}（{words.UNITS[unit]}）"
        rows.append([
            name, words.short(now, unit, least), words.both(now) or "—",
            *("\n".join(filter(None, (words.short(c, unit, least), words.both(c)))) for c in others), apart,
        ])  # fmt: skip
    return Block("table", f"表{number}　{section['title']}（{data['period']}）", head=head, rows=rows)


def _parts(section: dict[str, Any], data: dict[str, Any], number: int) -> Block:
    """The figures in parts: a rate over its two counts, with its interval where parts are compared, and what was ruled out."""
    figures, least = section["figures"], data["least"]
    head = [section["by"], *(figure["label"] for figure in figures)]
    rows = []
    for line in section["lines"]:
        told = [line["label"]]
        for figure, kept in zip(figures, line["cells"], strict=True):
            cell = Cell.of(kept)
            lines = [words.short(cell, figure["unit"], least), words.both(cell)]
            if section["interval"]:
                lines.append(words.interval(cell, least))
            if cell.left_out and not cell.hidden:
                lines.append(f"另{cell.left_out}件不计入")
            told.append("\n".join(filter(None, lines)))
        rows.append(told)
    total = ["合计"]
    for figure in figures:
        cell = Cell.of(section["totals"][figure["code"]]["now"])
        total.append("\n".join(filter(None, (words.short(cell, figure["unit"], least), words.both(cell)))))
    return Block(
        "table", f"表{number}　{section['title']}（{data['period']}）", head=head, rows=[*rows, total]
    )


def _chart(section: dict[str, Any], data: dict[str, Any]) -> Iterable[Block]:
    if not section["chart"] or len(section["lines"]) > charts.MOST:
        return
    figure = section["figures"][0]
    lines = []
    for line in section["lines"]:
        cell = Cell.of(line["cells"][0])
        text = words.short(cell, figure["unit"], data["least"])
        lines.append(charts.Bar(line["label"], _amount(cell, data["least"]), text))
    title = f"{section['title']}：{figure['label']}（{data['period']}）"
    rate = figure["unit"] == "percent"
    svg = charts.bars(lines, title=title, top=100 if rate else None, goal=figure["target"] if rate else None)
    yield Block("chart", title, svg=svg)


def _trend(section: dict[str, Any], data: dict[str, Any]) -> Iterable[Block]:
    """The line over the periods until this one, and its table."""
    told = section.get("trend") or []
    if not told:
        return
    figure, least = section["figures"][0], data["least"]
    cells = [(one["period"], Cell.of(one["cell"])) for one in told]
    texts = [words.short(cell, figure["unit"], least) for _period, cell in cells]
    points = [
        charts.Point(_short(period), _amount(cell, least), text)
        for (period, cell), text in zip(cells, texts, strict=True)
    ]
    rate = figure["unit"] == "percent"
    title = f"{figure['label']}变化情况"
    goal = figure["target"] if rate else None
    yield Block("chart", title, svg=charts.line(points, title=title, top=100 if rate else None, goal=goal))
    rows = [
        [period, text, words.both(cell) or "—"] for (period, cell), text in zip(cells, texts, strict=True)
    ]
    yield Block("table", title, head=["时期", figure["label"], "分子/分母"], rows=rows)


def _short(period: str) -> str:
    """A period as it stands under a point: without the words that all have."""
    return period.replace("年", ".").replace("月", "").removeprefix("20")


def _amount(cell: Cell, least: int) -> float | None:
    counts = cell.counts
    if cell.hidden or (counts.denominator is not None and counts.denominator < max(1, least)):
        return None
    if counts.denominator is None:
        return counts.numerator
    return 100 * counts.numerator / counts.denominator


def counted_on(report: Report) -> str:
    """The day on which its figures were counted."""
    return chinese_day(clock.local(datetime.fromisoformat(report.figures["computed_at"])).date())


def explained(report: Report) -> Iterable[str]:
    """How the figures were counted: the day, the rules, the definitions."""
    data = report.figures
    day = counted_on(report)
    yield f"数据计算于{day}，由系统按登记的事项逐件统计；签发后不再变动，如有更正，另出新的版本。"
    if data["running"]:
        yield f"本期尚未结束，数据截至{day}。"
    if told := correction(report):
        yield told
    yield (
        f"比率均同时列出分子和分母；分母不足{data['least']}的不计算比率，只列分子和分母；基数不足30的不计算增减幅度。"
        "百分数保留一位小数。方括号内为比率的95%置信区间（威尔逊区间），区间重叠的，差别可能出于偶然。"
    )
    yield "不计入比率的事项只凭书面裁定，另行列出，不在分子和分母之内。"
    if data["public"]:
        yield AS_PUBLISHED + OF_ITS_DAY
        yield FEW
    for one in data["definitions"]:
        yield f"{one['label']}：{one['definition']}（口径第{one['version']}版）"
