"""Counts the figures that figures.py declares, from their rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db.models import Count

from lianglin.access import tally
from lianglin.access.actor import job
from lianglin.kit.domain import Counted
from lianglin.kit.period import Period
from lianglin.people.figures import CONSENTS, HOUSEHOLDS, RESIDENTS
from lianglin.people.models import Consent, Household, Membership


def counts(
    codes: Collection[str], span: Period, prefix: str, dimension: str = "", width: int = 0
) -> Iterable[Counted]:
    """All three figures. A person counts once in a place, whatever households it belongs to."""
    there = tally.inside(prefix)
    asked = {
        HOUSEHOLDS: (Household, tally.in_force(span, "formed_on", "dissolved_on"), Count("pk")),
        RESIDENTS: (
            Membership,
            tally.in_force(span, "from_on", "to_on"),
            Count("resident_id", distinct=True),
        ),
        CONSENTS: (Consent, tally.within(span, "decided_at"), Count("pk")),
    }
    for code, (model, condition, measure) in asked.items():
        if code in codes:
            base = model.objects.visible_to(job(), purpose="system").filter(there, condition)
            for part, row in tally.parts(base, {"n": measure}, dimension, width):
                yield Counted(code, part, row["n"])
