"""Cases across all services in figures: opened, closed, open at the end of the period; by kind of case."""

from __future__ import annotations

from typing import Literal

from django.utils.translation import gettext_lazy as _

from lianglin.kit.domain import Dimension, Indicator, ReportDefinition, Section, Text

OPENED, CLOSED, OPEN = "cases.opened", "cases.closed", "cases.open"
_HERE = "lianglin.cases.counted"
DIMENSIONS = (Dimension("kind", _("kind of case"), f"{_HERE}:kinds"),)


def _figure(code: str, label: Text, definition: Text, kind: Literal["flow", "stock"]) -> Indicator:
    return Indicator(
        code, label, definition, "cases", kind, counts=f"{_HERE}:counts", dimensions=DIMENSIONS, published=False,
        numerator_label=_("cases"),
    )  # fmt: skip


INDICATORS = (
    _figure(OPENED, _("Cases opened"), _("Cases of every service that were opened in the period."), "flow"),
    _figure(CLOSED, _("Cases closed"), _("Cases of every service that were closed in the period."), "flow"),
    _figure(
        OPEN, _("Cases open"), _("Cases of every service that were open at the end of the period."), "stock"
    ),
)
REPORT = ReportDefinition(
    "cases.report",
    _("Report on cases of every service"),
    "{place}{period}各类事项办理情况报告",
    (
        Section(
            "总体情况",
            (OPENED, CLOSED, OPEN),
            ("{period}，{place}共受理各类事项{cases.opened}，{cases.opened:change}；办结归档{cases.closed}，"
             "{cases.closed:change}；期末在办{cases.open}。",),
        ),
        Section("按事项种类", (OPENED, CLOSED, OPEN), by="kind", chart="bar"),
        Section("分地区情况", (OPENED, CLOSED, OPEN), ("各地区按代码排列，不排名次。",), by="place"),
    ),
)  # fmt: skip
