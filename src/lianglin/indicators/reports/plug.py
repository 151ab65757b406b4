"""What templates, composed reports and schedules plug into the manifest of figures."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lianglin.kit.domain import Access, Duty, Guard, InScope, NavItem, Notice, OwnUnit, Retention, Text

DUTIES = (
    Duty("indicators.approve", _("approve Word templates and composed reports that somebody else made")),
    Duty("indicators.received", _("read the reports that one's office received")),
)
NAVIGATION = (
    NavItem("figures", _("Word templates"), "indicators:layouts", "seal", "indicators.reports", 69),
    NavItem("figures", _("Composed reports"), "indicators:designs", "plus", "indicators.reports", 70),
    NavItem("figures", _("Scheduled reports"), "indicators:schedules", "calendar", "indicators.reports", 68),
    NavItem(
        "figures", _("Reports received"), "indicators:received_reports", "inbox", "indicators.received", 71
    ),
)
GUARDS = (
    Guard("indicators.ReportLayout", {"staff": Access("SIU", InScope()), "job": Access("SU", InScope())}),
    Guard("indicators.ReportDesign", {"staff": Access("SIU", InScope()), "job": Access("SU", InScope())}),
    Guard("indicators.ReportSchedule", {"staff": Access("SIU", InScope()), "job": Access("SU", InScope())}),
    Guard("indicators.ScheduleRun", {"staff": Access("S", InScope()), "job": Access("SID", InScope())}),
    Guard("indicators.ReportCopy", {"staff": Access("SIU", InScope()), "job": Access("SU", InScope())}),
    Guard(
        "indicators.ReceivedReport",
        {
            "staff": Access("SI", OwnUnit("organisation_id"), writes=InScope()),
            "handler": Access("S", OwnUnit("organisation_id")),
            "job": Access("SUD", InScope()),
        },
    ),
)
RETENTION = (
    Retention(
        "indicators.ReportLayout", "P10Y", "uploaded_at", "keep", _("layouts of official documents; they hold no person's data")
    ),
    Retention("indicators.ReportDesign", "P10Y", "made_at", "keep", _("what official reports are made by; no person's data")),
    Retention("indicators.ReportSchedule", "P10Y", "made_at", "keep", _("what an office has drafted; no person's data")),
    Retention("indicators.ScheduleRun", "P3Y", "at", "erase"),
    Retention("indicators.ReportCopy", "P10Y", "sent_at", "keep", _("who received an official document; offices, no persons")),
    Retention("indicators.ReceivedReport", "P3Y", "sent_at", "erase"),
)  # fmt: skip


def _both(
    in_house: str, mailed: str, label: Text, texts: tuple[str, str], names: tuple[str, ...]
) -> tuple[Notice, Notice]:
    """A message to the posts of an office, which leads there by itself, and the mail of the same words with the link."""
    chinese, english = texts
    outside = {
        "zh-hans": f"{chinese}登录后查看：{{link}}",
        "en": f"{english} Read it after logging in: {{link}}",
    }
    return (
        Notice(in_house, label, {"zh-hans": chinese, "en": english}, names),
        Notice(mailed, label, outside, (*names, "link")),
    )


NOTICES = (
    Notice(
        "indicators.report_drafted",
        _("a scheduled report is drafted"),
        {"zh-hans": "《{title}》已按计划起草，请核对后签发。", "en": "“{title}” was drafted as scheduled. Check it, then issue it."},
        ("title",),
    ),
    Notice(
        "indicators.schedule_stopped",
        _("a schedule stopped by itself"),
        {
            "zh-hans": "报告计划“{name}”已停止：原岗位已结束或不再有此职责。需要的话请接续。",
            "en": "The schedule “{name}” stopped: its post ended or lost the duty. Go on with it where it is needed.",
        },
        ("name",),
    ),
    *_both(
        "indicators.report_received",
        "indicators.report_mailed",
        _("your office received a report"),
        ("{sender}发来《{title}》。", "{sender} sent “{title}”."),
        ("sender", "title"),
    ),
    *_both(
        "indicators.report_corrected",
        "indicators.correction_mailed",
        _("a report was corrected"),
        (
            "{sender}发来更正后的《{title}》（第{version}版），替代此前的版本。更正原因：{why}。",
            "{sender} sent “{title}” corrected (version {version}); it replaces the one before. Why: {why}.",
        ),
        ("sender", "title", "version", "why"),
    ),
    *_both(
        "indicators.report_recalled",
        "indicators.recall_mailed",
        _("a report was withdrawn"),
        (
            "{sender}撤回了《{title}》（第{version}版），请勿再使用。原因：{why}。",
            "{sender} withdrew “{title}” (version {version}): do not use it any more. Why: {why}.",
        ),
        ("sender", "title", "version", "why"),
    ),
)  # fmt: skip
