"""Counts the figures that figures.py declares, from their rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db.models import Count, Q

from lianglin.access import tally
from lianglin.access.actor import job
from lianglin.facts.figures import DECIDED, FOUND
from lianglin.facts.models import Conflict
from lianglin.kit.domain import Counted
from lianglin.kit.period import Period


def counts(
    codes: Collection[str], span: Period, prefix: str, dimension: str = "", width: int = 0
) -> Iterable[Counted]:
    """Both figures, of the contradictions found in the span."""
    base = Conflict.objects.visible_to(job(), purpose="system").filter(
        tally.inside(prefix), tally.within(span, "found_at")
    )
    measures = {"n": Count("pk"), "decided": Count("pk", filter=Q(state=Conflict.State.DECIDED))}
    for part, row in tally.parts(base, measures, dimension, width):
        if FOUND in codes:
            yield Counted(FOUND, part, row["n"])
        if DECIDED in codes:
            yield Counted(DECIDED, part, row["decided"], row["n"])
