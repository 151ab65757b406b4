"""Messages in figures: by channel and by what became of them. Counts alone; no message, no address."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lianglin.kit.domain import Dimension, Indicator, ReportDefinition, Section

WRITTEN, ARRIVED = "notices.written", "notices.arrived"
_HERE = "lianglin.notices.counted"
DIMENSIONS = (
    Dimension("channel", _("channel"), f"{_HERE}:channels"),
    Dimension("outcome", _("outcome"), f"{_HERE}:outcomes"),
)


INDICATORS = (
    Indicator(
        WRITTEN,
        _("Messages written"),
        _("Messages to residents and posts that were written in the period, through every channel."),
        "objects",
        "flow",
        counts=f"{_HERE}:counts",
        dimensions=DIMENSIONS,
        published=False,
        numerator_label=_("messages"),
    ),
    Indicator(
        ARRIVED,
        _("Messages handed over"),
        _("Of the messages of the period that no longer wait: those that the channel took over."),
        "percent",
        "flow",
        counts=f"{_HERE}:counts",
        dimensions=DIMENSIONS,
        better="up",
        published=False,
        numerator_label=_("handed over"),
        denominator_label=_("no longer waiting"),
        rest_label=_("given up or refused"),
    ),
)
REPORT = ReportDefinition(
    "notices.report",
    _("Report on messages"),
    "{place}{period}消息发送情况报告",
    (
        Section(
            "总体情况",
            (WRITTEN, ARRIVED),
            (
                "{period}，{place}共生成消息{notices.written}，{notices.written:change}。送出率{notices.arrived}，{notices.arrived:change}。",
            ),
        ),
        Section("按渠道", (WRITTEN, ARRIVED), by="channel", chart="bar"),
        Section("按结果", (WRITTEN,), by="outcome"),
        Section("分地区情况", (WRITTEN, ARRIVED), ("各地区按代码排列，不排名次。",), by="place"),
    ),
)
