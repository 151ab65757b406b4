"""“All figures of a service”: a report that every package with figures has, made of its indicators without any code.

A new domain that declares indicators has its report with them. What a domain words itself stands in its own manifest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from lianglin.kit import discovery
from lianglin.kit.domain import Domain, Indicator, ReportDefinition, Section
from lianglin.kit.reports import PLACE, Dimension, PeriodKind

PREFIX = "all."
"""Before the package's code: ``all.appeals``."""
BESIDE = 5
"""Figures beside one another in a table in parts; more do not fit the type area of A4."""
_WHOLE_MONTHS: tuple[PeriodKind, ...] = ("month", "quarter", "year")


def general() -> Iterable[ReportDefinition]:
    """One definition for each package that declares a figure which a report can hold."""
    for manifest in discovery.manifests():
        figures = [one for one in manifest.indicators if can_be_counted(one)]
        readings = [one for one in manifest.indicators if one.over_span]
        if figures or readings:
            yield _of(manifest, figures, readings)


def can_be_counted(figure: Indicator) -> bool:
    """Whether a report can hold a figure over its period: counted from rows, or summed from what is kept."""
    return bool(figure.counts) or bool(figure.cells and not figure.members)


def periods_of(figures: Iterable[Indicator]) -> tuple[PeriodKind, ...]:
    """For which periods figures can be had together: what is kept by month cannot be had by week."""
    every = all(figure.counts or figure.over_span for figure in figures)
    return ("week", *_WHOLE_MONTHS) if every else _WHOLE_MONTHS


def _of(manifest: Domain, figures: Sequence[Indicator], readings: Sequence[Indicator]) -> ReportDefinition:
    with override("zh-hans"):  # a report is Chinese, whoever reads the list
        service = str(manifest.label)
        sections = [_totals(figures, readings), *_trend(figures), *_by_place(figures), *_in_parts(figures)]
        title = f"{{place}}{{period}}{service}数据报告"
    return ReportDefinition(
        f"{PREFIX}{manifest.code}",
        format_lazy(_("All figures: {service}"), service=manifest.label),
        title,
        tuple(sections),
        periods=periods_of([*figures, *readings]),
        readings=tuple(one.code for one in readings),
    )


def _totals(figures: Sequence[Indicator], readings: Sequence[Indicator]) -> Section:
    sentences = [f"{one.label}{{{one.code}}}，{{{one.code}:change}}。" for one in figures]
    sentences += [f"{one.label}{{{one.code}}}。" for one in readings]
    return Section("总体情况", tuple(one.code for one in figures), tuple(sentences))


def _trend(figures: Sequence[Indicator]) -> Iterable[Section]:
    if figures:
        yield Section("变化情况", (figures[0].code,), chart="line")


def _by_place(figures: Sequence[Indicator]) -> Iterable[Section]:
    local = [one for one in figures if not one.city_only]
    for number, part in enumerate(_parts(local), start=1):
        title = "分地区情况" if len(local) <= BESIDE else f"分地区情况（{number}）"
        text = ("各地区按代码排列，不排名次。",) if number == 1 else ()
        yield Section(title, part, text, by=PLACE)


def _in_parts(figures: Sequence[Indicator]) -> Iterable[Section]:
    by: dict[str, tuple[Dimension, list[Indicator]]] = {}
    for figure in figures:
        for dimension in figure.dimensions:
            by.setdefault(dimension.code, (dimension, []))[1].append(figure)
    if by:
        yield Section("分类情况", ())
    for code, (dimension, able) in by.items():
        for part in _parts(able):
            yield Section(f"按{dimension.label}", part, by=code, level=2)


def _parts(figures: Sequence[Indicator]) -> Iterable[tuple[str, ...]]:
    for start in range(0, len(figures), BESIDE):
        yield tuple(one.code for one in figures[start : start + BESIDE])
