"""Tables of benefits: measures and their versions, parameters, matches, claims."""

from lianglin.benefits.models.city_figures import CityFigure
from lianglin.benefits.models.claims import Claim, ClaimMaterial, Mandate, NoticeObjection, PublicNotice
from lianglin.benefits.models.matches import HealthMatch, Match, MatchBase, MatchRun
from lianglin.benefits.models.matching import (
    HealthErrand,
    MatchAhead,
    MatchStep,
    PackageDelivery,
    RuleFeedback,
    TakeUpCount,
)
from lianglin.benefits.models.measures import (
    Definitions,
    Edition,
    Measure,
    MeasureGram,
    MeasureVersion,
    Parameter,
    ParameterValue,
)
from lianglin.benefits.models.reviewing import VersionCount

__all__ = [
    "CityFigure",
    "Claim",
    "ClaimMaterial",
    "Definitions",
    "Edition",
    "HealthErrand",
    "HealthMatch",
    "Mandate",
    "Match",
    "MatchAhead",
    "MatchBase",
    "MatchRun",
    "MatchStep",
    "Measure",
    "MeasureGram",
    "MeasureVersion",
    "NoticeObjection",
    "PackageDelivery",
    "Parameter",
    "ParameterValue",
    "PublicNotice",
    "RuleFeedback",
    "TakeUpCount",
    "VersionCount",
]
