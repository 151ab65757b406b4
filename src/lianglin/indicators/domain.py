"""What the indicators package plugs into the house."""

from django.utils.translation import gettext_lazy as _

from lianglin.kit.domain import Access, Domain, Duty, Guard, InScope, NavItem

DOMAIN = Domain(
    code="indicators",
    label=_("Indicators"),
    order=60,
    urls="lianglin.indicators.urls",
    path="figures/",
    api="lianglin.indicators.api:router",
    duties=(Duty("indicators.read", _("read the figures of one's area")),),
    role_duties=dict.fromkeys(
        ("manager", "district_coordinator", "street_coordinator", "community_worker", "protection_officer"),
        ("indicators.read",),
    ),
    navigation=(
        NavItem("desk", _("Dashboard"), "indicators:dashboard", "chart", "indicators.read", 60),
        NavItem("resident", _("Open figures"), "indicators:public", "chart", "", 90),
    ),
    guards=(
        Guard(
            "indicators.IndicatorValue", {"staff": Access("S", InScope()), "job": Access("SIUD", InScope())}
        ),
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
