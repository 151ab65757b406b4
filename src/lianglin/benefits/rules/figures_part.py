"""The manifest's part about figures of the whole city and of papers: measures in force, medical aid, not asked again."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from lianglin.benefits.rules.claims import READ as READ_CLAIMS
from lianglin.benefits.rules.life import READ
from lianglin.kit.domain import Access, Guard, Indicator, NavItem, ReportDefinition, RowServed, Section

ROLE_DUTIES: dict[str, tuple[str, ...]] = {}
NAVIGATION = (NavItem("rules", _("Imported figures"), "benefits:city_figures", "chart", READ, 42),)
GUARDS = (Guard("benefits.CityFigure", {"staff": Access("SIU"), "job": Access("S")}),)
_HERE = "lianglin.benefits.queries.city_figures"


def _figure(code: str, label: Any, definition: Any, unit: Any, kind: Any, **more: Any) -> Indicator:
    return Indicator(f"benefits.{code}", label, definition, unit, kind, cells=f"{_HERE}:cells", **more)


INDICATORS = (
    _figure(
        "measures_in_force",
        _("Benefit measures in force"),
        _(
            "Measures of which a version was in force on the last day of the month (today, while it runs). One measure counts "
            "once, whatever its versions. Counted for the whole city alone."
        ),
        "objects",
        "stock",
        city_only=True,
        r_rows=("R066",),
        numerator_label=_("measures"),
    ),
    _figure(
        "medical_aid",
        _("Medical aid (imported)"),
        _(
            "Imported: persons given medical aid to date, as the medical insurance office counts and reports them each month. "
            "This house keeps the number, its document, its day and the digest of the file. No row stands behind it: it opens "
            "into nothing and is known for the whole city alone."
        ),
        "persons",
        "stock",
        city_only=True,
        people=True,
        r_rows=("R069", "R070"),
        numerator_label=_("persons"),
        steward=_("medical insurance office"),
    ),
    _figure(
        "not_asked_again",
        _("Papers not asked again"),
        _(
            "Of the papers of claims filed in the month, those that were known already and only confirmed by the person."
        ),
        "percent",
        "flow",
        rows=f"{_HERE}:rows",
        duty=READ_CLAIMS,
        better="up",
        r_rows=("R066", "R007"),
        numerator_label=_("known and confirmed"),
        denominator_label=_("papers of claims"),
        rest_label=_("asked of the person"),
    ),
)  # fmt: skip
ROWS = (
    RowServed("R066", "benefits:catalogue", "benefits.measures_in_force"),
    RowServed(
        "R069",
        "benefits:city_figures",
        "benefits.medical_aid",
        missing=_("the insurer handles it: nothing about a person is kept here"),
    ),
    RowServed("R070", "benefits:city_figures", "benefits.medical_aid"),
    RowServed(
        "R007",
        "benefits:claims",
        "benefits.not_asked_again",
        missing=_("the way into work itself: here are the measures that help to it and their claims"),
    ),
    RowServed(
        "R021",
        "benefits:take_up",
        "benefits.take_up",
        missing=_("which communities the service covers: here is who qualifies for it"),
    ),
    RowServed(
        "R022",
        "benefits:take_up",
        "benefits.take_up",
        missing=_("orders and hours of home care: here is who qualifies and who claimed"),
    ),
)
REPORTS = (
    ReportDefinition(
        "benefits.report",
        _("Report on benefits"),
        "{place}{period}惠民政策落实情况报告",
        (
            Section(
                "总体情况",
                ("benefits.measures_in_force", "benefits.take_up", "benefits.claims_from_match", "benefits.packages_given",
                 "benefits.not_asked_again"),
                (
                    "{period}末，全市现行惠民措施{benefits.measures_in_force}。",
                    "{place}匹配后享受率{benefits.take_up}，{benefits.take_up:change}；由匹配发起申领{benefits.claims_from_match}，"
                    "{benefits.claims_from_match:change}。",
                    "惠民政策包送达{benefits.packages_given}，{benefits.packages_given:change}；"
                    "免重复提交的材料占{benefits.not_asked_again}。",
                ),
            ),
            Section("享受率变化情况", ("benefits.take_up",), chart="line"),
            Section(
                "分地区情况",
                ("benefits.take_up", "benefits.claims_from_match", "benefits.packages_given", "benefits.not_asked_again"),
                ("各地区按代码排列，不排名次。",),
                by="place",
                chart="bar",
            ),
        ),
        periods=("month", "quarter", "year"),
    ),
)  # fmt: skip
