"""What the places package plugs into the house."""

from django.utils.translation import gettext_lazy as _

from lianglin.kit.domain import Access, Domain, Guard, InScope, NavItem, Panel

READ = {role: Access("S") for role in ("auth", "staff", "handler", "helper", "resident", "public", "job")}
KEPT = {**READ, "job": Access("SIU")}
"""Read by all; written in the background alone, from what was checked and decided."""
PLANNED = {**READ, "staff": Access("SIUD", writes=InScope()), "job": Access("SIU")}
"""Read by all; written by the posts of the place."""

DOMAIN = Domain(
    code="places",
    label=_("Places"),
    order=10,
    urls="lianglin.places.urls",
    path="places/",
    api="lianglin.places.api:router",
    guards=(
        *(
            Guard(f"places.{model}", KEPT)
            for model in (
                "Division",
                "Community",
                "Compound",
                "Grid",
                "Building",
                "CompoundBuilding",
                "GridBuilding",
                "Unit",
                "Dwelling",
                "PlaceVersion",
                "RecodeMark",
            )
        ),
        Guard("places.PlaceChange", PLANNED),
        Guard("places.PlaceShare", {**READ, "staff": Access("SI"), "job": Access("SIU")}),
        Guard("places.PlaceMove", {**READ, "staff": Access("SI"), "job": Access("SIU")}),
        Guard("places.ServicePoint", PLANNED),
        Guard("places.OpeningRule", {**READ, "staff": Access("SIUD")}),
        Guard("places.OpeningException", {**READ, "staff": Access("SIUD")}),
    ),
    navigation=(
        NavItem(
            "resident",
            _("Services near home"),
            "places:services",
            "pin",
            order=55,
            note=_("canteens, clinics, halls: where, and when open"),
        ),
    ),
    panels=(Panel("place", "places/_points.html", "lianglin.places.near:panel", 20),),
    database=("lianglin.places.database:install",),
    seed="lianglin.places.seed.load:seed",
)
