"""Tables of data protection: rights requests, erasures and retention runs, registers, breaches."""

from lianglin.privacy.models.breaches import Affected, Breach
from lianglin.privacy.models.registers import Assessment, Processor, Sharing
from lianglin.privacy.models.rights import (
    Correction,
    Erasure,
    Petitioner,
    Restriction,
    RetentionRun,
    RightsRequest,
)

__all__ = [
    "Affected",
    "Assessment",
    "Breach",
    "Correction",
    "Erasure",
    "Petitioner",
    "Processor",
    "Restriction",
    "RetentionRun",
    "RightsRequest",
    "Sharing",
]
