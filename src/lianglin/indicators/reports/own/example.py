"""A report with invented figures, for names, checks and previews where no report of the kind is there yet. No counting."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import override

from lianglin.indicators.reports import building, words
from lianglin.indicators.reports.counting import dimensions
from lianglin.indicators.reports.models import Report
from lianglin.indicators.reports.words import Cell
from lianglin.indicators.rules import Counts
from lianglin.kit import clock, discovery
from lianglin.kit.domain import Indicator, ReportDefinition, Section
from lianglin.kit.period import Period
from lianglin.kit.reports import PLACE

NOBODY = UUID(int=0)
PARTS = 3
"""Lines of an example's table."""


def report(definition: ReportDefinition) -> Report:
    """An unsaved report of last month, whose figures are invented and say so."""
    period = Period.month_of(clock.today()).previous()
    with override(building.LANGUAGE):
        data = _data(definition, period)
        texts = {str(at): building.sentences(one, data, at) for at, one in enumerate(definition.sections)}
    now = clock.now()
    return Report(
        key=NOBODY, definition=definition.code, definition_version=definition.version, kind="month", figures=data, texts=texts,
        starts_on=period.start, ends_before=period.end, state=Report.State.DRAFT, asked_at=now, counted_at=now,
        document_number="示例〔2026〕1号", issuer="示例单位",
    )  # fmt: skip


def _data(definition: ReportDefinition, period: Period) -> dict[str, Any]:
    known = discovery.indicators()
    codes = dict.fromkeys(code for section in definition.sections for code in section.figures)
    data: dict[str, Any] = {
        "place": "示例地区", "period": words.period_name(period), "kind": "month",
        "before": words.period_name(period.previous()), "year": words.period_name(period.a_year_before()),
        "until": period.end.isoformat(), "running": False, "computed_at": clock.now().isoformat(), "public": False,
        "sample": True, "least": 10, "sections": [_section(one) for one in definition.sections],
        "definitions": [building.defined(known[code]) for code in [*codes, *definition.readings]],
    }  # fmt: skip
    data |= dict.fromkeys(definition.readings, "3.5小时（100/120）")
    data["title"] = words.filled(definition.title, lambda name, _what: str(data.get(name, "")))
    return data


def _section(section: Section) -> dict[str, Any]:
    figures = [discovery.indicators()[code] for code in section.figures]
    lines: list[dict[str, Any]] = []
    by = ""
    if section.by:
        found = dimensions(figures).get(section.by)
        by = "地区" if section.by == PLACE else str(found.label) if found else "分项"
        lines = [
            {
                "code": str(at),
                "label": f"示例{by}{words.numeral(at)}",
                "cells": [_kept(f, at) for f in figures],
            }
            for at in range(1, PARTS + 1)
        ]
    trend = [
        {"period": f"示例{words.numeral(at)}期", "cell": _kept(figures[0], at)}
        for at in range(1, 9 if figures else 1)
    ]
    return {
        "title": section.title, "level": section.level, "by": by, "interval": False, "chart": section.chart,
        "trend": trend if section.chart == "line" and figures else [],
        "figures": [building.of_figure(one) for one in figures],
        "totals": {f.code: {"now": _kept(f, 9), "before": _kept(f, 8), "year": _kept(f, 7)} for f in figures},
        "lines": lines,
    }  # fmt: skip


def _kept(figure: Indicator, at: int) -> list[Any]:
    rate = figure.unit == "percent"
    return Cell(Counts(100 + 5 * at, 120 + 5 * at if rate else None)).kept()
