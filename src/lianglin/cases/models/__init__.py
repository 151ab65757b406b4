"""A case with its steps, clocks and receipt; and what posts keep beside their cases."""

from lianglin.cases.models.bulk import BulkMove
from lianglin.cases.models.case import Case, Clock, Receipt, Step
from lianglin.cases.models.export import Export
from lianglin.cases.models.on_call import OnCallTurn
from lianglin.cases.models.saved_filter import SavedFilter
from lianglin.cases.models.standing_in import Cover, Delegation, Handover

__all__ = [
    "BulkMove",
    "Case",
    "Clock",
    "Cover",
    "Delegation",
    "Export",
    "Handover",
    "OnCallTurn",
    "Receipt",
    "SavedFilter",
    "Step",
]
