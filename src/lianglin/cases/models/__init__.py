"""A case with its steps, clocks and receipt; and what posts keep beside their cases."""

from lianglin.cases.models.bulk import BulkMove
from lianglin.cases.models.case import Case, Clock, Receipt, Step

__all__ = ["BulkMove", "Case", "Clock", "Receipt", "Step"]
