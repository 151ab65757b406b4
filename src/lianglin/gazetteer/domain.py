"""What the register of places plugs into the house."""

from django.utils.translation import gettext_lazy as _

from lianglin.gazetteer.queries import figures
from lianglin.kit.domain import Access, Command, Domain, Duty, Guard, InScope, NavItem, RoleKind, RowServed

DOMAIN = Domain(
    code="gazetteer",
    label=_("Register of places"),
    order=40,
    urls="lianglin.gazetteer.urls",
    path="register/",
    database=("lianglin.gazetteer.queries.recoding:install",),
    duties=(
        Duty("places.manage", _("plan changes of places and import them")),
        Duty("places.services", _("keep service points and their hours")),
    ),
    roles=(
        RoleKind(
            "place_manager", _("manager of places"), "staff", ("places.manage", "places.services"), (), "city"
        ),
    ),
    role_duties={
        "district_coordinator": ("places.manage", "places.services"),
        "street_coordinator": ("places.services",),
        "community_worker": ("places.services",),
    },
    navigation=(
        NavItem("people", _("Changes of places"), "gazetteer:changes", "map", "places.manage", 70),
        NavItem("people", _("Imports of places"), "gazetteer:imports", "form", "places.manage", 71),
        NavItem("people", _("Service points"), "gazetteer:points", "building", "places.services", 72),
    ),
    indicators=figures.INDICATORS,
    guards=(
        Guard(
            "gazetteer.PlaceImport",
            {"staff": Access("SIU", InScope()), "job": Access("SU")},
        ),
    ),
    seed="lianglin.gazetteer.seed:seed",
    commands=(
        Command(
            "places",
            "recode",
            "carry out the changes of places that are due; goes on where it was stopped",
            "lianglin.gazetteer.tasks:recode_command",
        ),
        Command(
            "places",
            "check",
            "look through a file of places without writing anything",
            "lianglin.gazetteer.tasks:check_command",
        ),
        Command(
            "places",
            "import",
            "check a file of places and take it over, all or nothing",
            "lianglin.gazetteer.tasks:import_command",
        ),
    ),
    rows=(
        RowServed("R037", "places:services"),
        RowServed(
            "R117",
            "places:services",
            missing="within fifteen minutes on foot: needs the walking times of the reach engine",
        ),
    ),
)
