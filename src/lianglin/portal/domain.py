"""What the portal plugs into the house: the first page, search, the map, and my work."""

from django.utils.translation import gettext_lazy as _

from lianglin.kit.domain import Domain, NavItem

DOMAIN = Domain(
    code="portal",
    label=_("Portal"),
    order=900,
    urls="lianglin.portal.urls",
    navigation=(
        NavItem("resident", _("Home"), "portal:home", "home", order=10),
        NavItem(
            "resident",
            _("My community"),
            "portal:city",
            "map",
            order=60,
            note=_("communities, buildings, duty phone"),
        ),
        NavItem("today", _("My work"), "portal:work", "inbox", order=10),
    ),
    seed="lianglin.portal.seed:seed",
    wakes="lianglin.portal.seed:wake",
)
