"""What is asked of the figures of appeals: over which span, below which place, in which parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Case as Choose
from django.db.models import CharField, F, Value, When
from django.db.models.functions import Cast, Coalesce, Left

from lianglin.appeals.queries import kinship
from lianglin.kit.period import Period

UNSORTED = "none"
"""The part of what is in none of the others."""


@dataclass(frozen=True)
class Asked:
    """What is asked: which figures, over which span, below which place, in which parts."""

    codes: frozenset[str]
    span: Period
    prefix: str
    dimension: str
    width: int

    def member(self, case: str) -> Any:
        """The part a row belongs to, as an expression; ``case`` is the way from the row to its case ("case__" or "")."""
        match self.dimension:
            case "":
                return None
            case "place":
                return Left(f"{case}scope_code", self.width)
            case "channel":
                return F(f"{case}appeal__channel")
            case "unit":
                return Coalesce(Cast(F(f"{case}owner_id"), CharField()), Value(UNSORTED))
            case "appellant":
                return Choose(
                    When(**{f"{case}appeal__entity": True}, then=Value("entity")),
                    When(**{f"{case}appeal__anonymous": True}, then=Value("anonymous")),
                    default=Value("resident"),
                    output_field=CharField(),
                )
            case catalogue if kinship.any_folded():
                return kinship.item_member(case, catalogue, UNSORTED)
            case catalogue:
                way = {"item": "", "class": "category__", "field": "category__field__"}[catalogue]
                return Coalesce(F(f"{case}appeal__item__{way}code"), Value(UNSORTED))
