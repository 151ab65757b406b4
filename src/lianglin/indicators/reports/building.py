"""What a report holds: every figure with both counts, both comparisons, its parts; and the sentences made of them.

The result is plain data. It is stored with the report, and pages, Word and PDF are made from nothing else: what was
issued stays as it was, whatever is counted later.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.translation import override

from lianglin.access.actor import TOP
from lianglin.access.transaction import counting
from lianglin.indicators import queries, rules
from lianglin.indicators.queries import Surroundings
from lianglin.indicators.reports import publicly, words
from lianglin.indicators.reports.counting import Found, Key, count, dimensions
from lianglin.indicators.reports.general import general
from lianglin.indicators.reports.words import Cell
from lianglin.indicators.rules import Counts
from lianglin.indicators.values.queries import Target, targets
from lianglin.kit import clock, discovery
from lianglin.kit.domain import Indicator, ReportDefinition, Section
from lianglin.kit.period import Period
from lianglin.kit.reports import PLACE

LANGUAGE = "zh-hans"
"""A report is Chinese, whoever asks for it."""
Data = dict[str, Any]


@cache
def definitions() -> dict[str, ReportDefinition]:
    """Every report that is there without anybody composing it, by its code: the declared, then one of each service."""
    return {report.code: report for report in (*discovery.each("reports"), *general())}


def build(
    definition: ReportDefinition, prefix: str, period: Period, *, public: bool
) -> tuple[Data, dict[str, list[str]]]:
    """The figures of a report as plain data, and its sentences by section.

    ``public``: what is published by month stands there as it was published (see publicly.py); of all else, cells that
    stand for fewer than ten people are left out, with those that would give them away. LookupError for a place that is not there.
    """
    with override(LANGUAGE):
        around = queries.surroundings(prefix, Period.month_of(period.start))
        if around is None:
            raise LookupError(f"There is no place “{prefix}”.")
        figures = _figures(definition)
        kinds = {"now": period, "before": period.previous(), "year": period.a_year_before()}
        totals = {kind: count(figures, prefix, span) for kind, span in kinds.items()}
        sections = [
            _section(section, around, kinds, totals, public=public) for section in definition.sections
        ]
        data: Data = {
            "place": around.place.label,
            "period": words.period_name(period),
            "kind": period.kind,
            "before": words.period_name(kinds["before"]),
            "year": words.period_name(kinds["year"]),
            "until": min(period.end, clock.today()).isoformat(),
            "running": period.end > clock.today(),
            "computed_at": clock.now().isoformat(),
            "public": public,
            "sample": bool(settings.DEMO),
            "least": settings.RATE_BASE,
            "sections": sections,
            "definitions": [defined(figure) for figure in [*figures, *_read(definition)]],
        }
        data |= _readings(definition, prefix, kinds, public=public)
        data["title"] = words.filled(definition.title, lambda name, _what: str(data.get(name, "")))
        return data, {str(at): sentences(definition.sections[at], data, at) for at in range(len(sections))}


def _figures(definition: ReportDefinition) -> list[Indicator]:
    known = discovery.indicators()
    codes = dict.fromkeys(code for section in definition.sections for code in section.figures)
    return [known[code] for code in codes]


def _read(definition: ReportDefinition) -> list[Indicator]:
    known = discovery.indicators()
    return [known[code] for code in definition.readings]


def _readings(
    definition: ReportDefinition, prefix: str, kinds: Mapping[str, Period], *, public: bool
) -> dict[str, str]:
    """What is computed anew for the period and the one before, in words: value, unit, both counts."""
    return {figure.code: _reading(figure, prefix, kinds, public=public) for figure in _read(definition)}


def _reading(figure: Indicator, prefix: str, kinds: Mapping[str, Period], *, public: bool) -> str:
    told = []
    with counting(prefix, prefix + TOP):
        found = [discovery.resolve(figure.over_span)(prefix, kinds[kind]) for kind in ("now", "before")]
    for at, one in enumerate(found):
        counts = Counts(one.numerator, one.denominator) if one else Counts(0, 0)
        if public and rules.is_small(counts, people=figure.people):
            return "（件数不足，不公布）"
        value = (
            "—" if one is None or one.value is None else f"{rules.tenth(one.value)}{words.UNITS[figure.unit]}"
        )
        both = f"（{counts.numerator}/{counts.denominator}）"
        told.append(f"{value}{both}" if at == 0 else f"上期{value}{both}")
    return "，".join(told)


TREND = 8
"""Periods of a line: this one and those before."""


def _trend(
    section: Section, figures: list[Indicator], around: Surroundings, period: Period, *, public: bool
) -> list[Data]:
    """The first figure of a section over the periods until this one, oldest first."""
    if section.chart != "line" or not figures:
        return []
    periods = [period]
    while len(periods) < TREND:
        periods.insert(0, periods[0].previous())
    told: list[Data] = []
    for one in periods:
        found = count(figures[:1], around.place.code, one)
        known = _published(figures[:1], [_code(around)], one, public=public)
        cell = _cell(
            figures[0],
            found.get((figures[0].code, "")),
            known.get((figures[0].code, _code(around))),
            public=public,
        )
        told.append({"period": words.period_name(one), "cell": cell.kept()})
    return told


def defined(figure: Indicator) -> dict[str, str]:
    """What a figure counts, as the report of its day says it."""
    return {
        "code": figure.code,
        "label": str(figure.label),
        "definition": str(figure.definition),
        "version": figure.definition_version,
    }


def _section(
    section: Section,
    around: Surroundings,
    kinds: Mapping[str, Period],
    totals: dict[str, dict[Key, Found]],
    *,
    public: bool,
) -> Data:
    figures = [discovery.indicators()[code] for code in section.figures]
    period = kinds["now"]
    labels, by, interval, found = _parts(section, figures, around, period)
    goals = targets([figure.code for figure in figures], around.place.code, period.start)
    lines: list[Data] = [{"code": code, "label": str(label), "cells": []} for code, label in labels.items()]
    here = _code(around)
    known = {kind: _published(figures, [here], span, public=public) for kind, span in kinds.items()}
    below = _published(figures, list(labels) if section.by == PLACE else [], period, public=public)
    told = {}
    for figure in figures:
        whole = {
            kind: _cell(
                figure, at.get((figure.code, "")), known[kind].get((figure.code, here)), public=public
            )
            for kind, at in totals.items()
        }
        told[figure.code] = {kind: cell.kept() for kind, cell in whole.items()}
        parts = {code: _found(figure, found.get((figure.code, code))) for code in labels}
        as_published = (figure.code, here) in known["now"]
        hidden = _hidden(figure, whole["now"], parts, as_published=as_published) if public else {}
        for line in lines:
            part = parts[line["code"]]
            own = Cell(part.counts, part.left_out, hidden.get(line["code"], ""))
            line["cells"].append(below.get((figure.code, line["code"]), own).kept())
    return {
        "title": section.title,
        "level": section.level,
        "by": by,
        "interval": interval,
        "chart": section.chart,
        "trend": _trend(section, figures, around, period, public=public),
        "figures": [of_figure(figure, goals.get(figure.code)) for figure in figures],
        "totals": told,
        "lines": lines,
    }


def of_figure(figure: Indicator, goal: Target | None = None) -> Data:
    """A figure as a section names it, with the goal that counts for the place and the period's beginning."""
    return {
        "code": figure.code,
        "label": str(figure.label),
        "unit": figure.unit,
        "target": goal.amount if goal else figure.target,
    }


def _parts(
    section: Section, figures: list[Indicator], around: Surroundings, period: Period
) -> tuple[dict[str, Any], str, bool, dict[Key, Found]]:
    """The parts of a section's table in the order of listing; what they are called; whether rates carry an interval."""
    prefix = around.place.code
    if section.by == PLACE and around.width:
        labels: dict[str, Any] = {place.code: place.label for place in around.below if place.loaded}
        return labels, "地区", True, count(figures, prefix, period, PLACE, around.width)
    if section.by in ("", PLACE):
        return {}, "", False, {}
    dimension = dimensions(figures)[section.by]
    found = count(figures, prefix, period, section.by)
    labels = discovery.resolve(dimension.members)({part for _code, part in found})
    there = {part for _code, part in found}
    return (
        {code: label for code, label in labels.items() if code in there},
        str(dimension.label),
        dimension.interval,
        found,
    )


def _found(figure: Indicator, found: Found | None) -> Found:
    return found or Found(Counts(0, 0 if figure.unit == "percent" else None))


def _code(around: Surroundings) -> str:
    """The place as published values name it."""
    return "" if len(around.place.code) == 4 else around.place.code


def _published(
    figures: list[Indicator], places: list[str], period: Period, *, public: bool
) -> dict[Key, Cell]:
    return publicly.known(figures, places, period) if public and places else {}


def _cell(figure: Indicator, found: Found | None, known: Cell | None = None, *, public: bool) -> Cell:
    """A figure of a place; ``known``: as it was published."""
    if known is not None:
        return replace(known, left_out=_found(figure, found).left_out)
    if (
        found is None and figure.city_only
    ):  # known for the whole city, or not at all: no figure, which is not zero
        return Cell(Counts(0, 0 if figure.unit == "percent" else None), hidden=words.NONE)
    one = _found(figure, found)
    small = public and rules.is_small(one.counts, people=figure.people)
    return Cell(one.counts, one.left_out, rules.FEW if small else "")


def _hidden(figure: Indicator, whole: Cell, parts: dict[str, Found], *, as_published: bool) -> dict[str, str]:
    """Which lines of a figure are hidden; all of them under a hidden total, since they add up to it.

    So are all parts of people of which the month said another number: the difference is what came in since.
    """
    counts = {code: part.counts for code, part in parts.items()}
    differs = as_published and figure.people and not publicly.add_up(counts.values(), whole)
    if whole.hidden or differs:
        return {code: rules.GUARD for code, one in counts.items() if one.base}
    return rules.hide_siblings(counts, people=figure.people)


def sentences(section: Section, data: Data, at: int) -> list[str]:
    """The sentences of a section, filled from the figures of ``data``."""
    figures = {figure["code"]: figure for figure in data["sections"][at]["figures"]}
    totals = data["sections"][at]["totals"]
    before, year = words.BEFORE[data["kind"]]

    def told(name: str, what: str) -> str:
        if name not in figures:
            return str(data.get(name, ""))
        unit = figures[name]["unit"]
        now, then, ago = (Cell.of(totals[name][kind]) for kind in ("now", "before", "year"))
        if what == "change":
            compared = [words.change(now, then, unit, before)]
            return "，".join(compared + ([words.change(now, ago, unit, year)] if year else []))
        return words.left_out(now) if what == "left_out" else words.value(now, unit, data["least"])

    return [words.filled(text, told) for text in section.text]


def cells(data: Data) -> Iterable[Cell]:
    """Every cell of a report."""
    for section in data["sections"]:
        for line in section["lines"]:
            yield from map(Cell.of, line["cells"])
