"""What the places package plugs into the house."""

from django.utils.translation import gettext_lazy as _

from lianglin.kit.domain import Access, Domain, Guard

READ = {role: Access("S") for role in ("auth", "staff", "handler", "helper", "resident", "public", "job")}

DOMAIN = Domain(
    code="places",
    label=_("Places"),
    order=10,
    urls="lianglin.places.urls",
    path="places/",
    api="lianglin.places.api:router",
    guards=tuple(
        Guard(f"places.{model}", READ)
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
        )
    ),
    seed="lianglin.places.seed.load:seed",
)
