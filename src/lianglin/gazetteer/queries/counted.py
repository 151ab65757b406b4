"""Counts the figures that figures.py declares, from their rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db.models import Count, Q

from lianglin.access import tally
from lianglin.gazetteer.models import PlaceImport
from lianglin.gazetteer.queries.figures import APPLIED, COMMUNITIES, IMPORTS
from lianglin.kit.domain import Counted
from lianglin.kit.period import Period
from lianglin.places.models import Community


def counts(
    codes: Collection[str], span: Period, prefix: str, dimension: str = "", width: int = 0
) -> Iterable[Counted]:
    """All three figures; the files are those brought in the span."""
    if COMMUNITIES in codes:
        base = Community.objects.filter(tally.inside(prefix), tally.in_force(span, "valid_from", "valid_to"))
        for part, row in tally.parts(base, {"n": Count("pk")}, dimension, width):
            yield Counted(COMMUNITIES, part, row["n"])
    brought = PlaceImport.objects.filter(tally.inside(prefix), tally.within(span, "made_at"))
    measures = {"n": Count("pk"), "applied": Count("pk", filter=Q(state=PlaceImport.State.APPLIED))}
    for part, row in tally.parts(brought, measures, dimension, width):
        if IMPORTS in codes:
            yield Counted(IMPORTS, part, row["n"])
        if APPLIED in codes:
            yield Counted(APPLIED, part, row["applied"], row["n"])
