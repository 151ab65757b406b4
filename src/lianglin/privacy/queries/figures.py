"""Data protection in figures: breaches, retention, who looked. Counts alone; no person, no employee."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lianglin.kit.domain import Dimension, Indicator, ReportDefinition, Section
from lianglin.privacy.rules import ASKED, IN_TIME

BREACHES, TOLD, RUNS, ERASED, LOOKS = (
    "privacy.breaches", "privacy.told_in_time", "privacy.retention_runs", "privacy.erased", "privacy.looks",
)  # fmt: skip
_HERE = "lianglin.privacy.queries.counted"
PURPOSE = Dimension("purpose", _("purpose"), f"{_HERE}:purposes")


_CITY = {"counts": f"{_HERE}:of_the_city", "city_only": True, "published": False}
INDICATORS = (
    Indicator(
        LOOKS,
        _("Times personal data was opened"),
        _("How often a person's data was opened in the period, with the purpose that was given. Nobody is named."),
        "visits",
        "flow",
        counts=f"{_HERE}:looks",
        dimensions=(PURPOSE,),
        published=False,
        numerator_label=_("times opened"),
    ),
    Indicator(
        BREACHES, _("Breaches found"), _("Breaches of personal data that were found in the period."), "cases", "flow",
        numerator_label=_("breaches"), **_CITY,
    ),
    Indicator(
        TOLD, _("Authority told in time"),
        _("Of the breaches found in the period, those of which the authority was told within its limit."),
        "percent", "flow", better="up", numerator_label=_("told in time"), denominator_label=_("breaches"), **_CITY,
    ),
    Indicator(
        RUNS, _("Retention runs"), _("Runs over one table each that ended in the period."), "objects", "flow",
        numerator_label=_("runs"), **_CITY,
    ),
    Indicator(
        ERASED, _("Rows erased by retention"), _("Rows whose keeping time was over and that were erased in the period."),
        "objects", "flow", numerator_label=_("rows"), **_CITY,
    ),
)  # fmt: skip
REPORT = ReportDefinition(
    "privacy.report",
    _("Report on data protection"),
    "{place}{period}个人信息保护工作报告",
    (
        Section(
            "权利请求",
            (ASKED, IN_TIME),
            (f"{{period}}，{{place}}共收到个人信息权利请求{{{ASKED}}}，{{{ASKED}:change}}。按时答复率{{{IN_TIME}}}。",),
        ),
        Section("查阅情况", (LOOKS,), ("个人信息共被查阅{privacy.looks}，{privacy.looks:change}。",)),
        Section("按目的", (LOOKS,), by="purpose", level=2),
        Section(
            "安全事件与保存期限",
            (BREACHES, TOLD, RUNS, ERASED),
            ("发现个人信息安全事件{privacy.breaches}，按时报告率{privacy.told_in_time}。",
             "保存期限清理运行{privacy.retention_runs}，清除{privacy.erased}。以上为全市数据。"),
        ),
    ),
    periods=("month", "quarter", "year"),
)  # fmt: skip
