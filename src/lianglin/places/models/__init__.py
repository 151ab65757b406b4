"""Tables of places: where things are, what they were before, and where help is found."""

from lianglin.places.models.ground import (
    Building,
    Community,
    Compound,
    CompoundBuilding,
    Division,
    Dwelling,
    Grid,
    GridBuilding,
    Named,
    Unit,
)
from lianglin.places.models.history import PlaceChange, PlaceMove, PlaceShare, PlaceVersion, RecodeMark
from lianglin.places.models.services import OpeningException, OpeningRule, ServicePoint

__all__ = [
    "Building",
    "Community",
    "Compound",
    "CompoundBuilding",
    "Division",
    "Dwelling",
    "Grid",
    "GridBuilding",
    "Named",
    "OpeningException",
    "OpeningRule",
    "PlaceChange",
    "PlaceMove",
    "PlaceShare",
    "PlaceVersion",
    "RecodeMark",
    "ServicePoint",
    "Unit",
]
