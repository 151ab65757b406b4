"""What the indicators package plugs into the house."""

from django.utils.translation import gettext_lazy as _

from lianglin.kit.domain import Access, Domain, Duty, Guard, InScope, NavItem, OwnPost, Retention

_REPORTS = ("manager", "city_coordinator", "district_coordinator", "street_coordinator")
_READS = (*_REPORTS, "community_worker", "protection_officer")

DOMAIN = Domain(
    code="indicators",
    label=_("Indicators"),
    order=60,
    urls="lianglin.indicators.urls",
    path="figures/",
    api="lianglin.indicators.api:router",
    duties=(
        Duty("indicators.read", _("read the figures of one's area")),
        Duty("indicators.reports", _("make and edit reports of one's area")),
        Duty("indicators.issue", _("issue reports of one's area")),
    ),
    role_duties={
        **dict.fromkeys(_READS, ("indicators.read",)),
        **dict.fromkeys(_REPORTS, ("indicators.read", "indicators.reports", "indicators.issue")),
    },
    navigation=(
        NavItem("figures", _("Dashboard"), "indicators:dashboard", "chart", "indicators.read", 60),
        NavItem("figures", _("Rates in parts"), "indicators:breakdown", "half", "indicators.read", 62),
        NavItem("figures", _("Reports"), "indicators:reports", "form", "indicators.reports", 64),
        NavItem(
            "resident",
            _("Open figures"),
            "indicators:public",
            "chart",
            "",
            90,
            note=_("how it goes, month by month"),
        ),
    ),
    database=("lianglin.indicators.database:install",),
    retention=(
        Retention("indicators.ReportFile", "P1Y", "asked_at", "erase"),
        Retention(
            "indicators.Report",
            "P10Y",
            "asked_at",
            "keep",
            _("official documents; they hold no person's data"),
        ),
    ),
    guards=(
        Guard(
            "indicators.IndicatorValue", {"staff": Access("S", InScope()), "job": Access("SIUD", InScope())}
        ),
        Guard("indicators.Report", {"staff": Access("SIU", InScope()), "job": Access("SU", InScope())}),
        Guard("indicators.ReportFile", {"staff": Access("SIU", OwnPost()), "job": Access("SUD")}),
        Guard(
            "indicators.PublishedValue",
            {
                **{
                    role: Access("S") for role in ("auth", "staff", "handler", "helper", "resident", "public")
                },
                "job": Access("SIUD"),
            },
        ),
    ),
)
