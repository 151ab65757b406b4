"""What the indicators package plugs into the house."""

from django.utils.translation import gettext_lazy as _

from lianglin.indicators.reports import plug
from lianglin.indicators.values import manifest as values
from lianglin.kit.domain import Access, Domain, Duty, Guard, InScope, NavItem, Nightly, OwnPost, Retention

_REPORTS = ("manager", "city_coordinator", "district_coordinator", "street_coordinator")
_ALL = (
    "indicators.read",
    "indicators.reports",
    "indicators.issue",
    "indicators.approve",
    "indicators.received",
)
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
        *values.DUTIES,
        *plug.DUTIES,
    ),
    role_duties={
        "unit_handler": ("indicators.received",),
        **dict.fromkeys(_READS, ("indicators.read",)),
        "community_worker": ("indicators.read", "indicators.received"),
        **{role: (*_ALL, *values.ROLE_DUTIES[role]) for role in _REPORTS},
    },
    navigation=(
        NavItem("figures", _("Dashboard"), "indicators:dashboard", "chart", "indicators.read", 60),
        NavItem("figures", _("Map of figures"), "indicators:own_map", "map", "indicators.read", 61),
        NavItem("figures", _("Rates in parts"), "indicators:breakdown", "half", "indicators.read", 62),
        NavItem("figures", _("Reports"), "indicators:reports", "form", "indicators.reports", 67),
        *values.NAVIGATION,
        *plug.NAVIGATION,
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
    indicators=values.INDICATORS,
    rows=values.ROWS,
    seed="lianglin.indicators.seed:seed",
    database=("lianglin.indicators.database:install", "lianglin.indicators.values.definitions:install"),
    retention=(
        *values.RETENTION,
        *plug.RETENTION,
        Retention("indicators.ReportFile", "P1Y", "asked_at", "erase"),
        Retention(
            "indicators.Report",
            "P10Y",
            "asked_at",
            "keep",
            _("official documents; they hold no person's data"),
        ),
    ),
    notices=plug.NOTICES,
    guards=(
        *values.GUARDS,
        *plug.GUARDS,
        Guard(
            "indicators.IndicatorValue", {"staff": Access("S", InScope()), "job": Access("SIUD", InScope())}
        ),
        Guard("indicators.Report", {"staff": Access("SIU", InScope()), "job": Access("SIU", InScope())}),
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
    nightly=(
        Nightly(_("the figures of the last months"), "lianglin.indicators.tasks:COUNT", 60),
        Nightly(_("publish the months that are over"), "lianglin.indicators.tasks:PUBLISH", 62),
        Nightly(_("thin out how old figures grew day by day"), "lianglin.indicators.tasks:THIN", 64),
    ),
)
