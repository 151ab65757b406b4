"""The official report on appeals, as it is printed: a week, a month, a quarter or a year of a place."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lianglin.kit.domain import ReportDefinition, Section

RATES = (
    "appeals.responded",
    "appeals.settled",
    "appeals.solved_rate",
    "appeals.satisfied",
    "appeals.reached",
)
"""响应率、办结率、解决率、满意率、回访有效率."""

REPORT = ReportDefinition(
    "appeals.report",
    _("Report on appeals"),
    "{place}{period}诉求办理情况报告",
    (
        Section(
            "总体情况",
            ("appeals.received", *RATES, "appeals.on_time", "appeals.overdue", "appeals.solved"),
            (
                "{period}，{place}共受理诉求{appeals.received}，{appeals.received:change}。",
                "首次响应时间中位数为{appeals.response}。",
                "响应率{appeals.responded}，{appeals.responded:change}；{appeals.responded:left_out}。",
                "办结率{appeals.settled}，{appeals.settled:change}；{appeals.settled:left_out}。"
                "按时办结率{appeals.on_time}。期末超期未办{appeals.overdue}。",
                "解决率{appeals.solved_rate}，{appeals.solved_rate:change}；{appeals.solved_rate:left_out}。"
                "累计解决{appeals.solved}。",
                "满意率{appeals.satisfied}，{appeals.satisfied:change}；{appeals.satisfied:left_out}。",
                "回访有效率{appeals.reached}，{appeals.reached:change}；{appeals.reached:left_out}。",
            ),
        ),
        Section("变化情况", ("appeals.settled",), chart="line"),
        Section("分类情况", ()),
        Section("按渠道", ("appeals.received", *RATES), by="channel", chart="bar", level=2),
        Section("按领域", ("appeals.received", *RATES), by="field", chart="bar", level=2),
        Section("按类别", ("appeals.received", *RATES), by="class", level=2),
        Section(
            "分地区情况",
            ("appeals.received", *RATES),
            ("各地区按代码排列，不排名次。",),
            by="place",
            chart="bar",
        ),
        Section(
            "各承办单位情况",
            ("appeals.received", *RATES),
            ("各单位按代码排列，不排名次；比率后方括号内为95%置信区间。",),
            by="unit",
        ),
    ),
    readings=("appeals.response",),
    version="2",
)
